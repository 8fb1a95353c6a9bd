//! ovn-trace as an oracle for the match language: OVN's own parser and OVN's own evaluator.

use super::database::{Database, map, set};
use super::rpc::Connection;
use super::sandbox::Sandbox;
use serde_json::{Value, json};
use std::io;

/// How many expressions one trace evaluates: the logical flow tables of a pipeline from which `next` may go on.
pub const TABLES: usize = 28;

/// Requests that are under way at once: few enough that neither side ever waits for the other to read.
const AHEAD: usize = 32;

/// What may follow `error parsing flow: ` though the match itself is fine: complaints about it as a *packet*.
const ABOUT_THE_PACKET: [&str; 4] = [
    "flow match expression does not match on inport",
    "flow match expression matches on multiple inports",
    "Constraints are ambiguous",
    "Constraints are contradictory",
];

/// A running ovn-trace over a Southbound database of our own making.
pub struct Oracle {
    connection: Connection,
    ports: Vec<String>,
    _sandbox: Sandbox,
}

/// The names that expressions may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names<'a> {
    /// Logical ports.
    pub ports: &'a [&'a str],
    /// Address sets with their elements.
    pub address_sets: &'a [(&'a str, &'a [&'a str])],
    /// Port groups with their ports.
    pub port_groups: &'a [(&'a str, &'a [&'a str])],
}

impl Oracle {
    /// An oracle that evaluates nothing, but knows the names.
    pub fn of_names(names: &Names<'_>) -> io::Result<Self> {
        Self::start(names, &[])
    }

    /// An oracle with these expressions, [`TABLES`] to a datapath.
    pub fn start(names: &Names<'_>, expressions: &[String]) -> io::Result<Self> {
        let mut sandbox = Sandbox::new()?;
        let database = sandbox.database("OVN_Southbound", "/usr/share/ovn/ovn-sb.ovsschema")?;
        fill(&database, names, expressions)?;
        let socket = sandbox.path("trace.ctl");
        let control = format!("--unixctl={}", socket.display());
        let pid = format!("--pidfile={}", sandbox.path("trace.pid").display());
        let remote = format!("--db={}", database.remote());
        sandbox.run("ovn-trace", &[&remote, &control, &pid, "--detach", "--no-chdir", "-vconsole:off"])?;
        sandbox.wait_for(&socket)?;
        let ports = names.ports.iter().map(|port| (*port).to_owned()).collect();
        Ok(Self { connection: Connection::open(&socket)?, ports, _sandbox: sandbox })
    }

    /// What the parser says of each text: nothing, or its message.
    pub fn judge(&mut self, texts: &[String]) -> io::Result<Vec<Result<(), String>>> {
        // A word that starts with `-` would be an option; a blank before it changes nothing for the parser.
        let word = |text: &String| if text.starts_with('-') { json!([format!(" {text}")]) } else { json!([text]) };
        let requests: Vec<Value> = texts.iter().map(word).collect();
        let mut verdicts = Vec::with_capacity(texts.len());
        for requests in requests.chunks(AHEAD) {
            for reply in self.connection.call_all("trace", requests)? {
                verdicts.push(verdict(reply));
            }
        }
        Ok(verdicts)
    }

    /// For each packet, which of a datapath's expressions hold; in the order of the expressions.
    pub fn evaluate(&mut self, datapath: usize, microflows: &[String]) -> io::Result<Vec<Vec<bool>>> {
        let name = datapath_name(datapath);
        let local = |flow: &String| localised(datapath, &self.ports, flow);
        let requests: Vec<Value> = microflows.iter().map(|flow| json!([name, local(flow)])).collect();
        let mut answers = Vec::with_capacity(microflows.len());
        for requests in requests.chunks(AHEAD) {
            for (reply, request) in self.connection.call_all("trace", requests)?.into_iter().zip(requests) {
                let reply = reply.map_err(io::Error::other)?;
                answers.push(holding(reply.as_str().unwrap_or_default(), request)?);
            }
        }
        Ok(answers)
    }
}

fn verdict(reply: Result<Value, String>) -> Result<(), String> {
    let reply = reply.unwrap_or_else(Value::String);
    let words = reply.as_str().unwrap_or_default();
    match words.strip_prefix("error parsing flow: ") {
        Some(message) if ABOUT_THE_PACKET.iter().any(|about| message.starts_with(about)) => Ok(()),
        Some(message) => Err(message.strip_suffix('\n').unwrap_or(message).to_owned()),
        None => Ok(()),
    }
}

