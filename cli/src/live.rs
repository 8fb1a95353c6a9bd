//! The only place where databases are asked.
#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use crate::cluster;
use crate::files::Files;
use crate::render::plan::quoted;
use clap::{Arg, Args};
use ringfence_enforce::{LARGEST, Plan, SendError, Sent, Strictness, Wait, WaitError};
use ringfence_engine::read::read;
use ringfence_northbound::tables::{DATABASE, TABLES};
use ringfence_northbound::{Document, without};
use ringfence_ovsdb::{
    Client, ConnectError, Endpoint, Options, Refusal, Schema, ServerName, Snapshot, Tls, TransactError,
};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::{Instant, sleep};

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

/// The variable that `ovn-sbctl` and `ovn-trace` read.
const SOUTHBOUND_VARIABLE: &str = "OVN_SB_DB";

/// The name of the database that ovn-northd writes.
const SOUTHBOUND: &str = "OVN_Southbound";

/// What may stand in the place of files: with the variable set, nothing need.
pub(crate) fn instead_of_files() -> Vec<&'static str> {
    if std::env::var_os(VARIABLE).is_some() { Vec::new() } else { [&["nb"], &cluster::ARGUMENTS[..]].concat() }
}

/// The database for verbs that heed no variable.
pub(crate) fn named_alone(nb: Arg) -> Arg {
    nb.help(
        "Reads an OVN Northbound database: `unix:PATH`, `tcp:HOST:PORT`, `ssl:HOST:PORT`, several with commas between",
    )
}

const HELP: &str = "see that ovn-nbctl reaches it by the same endpoints, and that files of ssl: fit";

/// What to do where no endpoint will.
fn help(error: &ConnectError) -> &'static str {
    let refuses = |wanted: fn(&Refusal) -> bool| error.refusals.iter().any(|(_, refusal)| wanted(refusal));
    if refuses(|refusal| matches!(refusal, Refusal::Relay)) {
        "name the server that it is a relay of, or write `--no-leader-only`: a relay passes on what is written"
    } else if error.is_leaderless() && error.refusals.len() > 1 {
        "where these are all members of the cluster, it has no leader now: try again; where they are not, name all, or write \
         `--no-leader-only`"
    } else if refuses(|refusal| matches!(refusal, Refusal::Follower)) {
        "name all members of the cluster, or write `--no-leader-only`"
    } else {
        HELP
    }
}

/// How long the members of a cluster may take to agree who leads it.
const ELECTION: Duration = Duration::from_secs(10);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Connects; several members of which none leads are asked again, since they may be about to elect one.
async fn connected(list: &[Endpoint], options: Options) -> Result<Client, ConnectError> {
    let end = Instant::now() + ELECTION;
    loop {
        match Client::connect(list, options.clone()).await {
            Err(error) if error.is_leaderless() && list.len() > 1 && Instant::now() < end => sleep(PAUSE).await,
            connected => return connected,
        }
    }
}

/// A database that rows are written into.
pub(crate) struct Database {
    /// Its endpoints, as somebody wrote them.
    pub(crate) name: String,
    /// The arguments that name it and say how it is connected to, as they were written.
    pub(crate) arguments: String,
    /// How many bytes it is given in one transaction, where it is one of a cluster.
    pub(crate) largest: usize,
    client: Client,
    runtime: Runtime,
}

impl Database {
    /// Says of a plan in how many transactions it goes into the database, where one is too much.
    pub(crate) fn told(&self, mut plan: Plan) -> Result<Plan, String> {
        if self.client.is_clustered() && !plan.is_empty() {
            let limit = self.largest;
            let stages = plan.staged(Strictness::World, limit);
            let stages = stages.map_err(|bytes| SendError::TooLarge { bytes, limit }.to_string())?.len();
            if stages > 1 {
                plan.remarks.push(format!(
                    "a cluster of servers is given {limit} bytes at once: {} transactions go ahead with rows that nothing asks \
                     yet, and the last one does the rest, all or nothing",
                    stages - 1
                ));
            }
        }
        Ok(plan)
    }

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
        self.runtime.block_on(ringfence_enforce::send(&mut self.client, plan, strictness, self.largest))
    }

    /// Has a plan tried, and nothing kept of it.
    pub(crate) fn attempt(&mut self, plan: &Plan) -> Result<Sent, SendError> {
        self.runtime.block_on(ringfence_enforce::attempt(&mut self.client, plan, Strictness::World))
    }

    /// Waits for its effect.
    pub(crate) fn wait(&mut self, number: i64, wait: Wait, limit: Duration) -> Result<(), WaitError> {
        self.runtime.block_on(ringfence_enforce::wait(&mut self.client, number, wait, limit))
    }

    /// Some columns of some tables, of one moment.
    pub(crate) fn dump(&mut self, tables: &[(&str, &[&str])]) -> Result<Snapshot, TransactError> {
        self.runtime.block_on(self.client.dump(tables))
    }

    /// Lets others write for a moment.
    pub(crate) fn pause(&self, pause: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(pause).await });
    }
}

