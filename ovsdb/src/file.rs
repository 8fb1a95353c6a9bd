//! Databases without a server: the files that `ovsdb-server` keeps (`ovsdb(5)`), standalone and clustered, what
//! `ovsdb-client backup` writes (the same), and what `ovsdb-client dump --format=json` prints.

use crate::schema::Schema;
use crate::snapshot::{Row, Snapshot, completed, objects, row};
use crate::value::{Atom, Datum, uuid};
use serde_json::{Deserializer, Value, json};
use sha1::{Digest, Sha1};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;
use uuid::Uuid;

/// A database that was read from a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saved {
    /// Its schema; a dump has none.
    pub schema: Option<Schema>,
    /// Its rows.
    pub snapshot: Snapshot,
    /// What could not be read, in one line; everything before it was.
    pub broken: Option<String>,
}

/// Why a file is no database.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileError {
    /// It is something else.
    #[error("this is no OVSDB file, no backup and no dump in JSON")]
    Unknown,
    /// It starts as one, but its first record cannot be read.
    #[error("the database file is broken: {0}")]
    Broken(String),
}

/// Whether a text is one of the forms that [`read`] knows, told by its first bytes.
pub fn is_database(bytes: &[u8]) -> bool {
    bytes.starts_with(b"OVSDB JSON ") || bytes.starts_with(b"OVSDB CLUSTER ") || is_dump(bytes)
}

fn is_dump(bytes: &[u8]) -> bool {
    let start = bytes.get(..4096).unwrap_or(bytes);
    let start = String::from_utf8_lossy(start);
    let at = |key: &str| start.contains(key);
    start.starts_with('{') && ((at("\"headings\":") && at("\"data\":")) || at("\"caption\":\"")) && at("[[")
}

/// Reads a database.
pub fn read(bytes: &[u8]) -> Result<Saved, FileError> {
    if bytes.starts_with(b"OVSDB ") {
        return log(bytes);
    }
    if is_dump(bytes) { dump(bytes) } else { Err(FileError::Unknown) }
}

/// Writes rows as `ovsdb-client dump --format=json` prints them, an object a line for each table; [`read`] reads it.
pub fn write_dump(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for table in snapshot.tables() {
        let rows = snapshot.rows(table);
        let columns: BTreeSet<&String> = rows.clone().flat_map(|(_, row)| row.keys()).collect();
        let empty = json!(["set", []]);
        let cells = |(id, row): (Uuid, &Row)| {
            let identity = Atom::Uuid(id).to_json();
            let cell = |name: &&String| row.get(*name).map_or_else(|| empty.clone(), Datum::to_json);
            Value::Array([identity].into_iter().chain(columns.iter().map(cell)).collect())
        };
        let data: Vec<Value> = rows.map(cells).collect();
        let headings: Vec<&str> = ["_uuid"].into_iter().chain(columns.iter().map(|name| name.as_str())).collect();
        let table = json!({ "caption": format!("{table} table"), "headings": headings, "data": data });
        text += &format!("{table}\n");
    }
    text
}

/// The records of a log, and what is wrong with the first that is broken.
fn records(bytes: &[u8]) -> (Vec<Value>, Option<String>) {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        match record(rest) {
            Ok((value, behind)) => {
                found.push(value);
                rest = behind;
            }
            Err(why) => {
                let at = bytes.len() - rest.len();
                return (found, Some(format!("the record at byte {at} {why}; {} bytes are left out", rest.len())));
            }
        }
    }
    (found, None)
}

fn record(bytes: &[u8]) -> Result<(Value, &[u8]), &'static str> {
    let end = bytes.iter().take(128).position(|byte| *byte == b'\n').ok_or("has no head")?;
    let (head, body) = bytes.split_at_checked(end).ok_or("has no head")?;
    let body = body.get(1..).unwrap_or_default();
    let head = std::str::from_utf8(head).map_err(|_| "has no head")?;
    let mut words = head.split(' ');
    let ["OVSDB", "JSON" | "CLUSTER"] = [words.next(), words.next()].map(Option::unwrap_or_default) else {
        return Err("has no head");
    };
    let length: usize = words.next().and_then(|word| word.parse().ok()).ok_or("has no length")?;
    let sum = words.next().ok_or("has no checksum")?;
    let (text, behind) = body.split_at_checked(length).ok_or("is cut off")?;
    let digest: String = Sha1::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    if digest != sum {
        return Err("has another checksum than it says");
    }
    serde_json::from_slice(text).map(|value| (value, behind)).map_err(|_| "is no JSON")
}

