//! The operations of a transaction (RFC 7047, section 5.2), and what a server answers to each.

use crate::snapshot::{Row, row};
use crate::value::{Atom, Datum};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// One operation, as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation(pub Value);

fn columns(row: &Row) -> Value {
    Value::Object(row.iter().map(|(name, value)| (name.clone(), value.to_json())).collect::<Map<_, _>>())
}

fn identity(uuid: Uuid) -> Value {
    json!([["_uuid", "==", Atom::Uuid(uuid).to_json()]])
}

impl Operation {
    /// Inserts a row under an identity that the client chose: a repeated insert fails instead of doubling the row.
    pub fn insert(table: &str, uuid: Uuid, row: &Row) -> Self {
        Self(json!({"op": "insert", "table": table, "uuid": uuid.hyphenated().to_string(), "row": columns(row)}))
    }

    /// Inserts a row that the same transaction calls by a name.
    pub fn insert_named(table: &str, name: &str, row: &Row) -> Self {
        Self(json!({"op": "insert", "table": table, "uuid-name": name, "row": columns(row)}))
    }

    /// Sets columns of a row.
    pub fn update(table: &str, uuid: Uuid, row: &Row) -> Self {
        Self(json!({"op": "update", "table": table, "where": identity(uuid), "row": columns(row)}))
    }

    /// Adds elements to a column of a row, or takes them out; `mutator` is `insert`, `delete` or an arithmetic one.
    pub fn mutate(table: &str, uuid: Uuid, column: &str, mutator: &str, value: &Datum) -> Self {
        let mutations = json!([[column, mutator, value.to_json()]]);
        Self(json!({"op": "mutate", "table": table, "where": identity(uuid), "mutations": mutations}))
    }

    /// Deletes a row.
    pub fn delete(table: &str, uuid: Uuid) -> Self {
        Self(json!({"op": "delete", "table": table, "where": identity(uuid)}))
    }

    /// Fails the transaction at once unless these columns of a row are as given.
    pub fn wait(table: &str, uuid: Uuid, expected: &Row) -> Self {
        let names: Vec<&String> = expected.keys().collect();
        Self(json!({
            "op": "wait", "table": table, "where": identity(uuid), "columns": names, "until": "==",
            "rows": [columns(expected)], "timeout": 0,
        }))
    }

    /// Reads columns of all rows of a table.
    pub fn select(table: &str, columns: &[&str]) -> Self {
        Self(json!({"op": "select", "table": table, "where": [], "columns": columns}))
    }

    /// Puts a line into the server's log.
    pub fn comment(text: &str) -> Self {
        Self(json!({"op": "comment", "comment": text}))
    }
}

/// What a server answered to one operation.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationResult(pub Value);

impl OperationResult {
    /// How many rows an `update`, `mutate` or `delete` found.
    pub fn count(&self) -> Option<i64> {
        self.0.get("count")?.as_i64()
    }

    /// The identity of the row that an `insert` made.
    pub fn uuid(&self) -> Option<Uuid> {
        Atom::from_json(self.0.get("uuid")?).ok()?.as_uuid()
    }

    /// The rows that a `select` found; those that are no rows are left out.
    pub fn rows(&self) -> Vec<Row> {
        let rows = self.0.get("rows").and_then(Value::as_array);
        rows.into_iter().flatten().filter_map(|found| row(found.as_object()?).ok()).collect()
    }
}
