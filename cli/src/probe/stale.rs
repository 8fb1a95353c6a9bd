//! Whether the flows of a Southbound database are those of a Northbound one: a count of changes that nobody counts says
//! nothing of it.

use ringfence_northbound::row::{entry, integer, text, texts, uuids};
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use std::collections::{BTreeMap, BTreeSet};

/// What is compared.
pub(super) const COLUMNS: &[(&str, &[&str])] =
    &[("Logical_Flow", &["priority", "match", "actions", "external_ids"]), ("Port_Binding", &["logical_port", "mac"])];

/// A sentence about something that ovn-northd has not made flows of, or of which it still has flows; nothing where there is
/// none.
pub(super) fn stale(northbound: &Snapshot, southbound: &Snapshot) -> Option<String> {
    let what = unbound(northbound, southbound).or_else(|| unmade(northbound, southbound));
    let what = what.or_else(|| left(northbound, southbound))?;
    Some(format!("the flows are not those of the rows: {what}; see whether ovn-northd runs"))
}

/// A port of a machine that is not there, or has other addresses there.
fn unbound(northbound: &Snapshot, southbound: &Snapshot) -> Option<String> {
    let bound = southbound.rows("Port_Binding").filter_map(|(_, row)| Some((text(row, "logical_port")?, row)));
    let bound: BTreeMap<&str, &Row> = bound.collect();
    let mut ports = northbound.rows("Logical_Switch_Port").filter_map(|(_, row)| Some((text(row, "name")?, row)));
    let is_bound = |name: &str, row: &Row| {
        let known = bound.get(name).map(|row| texts(row, "mac"));
        let machine = text(row, "type").unwrap_or_default().is_empty();
        let stated = texts(row, "addresses").into_iter();
        // What is dynamic, and what is sent to whoever is not known, is said in other words there.
        let mut plain = stated.filter(|element| !element.contains("dynamic") && !element.is_empty());
        known.is_some_and(|known| !machine || plain.all(|element| known.contains(&element)))
    };
    let (name, _) = ports.find(|(name, row)| !is_bound(name, row))?;
    Some(format!("port `{name}` is not there as it is"))
}

/// A row that none of the flows is of.
fn unmade(northbound: &Snapshot, southbound: &Snapshot) -> Option<String> {
    let mut by_priority: BTreeMap<i64, Vec<&Row>> = BTreeMap::new();
    flows(southbound).for_each(|flow| by_priority.entry(priority(flow)).or_default().push(flow));
    let in_force = in_force(northbound);
    let mut acls = northbound.rows("ACL").filter(|(id, _)| in_force.contains(id));
    let is_made = |acl: &Row| {
        let flows = integer(acl, "priority").and_then(|own| by_priority.get(&(own + OFFSET)));
        flows.into_iter().flatten().any(|flow| is_of(flow, acl) && decides_as(flow, acl))
    };
    let (id, acl) = acls.find(|(_, acl)| !is_made(acl))?;
    Some(format!("there is none of ACL {id}, `{}`", text(acl, "match").unwrap_or_default()))
}

/// A flow that was made of a row, which none is any more.
fn left(northbound: &Snapshot, southbound: &Snapshot) -> Option<String> {
    let in_force = in_force(northbound);
    let mut by_priority: BTreeMap<i64, Vec<&Row>> = BTreeMap::new();
    for (_, acl) in northbound.rows("ACL").filter(|(id, _)| in_force.contains(id)) {
        by_priority.entry(priority(acl) + OFFSET).or_default().push(acl);
    }
    let is_left = |flow: &&Row| {
        let acls = by_priority.get(&priority(flow)).into_iter().flatten();
        entry(flow, "external_ids", "stage-hint").is_some() && !acls.into_iter().any(|acl| is_of(flow, acl))
    };
    let flow = flows(southbound).find(is_left)?;
    Some(format!("there is one of a row that is gone, `{}`", text(flow, "match").unwrap_or_default()))
}

/// The rows of switches and of groups with ports: of others there are no flows.
fn in_force(northbound: &Snapshot) -> BTreeSet<Uuid> {
    let groups = northbound.rows("Port_Group").filter(|(_, group)| !uuids(group, "ports").is_empty());
    let parents = northbound.rows("Logical_Switch").chain(groups);
    parents.flat_map(|(_, parent)| uuids(parent, "acls")).collect()
}

