//! Rows that never decide anything and rows that could be left out, exactly, for every address there may ever be.

use crate::load;
use crate::peer::{named, script};
use crate::spent::{self, Spent, count, time};
use crate::table::Table;
use ringfence_engine::answers::check::Part;
use ringfence_engine::compile::Settings;
use ringfence_engine::diagnostic::Code;
use ringfence_engine::ovn::acl::{Acl, Action};
use ringfence_engine::source::Sources;
use ringfence_tests::generate::rows::acl1;
use ringfence_view::loaded::Loaded;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Machines and rows that Z3 can be asked about: as many rows a machine as in the large one.
const FEASIBLE: [(usize, usize); 3] = [(10, 100), (20, 200), (40, 400)];
/// Machines and rows of the large one.
const LARGE: (usize, usize) = (1_000, 10_000);
/// How often this engine is run.
const RUNS: usize = 3;

/// By code: rows that are told, by their numbers.
#[derive(Debug, Default, PartialEq, Eq)]
struct Idle {
    shadowed: BTreeSet<usize>,
    redundant: BTreeSet<usize>,
}

pub fn race() -> Result<Vec<Table>, Box<dyn Error>> {
    let python = named("RINGFENCE_PYTHON")?;
    let mut table = Table::new(
        "Shadowed and redundant rows, exactly (ACL-1)",
        &["machines x rows", "shadowed", "redundant", "not compared", "Z3", "ringfence", "ratio"],
    );
    let mut known: Vec<(f64, f64)> = Vec::new();
    for (machines, rows) in FEASIBLE {
        let loaded = loaded(machines, rows);
        let (ours, left, spent) = found(&loaded);
        let (theirs, cpu) = asked(&python, &loaded, &ours)?;
        let theirs = tracked(theirs, &ours, &loaded);
        if left > 0 || ours != theirs {
            return Err(format!("{rows} rows, {left} not compared: Z3 says {theirs:?}, the engine {ours:?}").into());
        }
        known.push((f64::from(u32::try_from(rows)?), cpu.as_secs_f64()));
        let their = Spent { cpu, ..Spent::default() };
        table.row([
            format!("{machines} x {rows}"),
            ours.shadowed.len().to_string(),
            ours.redundant.len().to_string(),
            "0".into(),
            time(cpu),
            spent.to_string(),
            count(their.over(&spent)),
        ]);
    }
    let (ours, left, spent) = found(&loaded(LARGE.0, LARGE.1));
    let (first, last) = (known[0], known[known.len() - 1]);
    let slope = (last.1 / first.1).ln() / (last.0 / first.0).ln();
    let guess = last.1 * (f64::from(u32::try_from(LARGE.1)?) / last.0).powf(slope);
    table.row([
        format!("{} x {}", LARGE.0, LARGE.1),
        ours.shadowed.len().to_string(),
        ours.redundant.len().to_string(),
        left.to_string(),
        format!("extrapolated: {}", time(Duration::from_secs_f64(guess))),
        spent.to_string(),
        format!("extrapolated: {}", count(guess / spent.cpu.as_secs_f64())),
    ]);
    table.note(format!(
        "Z3 was asked about each row by itself, in Python, without any hint of which rows are near it: between {} and {} \
         rows its time grows with the power {slope:.2} of their number, and so it is extrapolated. Its answers were \
         compared, row by row, where it was run; of two rows that do the same the engine tells one, and Z3 was asked whether \
         all that is told can be left out together.",
        first.0, last.0
    ));
    table.note(
        "The engine's time has all that `check` says of rows by themselves, the messages included: also which rows \
         contradict each other, and the states of connection tracking, of which Z3 is told nothing. One `allow-related` row is \
         left in any case, as the switch tracks connections by it. A row is not compared \
         where its own budget is used up; it is then told as such, and neither as shadowed nor as redundant.",
    );
    table.note(format!("Medians of {RUNS}. The load was {}.", load()));
    Ok(vec![table])
}

fn loaded(machines: usize, rows: usize) -> Loaded {
    let mut sources = Sources::new();
    sources.add("rows.yaml", acl1(machines, rows, 1));
    Loaded::new(sources, &Settings::default())
}

