//! A client of one database on one of several servers.

use crate::codec::Limits;
use crate::endpoint::Endpoint;
use crate::member::{self, Member};
use crate::operation::{Operation, OperationResult};
use crate::schema::Schema;
use crate::session::{CallError, Lost, Notice, Session, Stream};
use crate::snapshot::Snapshot;
use crate::tls::{Tls, TlsError};
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use uuid::Uuid;

/// How a client behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database: `OVN_Northbound`.
    pub database: String,
    /// Whether only the leader of a cluster will do.
    pub leader_only: bool,
    /// What `ssl:` endpoints need.
    pub tls: Option<Tls>,
    /// What a server may send.
    pub limits: Limits,
    /// How long one endpoint may take to be connected, and a request to be answered.
    pub patience: Duration,
    /// How long a server may say nothing before it is asked for an echo, and again before it is given up.
    pub probe: Duration,
    /// How long a lost connection is tried to be made anew.
    pub persistence: Duration,
}

impl Options {
    /// The usual ones for a database.
    pub fn new(database: &str) -> Self {
        Self {
            database: database.to_owned(),
            leader_only: false,
            tls: None,
            limits: Limits::default(),
            patience: Duration::from_secs(30),
            probe: Duration::from_secs(5),
            persistence: Duration::from_secs(30),
        }
    }
}

/// Why an endpoint will not do.
#[derive(Debug, Error)]
pub enum Refusal {
    /// Nobody listens, or the way is blocked.
    #[error("{}", said(.0))]
    Io(#[from] std::io::Error),
    /// The connection takes too long.
    #[error("no connection within {} seconds", .0.as_secs_f32())]
    Late(Duration),
    /// An `ssl:` endpoint without files.
    #[error("ssl: needs a CA certificate")]
    NoTls,
    /// The files of TLS are no good.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// The server asks for something that is not understood, or is no OVSDB server.
    #[error("{0}")]
    Call(String),
    /// It has other databases.
    #[error("the server has no database `{wanted}`, but {has}")]
    NoDatabase {
        /// Which one was asked for.
        wanted: String,
        /// Which ones it has.
        has: String,
    },
    /// The member has lost its cluster.
    #[error("this member of the cluster is cut off from the others")]
    Disconnected,
    /// The member is a follower.
    #[error("this member of the cluster is not the leader")]
    Follower,
    /// The server is no member of a cluster, and passes on what it is asked.
    #[error("this server is a relay of another one, and leads nothing")]
    Relay,
    /// The member is behind what was seen already.
    #[error("this member of the cluster is at entry {index}, and entry {seen} was seen already")]
    Behind {
        /// The last entry that it has.
        index: i64,
        /// The last entry that was seen.
        seen: i64,
    },
}

/// What the system says, without Rust's `(os error 2)`, and as errors begin.
fn said(error: &std::io::Error) -> String {
    let text = error.to_string();
    let mut letters = text.split(" (os error").next().unwrap_or_default().chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// No endpoint will do.
#[derive(Debug, Error)]
pub struct ConnectError {
    /// Each endpoint, and why it was refused.
    pub refusals: Vec<(Endpoint, Refusal)>,
}

impl ConnectError {
    /// Whether members of a cluster answer, and none of them leads it: others may, or they have yet to agree who does.
    pub fn is_leaderless(&self) -> bool {
        self.refusals.iter().any(|(_, refusal)| matches!(refusal, Refusal::Follower | Refusal::Disconnected))
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (endpoint, refusal)) in self.refusals.iter().enumerate() {
            let comma = if position == 0 { "" } else { "; " };
            write!(out, "{comma}{endpoint}: {refusal}")?;
        }
        Ok(())
    }
}

/// Why a transaction did not succeed.
#[derive(Debug, Error)]
pub enum TransactError {
    /// The server refused it: nothing was written.
    #[error("the server refused {}: {error}{}", place(.operation), if .details.is_empty() { String::new() } else { format!(" ({details})") })]
    Refused {
        /// Which operation was at fault; nothing where the whole was.
        operation: Option<usize>,
        /// The protocol's word: `constraint violation`, `timed out` …
        error: String,
        /// What the server adds, its system's words included.
        details: String,
    },
    /// The connection was lost after sending: it may have been written, or not.
    #[error("the connection was lost, and nobody can say whether the transaction was carried out: {0}")]
    Unknown(Lost),
    /// It was not sent: nothing was written.
    #[error("{0}")]
    NotSent(#[from] ConnectError),
}

fn place(operation: &Option<usize>) -> String {
    operation.map_or_else(|| "the transaction".to_owned(), |index| format!("operation {index}"))
}

/// A client of one database.
pub struct Client {
    endpoints: Vec<Endpoint>,
    options: Options,
    session: Option<Session>,
    generation: u64,
    current: usize,
    schema: Schema,
    seen: Option<(Uuid, i64)>,
}

impl Client {
    /// Connects to the first endpoint that will do.
    pub async fn connect(endpoints: &[Endpoint], options: Options) -> Result<Self, ConnectError> {
        let mut client = Self {
            endpoints: endpoints.to_vec(),
            options,
            session: None,
            generation: 0,
            current: 0,
            schema: Schema::default(),
            seen: None,
        };
        client.round().await?;
        Ok(client)
    }

