//! Somebody who writes as Kube-OVN's controller does (`pkg/ovs/ovn-nb-acl.go`, `pkg/controller/subnet.go`,
//! `network_policy.go`): what it takes for its own it finds by `parent` and `vendor`, deletes and writes anew, in transactions
//! of its own, one after the other.

use ringfence_tests::ovn::database::{Database, map, set};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io;

/// The subnet and the policy that it looks after.
const SUBNET: &str = "vswitch1";
const POLICY: &str = "np.controller.default";
const CIDR: &str = "172.20.10.0/24";

/// The controller, and what it has to keep.
pub struct Controller<'d> {
    database: &'d Database,
    /// How often it has reconciled.
    rounds: u64,
}

impl<'d> Controller<'d> {
    /// Starts: every row of tier 0 goes to tier 2, whoever wrote it; rows of its own without a parent go.
    pub fn start(database: &'d Database) -> io::Result<Self> {
        let controller = Self { database, rounds: 0 };
        controller.migrate_acl_tier()?;
        controller.clean_no_parent_key_acls()?;
        let group =
            json!({ "name": POLICY, "external_ids": map([("vendor", "kube-ovn"), ("np", "default/controller")]) });
        controller.database.transact(vec![json!({ "op": "insert", "table": "Port_Group", "row": group })])?;
        Ok(controller)
    }

    /// What an event makes it do: the subnet, the policy, and, as often as it is started anew, what it does then.
    pub fn reconcile(&mut self) -> io::Result<()> {
        self.rounds += 1;
        self.subnet()?;
        self.policy()?;
        if self.rounds.is_multiple_of(5) {
            self.migrate_acl_tier()?;
            self.clean_no_parent_key_acls()?;
        }
        Ok(())
    }

    /// How often it has reconciled.
    pub fn rounds(&self) -> u64 {
        self.rounds
    }

    /// Whether a row is one that it deletes and writes anew.
    pub fn keeps(&self, row: &Value) -> bool {
        [SUBNET, POLICY].iter().any(|parent| parent_is(row, parent))
    }

    /// What is to be in the database of it: what is there in excess or is missing is an error.
    pub fn check(&self) -> Result<(), String> {
        let wanted: BTreeSet<String> = self.rows().iter().flat_map(|(_, rows)| rows).map(said).collect();
        let told = |error: io::Error| error.to_string();
        let condition = json!([["external_ids", "includes", map([("vendor", "kube-ovn")])]]);
        let found = self.database.select("ACL", condition, COLUMNS).map_err(told)?;
        let found: Vec<String> = found.iter().filter(|row| self.keeps(row)).map(said).collect();
        if found.len() == wanted.len() && found.iter().all(|row| wanted.contains(row)) {
            return Ok(());
        }
        Err(format!("the controller wants {wanted:#?}, and there are {found:#?}"))
    }

    /// `UpdateLogicalSwitchACL` behind `SetLogicalSwitchPrivate`: first all rows of the parent go, then come the rows of a
    /// private subnet, then those of its list.
    fn subnet(&self) -> io::Result<()> {
        self.delete_acls("Logical_Switch", SUBNET)?;
        let rows = self.rows();
        let subnet = rows.iter().filter(|(parent, _)| *parent == SUBNET);
        subnet
            .into_iter()
            .try_for_each(|(_, rows)| self.database.transact(create("Logical_Switch", SUBNET, rows)).map(drop))
    }

    /// A NetworkPolicy: rows go and come in one transaction, ports of the group in another one.
    fn policy(&self) -> io::Result<()> {
        let rows: Vec<Value> =
            self.rows().into_iter().filter(|(parent, _)| *parent == POLICY).flat_map(|(_, rows)| rows).collect();
        let mut operations = self.deletion("Port_Group", POLICY)?;
        operations.extend(create("Port_Group", POLICY, &rows));
        self.database.transact(operations)?;
        let ports = self.database.select("Logical_Switch_Port", json!([["type", "==", ""]]), &["_uuid"])?;
        let few =
            ports.iter().skip(usize::try_from(self.rounds % 3).unwrap_or(0)).take(2).map(|port| port["_uuid"].clone());
        let row = json!({ "ports": set(few) });
        let update = json!({ "op": "update", "table": "Port_Group", "where": [["name", "==", POLICY]], "row": row });
        self.database.transact(vec![update]).map(drop)
    }

    /// `DeleteAcls`: by `parent` alone, whoever wrote the row.
    fn delete_acls(&self, table: &str, parent: &str) -> io::Result<()> {
        let operations = self.deletion(table, parent)?;
        self.database.transact(operations).map(drop)
    }