/// What the engine says, how many rows it did not compare, and what it took.
fn found(loaded: &Loaded) -> (Idle, usize, Spent) {
    let (network, endpoints) = (&loaded.compiled.network, loaded.compiled.endpoints.as_slice());
    let (findings, spent) = spent::often(RUNS, || Part::Rows.check(network, endpoints, &mut loaded.reach(), &[]));
    let row = |acl: &Acl| acl.provenance.place;
    let rows: Vec<_> = network.switches.iter().flat_map(|switch| &switch.acls).map(row).collect();
    let (mut idle, mut left) = (Idle::default(), 0);
    for finding in &findings {
        let number = || rows.iter().position(|place| *place == finding.place).unwrap();
        match finding.code {
            Code::Shadowed | Code::Cancelled | Code::NeverMatches => drop(idle.shadowed.insert(number())),
            Code::Redundant => drop(idle.redundant.insert(number())),
            Code::NotCompared => left += finding.message.split(' ').next().unwrap().parse::<usize>().unwrap_or(1),
            _ => {}
        }
    }
    (idle, left, spent)
}

/// What Z3 says where it is known that a switch needs one `allow-related` row, so that it tracks connections: if every one could
/// be left out by itself, the engine tells all but one.
fn tracked(mut theirs: Idle, ours: &Idle, loaded: &Loaded) -> Idle {
    let rows = loaded.compiled.network.switches.iter().flat_map(|switch| &switch.acls).enumerate();
    let related = rows.filter(|(_, acl)| acl.action == Action::AllowRelated).map(|(row, _)| row);
    let related: BTreeSet<usize> = related.filter(|row| !theirs.shadowed.contains(row)).collect();
    if related.is_subset(&theirs.redundant)
        && let [kept] = related.difference(&ours.redundant).collect::<Vec<_>>().as_slice()
    {
        theirs.redundant.remove(kept);
    }
    theirs
}

/// What Z3 says, each row by itself; of rows that could be left out only those which still could where all that is told is.
fn asked(python: &Path, loaded: &Loaded, ours: &Idle) -> Result<(Idle, Duration), Box<dyn Error>> {
    let rows: Vec<Value> = loaded.compiled.network.switches.iter().flat_map(|switch| &switch.acls).map(told).collect();
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("rows.json");
    fs::write(&file, json!({ "rows": rows, "told": ours.redundant }).to_string())?;
    let output = Command::new(python).arg(script("idle.py")).arg(&file).output()?;
    let said: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let numbers = |name: &str| serde_json::from_value::<BTreeSet<usize>>(said[name].clone());
    let (needed, wrong) = (numbers("needed")?, numbers("wrong")?);
    if !wrong.is_empty() {
        return Err(format!("without all rows that are told, Z3 says, {wrong:?} of them would be missed").into());
    }
    let cpu = Duration::from_secs_f64(said["cpu"].as_f64().unwrap());
    let redundant = numbers("redundant")?.difference(&needed).copied().collect();
    Ok((Idle { shadowed: numbers("shadowed")?, redundant }, cpu))
}

/// A row in numbers, read off its text.
fn told(acl: &Acl) -> Value {
    let parts: Vec<&str> = acl.matches.split(" && ").collect();
    let number = |text: &str| -> u32 {
        let digits = |letter: char| !letter.is_ascii_digit();
        text.split(digits).find(|word| !word.is_empty()).unwrap().parse().unwrap()
    };
    let (address, length) = parts[2].rsplit(' ').next().unwrap().split_once('/').unwrap();
    let first = u32::from(address.parse::<Ipv4Addr>().unwrap());
    let last = first + u32::try_from((1u64 << (32 - number(length))) - 1).unwrap();
    let all: Vec<u32> = parts[3].split([' ', '{', '}', ',']).filter_map(|word| word.parse().ok()).collect();
    let ports = match parts.get(4) {
        Some(end) => vec![[all[0], number(end.rsplit(' ').next().unwrap())]],
        None => all.iter().map(|port| [*port, *port]).collect(),
    };
    json!({
        "direction": acl.direction.name(), "priority": acl.priority.get(), "allow": acl.action.name() != "drop",
        "port": number(parts[0]), "first": first, "last": last, "ports": ports,
        "protocol": if parts[3].starts_with("tcp") { 6 } else { 17 },
    })
}
