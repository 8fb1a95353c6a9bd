//! A plan as one transaction: what it was based on, what it does, what takes it back, and a number to wait for.

use crate::after::{columns, ports};
use crate::item::{Item, Origin};
use crate::owned::{labels, stage_name};
use crate::plan::Plan;
use crate::tables::{self, GLOBAL};
use ringfence_northbound::row::text;
use ringfence_ovsdb::{Atom, Datum, Operation, Row, Snapshot, Uuid};
use serde_json::{Value, json};

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
        let left = self.world.rows("Port_Group").any(|(_, row)| text(row, "name") == Some(&stage_name(&self.set)));
        operations.extend(left.then(|| self.unstage()));
        operations.extend(self.bookkeeping());
        operations
    }

    /// The same in several transactions, none of them with more bytes than this: rows that come are written first, onto a
    /// port group without ports, where no switch asks them; the last transaction hangs them where they belong, and does all
    /// the rest. Until then everything means what it meant before.
    ///
    /// Gives how many bytes the last one has where that is too many: it cannot be divided.
    pub fn staged(&self, strictness: Strictness, limit: usize) -> Result<Vec<Vec<Operation>>, usize> {
        let all = self.operations(strictness);
        if bytes(&all) <= limit {
            return Ok(vec![all]);
        }
        let (rows, mut last): (Vec<_>, Vec<_>) = all.into_iter().partition(|operation| inserted(operation).is_some());
        // The last operation tells the number to wait for.
        last.insert(last.len().saturating_sub(1), self.unstage());
        if bytes(&last) > limit {
            return Err(bytes(&last));
        }
        let mut stages: Vec<Vec<Operation>> = Vec::new();
        let mut stage = self.stage(stages.len());
        let (empty, mut held): (usize, Vec<Uuid>) = (bytes(&stage), Vec::new());
        let mut size = empty;
        for row in rows {
            let more = row.0.to_string().len() + REFERENCE;
            if size + more > limit && !held.is_empty() {
                stage.push(self.hold(&std::mem::take(&mut held)));
                stages.push(std::mem::take(&mut stage));
                (stage, size) = (self.stage(stages.len()), empty);
            }
            size += more;
            held.extend(inserted(&row));
            stage.push(row);
        }
        stage.push(self.hold(&held));
        stages.extend([stage, last]);
        Ok(stages)
    }

    /// Takes away what stages have left behind that nobody goes on with.
    pub fn unstage(&self) -> Operation {
        let name = json!([["name", "==", stage_name(&self.set)]]);
        Operation(json!({ "op": "delete", "table": "Port_Group", "where": name }))
    }

    /// How a stage begins; the first one in the place of what somebody has left.
    fn stage(&self, number: usize) -> Vec<Operation> {
        let comment = Operation::comment(&format!("ringfence {}: stage {}", self.set, number + 1));
        let origin = Origin { object: "Stage".to_owned(), rule: String::new() };
        let row = Row::from([
            ("name".to_owned(), Datum::from(stage_name(&self.set).as_str())),
            ("external_ids".to_owned(), labels(&self.set, &origin)),
        ]);
        let group = (number == 0).then(|| [self.unstage(), Operation::insert_named("Port_Group", "stage", &row)]);
        [comment, self.generation_wait()].into_iter().chain(group.into_iter().flatten()).collect()
    }

    fn hold(&self, rows: &[Uuid]) -> Operation {
        let name = json!([["name", "==", stage_name(&self.set)]]);
        let mutations = json!([["acls", "insert", Datum::set(rows.iter().copied()).to_json()]]);
        Operation(json!({ "op": "mutate", "table": "Port_Group", "where": name, "mutations": mutations }))
    }

    fn waits(&self, strictness: Strictness) -> Vec<Operation> {
        let mut waits = vec![self.generation_wait()];
        // What hangs on a group is waited for below.
        let columns = |table: &str| {
            let read = tables::columns(table).into_iter();
            read.filter(|column| table != "Port_Group" || *column != "acls").collect::<Vec<_>>()
        };
        let there = self.changes.iter().filter(|change| change.old.is_some());
        waits.extend(there.filter_map(|change| wait(&self.world, change.table(), change.id, &columns(change.table()))));
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

/// What a reference to a row takes: `["uuid","…"],`.
const REFERENCE: usize = 48;

/// How many bytes operations put into the log that a cluster agrees on: what is only asked leaves nothing there.
fn bytes(operations: &[Operation]) -> usize {
    let writes = |value: &Value| !matches!(value.get("op").and_then(Value::as_str), Some("wait" | "select"));
    operations.iter().filter(|Operation(value)| writes(value)).map(|Operation(value)| value.to_string().len() + 1).sum()
}

/// The identity of a row of the table ACL that comes.
fn inserted(Operation(value): &Operation) -> Option<Uuid> {
    let says = |key: &str, word: &str| value.get(key).and_then(Value::as_str) == Some(word);
    let new = says("op", "insert") && says("table", "ACL");
    new.then(|| value.get("uuid")?.as_str()?.parse().ok()).flatten()
}

fn wait(world: &Snapshot, table: &str, id: Uuid, columns: &[&str]) -> Option<Operation> {
    let row = world.row(table, id)?;
    let expected = columns.iter().filter_map(|name| Some(((*name).to_owned(), row.get(*name)?.clone())));
    Some(Operation::wait(table, id, &expected.collect()))
}