    fn deletion(&self, table: &str, parent: &str) -> io::Result<Vec<Value>> {
        let condition = json!([["external_ids", "includes", map([("parent", parent)])]]);
        let found = self.database.select("ACL", condition, &["_uuid"])?;
        let gone = set(found.iter().map(|row| row["_uuid"].clone()));
        Ok(vec![mutate(table, parent, "delete", &gone)])
    }

    /// `MigrateACLTier`.
    fn migrate_acl_tier(&self) -> io::Result<()> {
        let found = self.database.select("ACL", json!([["tier", "==", 0]]), &["_uuid"])?;
        let update = |row: &Value| {
            let condition = json!([["_uuid", "==", row["_uuid"]]]);
            json!({ "op": "update", "table": "ACL", "where": condition, "row": { "tier": 2 } })
        };
        self.database.transact(found.iter().map(update).collect()).map(drop)
    }

    /// `CleanNoParentKeyAcls`.
    fn clean_no_parent_key_acls(&self) -> io::Result<()> {
        let condition = json!([["external_ids", "includes", map([("vendor", "kube-ovn")])]]);
        let found = self.database.select("ACL", condition, &["_uuid", "external_ids"])?;
        let orphans = found.iter().filter(|row| !row["external_ids"].to_string().contains("\"parent\""));
        let gone = set(orphans.map(|row| row["_uuid"].clone()));
        let from =
            |table| json!({ "op": "mutate", "table": table, "where": [], "mutations": [["acls", "delete", gone]] });
        self.database.transact(vec![from("Logical_Switch"), from("Port_Group")]).map(drop)
    }

    /// The rows of each transaction, by their parents.
    fn rows(&self) -> Vec<(&'static str, Vec<Value>)> {
        let private = vec![
            row(SUBNET, ("to-lport", 1000, "drop"), "ip", &[]),
            row(SUBNET, ("to-lport", 1001, "allow-related"), &format!("ip4.src == {CIDR} && ip4.dst == {CIDR}"), &[]),
        ];
        let list: Vec<Value> = (0..1 + self.rounds % 3)
            .map(|number| {
                let matches = format!("ip4.src == 10.1.0.{number}");
                row(SUBNET, ("to-lport", 1100 + number, "allow-related"), &matches, &[("subnet", SUBNET)])
            })
            .collect();
        let policy = vec![
            row(POLICY, ("to-lport", 2000, "drop"), &format!("outport == @{POLICY} && ip"), &[]),
            row(
                POLICY,
                ("to-lport", 2001, "allow-related"),
                &format!("outport == @{POLICY} && ip && ip4.src == 10.1.1.1"),
                &[],
            ),
        ];
        vec![(SUBNET, private), (SUBNET, list), (POLICY, policy)]
    }
}

/// What is compared of a row.
const COLUMNS: &[&str] = &["direction", "priority", "match", "action", "tier", "external_ids"];

fn said(row: &Value) -> String {
    COLUMNS.iter().map(|column| row[*column].to_string()).collect::<Vec<_>>().join(" ")
}

fn parent_is(row: &Value, parent: &str) -> bool {
    row["external_ids"].to_string().contains(&json!(["parent", parent]).to_string())
}

fn row(parent: &str, (direction, priority, action): (&str, u64, &str), matches: &str, more: &[(&str, &str)]) -> Value {
    // In the order in which the server gives them back.
    let mut ids = vec![("parent", parent), ("vendor", "kube-ovn")];
    ids.extend(more);
    ids.sort_unstable();
    json!({
        "direction": direction, "priority": priority, "match": matches, "action": action, "tier": 2, "external_ids": map(ids),
    })
}

fn create(table: &str, parent: &str, rows: &[Value]) -> Vec<Value> {
    let name = |number: usize| format!("row{number}");
    let insert = |(number, row): (usize, &Value)| json!({ "op": "insert", "table": "ACL", "uuid-name": name(number), "row": row });
    let mut operations: Vec<Value> = rows.iter().enumerate().map(insert).collect();
    let new = set((0..rows.len()).map(|number| json!(["named-uuid", name(number)])));
    operations.push(mutate(table, parent, "insert", &new));
    operations
}

fn mutate(table: &str, parent: &str, what: &str, rows: &Value) -> Value {
    json!({ "op": "mutate", "table": table, "where": [["name", "==", parent]], "mutations": [["acls", what, rows]] })
}
