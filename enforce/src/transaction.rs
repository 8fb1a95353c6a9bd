//! A plan as one transaction: what it was based on, what it does, what takes it back, and a number to wait for.

use crate::after::{columns, ports};
use crate::item::Item;
use crate::plan::Plan;
use crate::tables::{ACL, GLOBAL};
use ringfence_ovsdb::{Atom, Datum, Operation, Row, Snapshot, Uuid};
use serde_json::json;

/// How much of what a plan was based on must still be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// The rows of the policy set, and all rows on the parents that it changes, whoever wrote them.
    World,
    /// The rows of the policy set alone: for a database whose other writers never rest.
    Own,
}

impl Plan {
    /// The operations, all or none of which are carried out. The last one tells which `nb_cfg` to wait for.
    pub fn operations(&self, strictness: Strictness) -> Vec<Operation> {
        let mut operations = vec![Operation::comment(&format!("ringfence {}: {}", self.set, self.summary()))];
        operations.extend(self.waits(strictness));
        let ports = ports(&self.world);
        let row = |item: &Item| columns(item, &self.set, &self.schema, &ports);
        for change in &self.changes {
            let (table, id) = (change.table(), change.id);
            match (&change.old, &change.new) {
                (None, Some(item)) => {
                    let mut row = row(item);
                    if table == "Port_Group" {
                        row.insert("acls".to_owned(), Datum::set(self.links.of_new(id)));
                    }
                    operations.push(Operation::insert(table, id, &row));
                }
                (Some(old), Some(item)) => {
                    let before = self.world.row(table, id);
                    let changed = row(item)
                        .into_iter()
                        .filter(|(name, value)| before.and_then(|row| row.get(name)) != Some(value));
                    let changed: Row = changed.collect();
                    if !changed.is_empty() && old != item {
                        operations.push(Operation::update(table, id, &changed));
                    }
                }
                (_, None) => {}
            }
        }
        operations.extend(self.moves());
        // A row of the table ACL goes with the last reference to it.
        let gone = self.changes.iter().filter(|change| change.new.is_none() && change.table() != "ACL");
        operations.extend(gone.map(|change| Operation::delete(change.table(), change.id)));
        operations.extend(self.bookkeeping());
        operations
    }

    fn waits(&self, strictness: Strictness) -> Vec<Operation> {
        let mut waits = vec![self.generation_wait()];
        let columns = |table: &str| match table {
            "Port_Group" => &["name", "ports", "external_ids"][..],
            "Address_Set" => &["name", "addresses", "external_ids"],
            _ => ACL,
        };
        let there = self.changes.iter().filter(|change| change.old.is_some());
        waits.extend(there.filter_map(|change| wait(&self.world, change.table(), change.id, columns(change.table()))));
        let based = match strictness {
            Strictness::World => &["name", "acls"][..],
            Strictness::Own => &["name"],
        };
        let parents = self.links.0.keys().filter_map(|(table, id)| wait(&self.world, table, *id, based));
        waits.extend(parents);
        waits
    }

    /// Nobody has applied this set since.
    fn generation_wait(&self) -> Operation {
        let key = self.history.generation_key();
        let Some(generation) = self.history.generation() else {
            let ids = self.world.row(GLOBAL, self.global).and_then(|row| row.get("external_ids").cloned());
            let ids = ids.unwrap_or(Datum::Map(Default::default()));
            return Operation::wait(GLOBAL, self.global, &Row::from([("external_ids".to_owned(), ids)]));
        };
        let id = Atom::Uuid(self.global).to_json();
        let pair = Datum::texts([(key.as_str(), generation.to_string().as_str())]).to_json();
        Operation(json!({
            "op": "wait", "table": GLOBAL, "where": [["_uuid", "==", id], ["external_ids", "includes", pair]],
            "columns": ["_uuid"], "until": "==", "rows": [{ "_uuid": id }], "timeout": 0,
        }))
    }

    fn moves(&self) -> Vec<Operation> {
        let is_new = |id: Uuid| self.changes.iter().any(|change| change.id == id && change.old.is_none());
        let mut moves = Vec::new();
        for ((table, parent), moved) in self.links.0.iter().filter(|((_, parent), _)| !is_new(*parent)) {
            if !moved.remove.is_empty() {
                let gone = Datum::set(moved.remove.iter().copied());
                moves.push(Operation::mutate(table, *parent, "acls", "delete", &gone));
            }
            if !moved.add.is_empty() {
                moves.push(Operation::mutate(table, *parent, "acls", "insert", &Datum::set(moved.add.iter().copied())));
            }
        }
        moves
    }

    fn bookkeeping(&self) -> Vec<Operation> {
        let record = self.history.record(&self.changes, &self.summary());
        let id = json!([["_uuid", "==", Atom::Uuid(self.global).to_json()]]);
        let mutations = json!([
            ["external_ids", "delete", record.delete.to_json()],
            ["external_ids", "insert", record.insert.to_json()],
            ["nb_cfg", "+=", 1],
        ]);
        vec![
            Operation(json!({ "op": "mutate", "table": GLOBAL, "where": id, "mutations": mutations })),
            Operation::select(GLOBAL, &["nb_cfg"]),
        ]
    }

    /// Whether this plan can be taken back afterwards: what does so fits into the database.
    pub fn is_undoable(&self) -> bool {
        self.history.record(&self.changes, "").undoable
    }
}

fn wait(world: &Snapshot, table: &str, id: Uuid, columns: &[&str]) -> Option<Operation> {
    let row = world.row(table, id)?;
    let expected = columns.iter().filter_map(|name| Some(((*name).to_owned(), row.get(*name)?.clone())));
    Some(Operation::wait(table, id, &expected.collect()))
}