    /// The schema of the database, as the server has it.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Whether the database is one of a cluster, where every transaction is an entry of a log that members agree on.
    pub fn is_clustered(&self) -> bool {
        self.seen.is_some()
    }

    /// Where it is connected to, or was last.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.endpoints.get(self.current)
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Tries every endpoint once, from the one behind the current one on.
    async fn round(&mut self) -> Result<(), ConnectError> {
        let mut refusals = Vec::new();
        let count = self.endpoints.len();
        let start = if self.generation == 0 { 0 } else { self.current + 1 };
        for step in 0..count {
            let index = (start + step) % count;
            let Some(endpoint) = self.endpoints.get(index).cloned() else { continue };
            let patience = self.options.patience;
            match timeout(patience, self.attempt(&endpoint)).await.unwrap_or(Err(Refusal::Late(patience))) {
                Ok(session) => {
                    self.session = Some(session);
                    self.generation += 1;
                    self.current = index;
                    return Ok(());
                }
                Err(refusal) => refusals.push((endpoint, refusal)),
            }
        }
        Err(ConnectError { refusals })
    }

    async fn attempt(&mut self, endpoint: &Endpoint) -> Result<Session, Refusal> {
        let stream = stream(endpoint, self.options.tls.as_ref()).await?;
        let options = &self.options;
        let mut session = Session::new(stream, options.limits, options.probe, options.patience);
        let call = |error: CallError| Refusal::Call(error.to_string());
        let names = session.call("list_dbs", json!([])).await.map_err(call)?;
        let names: Vec<&str> = names.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !names.contains(&options.database.as_str()) {
            let has =
                names.iter().filter(|name| **name != "_Server").map(|name| format!("`{name}`")).collect::<Vec<_>>();
            let has = if has.is_empty() { "no other".to_owned() } else { has.join(", ") };
            return Err(Refusal::NoDatabase { wanted: options.database.clone(), has });
        }
        let member = match names.contains(&"_Server") {
            true => Member::ask(&mut session, &options.database).await.map_err(call)?,
            false => Member::alone(),
        };
        self.fit(&member)?;
        if member.clustered {
            member::watch(&mut session).await.map_err(call)?;
        }
        let schema = session.call("get_schema", json!([self.options.database])).await.map_err(call)?;
        self.schema = Schema::from_json(&schema);
        self.seen = member.position.or(self.seen);
        Ok(session)
    }

    fn fit(&self, member: &Member) -> Result<(), Refusal> {
        if !member.connected {
            return Err(Refusal::Disconnected);
        }
        if self.options.leader_only && !member.leader {
            return Err(if member.relay { Refusal::Relay } else { Refusal::Follower });
        }
        match (member.position, self.seen) {
            (Some((cluster, index)), Some((same, seen))) if cluster == same && index < seen => {
                Err(Refusal::Behind { index, seen })
            }
            _ => Ok(()),
        }
    }

    /// A session that is fit; connects anew where there is none, for as long as the options say.
    async fn ready(&mut self) -> Result<&mut Session, ConnectError> {
        if self.session.is_none() {
            self.again().await?;
        }
        self.session.as_mut().ok_or(ConnectError { refusals: Vec::new() })
    }

