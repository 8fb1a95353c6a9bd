//! How long this program and others take for the same work, in one run on the same files.
//!
//! `cargo xtask bench` installs the others, and hands over where they are. Answers are compared before a time counts.
//! Every comparison can be run by itself, by its name. Processor time is what counts, and wall time stands in brackets.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark stops where its own set-up is wrong"
)]

#[path = "race/answers.rs"]
mod answers;
#[path = "race/atoms.rs"]
mod atoms;
#[path = "race/database.rs"]
mod database;
#[path = "race/difference.rs"]
mod difference;
#[path = "race/edit.rs"]
mod edit;
#[path = "race/files.rs"]
mod files;
#[path = "race/full.rs"]
mod full;
#[path = "race/growth.rs"]
mod growth;
#[path = "race/idle.rs"]
mod idle;
#[path = "race/labels.rs"]
mod labels;
#[path = "race/peer.rs"]
mod peer;
#[path = "race/point.rs"]
mod point;
#[path = "race/script.rs"]
mod script;
#[path = "race/spent.rs"]
mod spent;
#[path = "race/table.rs"]
mod table;

use mimalloc::MiMalloc;
use std::error::Error;
use std::process::{Command, ExitCode, Stdio};
use table::Table;

/// As in the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Names the comparison that a process makes by itself.
const ALONE: &str = "RINGFENCE_BENCH_ALONE";

/// A comparison by its name.
type Race = (&'static str, fn() -> Result<Vec<Table>, Box<dyn Error>>);

const RACES: [Race; 11] = [
    ("files", files::race),
    ("labels", labels::race),
    ("atoms", atoms::race),
    ("point", point::race),
    ("full", full::race),
    ("edit", edit::race),
    ("idle", idle::race),
    ("difference", difference::race),
    ("growth", growth::race),
    ("database", database::race),
    ("script", script::race),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if let Ok(name) = std::env::var(ALONE) {
        return alone(&name);
    }
    let mut failed = false;
    let mut text = head();
    println!("{text}");
    for (name, _) in RACES.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|word| word == name)) {
        let begin = std::time::Instant::now();
        // A process of its own: what one comparison leaves in memory is not counted for the programs of the next.
        let mut race = Command::new(std::env::current_exe().unwrap());
        let done = race.env(ALONE, name).stderr(Stdio::inherit()).output().unwrap();
        failed |= !done.status.success();
        let part = match String::from_utf8_lossy(&done.stdout) {
            part if part.is_empty() => format!("### {name}\n\nFailed, so that no time counts: {}\n\n", done.status),
            part => part.into_owned(),
        };
        println!("{part}");
        eprintln!("{name}: {:.0} s in all", begin.elapsed().as_secs_f64());
        text.push_str(&part);
    }
    if let Some(file) = std::env::var_os("RINGFENCE_BENCH_OUT") {
        std::fs::write(file, text).unwrap();
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// One comparison by itself.
fn alone(name: &str) -> ExitCode {
    let Some((_, race)) = RACES.iter().find(|(known, _)| *known == name) else { return ExitCode::FAILURE };
    match race() {
        Ok(tables) => {
            tables.iter().for_each(|table| println!("{table}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("### {name}\n\nFailed, so that no time counts: {error}\n");
            ExitCode::FAILURE
        }
    }
}

/// The machine, and what all tables have in common.
fn head() -> String {
    let first = |file: &str, key: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.rsplit(':').next().unwrap_or_default().trim().to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{cores} cores ({}), {} of memory, load {} at the start.\n\nProcessor time, and wall time in brackets; medians \
         where there is more than one run.\n\n",
        first("/proc/cpuinfo", "model name"),
        first("/proc/meminfo", "MemTotal"),
        load()
    )
}

/// How much runs on this machine besides.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
