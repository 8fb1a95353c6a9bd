//! Whole worlds with real packets: the files of `worlds/`, compiled, and random mixtures of policies.
//!
//! What is compiled is written into a real OVN row by row, and what packets do is held against what the engine says, of
//! the rows as they were compiled and of the rows as they are said for OVN 23.03 ([`ringfence_tests::ovn::lowering`]).
//!
//! `RINGFENCE_WORLDS` sets how many random worlds there are, `RINGFENCE_SEED` which; `UPDATE_WORLDS=1` writes what was seen
//! into the files.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, reason = "test code")]

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence_tests::generate::world::World;
use ringfence_tests::ovn::bench::Bench;
use ringfence_tests::ovn::case::Case;
use ringfence_tests::ovn::judgement::Judgement;
use ringfence_tests::ovn::lab::Lab;
use ringfence_tests::ovn::probe::Patience;
use ringfence_tests::ovn::{dhcp, overview, trial, world};
use ringfence_tests::random::{self, Random};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

/// How many random worlds a run tries.
const RANDOM: u64 = 40;

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
    let trials = written(&run).into_iter().chain(random_worlds(&run, seed)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let Run { bench, seen } = std::mem::take(&mut *run.lock().unwrap());
    let Judgement { tested, undefined, requests, answers, .. } = seen;
    println!("{tested} statements of the engine tested by packets, {undefined} more left open by it");
    println!("{requests} requests and {answers} answers arrived; the lab was put up again {} times", bench.falls());
    conclusion.exit_code()
}

/// The files of `worlds/` and `worlds/found/`.
fn written(run: &Shared) -> Vec<Trial> {
    let mut files: Vec<PathBuf> =
        ["", "found"].iter().flat_map(|folder| files(&world::folder().join(folder))).collect();
    files.sort();
    let trial = |file: PathBuf| {
        let run = Arc::clone(run);
        let name = file.strip_prefix(world::folder()).unwrap().display().to_string();
        Trial::test(name, move || check_file(&mut run.lock().unwrap(), &file))
    };
    files.into_iter().map(trial).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect()
}

fn check_file(run: &mut Run, file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let mut case = world::load(&file.display().to_string(), &text)?;
    if random::setting("UPDATE_WORLDS").is_some() {
        let outcomes = run.bench.work(|lab| trial::see(lab, &case, Patience::SECOND))?;
        case.dhcp = run.bench.work(|lab| heard(lab, &case))?;
        fs::write(file, updated(&text, &overview::lines(&outcomes), &case.dhcp))?;
        case.recorded.retain(|line| !overview::is_line(line));
    }
    let judgement = run.bench.work(|lab| trial::hold(lab, &case))?;
    run.seen.add(&judgement);
    if !judgement.holds() {
        return Err(judgement.to_string().into());
    }
    let heard = run.bench.work(|lab| heard(lab, &case))?;
    if heard == case.dhcp { Ok(()) } else { Err(format!("DHCP was {:?}, and is {heard:?}", case.dhcp).into()) }
}

/// What the machines of a case hear of DHCP.
fn heard(lab: &Lab, case: &Case) -> io::Result<Vec<(usize, String)>> {
    if case.dhcp.is_empty() {
        return Ok(Vec::new());
    }
    lab.program(case.programmed())?;
    lab.serve_dhcp()?;
    case.dhcp.iter().map(|(machine, _)| Ok((*machine, dhcp::ask(lab, *machine)?))).collect()
}

/// A file with what was seen: below the comments at its head.
fn updated(text: &str, seen: &[String], heard: &[(usize, String)]) -> String {
    let is_old =
        |line: &&str| line.strip_prefix("# seen: ").is_some_and(overview::is_line) || line.starts_with("# dhcp: ");
    let kept: Vec<&str> = text.lines().filter(|line| !is_old(line)).collect();
    let head = kept.iter().take_while(|line| line.starts_with('#')).count();
    let mut seen: Vec<String> = seen.iter().map(|line| format!("# seen: {line}")).collect();
    seen.extend(heard.iter().map(|(machine, heard)| format!("# dhcp: vm{} {heard}", machine + 1)));
    let lines = kept[..head].iter().copied().chain(seen.iter().map(String::as_str)).chain(kept[head..].iter().copied());
    lines.map(|line| format!("{line}\n")).collect()
}

fn random_worlds(run: &Shared, seed: u64) -> Vec<Trial> {
    let count = random::setting("RINGFENCE_WORLDS").unwrap_or(RANDOM);
    let trial = |number: u64| {
        let run = Arc::clone(run);
        let name = format!("random-{seed}-{number}");
        let check = move || {
            let world = World::random(&mut Random::part(seed, number.try_into().unwrap()));
            let file = world::folder().join(format!("found/random-{seed}-{number}.yaml"));
            check_random(&mut run.lock().unwrap(), &file, &world)
        };
        Trial::test(name, check)
    };
    (0..count).map(trial).collect()
}

/// Tries a random world. One that fails is made smaller and kept as a file.
fn check_random(run: &mut Run, file: &Path, world: &World) -> Result<(), Failed> {
    let judgement = judged(run, world).map_err(|error| format!("{error}\n{}", world.text()))?;
    run.seen.add(&judgement);
    if judgement.holds() {
        return Ok(());
    }
    let mut smallest = world.clone();
    while let Some(smaller) = smallest.steps().into_iter().find(|step| fails(run, step)) {
        smallest = smaller;
    }
    let judgement = judged(run, &smallest)?;
    let comment: String = judgement.to_string().lines().map(|line| format!("# {line}\n")).collect();
    fs::create_dir_all(file.parent().unwrap())?;
    fs::write(file, comment + &smallest.text())?;
    Err(format!("kept as {}\n{judgement}{}", file.display(), smallest.text()).into())
}

fn judged(run: &mut Run, world: &World) -> Result<Judgement, String> {
    let case = world::load("random.yaml", &world.text())?;
    run.bench.work(|lab| trial::hold(lab, &case)).map_err(|error| error.to_string())
}

fn fails(run: &mut Run, world: &World) -> bool {
    judged(run, world).is_ok_and(|judgement| !judgement.contradictions.is_empty())
}
