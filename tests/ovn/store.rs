//! A Northbound database by itself: what is written there is read, and nobody acts on it.

use super::database::Database;
use super::lab::{logical, nbctl};
use super::northbound::{self, Ports};
use super::sandbox::{Sandbox, text};
use ringfence_engine::ovn::network::Network;
use ringfence_engine::reach::{Attachment, Endpoint};
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::PathBuf;

/// The schema that the packages brought.
const SCHEMA: &str = "/usr/share/ovn/ovn-nb.ovsschema";

/// The file of the other one.
const NEWER: &str = "newer.ovsschema";

/// A database with the lab's switches, ports and router.
#[derive(Debug)]
pub struct Store {
    database: Database,
    ports: Ports,
    southbound: Option<Database>,
    sandbox: Sandbox,
}

impl Store {
    /// Starts a server and writes the lab's topology.
    pub fn start() -> io::Result<Self> {
        Self::with(Sandbox::new()?, SCHEMA)
    }

    /// The same with what a newer OVN has in its table of ACLs: tiers, and the action `pass` (schema 7.1.0).
    pub fn newer() -> io::Result<Self> {
        let sandbox = Sandbox::new()?;
        let mut schema: Value = serde_json::from_str(&fs::read_to_string(SCHEMA)?)?;
        let columns = &mut schema["tables"]["ACL"]["columns"];
        columns["tier"] = json!({ "type": { "key": { "type": "integer", "minInteger": 0, "maxInteger": 3 } } });
        if let Some(actions) = columns["action"]["type"]["key"]["enum"][1].as_array_mut() {
            actions.push(json!("pass"));
        }
        let path = sandbox.path(NEWER);
        fs::write(&path, schema.to_string())?;
        Self::with(sandbox, text(&path))
    }

    fn with(mut sandbox: Sandbox, schema: &str) -> io::Result<Self> {
        let database = sandbox.database("OVN_Northbound", schema)?;
        nbctl(&sandbox, "init")?;
        nbctl(&sandbox, &logical())?;
        let ports = database.select("Logical_Switch_Port", json!([]), &["name", "_uuid"])?;
        let name = |row: &Value| row["name"].as_str().unwrap_or_default().to_owned();
        let ports = ports.iter().map(|row| (name(row), row["_uuid"].clone())).collect();
        Ok(Self { database, ports, southbound: None, sandbox })
    }

    /// The same with a Southbound database and somebody who makes flows of it; no hypervisor.
    pub fn with_northd() -> io::Result<Self> {
        let mut store = Self::start()?;
        let southbound = store.sandbox.database("OVN_Southbound", "/usr/share/ovn/ovn-sb.ovsschema")?;
        store.sandbox.run("ovn-sbctl", &["--db", &southbound.remote(), "init"])?;
        store.southbound = Some(southbound);
        store.start_northd()?;
        Ok(store)
    }

    /// Starts the one who makes flows.
    pub fn start_northd(&mut self) -> io::Result<()> {
        let (nb, sb) = (format!("--ovnnb-db={}", self.remote()), format!("--ovnsb-db={}", self.southbound()));
        let control = format!("--unixctl={}", self.sandbox.path("northd.ctl").display());
        self.sandbox.start("northd", &["ovn-northd", &nb, &sb, &control, "-vconsole:warn"]).map(drop)
    }

    /// Ends it: what is written is made into nothing.
    pub fn stop_northd(&self) -> io::Result<()> {
        self.sandbox.control("northd.ctl", "exit", &[]).map(drop)
    }

    /// Waits until ovn-northd has made flows of all that is written.
    pub fn settle(&self) -> io::Result<()> {
        self.sandbox.run("ovn-nbctl", &["--db", &self.remote(), "--timeout=120", "--wait=sb", "sync"]).map(drop)
    }

    /// Where the Southbound database listens; nowhere without one.
    pub fn southbound(&self) -> String {
        self.southbound.as_ref().map(Database::remote).unwrap_or_default()
    }

    /// The Southbound database, for those who write it themselves.
    pub fn flows(&self) -> io::Result<&Database> {
        self.southbound.as_ref().ok_or_else(|| io::Error::other("there is no Southbound database"))
    }

    /// Changes it as an administrator does; a no-break space stays within a word.
    pub fn nbctl(&self, commands: &str) -> io::Result<()> {
        nbctl(&self.sandbox, commands).map(drop)
    }

    /// Puts a network's rows, and the addresses of machines, in the place of those that are there.
    pub fn write(&self, network: &Network, machines: &[Endpoint]) -> io::Result<()> {
        let mut operations: Vec<Value> = machines.iter().filter_map(addressed).collect();
        operations.extend(northbound::operations(network, &self.ports));
        self.database.transact(operations).map(drop)
    }

    /// Whether its table of ACLs has tiers.
    pub fn has_tiers(&self) -> bool {
        self.sandbox.path(NEWER).exists()
    }

    /// The database, for those who write it themselves.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Where it listens: `unix:PATH`.
    pub fn remote(&self) -> String {
        self.database.remote()
    }

    /// The file that the server keeps.
    pub fn file(&self) -> PathBuf {
        self.sandbox.path("OVN_Northbound.db")
    }
}

/// A case may have machines with fewer addresses than the lab's.
fn addressed(machine: &Endpoint) -> Option<Value> {
    let Attachment::Port { port, .. } = &machine.attachment else { return None };
    let addresses = machine.addresses.iter().map(|range| range.first.to_string());
    let words: Vec<String> = [machine.mac.to_string()].into_iter().chain(addresses).collect();
    let row = json!({ "addresses": words.join(" ") });
    Some(json!({ "op": "update", "table": "Logical_Switch_Port", "where": [["name", "==", port]], "row": row }))
}