    async fn again(&mut self) -> Result<(), ConnectError> {
        let end = Instant::now() + self.options.persistence;
        let mut pause = Duration::from_millis(100);
        loop {
            match self.round().await {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() + pause > end => return Err(error),
                Err(_) => sleep(pause).await,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Carries out operations, all of them or none.
    pub async fn transact(&mut self, operations: &[Operation]) -> Result<Vec<OperationResult>, TransactError> {
        let mut params = vec![json!(self.options.database)];
        params.extend(operations.iter().map(|Operation(operation)| operation.clone()));
        match self.ready().await?.call("transact", Value::Array(params)).await {
            Ok(answer) => results(operations.len(), answer),
            Err(CallError::Answer(error)) => Err(refused(None, &error)),
            Err(CallError::Lost(lost)) => {
                self.session = None;
                Err(TransactError::Unknown(lost))
            }
        }
    }

    /// The rows of tables, all of one moment. Tables and columns that the schema has not are left out.
    pub async fn dump(&mut self, tables: &[(&str, &[&str])]) -> Result<Snapshot, TransactError> {
        self.ready().await?;
        let mut wanted: Vec<(&str, Vec<&str>)> = Vec::new();
        for &(table, columns) in tables.iter().filter(|(table, _)| self.schema.has_table(table)) {
            let known = columns.iter().copied().filter(|column| self.schema.has_column(table, column));
            wanted.push((table, known.chain(["_uuid"]).collect()));
        }
        let operations: Vec<_> = wanted.iter().map(|(table, columns)| Operation::select(table, columns)).collect();
        let results = self.transact(&operations).await?;
        let mut snapshot = Snapshot::default();
        for ((table, _), result) in wanted.iter().zip(results) {
            for mut row in result.rows() {
                let identity = row.remove("_uuid").and_then(|value| value.only()?.as_uuid());
                if let Some(uuid) = identity {
                    snapshot.insert(table, uuid, row);
                }
            }
        }
        Ok(snapshot)
    }

    /// Asks a question that changes nothing; an error of the server is nothing to give up the connection for.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> Result<Result<Value, Value>, ConnectError> {
        loop {
            match self.ready().await?.call(method, params.clone()).await {
                Ok(answer) => return Ok(Ok(answer)),
                Err(CallError::Answer(error)) => return Ok(Err(error)),
                Err(CallError::Lost(lost)) => self.lose(lost).await?,
            }
        }
    }

    /// Gives up a connection, and makes another one.
    async fn lose(&mut self, lost: Lost) -> Result<(), ConnectError> {
        self.session = None;
        let endpoint = self.endpoint().cloned();
        self.again().await.map_err(|mut error| {
            error.refusals.extend(endpoint.map(|endpoint| (endpoint, Refusal::Call(lost.to_string()))));
            error
        })
    }

    /// The next notice of the database; nothing where the connection had to be made anew.
    pub(crate) async fn notice(&mut self) -> Result<Option<Notice>, ConnectError> {
        let before = self.generation;
        self.ready().await?;
        if self.generation != before {
            return Ok(None);
        }
        let Some(session) = self.session.as_mut() else { return Ok(None) };
        match session.notice().await {
            Ok(notice) if notice.params.first() == Some(&json!(member::WATCH)) => {
                if member::says_unfit(&notice.params, &self.options.database, self.options.leader_only) {
                    self.session = None;
                }
                Ok(None)
            }
            Ok(notice) => Ok(Some(notice)),
            Err(lost) => self.lose(lost).await.map(|()| None),
        }
    }

    pub(crate) fn database(&self) -> &str {
        &self.options.database
    }
}

/// The longest pause between two rounds.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

async fn stream(endpoint: &Endpoint, tls: Option<&Tls>) -> Result<Box<dyn Stream>, Refusal> {
    match endpoint {
        Endpoint::Unix { path } => Ok(Box::new(UnixStream::connect(path).await?)),
        Endpoint::Tcp { host, port } => Ok(Box::new(TcpStream::connect((host.as_str(), *port)).await?)),
        Endpoint::Ssl { host, port } => {
            let config = tls.ok_or(Refusal::NoTls)?.config()?;
            let name = ServerName::try_from(host.clone()).map_err(std::io::Error::other)?;
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            Ok(Box::new(TlsConnector::from(Arc::new(config)).connect(name, stream).await?))
        }
    }
}

/// Every element of an answer is looked at: what fails at commit comes behind the operations.
fn results(count: usize, answer: Value) -> Result<Vec<OperationResult>, TransactError> {
    let results = match answer {
        Value::Array(results) => results,
        other => return Err(refused(None, &other)),
    };
    for (index, result) in results.iter().enumerate() {
        if result.get("error").is_some_and(|error| !error.is_null()) {
            return Err(refused((index < count).then_some(index), result));
        }
    }
    if results.len() < count {
        return Err(refused(None, &json!({"error": "the answer is too short"})));
    }
    Ok(results.into_iter().take(count).map(OperationResult).collect())
}

fn refused(operation: Option<usize>, error: &Value) -> TransactError {
    let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let word = match text("error") {
        word if word.is_empty() => error.to_string(),
        word => word,
    };
    let io = text("io-error");
    let details = [text("details"), io].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(": ");
    TransactError::Refused { operation, error: word, details }
}