/// The flows that rows are made into: those of their stages, in the range of their priorities.
fn flows(southbound: &Snapshot) -> impl Iterator<Item = &Row> {
    let is_of_rows = |row: &&Row| {
        let stage = entry(row, "external_ids", "stage-name").unwrap_or_default();
        STAGES.iter().any(|known| stage.strip_suffix("_eval").unwrap_or(stage) == *known)
            && (OFFSET..=OFFSET + i64::from(i16::MAX)).contains(&priority(row))
    };
    southbound.rows("Logical_Flow").map(|(_, row)| row).filter(is_of_rows)
}

/// Names of these stages, without what later releases put behind them.
const STAGES: [&str; 3] = ["ls_in_acl", "ls_out_acl", "ls_in_acl_after_lb"];

/// What northd adds to the priority of a row (`OVN_ACL_PRI_OFFSET`).
const OFFSET: i64 = 1000;

fn priority(row: &Row) -> i64 {
    integer(row, "priority").unwrap_or_default()
}

/// Whether the match of a flow is that of a row, with what northd puts around it.
fn is_of(flow: &Row, acl: &Row) -> bool {
    text(flow, "match").unwrap_or_default().contains(text(acl, "match").unwrap_or_default())
}

/// Whether the actions of a flow are of the kind of a row's: registers say it from OVN 23.06 on.
fn decides_as(flow: &Row, acl: &Row) -> bool {
    let actions = text(flow, "actions").unwrap_or_default();
    let refuses = actions.contains("reject {") || actions.contains("reg8[18] = 1");
    let drops = !refuses && (actions.contains("drop") || actions.contains("reg8[17] = 1"));
    match text(acl, "action") {
        Some("drop") => drops,
        Some("reject") => refuses,
        _ => !drops && !refuses,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringfence_ovsdb::Datum;
    use serde_json::{Value, json};

    const SWITCH: Uuid = Uuid::from_u128(1);
    const ROW: Uuid = Uuid::from_u128(2);

    fn rows(tables: &[(&str, Uuid, Value)]) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for (table, id, columns) in tables {
            let columns = columns.as_object().unwrap().iter();
            let columns = columns.map(|(name, value)| (name.clone(), Datum::from_json(value).unwrap()));
            snapshot.insert(table, *id, columns.collect());
        }
        snapshot
    }

    fn flow(matches: &str, actions: &str) -> Value {
        let ids = json!(["map", [["stage-name", "ls_out_acl_eval"], ["stage-hint", "00000000"]]]);
        json!({ "priority": 1005, "match": matches, "actions": actions, "external_ids": ids })
    }

    /// What is said of flows where one row drops TCP, and one port is there.
    fn said(flows: &[Value], addresses: &str) -> Option<String> {
        let northbound = rows(&[
            ("Logical_Switch", SWITCH, json!({ "acls": ["uuid", ROW.to_string()] })),
            ("Logical_Switch_Port", SWITCH, json!({ "name": "vm1", "type": "", "addresses": addresses })),
            ("ACL", ROW, json!({ "priority": 5, "match": "tcp", "action": "drop", "direction": "to-lport" })),
        ]);
        let mut all =
            vec![("Port_Binding", SWITCH, json!({ "logical_port": "vm1", "mac": "02:00:00:00:00:01 10.0.0.5" }))];
        all.extend((10..).map(Uuid::from_u128).zip(flows).map(|(id, flow)| ("Logical_Flow", id, flow.clone())));
        stale(&northbound, &rows(&all))
    }

    #[test]
    fn flows_are_those_of_the_rows_or_not() {
        let (own, made) = ("02:00:00:00:00:01 10.0.0.5", flow("reg0[9] == 1 && (tcp)", "/* drop */"));
        assert_eq!(said(std::slice::from_ref(&made), own), None);
        assert_eq!(said(&[flow("(tcp)", "reg8[17] = 1; next;")], "dynamic"), None);
        for (flows, addresses, words) in [
            (vec![], own, "there is none of ACL"),
            (vec![flow("(udp)", "/* drop */")], own, "there is none of ACL"),
            (vec![flow("(tcp)", "next;")], own, "there is none of ACL"),
            (vec![made.clone(), flow("(udp)", "next;")], own, "of a row that is gone, `(udp)`"),
            (vec![made], "02:00:00:00:00:02 10.0.0.5", "port `vm1` is not there as it is"),
        ] {
            let said = said(&flows, addresses).unwrap_or_default();
            assert!(said.contains(words), "{said}");
        }
    }
}
