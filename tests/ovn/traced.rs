//! One switch in real databases, with a running northd and a running ovn-trace: what OVN says of single packets, and what
//! it spends on it.

use super::database::Database;
use super::lab::nbctl;
use super::northbound::{self, Ports};
use super::rpc::Connection;
use super::sandbox::Sandbox;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::reach::{Attachment, Endpoint, L4Header};
use serde_json::{Value, json};
use std::fs;
use std::io;

/// Requests that are under way at once: few enough that neither side ever waits for the other to read.
const AHEAD: usize = 16;

/// What the priority of a row's logical flow has on top of the row's own.
const OFFSET: u16 = 1000;

/// The running daemons. Everything ends with this value.
pub struct Traced {
    connection: Connection,
    northbound: Database,
    northd: u32,
    trace: u32,
    sandbox: Sandbox,
}

/// What ovn-trace says of one packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Whether it leaves at the port of the target.
    pub delivered: bool,
    /// The priority of the row that decided on entering, and of the one on leaving: none where no row did.
    pub deciders: [Option<u16>; 2],
}

impl Traced {
    /// Writes a network of one switch into a Northbound database, and waits until northd has made flows of it.
    pub fn start(network: &Network, machines: &[Endpoint]) -> io::Result<Self> {
        let mut sandbox = Sandbox::new()?;
        let northbound = sandbox.database("OVN_Northbound", "/usr/share/ovn/ovn-nb.ovsschema")?;
        let southbound = sandbox.database("OVN_Southbound", "/usr/share/ovn/ovn-sb.ovsschema")?;
        nbctl(&sandbox, "init")?;
        sandbox.run("ovn-sbctl", &["--db", &southbound.remote(), "init"])?;
        let (nb, sb) = (format!("--ovnnb-db={}", northbound.remote()), format!("--ovnsb-db={}", southbound.remote()));
        let control = format!("--unixctl={}", sandbox.path("northd.ctl").display());
        let northd = sandbox.start("northd", &["ovn-northd", &nb, &sb, &control, "-vconsole:warn"])?;
        northbound.transact(switch(&network.switches[0].name, machines))?;
        let ports = northbound.select("Logical_Switch_Port", json!([]), &["name", "_uuid"])?;
        let name = |row: &Value| row["name"].as_str().unwrap_or_default().to_owned();
        let ports: Ports = ports.iter().map(|row| (name(row), row["_uuid"].clone())).collect();
        northbound.transact(northbound::operations(network, &ports))?;
        nbctl(&sandbox, "--timeout=120 --wait=sb sync")?;
        let (socket, pid) = (sandbox.path("trace.ctl"), sandbox.path("trace.pid"));
        let (control, file) = (format!("--unixctl={}", socket.display()), format!("--pidfile={}", pid.display()));
        let remote = format!("--db={}", southbound.remote());
        sandbox.run("ovn-trace", &[&remote, &control, &file, "--detach", "--no-chdir", "-vconsole:off"])?;
        sandbox.wait_for(&socket)?;
        let trace = fs::read_to_string(&pid)?.trim().parse().map_err(io::Error::other)?;
        Ok(Self { connection: Connection::open(&socket)?, northbound, northd, trace, sandbox })
    }

    /// The process of ovn-trace.
    pub fn trace(&self) -> u32 {
        self.trace
    }

    /// The process of northd.
    pub fn northd(&self) -> u32 {
        self.northd
    }

    /// Carries operations out, and waits until northd has made flows of them.
    pub fn change(&self, operations: Vec<Value>) -> io::Result<()> {
        self.northbound.transact(operations)?;
        nbctl(&self.sandbox, "--timeout=120 --wait=sb sync")
    }

    /// What becomes of packets, in their order: each text is a microflow.
    pub fn ask(&mut self, flows: &[String]) -> io::Result<Vec<String>> {
        let requests: Vec<Value> = flows.iter().map(|flow| json!(["ls0", flow])).collect();
        let mut answers = Vec::with_capacity(flows.len());
        for requests in requests.chunks(AHEAD) {
            for reply in self.connection.call_all("trace", requests)? {
                let reply = reply.map_err(io::Error::other)?;
                answers.push(reply.as_str().unwrap_or_default().to_owned());
            }
        }
        Ok(answers)
    }
}

impl Said {
    /// Reads a trace of a packet to an endpoint.
    pub fn of(trace: &str, to: &Endpoint) -> Self {
        let decider = |table: &str| {
            let of_row = |line: &str| {
                let (_, priority) = line.split_once(", priority ")?;
                let priority: u16 = priority.split(',').next()?.parse().ok()?;
                // OVN's own rows stand above all priorities of ACLs.
                priority.checked_sub(OFFSET).filter(|priority| *priority <= 32_767)
            };
            trace.lines().filter(|line| line.contains(table)).find_map(of_row)
        };
        let delivered = trace.contains(&format!("/* output to \"{}\"", port(to)));
        Self { delivered, deciders: ["ls_in_acl (", "ls_out_acl ("].map(decider) }
    }
}

/// A request as ovn-trace wants to have it.
pub fn microflow(from: &Endpoint, to: &Endpoint, header: L4Header) -> String {
    let (protocol, source, target) = match header {
        L4Header::Tcp(source, target) => ("tcp", source, target),
        L4Header::Udp(source, target) => ("udp", source, target),
        L4Header::Sctp(source, target) => ("sctp", source, target),
        L4Header::Icmp(..) | L4Header::Other(_) => panic!("no ports: {header:?}"),
    };
    let address = |endpoint: &Endpoint| endpoint.addresses[0].first;
    format!(
        "inport == \"{}\" && eth.src == {} && eth.dst == {} && ip4.src == {} && ip4.dst == {} && ip.ttl == 64 \
         && {protocol}.src == {source} && {protocol}.dst == {target}",
        port(from),
        from.mac,
        to.mac,
        address(from),
        address(to)
    )
}

fn port(endpoint: &Endpoint) -> &str {
    match &endpoint.attachment {
        Attachment::Port { port, .. } => port,
        Attachment::Router(_) | Attachment::Balancer(_) => panic!("no port: {endpoint:?}"),
    }
}

/// Operations that write a switch with its ports, and no row.
pub fn switch(name: &str, machines: &[Endpoint]) -> Vec<Value> {
    let insert = |(index, machine): (usize, &Endpoint)| {
        let addresses = format!("{} {}", machine.mac, machine.addresses[0].first);
        let row = json!({ "name": port(machine), "addresses": addresses });
        json!({ "op": "insert", "table": "Logical_Switch_Port", "uuid-name": format!("p{index}"), "row": row })
    };
    let ports = (0..machines.len()).map(|index| json!(["named-uuid", format!("p{index}")]));
    let row = json!({ "name": name, "ports": super::database::set(ports) });
    let switch = json!({ "op": "insert", "table": "Logical_Switch", "row": row });
    machines.iter().enumerate().map(insert).chain([switch]).collect()
}
