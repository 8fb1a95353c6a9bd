//! Real packets against the engine: the cases of `packets/`, and random rule sets.
//!
//! `RINGFENCE_CASES` sets how many random rule sets there are, `RINGFENCE_SEED` which.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, reason = "test code")]

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence_tests::generate;
use ringfence_tests::ovn::bench::Bench;
use ringfence_tests::ovn::case::{self, Case};
use ringfence_tests::ovn::judgement::Judgement;
use ringfence_tests::ovn::{topology, trial};
use ringfence_tests::random::{self, Random};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

/// How many random rule sets a run tries.
const RANDOM: u64 = 60;

/// The lab, and what was seen in it so far.
#[derive(Default)]
struct Run {
    bench: Bench,
    seen: Judgement,
}

type Shared = Arc<Mutex<Run>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let seed = random::seed();
    let run = Shared::default();
    let trials = written(&run).into_iter().chain(random_sets(&run, seed)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let Run { bench, seen } = std::mem::take(&mut *run.lock().unwrap());
    let Judgement { tested, undefined, requests, answers, .. } = seen;
    println!("{tested} statements of the engine tested by packets, {undefined} more left open by it");
    println!("{requests} requests and {answers} answers arrived; the lab was put up again {} times", bench.falls());
    conclusion.exit_code()
}

/// The files of `packets/` and `packets/found/`.
fn written(run: &Shared) -> Vec<Trial> {
    let mut files: Vec<PathBuf> =
        ["", "found"].iter().flat_map(|folder| files(&folder_of_cases().join(folder))).collect();
    files.sort();
    let trial = |file: PathBuf| {
        let run = Arc::clone(run);
        let name = file.strip_prefix(folder_of_cases()).unwrap().display().to_string();
        let check = move || {
            let text = fs::read_to_string(&file)?;
            let name = file.display().to_string();
            check(&mut run.lock().unwrap(), None, &case::load(&name, &text)?)
        };
        Trial::test(name, check)
    };
    files.into_iter().map(trial).collect()
}

fn folder_of_cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packets")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect()
}

fn random_sets(run: &Shared, seed: u64) -> Vec<Trial> {
    let count = random::setting("RINGFENCE_CASES").unwrap_or(RANDOM);
    let trial = |number: u64| {
        let run = Arc::clone(run);
        let name = format!("random-{seed}-{number}");
        let file = folder_of_cases().join(format!("found/{name}.yaml"));
        let check = move || {
            let network = generate::network::network(&mut Random::part(seed, number.try_into().unwrap()));
            let case = Case::plain(network, topology::endpoints());
            check(&mut run.lock().unwrap(), Some(&file), &case)
        };
        Trial::test(name, check)
    };
    (0..count).map(trial).collect()
}

/// Tries a case. A new one that fails is made smaller and kept as a file.
fn check(run: &mut Run, keep: Option<&Path>, case: &Case) -> Result<(), Failed> {
    let judgement = run.bench.work(|lab| trial::hold(lab, case))?;
    run.seen.add(&judgement);
    if judgement.holds() {
        return Ok(());
    }
    let Some(file) = keep else { return Err(judgement.to_string().into()) };
    let first = judgement.to_string();
    let smallest = trial::shrink(&mut run.bench, case)?;
    let judgement = run.bench.work(|lab| trial::hold(lab, &smallest))?;
    let comment: String = judgement.to_string().lines().map(|line| format!("# {line}\n")).collect();
    fs::create_dir_all(file.parent().unwrap())?;
    fs::write(file, comment + &case::text(&smallest.network))?;
    let smaller = format!("kept as {}\n{judgement}{}", file.display(), case::text(&smallest.network));
    Err(format!("{first}{smaller}").into())
}
