//! The only place where databases are asked.
#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use crate::cluster;
use crate::files::Files;
use clap::Args;
use ringfence_enforce::{Plan, SendError, Sent, Strictness, Wait, WaitError};
use ringfence_northbound::Document;
use ringfence_northbound::tables::{DATABASE, TABLES};
use ringfence_ovsdb::{Client, Endpoint, Options, Schema, ServerName, Snapshot, Tls, TransactError};
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Which database is asked, and how.
#[derive(Debug, Args)]
pub(crate) struct Live {
    /// Reads an OVN Northbound database: `unix:PATH`, `tcp:HOST:PORT`, `ssl:HOST:PORT`, several with commas between;
    /// without it and without -f, what OVN_NB_DB says
    #[arg(long, value_name = "ENDPOINTS", help_heading = "Input")]
    nb: Option<String>,

    /// The client's private key, for ssl:
    #[arg(short = 'p', long, value_name = "FILE", help_heading = "Input", requires = "certificate")]
    private_key: Option<PathBuf>,

    /// The client's certificate, for ssl:
    #[arg(short = 'c', long, value_name = "FILE", help_heading = "Input", requires = "private_key")]
    certificate: Option<PathBuf>,

    /// The certificates of the authority that vouches for the server, for ssl:
    #[arg(short = 'C', long, value_name = "FILE", help_heading = "Input")]
    ca_cert: Option<PathBuf>,

    /// Takes any certificate of the authority, whatever host it is for, as ovn-nbctl does
    #[arg(long, help_heading = "Input")]
    any_host: bool,

    /// Takes any member of a cluster, not only the leader
    #[arg(long, help_heading = "Input")]
    no_leader_only: bool,
}

/// The variable that `ovn-nbctl` reads.
const VARIABLE: &str = "OVN_NB_DB";

/// What may stand in the place of files: with the variable set, nothing need.
pub(crate) fn instead_of_files() -> Vec<&'static str> {
    if std::env::var_os(VARIABLE).is_some() { Vec::new() } else { [&["nb"], &cluster::ARGUMENTS[..]].concat() }
}

const HELP: &str = "see that ovn-nbctl reaches it by the same endpoints, and that files of ssl: fit";

/// A database that rows are written into.
pub(crate) struct Database {
    /// Its endpoints, as somebody wrote them.
    pub(crate) name: String,
    client: Client,
    runtime: Runtime,
}

impl Database {
    /// All that a plan is made on.
    pub(crate) fn read(&mut self) -> Result<Snapshot, TransactError> {
        self.runtime.block_on(ringfence_enforce::read(&mut self.client))
    }

    /// What the database has.
    pub(crate) fn schema(&self) -> &Schema {
        self.client.schema()
    }

    /// Carries out a plan.
    pub(crate) fn send(&mut self, plan: &Plan, strictness: Strictness) -> Result<Sent, SendError> {
        self.runtime.block_on(ringfence_enforce::send(&mut self.client, plan, strictness))
    }

    /// Has a plan tried, and nothing kept of it.
    pub(crate) fn attempt(&mut self, plan: &Plan) -> Result<Sent, SendError> {
        self.runtime.block_on(ringfence_enforce::attempt(&mut self.client, plan, Strictness::World))
    }

    /// Waits for its effect.
    pub(crate) fn wait(&mut self, number: i64, wait: Wait, limit: Duration) -> Result<(), WaitError> {
        self.runtime.block_on(ringfence_enforce::wait(&mut self.client, number, wait, limit))
    }

    /// Lets others write for a moment.
    pub(crate) fn pause(&self, pause: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(pause).await });
    }
}

impl Live {
    /// Adds the database to what was read; the variable counts where there is nothing else.
    pub(crate) fn read(&self, alone: bool, files: &mut Files) {
        let variable = || if alone { std::env::var(VARIABLE).ok() } else { None };
        let Some(endpoints) = self.nb.clone().or_else(variable) else { return };
        match self.document(&endpoints) {
            Ok(document) => {
                files.add(endpoints, document);
            }
            Err((message, help)) => {
                files.sources.add_fault(endpoints, message, help);
            }
        }
    }

    fn document(&self, endpoints: &str) -> Result<Document, (String, &'static str)> {
        let mut database = self.connect(endpoints)?;
        let snapshot = database.runtime.block_on(database.client.dump(TABLES));
        let snapshot = snapshot.map_err(|error| (format!("cannot read the Northbound database: {error}"), HELP))?;
        Ok(Document::of(&snapshot, Some(database.client.schema())))
    }

    fn connect(&self, endpoints: &str) -> Result<Database, (String, &'static str)> {
        let list = Endpoint::list(endpoints)
            .map_err(|error| (error.to_string(), "write tcp:HOST:PORT, ssl:HOST:PORT or unix:PATH"))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| (error.to_string(), HELP))?;
        let client = runtime.block_on(Client::connect(&list, self.options()));
        let client = client.map_err(|error| (format!("cannot read the Northbound database: {error}"), HELP))?;
        Ok(Database { name: endpoints.to_owned(), client, runtime })
    }

    /// Whether a database is named.
    pub(crate) fn is_named(&self) -> bool {
        self.nb.is_some()
    }

    /// Connects to the database that is to be written; the variable counts where none is named.
    pub(crate) fn open(&self) -> Result<Database, String> {
        let endpoints = self.nb.clone().or_else(|| std::env::var(VARIABLE).ok());
        let endpoints = endpoints.ok_or(format!("no database is named: write `--nb unix:PATH`, or set {VARIABLE}"))?;
        self.connect(&endpoints).map_err(|(message, help)| format!("{message}; {help}"))
    }

    /// Where the database is, and how it is connected to, for somebody who does so time and again.
    pub(crate) fn named(&self) -> Result<(Vec<Endpoint>, Options), String> {
        let endpoints = self.nb.clone().or_else(|| std::env::var(VARIABLE).ok());
        let endpoints = endpoints.ok_or(format!("no database is named: write `--nb unix:PATH`, or set {VARIABLE}"))?;
        let list = Endpoint::list(&endpoints).map_err(|error| error.to_string())?;
        Ok((list, self.options()))
    }

    fn options(&self) -> Options {
        let server_name = if self.any_host { ServerName::AnyOfAuthority } else { ServerName::Checked };
        let identity = self.certificate.clone().zip(self.private_key.clone());
        let tls = self.ca_cert.clone().map(|ca| Tls { ca, identity, server_name });
        Options { leader_only: !self.no_leader_only, tls, ..Options::new(DATABASE) }
    }
}
