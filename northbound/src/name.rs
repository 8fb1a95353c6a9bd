//! What switches and routers are called, each by a name of its own.
//!
//! Neither table has an index on `name` (`ovn-nb.ovsschema`): two rows may have the same one, or none.

use crate::row::text;
use ringfence_ovsdb::{Snapshot, Uuid};
use std::collections::BTreeMap;

/// The names of the switches and of the routers of a database.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) switches: BTreeMap<Uuid, String>,
    pub(crate) routers: BTreeMap<Uuid, String>,
}

impl Names {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        Self { switches: names(snapshot, "Logical_Switch"), routers: names(snapshot, "Logical_Router") }
    }
}

/// The names of a table's rows. Those that share theirs have the beginning of their identity behind it, those without have
/// nothing else.
fn names(snapshot: &Snapshot, table: &str) -> BTreeMap<Uuid, String> {
    let written = |row| text(row, "name").unwrap_or_default();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    snapshot.rows(table).for_each(|(_, row)| *count.entry(written(row)).or_default() += 1);
    let name = |id: Uuid, name: &str| match count.get(name) {
        _ if name.is_empty() => short(id),
        Some(1) => name.to_owned(),
        _ => format!("{name} ({})", short(id)),
    };
    snapshot.rows(table).map(|(id, row)| (id, name(id, written(row)))).collect()
}

/// The first eight digits, as OVN's own programs show an identity.
pub(crate) fn short(id: Uuid) -> String {
    id.simple().to_string().chars().take(8).collect()
}