/// Why a database cannot be asked, and what to do.
type Fault = (String, &'static str);

/// What a database said.
pub(crate) struct Answer {
    /// Its endpoints, as somebody wrote them.
    name: String,
    said: Result<(Snapshot, Schema), Fault>,
}

impl Answer {
    /// Adds it to what was read.
    pub(crate) fn add(&self, files: &mut Files) {
        self.add_as(files, Snapshot::clone);
    }

    /// Adds what of it the files do not say anew; nothing where they are a database themselves.
    pub(crate) fn add_below(&self, files: &mut Files) {
        if files.databases.is_empty() {
            let objects = read(&files.sources).objects;
            self.add_as(files, |snapshot| without(snapshot, &objects));
        }
    }

    fn add_as(&self, files: &mut Files, of: impl Fn(&Snapshot) -> Snapshot) {
        match &self.said {
            Ok((snapshot, schema)) => {
                files.add(self.name.clone(), Document::of(&of(snapshot), Some(schema)));
            }
            Err((message, help)) => {
                files.sources.add_fault(self.name.clone(), message.clone(), *help);
            }
        }
    }

    /// Adds what is to be said of it, and gives its inventory.
    pub(crate) fn text(&self, files: &mut Files) -> String {
        self.add(files);
        files.databases.iter().map(|(_, document)| document.text.as_str()).collect()
    }
}

impl Live {
    /// Adds the database to what was read; the variable counts where there is nothing else.
    pub(crate) fn read(&self, alone: bool, files: &mut Files) {
        let variable = || if alone { std::env::var(VARIABLE).ok() } else { None };
        if let Some(endpoints) = self.nb.clone().or_else(variable) {
            self.answer(endpoints).add(files);
        }
    }

    /// Asks the database that is named, where one is.
    pub(crate) fn ask(&self) -> Option<Answer> {
        self.nb.clone().map(|endpoints| self.answer(endpoints))
    }

    fn answer(&self, name: String) -> Answer {
        let said = self.dumped(&name);
        Answer { name, said }
    }

    fn dumped(&self, endpoints: &str) -> Result<(Snapshot, Schema), Fault> {
        let mut database = self.connect(endpoints)?;
        let snapshot = database.runtime.block_on(database.client.dump(TABLES));
        let snapshot = snapshot.map_err(|error| (format!("cannot read the Northbound database: {error}"), HELP))?;
        Ok((snapshot, database.client.schema().clone()))
    }

    fn connect(&self, endpoints: &str) -> Result<Database, (String, &'static str)> {
        self.connect_as(endpoints, self.options())
    }

    fn connect_as(&self, endpoints: &str, options: Options) -> Result<Database, (String, &'static str)> {
        let database = if options.database == DATABASE { "Northbound" } else { "Southbound" };
        let list = Endpoint::list(endpoints)
            .map_err(|error| (error.to_string(), "write tcp:HOST:PORT, ssl:HOST:PORT or unix:PATH"))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| (error.to_string(), HELP))?;
        let client = runtime.block_on(connected(&list, options));
        let client = client.map_err(|error| (format!("cannot read the {database} database: {error}"), help(&error)))?;
        let arguments = self.arguments(endpoints);
        Ok(Database { name: endpoints.to_owned(), arguments, largest: LARGEST, client, runtime })
    }

    /// The arguments that say what these say, for another command.
    pub(crate) fn arguments(&self, endpoints: &str) -> String {
        let file = |(name, path): (&str, &Option<PathBuf>)| {
            path.as_ref().map(|path| format!(" {name} {}", quoted(&path.display().to_string())))
        };
        let files = [("-p", &self.private_key), ("-c", &self.certificate), ("-C", &self.ca_cert)];
        let flags = [(" --any-host", self.any_host), (" --no-leader-only", self.no_leader_only)];
        let flags = flags.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag.to_owned());
        let rest: String = files.into_iter().filter_map(file).chain(flags).collect();
        format!("--nb {}{rest}", quoted(endpoints))
    }

    /// The endpoints, where somebody named them.
    pub(crate) fn endpoints(&self) -> Option<&str> {
        self.nb.as_deref()
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

    /// Connects to the Southbound database of the same OVN: the one that is named, that of the variable, or the one beside.
    pub(crate) fn southbound(&self, named: Option<&str>) -> Result<Database, String> {
        let northbound = self.nb.clone().or_else(|| std::env::var(VARIABLE).ok()).unwrap_or_default();
        let named = named.map(str::to_owned).or_else(|| std::env::var(SOUTHBOUND_VARIABLE).ok());
        let endpoints = named.or_else(|| beside(&northbound)).ok_or(format!(
            "nobody can tell which Southbound database belongs to `{northbound}`: write `--sb unix:PATH`, or set \
             {SOUTHBOUND_VARIABLE}"
        ))?;
        let options = Options { database: SOUTHBOUND.to_owned(), ..self.options() };
        let connected = self.connect_as(&endpoints, options);
        connected.map_err(|(message, _)| format!("{message}; `--sb` names it: see that ovn-sbctl reaches it there"))
    }

    /// How `ovn-trace` is told to connect as this program does.
    pub(crate) fn tls_arguments(&self) -> Vec<OsString> {
        let files = [
            ("--private-key=", &self.private_key),
            ("--certificate=", &self.certificate),
            ("--ca-cert=", &self.ca_cert),
        ];
        let argument = |(name, path): (&str, &Option<PathBuf>)| {
            let mut argument = OsString::from(name);
            argument.push(std::path::absolute(path.as_ref()?).ok()?);
            Some(argument)
        };
        let leader = self.no_leader_only.then(|| OsString::from("--no-leader-only"));
        files.into_iter().filter_map(argument).chain(leader).collect()
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

/// Where OVN has its Southbound database when it has its Northbound one there (`ovn-ctl`): the socket beside, or the next port.
fn beside(northbound: &str) -> Option<String> {
    let each = northbound.split(',').map(|endpoint| {
        let socket = endpoint.strip_suffix("ovnnb_db.sock").map(|folder| format!("{folder}ovnsb_db.sock"));
        socket.or_else(|| endpoint.strip_suffix(":6641").map(|host| format!("{host}:6642")))
    });
    each.collect::<Option<Vec<_>>>().map(|all| all.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_command_connects_as_this_one() {
        let path = |name: &str| Some(PathBuf::from(name));
        let live = Live {
            nb: None,
            private_key: path("a key.pem"),
            certificate: path("cert.pem"),
            ca_cert: path("ca.pem"),
            any_host: true,
            no_leader_only: true,
        };
        let wanted = "--nb ssl:10.0.0.1:6641 -p 'a key.pem' -c cert.pem -C ca.pem --any-host --no-leader-only";
        assert_eq!(live.arguments("ssl:10.0.0.1:6641"), wanted);
    }

    #[test]
    fn elections_are_told() {
        let endpoints = |list| Endpoint::list(list).unwrap_or_default().into_iter();
        let error = |list| ConnectError { refusals: endpoints(list).map(|of| (of, Refusal::Follower)).collect() };
        assert!(help(&error("tcp:a:1,tcp:b:1,tcp:c:1")).contains("no leader now: try again"));
        assert!(help(&error("tcp:a:1")).starts_with("name all members"));
    }

    #[test]
    fn southbound_databases_are_beside() {
        let found = |northbound| beside(northbound);
        assert_eq!(found("unix:/run/ovn/ovnnb_db.sock").as_deref(), Some("unix:/run/ovn/ovnsb_db.sock"));
        assert_eq!(found("ssl:[::1]:6641,tcp:a:6641").as_deref(), Some("ssl:[::1]:6642,tcp:a:6642"));
        assert_eq!(found("unix:/tmp/mine.sock"), None);
        assert_eq!(found("tcp:a:6641,tcp:b:7000"), None);
    }
}
