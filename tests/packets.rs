//! Real packets against the engine: the cases of `packets/`, and random rule sets.
//!
//! `RINGFENCE_CASES` sets how many random rule sets there are, `RINGFENCE_SEED` which.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, reason = "test code")]

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence_engine::ovn::network::Network;
use ringfence_engine::reach::Endpoint;
use ringfence_tests::generate;
use ringfence_tests::ovn::lab::Lab;
use ringfence_tests::ovn::{case, topology, trial};
use ringfence_tests::random::{self, Random};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

/// How many random rule sets a run tries.
const RANDOM: u64 = 60;

/// The lab, and what it has seen so far.
struct Bench {
    lab: Option<Lab>,
    tested: usize,
    undefined: usize,
    arrived: (usize, usize),
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let seed = random::seed();
    let lab = if arguments.list { None } else { Some(Lab::start().unwrap()) };
    let bench = Arc::new(Mutex::new(Bench { lab, tested: 0, undefined: 0, arrived: (0, 0) }));
    let conclusion = libtest_mimic::run(&arguments, random_trials(&bench, seed));
    let mut bench = bench.lock().unwrap();
    let (requests, answers) = bench.arrived;
    println!(
        "{} statements tested by packets ({requests} requests arrived, {answers} answers), {} left open by the engine",
        bench.tested, bench.undefined
    );
    drop(bench.lab.take());
    conclusion.exit_code()
}

fn random_trials(bench: &Arc<Mutex<Bench>>, seed: u64) -> Vec<Trial> {
    let count = random::setting("RINGFENCE_CASES").unwrap_or(RANDOM);
    let trial = |number: u64| {
        let bench = Arc::clone(bench);
        let name = format!("random {seed}-{number}");
        let run = move || {
            let network = generate::network::network(&mut Random::part(seed, number.try_into().unwrap()));
            check(&mut bench.lock().unwrap(), &format!("{seed}-{number}"), &network, &topology::endpoints())
        };
        Trial::test(name, run)
    };
    (0..count).map(trial).collect()
}

/// Tries a rule set. One that fails is made smaller and kept as a case.
fn check(bench: &mut Bench, name: &str, network: &Network, endpoints: &[Endpoint]) -> Result<(), Failed> {
    let lab = bench.lab.as_ref().unwrap();
    let judgement = trial::hold(lab, network, endpoints).inspect_err(|error| println!("{error}"))?;
    bench.tested += judgement.tested;
    bench.undefined += judgement.undefined;
    bench.arrived.0 += judgement.arrived.0;
    bench.arrived.1 += judgement.arrived.1;
    if judgement.contradictions.is_empty() {
        return Ok(());
    }
    let smallest = trial::shrink(lab, network, endpoints)?;
    let judgement = trial::hold(lab, &smallest, endpoints)?;
    let mut words = String::new();
    for contradiction in &judgement.contradictions {
        let _ = writeln!(words, "# {contradiction}");
    }
    let text = format!("{words}{}", case::text(&smallest));
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("packets/found/{name}.yaml"));
    fs::create_dir_all(file.parent().unwrap())?;
    fs::write(&file, &text)?;
    Err(format!("kept as packets/found/{name}.yaml\n{text}").into())
}
