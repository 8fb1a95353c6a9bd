//! Following a database: a snapshot that is kept up to date.

use crate::client::{Client, ConnectError};
use crate::schema::Schema;
use crate::session::Notice;
use crate::snapshot::{Form, Snapshot};
use crate::value::ValueError;
use serde_json::{Map, Value, json};
use thiserror::Error;
use uuid::Uuid;

/// What is to be followed of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// The table.
    pub table: String,
    /// Its columns; those that the schema has not are left out.
    pub columns: Vec<String>,
    /// Conditions, of which a row must meet one (`monitor_cond`); all rows where there is none. Servers that know no
    /// conditions send every row.
    pub conditions: Vec<Value>,
}

impl Select {
    /// All rows of a table.
    pub fn all(table: &str, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Self { table: table.to_owned(), columns, conditions: Vec::new() }
    }
}

/// Why a database cannot be followed.
#[derive(Debug, Error)]
pub enum MonitorError {
    /// No server will do.
    #[error("{0}")]
    Connect(#[from] ConnectError),
    /// The server refuses.
    #[error("the server refuses to be monitored: {0}")]
    Refused(Value),
    /// The server sent what is no update.
    #[error("{0}")]
    Value(#[from] ValueError),
}

/// A snapshot that is kept up to date.
#[derive(Debug)]
pub struct Monitor {
    selects: Vec<Select>,
    schema: Schema,
    snapshot: Snapshot,
    transaction: String,
    generation: u64,
}

/// Where a follower begins who has seen nothing.
const NOTHING: &str = "00000000-0000-0000-0000-000000000000";

impl Monitor {
    /// Reads everything, and begins to follow.
    pub async fn start(client: &mut Client, selects: Vec<Select>) -> Result<Self, MonitorError> {
        let transaction = NOTHING.to_owned();
        let mut monitor =
            Self { selects, schema: Schema::default(), snapshot: Snapshot::default(), transaction, generation: 0 };
        monitor.subscribe(client).await?;
        Ok(monitor)
    }

    /// What is there now.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Waits for a change; a connection that is lost is made anew, and followed on from the last transaction seen.
    /// Dropping the future loses nothing.
    pub async fn next_change(&mut self, client: &mut Client) -> Result<(), MonitorError> {
        loop {
            if self.generation != client.generation() {
                return self.subscribe(client).await;
            }
            if let Some(notice) = client.notice().await?
                && self.take(&notice)?
            {
                return Ok(());
            }
        }
    }

    /// Whether a notice was an update of ours.
    fn take(&mut self, notice: &Notice) -> Result<bool, ValueError> {
        let params = notice.params.as_slice();
        let (form, updates) = match (notice.method.as_str(), params) {
            ("update", [_, updates]) => (Form::First, updates),
            ("update2", [_, updates]) => (Form::Second, updates),
            ("update3", [_, transaction, updates]) => {
                self.transaction = transaction.as_str().unwrap_or(NOTHING).to_owned();
                (Form::Second, updates)
            }
            _ => return Ok(false),
        };
        self.snapshot.apply(&self.schema, updates, form)?;
        Ok(true)
    }

    async fn subscribe(&mut self, client: &mut Client) -> Result<(), MonitorError> {
        self.schema = narrowed(client.schema(), &self.selects);
        let id = Uuid::nil().to_string();
        let database = json!(client.database());
        let asked = requests(&self.schema, &self.selects, Conditions::Kept);
        let since = client.ask("monitor_cond_since", json!([database, id, asked, self.transaction])).await?;
        let (found, form, updates) = match since {
            Ok(answer) => {
                self.transaction = answer.get(1).and_then(Value::as_str).unwrap_or(NOTHING).to_owned();
                let updates = answer.get(2).cloned().unwrap_or_default();
                (answer.get(0) == Some(&json!(true)), Form::Second, updates)
            }
            Err(_) => match client.ask("monitor_cond", json!([database, id, asked])).await? {
                Ok(updates) => (false, Form::Second, updates),
                Err(_) => {
                    let plain = requests(&self.schema, &self.selects, Conditions::Dropped);
                    let updates = client.ask("monitor", json!([database, id, plain])).await?;
                    (false, Form::First, updates.map_err(MonitorError::Refused)?)
                }
            },
        };
        if !found {
            self.snapshot = Snapshot::default();
        }
        self.generation = client.generation();
        Ok(self.snapshot.apply(&self.schema, &updates, form)?)
    }
}

/// Whether conditions are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conditions {
    Kept,
    Dropped,
}

/// The schema with nothing but what is asked for.
fn narrowed(schema: &Schema, selects: &[Select]) -> Schema {
    let mut narrow = Schema { name: schema.name.clone(), version: schema.version.clone(), ..Schema::default() };
    for select in selects {
        let Some(columns) = schema.tables.get(&select.table) else { continue };
        let asked = columns.iter().filter(|(name, _)| select.columns.contains(name));
        let asked = asked.map(|(name, column)| (name.clone(), column.clone()));
        narrow.tables.entry(select.table.clone()).or_default().extend(asked);
    }
    narrow
}

fn requests(narrow: &Schema, selects: &[Select], conditions: Conditions) -> Value {
    let mut tables = Map::new();
    for select in selects {
        let Some(columns) = narrow.tables.get(&select.table) else { continue };
        let mut request = json!({"columns": columns.keys().collect::<Vec<_>>()});
        let kept = conditions == Conditions::Kept && !select.conditions.is_empty();
        if let (true, Some(request)) = (kept, request.as_object_mut()) {
            request.insert("where".to_owned(), json!(select.conditions));
        }
        tables.insert(select.table.clone(), json!([request]));
    }
    Value::Object(tables)
}
