//! What somebody needs who looks into a disagreement: the rows, the packets, both answers, the versions. Nothing of it is
//! secret but the names and addresses of the network.

use super::{Disagreement, Other, Probed};
use crate::files;
use ringfence_engine::answers::explain::describe_header;
use ringfence_northbound::tables::TABLES;
use ringfence_ovsdb::{Snapshot, file};
use ringfence_view::loaded::Loaded;
use ringfence_view::story::{Story, Wanted};
use ringfence_view::wire;
use serde_json::{Value, json};
use std::path::Path;

/// The tables that ovn-trace reads, with what it reads of them.
pub(crate) const SOUTHBOUND: &[(&str, &[&str])] = &[
    ("SB_Global", &["nb_cfg"]),
    ("Datapath_Binding", &["tunnel_key", "external_ids"]),
    ("Port_Binding", &["logical_port", "datapath", "tunnel_key", "type", "mac", "options"]),
    ("Logical_Flow", &["logical_datapath", "logical_dp_group", "pipeline", "table_id", "priority", "match", "actions"]),
    ("Logical_DP_Group", &["datapaths"]),
    ("Port_Group", &["name", "ports"]),
    ("Address_Set", &["name", "addresses"]),
    ("Multicast_Group", &["name", "datapath", "tunnel_key", "ports"]),
];

/// How to go on.
const README: &str = "\
Ringfence and ovn-trace do not agree about packets. In here:

    disagreements.json  the conversations, with what Ringfence makes of them, and the questions to ovn-trace
    trace-N.txt         what ovn-trace said
    northbound.json     the Northbound database, as far as it is evaluated: `ringfence explain A B -f northbound.json`
    southbound.json     what ovn-northd made of it, as far as ovn-trace reads it
    versions.json       whose answers these are

There are names and addresses of the network in it, and no keys, passwords or histories.
";

/// Where the answers come from.
pub(crate) struct Versions<'a> {
    /// What ovn-trace calls itself.
    pub(crate) tracer: &'a str,
    /// Version of the Northbound schema.
    pub(crate) northbound: &'a str,
    /// Version of the Southbound schema.
    pub(crate) southbound: &'a str,
}

/// Writes it into a folder.
pub(crate) fn write(
    folder: &Path,
    loaded: &Loaded,
    probed: &Probed<'_>,
    [northbound, southbound]: [&Snapshot; 2],
    versions: &Versions<'_>,
) -> Result<(), String> {
    let told = probed.disagreements.iter().enumerate().map(|(number, found)| told(loaded, number, found));
    let told = Value::Array(told.collect::<Result<_, _>>()?);
    let versions = json!({
        "ringfence": wire::VERSION, "ovn-trace": versions.tracer,
        "OVN_Northbound": versions.northbound, "OVN_Southbound": versions.southbound,
    });
    let pretty = |value: &Value| format!("{value:#}\n").into_bytes();
    let mut all = vec![
        ("README.txt".to_owned(), README.as_bytes().to_vec()),
        ("disagreements.json".to_owned(), pretty(&told)),
        ("northbound.json".to_owned(), file::write_dump(&evaluated(northbound)).into_bytes()),
        ("southbound.json".to_owned(), file::write_dump(southbound).into_bytes()),
        ("versions.json".to_owned(), pretty(&versions)),
    ];
    all.extend(probed.disagreements.iter().enumerate().filter_map(|(number, found)| match &found.other {
        Other::Trace(_, said) => Some((trace_name(number), said.clone().into_bytes())),
        Other::Sets { .. } => None,
    }));
    files::write_all(folder, &all).map_err(|error| format!("cannot write `{}`: {error}", folder.display()))
}

fn trace_name(number: usize) -> String {
    format!("trace-{}.txt", number + 1)
}

/// The columns that an answer rests on; what takes applies back is not among them.
fn evaluated(snapshot: &Snapshot) -> Snapshot {
    let mut evaluated = Snapshot::default();
    for (table, columns) in TABLES {
        for (id, row) in snapshot.rows(table) {
            let row = row.iter().filter(|(name, _)| columns.contains(&name.as_str()));
            evaluated.insert(table, id, row.map(|(name, value)| (name.clone(), value.clone())).collect());
        }
    }
    evaluated
}

fn told(loaded: &Loaded, number: usize, found: &Disagreement<'_>) -> Result<Value, String> {
    let question = found.witness.question;
    let ends = [question.from, question.to].map(|end| loaded.compiled.endpoints.iter().position(|other| other == end));
    let pair = match ends {
        [Some(from), Some(to)] => loaded.reach().pair(from, to),
        _ => return Err("a conversation is of nobody".to_owned()),
    };
    let (explanation, wanted) = (found.witness.explanation.clone(), Wanted::One(question.header));
    let mut ringfence = Vec::new();
    let story = Story { question, explanation, pair, wanted };
    wire::explain::write(&mut ringfence, loaded, &story).map_err(|error| error.to_string())?;
    let ringfence: Value = serde_json::from_slice(&ringfence).map_err(|error| error.to_string())?;
    let other = match &found.other {
        Other::Trace(trace, said) => json!({
            "half": trace.half.name(), "switch": trace.switch, "port": trace.outport, "command": trace.command(),
            "ringfence": if trace.passes { "passes" } else { "is stopped" },
            "ovn-trace": if super::passes(said, &trace.outport) { "passes" } else { "is stopped" },
            "said": trace_name(number),
        }),
        Other::Sets { delivered, answered } => json!({ "sets": { "delivered": delivered, "answered": answered } }),
    };
    Ok(json!({
        "from": question.from.id, "to": question.to.id, "family": question.family.name(),
        "header": describe_header(question.header, question.family), "disagrees": other, "explanation": ringfence,
    }))
}
