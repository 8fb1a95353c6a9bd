//! A Northbound database by itself: what is written there is read, and nobody acts on it.

use super::database::Database;
use super::lab::{logical, nbctl};
use super::northbound::{self, Ports};
use super::sandbox::Sandbox;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::reach::{Attachment, Endpoint};
use serde_json::{Value, json};
use std::io;
use std::path::PathBuf;

/// A database with the lab's switches, ports and router.
#[derive(Debug)]
pub struct Store {
    database: Database,
    ports: Ports,
    sandbox: Sandbox,
}

impl Store {
    /// Starts a server and writes the lab's topology.
    pub fn start() -> io::Result<Self> {
        let mut sandbox = Sandbox::new()?;
        let database = sandbox.database("OVN_Northbound", "/usr/share/ovn/ovn-nb.ovsschema")?;
        nbctl(&sandbox, "init")?;
        nbctl(&sandbox, &logical())?;
        let ports = database.select("Logical_Switch_Port", json!([]), &["name", "_uuid"])?;
        let name = |row: &Value| row["name"].as_str().unwrap_or_default().to_owned();
        let ports = ports.iter().map(|row| (name(row), row["_uuid"].clone())).collect();
        Ok(Self { database, ports, sandbox })
    }

    /// Puts a network's rows, and the addresses of machines, in the place of those that are there.
    pub fn write(&self, network: &Network, machines: &[Endpoint]) -> io::Result<()> {
        let mut operations: Vec<Value> = machines.iter().filter_map(addressed).collect();
        operations.extend(northbound::operations(network, &self.ports));
        self.database.transact(operations).map(drop)
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
