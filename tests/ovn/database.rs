//! An OVSDB database behind a Unix socket.

use super::rpc::Connection;
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};

/// One database of one server.
#[derive(Debug, Clone)]
pub struct Database {
    socket: PathBuf,
    name: &'static str,
}

impl Database {
    /// The database of that name behind a socket.
    pub fn new(socket: &Path, name: &'static str) -> Self {
        Self { socket: socket.to_owned(), name }
    }

    /// The address that Open vSwitch's programs take: `unix:PATH`.
    pub fn remote(&self) -> String {
        format!("unix:{}", self.socket.display())
    }

    /// Carries out operations (RFC 7047, 5.2) all at once, or none of them.
    ///
    /// A failure at commit comes as an element more than there were operations, so every element is looked at.
    pub fn transact(&self, operations: Vec<Value>) -> io::Result<Vec<Value>> {
        let mut params = vec![json!(self.name)];
        params.extend(operations);
        let result = Connection::open(&self.socket)?.call("transact", Value::Array(params))?;
        let results = result.as_array().cloned().unwrap_or_default();
        match results.iter().find(|result| !result["error"].is_null()) {
            Some(error) => Err(io::Error::other(error.to_string())),
            None => Ok(results),
        }
    }

    /// Rows of a table with the given columns.
    pub fn select(&self, table: &str, condition: Value, columns: &[&str]) -> io::Result<Vec<Value>> {
        let select = json!({ "op": "select", "table": table, "where": condition, "columns": columns });
        let mut results = self.transact(vec![select])?;
        Ok(results[0]["rows"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }
}

/// A set, in the notation of OVSDB.
pub fn set(members: impl IntoIterator<Item = Value>) -> Value {
    json!(["set", members.into_iter().collect::<Vec<_>>()])
}

/// A map from strings to strings, in the notation of OVSDB.
pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    json!(["map", entries.into_iter().map(|(key, value)| json!([key, value])).collect::<Vec<_>>()])
}
