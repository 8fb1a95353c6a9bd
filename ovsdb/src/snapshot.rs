//! Rows as they stand at one moment, and how updates change them.

use crate::schema::{Count, Schema};
use crate::value::{Atom, Datum, ValueError, uuid};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The columns of a row; a column that was not asked for is missing.
pub type Row = BTreeMap<String, Datum>;

/// Rows by identity, by table; its order is always the same. A copy shares the rows until they change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    tables: BTreeMap<String, BTreeMap<Uuid, Arc<Row>>>,
}

/// Which of the protocol's three forms an update has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `update`: `old` and `new`.
    First,
    /// `update2` and `update3`: `initial`, `insert`, `modify`, `delete`.
    Second,
}

impl Snapshot {
    /// The rows of a table, in the order of their identities.
    pub fn rows(&self, table: &str) -> impl Iterator<Item = (Uuid, &Row)> + Clone {
        self.tables.get(table).into_iter().flatten().map(|(uuid, row)| (*uuid, &**row))
    }

    /// A row.
    pub fn row(&self, table: &str, uuid: Uuid) -> Option<&Row> {
        self.tables.get(table)?.get(&uuid).map(|row| &**row)
    }

    /// The tables that have been heard of, in the order of their names.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// Puts a row in the place of the one of the same identity.
    pub fn insert(&mut self, table: &str, uuid: Uuid, row: Row) {
        self.tables.entry(table.to_owned()).or_default().insert(uuid, Arc::new(row));
    }

    /// Takes a row out.
    pub fn remove(&mut self, table: &str, uuid: Uuid) {
        if let Some(rows) = self.tables.get_mut(table) {
            rows.remove(&uuid);
        }
    }

    /// Changes columns of a row, each by its difference where the column takes more than one value.
    pub(crate) fn modify(&mut self, schema: &Schema, table: &str, uuid: Uuid, changes: Row) {
        let row = self.tables.entry(table.to_owned()).or_default().entry(uuid).or_default();
        let row = Arc::make_mut(row);
        for (name, change) in changes {
            let many = schema.column(table, &name).is_some_and(|column| column.count == Count::Many);
            let value = match (many, row.get(&name)) {
                (true, Some(old)) => old.with_difference(&change),
                (true, None) | (false, _) => change,
            };
            row.insert(name, value.canonical());
        }
    }

    /// Applies the object of an update: tables, rows, changes.
    pub(crate) fn apply(&mut self, schema: &Schema, updates: &Value, form: Form) -> Result<(), ValueError> {
        for (table, rows) in objects(updates) {
            for (id, change) in objects(rows) {
                let Some(id) = uuid(id) else { continue };
                match form {
                    Form::First => self.apply_first(table, id, change)?,
                    Form::Second => self.apply_second(schema, table, id, change)?,
                }
            }
        }
        Ok(())
    }

    fn apply_first(&mut self, table: &str, id: Uuid, change: &Value) -> Result<(), ValueError> {
        match change.get("new").and_then(Value::as_object) {
            Some(new) => self.insert(table, id, row(new)?),
            None => self.remove(table, id),
        }
        Ok(())
    }

    fn apply_second(&mut self, schema: &Schema, table: &str, id: Uuid, change: &Value) -> Result<(), ValueError> {
        for (kind, columns) in objects(change) {
            let columns = columns.as_object().map(row).transpose()?.unwrap_or_default();
            match kind.as_str() {
                "initial" | "insert" => self.insert(table, id, completed(schema, table, columns)),
                "modify" => self.modify(schema, table, id, columns),
                _ => self.remove(table, id),
            }
        }
        Ok(())
    }
}

/// The members of an object; none where it is none.
pub(crate) fn objects(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The columns of a row, sets of one element as the element.
pub(crate) fn row(columns: &Map<String, Value>) -> Result<Row, ValueError> {
    let column = |(name, value): (&String, &Value)| Ok((name.clone(), Datum::from_json(value)?.canonical()));
    columns.iter().map(column).collect()
}

/// An `insert` and a database file leave out columns that have their defaults: an empty set, an empty map, a zero.
pub(crate) fn completed(schema: &Schema, table: &str, mut row: Row) -> Row {
    for (name, column) in schema.tables.get(table).into_iter().flatten() {
        if row.contains_key(name) {
            continue;
        }
        let default = match (&column.value, column.count, column.key.as_str()) {
            (Some(_), ..) => Datum::Map(BTreeMap::new()),
            (None, Count::One, "integer") if !column.optional => Datum::Atom(Atom::Integer(0)),
            (None, Count::One, "real") if !column.optional => Datum::Atom(Atom::Real(crate::value::Real(0.0))),
            (None, Count::One, "boolean") if !column.optional => Datum::Atom(Atom::Boolean(false)),
            (None, Count::One, "string") if !column.optional => Datum::Atom(Atom::String(String::new())),
            (None, Count::One, "uuid") if !column.optional => Datum::Atom(Atom::Uuid(Uuid::nil())),
            (None, ..) => Datum::set(Vec::<Atom>::new()),
        };
        row.insert(name.clone(), default);
    }
    row
}
