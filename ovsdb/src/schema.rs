//! What a database has: tables, columns, and how many values a column takes.

use serde_json::Value;
use std::collections::BTreeMap;

/// The schema of a database, as far as a client needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// The database's name, `OVN_Northbound`.
    pub name: String,
    /// The schema's version, `7.0.0`.
    pub version: String,
    /// Columns by their names, by table.
    pub tables: BTreeMap<String, BTreeMap<String, Column>>,
}

/// The type of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// How many values there are.
    pub count: Count,
    /// Whether there may be none.
    pub optional: bool,
    /// The type of values, or of keys: `string`, `uuid` …
    pub key: String,
    /// The type of values of a map.
    pub value: Option<String>,
    /// The values that are allowed; empty where all are.
    pub allowed: Vec<String>,
}

/// How many values a column takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// At most one: a changed value is sent as a whole.
    One,
    /// More than one: a changed value is sent as a difference.
    Many,
}

impl Schema {
    /// Reads the answer to `get_schema`; what is missing is left out.
    pub fn from_json(schema: &Value) -> Self {
        let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let tables = schema.get("tables").and_then(Value::as_object);
        let table = |(name, table): (&String, &Value)| {
            let columns = table.get("columns").and_then(Value::as_object);
            let column = |(name, column): (&String, &Value)| (name.clone(), Column::from_json(column.get("type")));
            (name.clone(), columns.into_iter().flatten().map(column).collect())
        };
        Self { name: text("name"), version: text("version"), tables: tables.into_iter().flatten().map(table).collect() }
    }

    /// Whether there is a table of that name.
    pub fn has_table(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// Whether a table has a column of that name.
    pub fn has_column(&self, table: &str, column: &str) -> bool {
        self.column(table, column).is_some()
    }

    /// The type of a column.
    pub fn column(&self, table: &str, column: &str) -> Option<&Column> {
        self.tables.get(table)?.get(column)
    }
}

impl Column {
    fn from_json(kind: Option<&Value>) -> Self {
        let base = |value: &Value| {
            let inner = value.get("type").unwrap_or(value);
            inner.as_str().unwrap_or_default().to_owned()
        };
        let Some(kind) = kind.filter(|kind| kind.is_object()) else {
            let key = kind.map(base).unwrap_or_default();
            return Self { count: Count::One, optional: false, key, value: None, allowed: Vec::new() };
        };
        let key = kind.get("key");
        let allowed = key.and_then(|key| key.get("enum")?.as_array()?.get(1)?.as_array());
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let many = kind.get("max").is_some_and(|max| max.as_i64() != Some(1));
        Self {
            count: if many { Count::Many } else { Count::One },
            optional: kind.get("min").and_then(Value::as_i64) == Some(0),
            key: key.map(base).unwrap_or_default(),
            value: kind.get("value").map(base),
            allowed: allowed.into_iter().flatten().filter_map(text).collect(),
        }
    }
}
