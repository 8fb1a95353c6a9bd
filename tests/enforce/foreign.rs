//! Rows of others, beside which the program lives.

use crate::controller::Controller;
use ringfence_tests::ovn::database::{Database, map, set};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Rows as Kube-OVN's controller, and somebody without a name, would write them.
pub fn write(database: &Database) -> Result<(), String> {
    let acl = |name: &str, matches: &str, ids: Value| {
        let row = json!({
            "direction": "to-lport", "priority": 7, "match": matches, "action": "allow", "external_ids": ids,
        });
        json!({ "op": "insert", "table": "ACL", "uuid-name": name, "row": row })
    };
    let hang = |switch: &str, row: &str| {
        let condition = json!([["name", "==", switch]]);
        let mutations = json!([["acls", "insert", set([json!(["named-uuid", row])])]]);
        json!({ "op": "mutate", "table": "Logical_Switch", "where": condition, "mutations": mutations })
    };
    let group = json!({
        "name": "np.web.default", "acls": set([json!(["named-uuid", "third"])]),
        "external_ids": map([("vendor", "kube-ovn"), ("np", "default/web")]),
    });
    let addresses = json!({ "name": "np.web.default.ingress", "addresses": "10.0.0.1", "external_ids": map([]) });
    let operations = vec![
        acl("first", "ip4.src == 10.9.9.9", map([("vendor", "kube-ovn"), ("parent", "vswitch1")])),
        hang("vswitch1", "first"),
        acl("second", "ip4.src == 10.9.9.8", map([])),
        hang("vswitch2", "second"),
        acl("third", "ip4.src == 10.9.9.7", map([("vendor", "kube-ovn"), ("parent", "np.web.default")])),
        json!({ "op": "insert", "table": "Port_Group", "row": group }),
        json!({ "op": "insert", "table": "Address_Set", "row": addresses }),
    ];
    database.transact(operations).map(drop).map_err(|error| error.to_string())
}

/// The rows of the table ACL that are not ours, by what they say.
pub fn rows(database: &Database) -> Result<BTreeSet<String>, String> {
    let rows = database.select("ACL", json!([]), &["match", "external_ids"]).map_err(|error| error.to_string())?;
    let foreign = rows.iter().filter(|row| !row["external_ids"].to_string().contains("ringfence-owner"));
    Ok(foreign.map(|row| said(&row["match"], &row["external_ids"])).collect())
}

/// The same without those that a controller deletes and writes anew.
pub fn rows_but_of(database: &Database, controller: &Controller<'_>) -> Result<BTreeSet<String>, String> {
    let rows = database.select("ACL", json!([]), &["match", "external_ids"]).map_err(|error| error.to_string())?;
    let foreign = rows.iter().filter(|row| !row["external_ids"].to_string().contains("ringfence-owner"));
    Ok(foreign.filter(|row| !controller.keeps(row)).map(|row| said(&row["match"], &row["external_ids"])).collect())
}

/// What a row says of itself.
pub fn said(matches: &Value, ids: &Value) -> String {
    format!("{matches} {ids}")
}
