//! A matrix of all pairs in memory: labels alone by Kano's algorithm, and all of the policies by this engine.

use crate::answers::{Answers, walked};
use crate::load;
use crate::peer::{named, script};
use crate::spent::{self, Spent, count};
use crate::table::Table;
use ringfence_engine::reach::{L4Header, evaluate};
use ringfence_tests::generate::policies::{Cluster, np1};
use ringfence_tests::nca::comparison::compiled;
use ringfence_tests::random::Random;
use serde_json::{Map, Value, json};
use std::error::Error;
use std::fs;
use std::process::Command;
use std::time::Duration;

/// NP-1 by pods and policies.
const SIZES: [(usize, usize); 2] = [(500, 100), (2_000, 500)];
/// How often each side is run.
const RUNS: usize = 3;
/// How many conversations are walked.
const WALKS: usize = 2_000;

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let python = named("RINGFENCE_PYTHON")?;
    let mut table = Table::new(
        "A matrix in memory: NP-1",
        &["pods x policies", "Kano's algorithm, labels alone", "ringfence, exact with ports and blocks", "ratio"],
    );
    let (mut pairs, mut kept) = (0, 0);
    for (pods, policies) in SIZES {
        let cluster = np1(pods, policies, 1);
        let theirs = kano(&python, &cluster)?;
        let compiled = compiled("NP-1", &cluster);
        let (_, ours) = spent::often(RUNS, || {
            let mut reach = evaluate(&compiled.network, &compiled.endpoints);
            Answers::of(&mut reach)
        });
        let mut reach = evaluate(&compiled.network, &compiled.endpoints);
        let (walks, closed) = walked(&compiled.network, &mut reach, &mut Random::new(7), WALKS, &headers())?;
        (pairs, kept) = (pairs + walks, kept + closed);
        table.row([format!("{pods} x {policies}"), theirs.to_string(), ours.to_string(), count(theirs.over(&ours))]);
    }
    table.note(
        "The project kano_py is in no package registry: this is its algorithm (`build_matrix`), written anew in Python on \
         the same package for bit sets, bitarray. What it found was compared with a plain loop over all pairs.",
    );
    table.note(
        "The two do not answer the same question. Kano knows neither namespaces nor ports nor blocks of addresses, and \
         nothing is closed because somebody was selected; this engine computes protocols and ports of each pair, answers \
         included. Neither reads or parses anything while the time runs: the engine starts with compiled rows, and parses \
         their matches.",
    );
    table.note(format!(
        "{pairs} conversations were walked, packet by packet, and the answers compared; the policies keep {kept} of them \
         from working. Medians of {RUNS}. The load was {}.",
        load()
    ));
    Ok(vec![table])
}

/// Ports that the policies name, and one that they do not.
pub fn headers() -> Vec<L4Header> {
    let tcp = [80, 443, 8080, 5432, 6379, 31_000, 22].map(|port| L4Header::Tcp(40_000, port));
    tcp.into_iter().chain([53, 80].map(|port| L4Header::Udp(40_000, port))).collect()
}

/// Runs the script, and holds what it found against a plain loop.
fn kano(python: &std::path::Path, cluster: &Cluster) -> Result<Spent, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (world, matrix) = (folder.path().join("world.json"), folder.path().join("matrix.txt"));
    let (containers, policies) = projection(cluster);
    let text =
        json!({"containers": containers.clone(), "policies": policies.iter().map(Rule::value).collect::<Vec<_>>()});
    fs::write(&world, text.to_string())?;
    let output =
        Command::new(python).arg(script("labels.py")).args([&world, &matrix]).arg(RUNS.to_string()).output()?;
    let rounds: Vec<[f64; 2]> = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let seconds = Duration::from_secs_f64;
    let rounds = rounds.into_iter().map(|[cpu, wall]| Spent { cpu: seconds(cpu), wall: seconds(wall), memory: 0 });
    if fs::read_to_string(matrix)? != plainly(&containers, &policies) {
        return Err("Kano's matrix is not that of a plain loop".into());
    }
    Ok(Spent::median(rounds.collect()))
}

/// Labels of one side and of the other.
struct Rule {
    selector: Value,
    peers: Value,
    inbound: bool,
}

impl Rule {
    fn value(&self) -> Value {
        json!([self.selector, self.peers, if self.inbound { "ingress" } else { "egress" }])
    }
}

/// What is left of a cluster when only the labels of pods count.
fn projection(cluster: &Cluster) -> (Vec<Value>, Vec<Rule>) {
    let labels = |selector: &Value| selector.get("matchLabels").cloned().unwrap_or_else(|| Map::new().into());
    let mut rules = Vec::new();
    for policy in &cluster.policies {
        let spec = &policy["spec"];
        for (field, side, inbound) in [("ingress", "from", true), ("egress", "to", false)] {
            let peers = spec[field].as_array().into_iter().flatten().flat_map(|rule| rule[side].as_array()).flatten();
            let peers = peers.filter_map(|peer| peer.get("podSelector"));
            rules.extend(peers.map(|peer| Rule {
                selector: labels(&spec["podSelector"]),
                peers: labels(peer),
                inbound,
            }));
        }
    }
    (cluster.pods.iter().map(|pod| pod["metadata"]["labels"].clone()).collect(), rules)
}

fn plainly(containers: &[Value], rules: &[Rule]) -> String {
    let has = |labels: &Value, wanted: &Value| {
        wanted.as_object().into_iter().flatten().all(|(key, value)| labels.get(key) == Some(value))
    };
    let sides: Vec<(Vec<bool>, Vec<bool>)> = rules
        .iter()
        .map(|rule| {
            let of = |wanted: &Value| containers.iter().map(|labels| has(labels, wanted)).collect();
            if rule.inbound { (of(&rule.peers), of(&rule.selector)) } else { (of(&rule.selector), of(&rule.peers)) }
        })
        .collect();
    let line = |from: usize| {
        let mut line = vec![b'0'; containers.len()];
        for (_, targets) in sides.iter().filter(|(sources, _)| sources[from]) {
            line.iter_mut().zip(targets).filter(|(_, is)| **is).for_each(|(bit, _)| *bit = b'1');
        }
        String::from_utf8(line).unwrap() + "\n"
    };
    (0..containers.len()).map(line).collect()
}