/// Reads a trace: ` 8. MATCH, priority 1, uuid …` for a table whose expression holds; others are not spoken of.
///
/// A whole trace comes to the table behind the last one and finds it empty.
fn holding(trace: &str, request: &Value) -> io::Result<Vec<bool>> {
    let mut answers = vec![false; TABLES];
    let mut whole = false;
    for line in trace.lines() {
        let number = line.trim_start().split('.').next().and_then(|number| number.parse::<usize>().ok());
        match number.filter(|_| line.contains(", priority 1, uuid ")).and_then(|table| answers.get_mut(table)) {
            Some(answer) => *answer = true,
            None => whole |= number == Some(TABLES) && line.ends_with("no match (implicit drop)"),
        }
    }
    let odd = || io::Error::other(format!("{request}: not a trace of {TABLES} tables: {trace}"));
    whole.then_some(answers).ok_or_else(odd)
}

fn datapath_name(index: usize) -> String {
    format!("s{index}")
}

/// Writes everything that ovn-trace reads at its start.
fn fill(database: &Database, names: &Names<'_>, expressions: &[String]) -> io::Result<()> {
    let sets = names.address_sets.iter().map(|(name, addresses)| {
        let addresses = set(addresses.iter().map(|address| json!(address)));
        json!({ "op": "insert", "table": "Address_Set", "row": { "name": name, "addresses": addresses } })
    });
    let global = names.port_groups.iter().map(|(name, ports)| group(name, ports));
    database.transact(sets.chain(global).collect())?;
    for (index, expressions) in expressions.chunks(TABLES).enumerate() {
        database.transact(datapath(index, names, expressions))?;
    }
    Ok(())
}

fn group(name: &str, ports: &[impl AsRef<str>]) -> Value {
    let ports = set(ports.iter().map(|port| json!(port.as_ref())));
    json!({ "op": "insert", "table": "Port_Group", "row": { "name": name, "ports": ports } })
}

/// A switch: its ports and groups under names of its own, and a table for each expression.
fn datapath(index: usize, names: &Names<'_>, expressions: &[String]) -> Vec<Value> {
    let key = index + 1;
    let external = [("name", datapath_name(index)), ("logical-switch", format!("00000000-0000-0000-0000-{key:012}"))];
    let external = map(external.iter().map(|(name, value)| (*name, value.as_str())));
    let row = json!({ "tunnel_key": key, "external_ids": external });
    let mut operations = vec![json!({ "op": "insert", "table": "Datapath_Binding", "uuid-name": "dp", "row": row })];
    operations.extend(names.ports.iter().enumerate().map(|(number, port)| {
        let row = json!({ "logical_port": port_name(index, port), "datapath": ["named-uuid", "dp"], "tunnel_key": number + 1 });
        json!({ "op": "insert", "table": "Port_Binding", "row": row })
    }));
    operations.extend(names.port_groups.iter().map(|(name, ports)| {
        let ports: Vec<String> = ports.iter().map(|port| port_name(index, port)).collect();
        group(&format!("{key}_{name}"), &ports)
    }));
    let always = "1".to_owned();
    let ports: Vec<String> = names.ports.iter().map(|port| (*port).to_owned()).collect();
    let expressions: Vec<String> = expressions.iter().map(|text| localised(index, &ports, text)).collect();
    let padded = expressions.iter().chain(std::iter::repeat(&always)).take(TABLES);
    for (table, expression) in padded.enumerate() {
        operations.extend([(1, expression.as_str()), (0, "1")].map(|(priority, text)| flow(table, priority, text)));
    }
    operations
}

/// A flow. The trace keeps silent about `1` with nothing but `next`, so what is asked about does a little more: nothing.
fn flow(table: usize, priority: u16, text: &str) -> Value {
    let actions = if priority == 0 { "next;" } else { "reg0 = reg0; next;" };
    let row = json!({
        "logical_datapath": ["named-uuid", "dp"], "pipeline": "ingress", "table_id": table,
        "priority": priority, "match": text, "actions": actions,
    });
    json!({ "op": "insert", "table": "Logical_Flow", "row": row })
}

/// A port of a datapath: ports are unique in the database, so each datapath has its own spelling of them.
fn port_name(datapath: usize, port: &str) -> String {
    format!("{port}@{datapath}")
}

/// An expression as a datapath spells it.
fn localised(datapath: usize, ports: &[String], text: &str) -> String {
    let spell = |text: String, port: &String| {
        text.replace(&format!("\"{port}\""), &format!("\"{}\"", port_name(datapath, port)))
    };
    ports.iter().fold(text.to_owned(), spell)
}
