//! The world that follows from changes, without asking anybody.

use crate::change::Change;
use crate::item::Item;
use crate::links::Links;
use crate::owned::labels;
use crate::set::PolicySet;
use ringfence_northbound::row::{text, uuids};
use ringfence_ovsdb::{Datum, Row, Schema, Snapshot, Uuid};
use std::collections::{BTreeSet, HashMap};

/// What a row of ours says, with its references to ports; without those to rows.
pub(crate) fn columns(item: &Item, set: &PolicySet, schema: &Schema, ports: &HashMap<&str, Uuid>) -> Row {
    let mut row = match item {
        Item::Acl(acl) => acl.content.to_row(schema),
        Item::PortGroup(group) => {
            let ports: BTreeSet<Uuid> =
                group.ports.iter().filter_map(|port| ports.get(port.as_str()).copied()).collect();
            Row::from([
                ("name".to_owned(), Datum::from(group.name.as_str())),
                ("ports".to_owned(), Datum::set(ports).canonical()),
            ])
        }
        Item::AddressSet(found) => Row::from([
            ("name".to_owned(), Datum::from(found.name.as_str())),
            ("addresses".to_owned(), Datum::set(found.addresses.iter().map(String::as_str)).canonical()),
        ]),
    };
    row.insert("external_ids".to_owned(), labels(set, item.origin()));
    row
}

/// Ports by name.
pub(crate) fn ports(snapshot: &Snapshot) -> HashMap<&str, Uuid> {
    snapshot.rows("Logical_Switch_Port").filter_map(|(id, row)| Some((text(row, "name")?, id))).collect()
}

/// The world after changes.
pub(crate) fn after(
    snapshot: &Snapshot,
    changes: &[Change],
    links: &Links,
    set: &PolicySet,
    schema: &Schema,
) -> Snapshot {
    let ports = ports(snapshot);
    let mut world = snapshot.clone();
    for change in changes {
        let table = change.table();
        let Some(item) = &change.new else {
            world.remove(table, change.id);
            continue;
        };
        let mut row = snapshot.row(table, change.id).cloned().unwrap_or_default();
        row.extend(columns(item, set, schema, &ports));
        if table == "Port_Group" {
            row.entry("acls".to_owned()).or_insert_with(|| Datum::set(Vec::<Uuid>::new()));
        }
        world.insert(table, change.id, row);
    }
    for ((table, parent), moved) in &links.0 {
        let Some(mut row) = world.row(table, *parent).cloned() else { continue };
        let mut acls: BTreeSet<Uuid> = uuids(&row, "acls").into_iter().collect();
        acls.retain(|acl| !moved.remove.contains(acl));
        acls.extend(&moved.add);
        row.insert("acls".to_owned(), Datum::set(acls).canonical());
        world.insert(table, *parent, row);
    }
    world
}
