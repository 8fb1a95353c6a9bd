//! What a server says of itself in its database `_Server` (`ovsdb-server(5)`).

use crate::operation::{Operation, OperationResult};
use crate::session::{CallError, Session};
use crate::snapshot::Row;
use serde_json::{Value, json};
use uuid::Uuid;

/// The state of one database on one server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Member {
    pub(crate) clustered: bool,
    pub(crate) relay: bool,
    pub(crate) connected: bool,
    pub(crate) leader: bool,
    /// The cluster and the last entry of its log that the member has.
    pub(crate) position: Option<(Uuid, i64)>,
}

impl Member {
    /// Asks a server of a database; servers that have no `_Server` are what they seem.
    pub(crate) async fn ask(session: &mut Session, database: &str) -> Result<Self, CallError> {
        let Operation(select) =
            Operation::select("Database", &["name", "model", "connected", "leader", "cid", "index"]);
        let answer = session.call("transact", json!(["_Server", select])).await?;
        let rows = answer.get(0).cloned().map(OperationResult).map(|result| result.rows()).unwrap_or_default();
        let row = rows.iter().find(|row| text(row, "name") == Some(database));
        Ok(row.map(Self::of).unwrap_or_else(Self::alone))
    }

    /// A server that is no part of a cluster.
    pub(crate) fn alone() -> Self {
        Self { connected: true, leader: true, ..Self::default() }
    }

    fn of(row: &Row) -> Self {
        let flag = |name: &str| row.get(name).and_then(|value| value.only()?.as_bool()).unwrap_or(false);
        let cluster = row.get("cid").and_then(|value| value.only()?.as_uuid());
        let index = row.get("index").and_then(|value| value.only()?.as_integer());
        Self {
            clustered: text(row, "model") == Some("clustered"),
            relay: text(row, "model") == Some("relay"),
            connected: flag("connected"),
            leader: flag("leader"),
            position: cluster.zip(index),
        }
    }
}

fn text<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.get(name)?.only()?.as_str()
}

/// The identity of the monitor that watches whether the member stays fit.
pub(crate) const WATCH: &str = "_Server";

/// Asks to be told when the member is cut off or no leader any more.
pub(crate) async fn watch(session: &mut Session) -> Result<(), CallError> {
    let columns = json!({"Database": [{"columns": ["name", "connected", "leader"]}]});
    session.call("monitor", json!(["_Server", WATCH, columns])).await.map(drop)
}

/// Whether a notice of that monitor says that the member is unfit.
pub(crate) fn says_unfit(params: &[Value], database: &str, leader_only: bool) -> bool {
    let rows = params.get(1).and_then(|tables| tables.get("Database")?.as_object());
    rows.into_iter().flatten().any(|(_, change)| {
        let new = change.get("new");
        let is = |column: &str, value: Value| new.and_then(|row| row.get(column)) == Some(&value);
        is("name", json!(database)) && (is("connected", json!(false)) || (leader_only && is("leader", json!(false))))
    })
}