fn log(bytes: &[u8]) -> Result<Saved, FileError> {
    let (records, broken) = records(bytes);
    let first = records.first().ok_or_else(|| FileError::Broken(broken.clone().unwrap_or_default()))?;
    let changes: Vec<Value> = match first.get("cluster_id").or(first.get("server_id")) {
        Some(_) => entries(&records),
        None => records,
    };
    let mut saved = Saved { broken, ..Saved::default() };
    for change in &changes {
        match change.get("tables") {
            Some(_) => saved.schema = Some(Schema::from_json(change)),
            None => saved.replay(change),
        }
    }
    match saved.schema {
        Some(_) => Ok(saved),
        None => Err(FileError::Broken("it has no schema".to_owned())),
    }
}

/// The transactions of a clustered log, the snapshot that it starts with included. An entry takes the place of those of
/// the same and of later indexes: they were never agreed on.
fn entries(records: &[Value]) -> Vec<Value> {
    let mut start = Vec::new();
    let mut entries: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for record in records {
        if let Some(data) = record.get("prev_data") {
            start = parts(data);
        }
        if let (Some(index), Some(data)) = (record.get("index").and_then(Value::as_u64), record.get("data")) {
            entries.split_off(&index);
            entries.insert(index, parts(data));
        }
    }
    start.into_iter().chain(entries.into_values().flatten()).collect()
}

/// Schema and transaction of an entry: `[SCHEMA or null, TRANSACTION]`.
fn parts(data: &Value) -> Vec<Value> {
    data.as_array().into_iter().flatten().filter(|part| part.is_object()).cloned().collect()
}

impl Saved {
    fn replay(&mut self, change: &Value) {
        let differs = change.get("_is_diff").and_then(Value::as_bool).unwrap_or(false);
        let schema = self.schema.clone().unwrap_or_default();
        for (table, rows) in objects(change).filter(|(table, _)| !table.starts_with('_')) {
            for (id, columns) in objects(rows) {
                let Some(id) = uuid(id) else { continue };
                let Some(columns) = columns.as_object() else {
                    self.snapshot.remove(table, id);
                    continue;
                };
                let Ok(columns) = row(columns) else {
                    self.broken = Some(format!("row {id} of table {table} has a value that is none of OVSDB's"));
                    continue;
                };
                match self.snapshot.row(table, id).cloned() {
                    None => self.snapshot.insert(table, id, completed(&schema, table, columns)),
                    Some(_) if differs => self.snapshot.modify(&schema, table, id, columns),
                    Some(mut old) => {
                        old.extend(columns);
                        self.snapshot.insert(table, id, old);
                    }
                }
            }
        }
    }
}

/// One object for each table: `caption`, `headings`, `data`.
fn dump(bytes: &[u8]) -> Result<Saved, FileError> {
    let mut saved = Saved::default();
    for table in Deserializer::from_slice(bytes).into_iter::<Value>() {
        match table {
            Ok(table) => saved.take_table(&table),
            Err(error) => saved.broken = Some(format!("the dump ends early: {error}")),
        }
    }
    Ok(saved)
}

impl Saved {
    fn take_table(&mut self, table: &Value) {
        let list = |key: &str| table.get(key).and_then(Value::as_array);
        let caption = table.get("caption").and_then(Value::as_str).unwrap_or_default();
        let name = caption.trim_end_matches(" table");
        let headings: Vec<&str> = list("headings").into_iter().flatten().filter_map(Value::as_str).collect();
        for cells in list("data").into_iter().flatten() {
            let cells = cells.as_array().into_iter().flatten();
            let column = |(name, cell): (&&str, &Value)| {
                Datum::from_json(cell).ok().map(|value| ((*name).to_owned(), value.canonical()))
            };
            let mut row: BTreeMap<String, Datum> = headings.iter().zip(cells).filter_map(column).collect();
            let identity = row.remove("_uuid").and_then(|value| value.only()?.as_uuid());
            match identity {
                Some(id) => self.snapshot.insert(name, id, row),
                None => self.broken = Some(format!("a row of table {name} has no _uuid")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_read_as_it_was() {
        let mut snapshot = Snapshot::default();
        let named = |name: &str| Row::from([("name".to_owned(), Datum::from(name))]);
        for (number, name) in [(1, "a"), (2, "ü \"quoted\"")] {
            snapshot.insert("Logical_Switch", Uuid::from_u128(number), named(name));
        }
        let ports = Datum::set([Uuid::from_u128(1), Uuid::from_u128(2)]);
        let ids = Datum::texts([("key", "value")]);
        let row = Row::from([("ports".to_owned(), ports), ("external_ids".to_owned(), ids)]);
        snapshot.insert("Port_Group", Uuid::from_u128(3), row);
        let text = write_dump(&snapshot);
        assert!(is_database(text.as_bytes()));
        assert_eq!(read(text.as_bytes()).unwrap().snapshot, snapshot);
    }
}
