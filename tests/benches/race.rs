//! How much processor time this program and another one take for the same files, process against process.
//!
//! `cargo xtask bench`. They differ in language (the other one is written in Python) and in what they print: this one sums
//! large clusters up, the other one lists connections. Both read the same three files and say who may connect to whom.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark stops where its set-up is wrong"
)]

use ringfence_tests::generate::policies::np1;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// NP-1 by pods and policies.
const SIZES: [(usize, usize); 3] = [(100, 100), (500, 100), (1_000, 10)];
/// NP-1 for this program alone, to see how its cost grows.
const ALONE: [(usize, usize); 5] = [(1_000, 1_000), (2_000, 1_000), (5_000, 1_000), (10_000, 1_000), (10_000, 100)];
/// How often this program runs; the other one runs once.
const RUNS: usize = 15;
/// What the kernel counts processor time in, a second.
const TICKS: f64 = 100.0;

fn main() {
    let ours = PathBuf::from(std::env::var_os("RINGFENCE_PROGRAM").unwrap());
    let theirs = std::env::var_os("RINGFENCE_NCA").map(PathBuf::from);
    println!("load {}", std::fs::read_to_string("/proc/loadavg").unwrap().trim());
    println!(
        "\n| NP-1, pods x policies | network-config-analyzer, CPU (wall) | ringfence, CPU (wall) | ratio of CPU |"
    );
    println!("|---|---|---|---|");
    for (pods, policies) in SIZES {
        let folder = written(pods, policies);
        let own = reach(&ours, folder.path(), RUNS);
        let Some(peer) = &theirs else { continue };
        let other = run(1, || {
            let mut command = Command::new(peer);
            command.args(["--connectivity", "policies.json", "-n", "namespaces.json", "-p", "pods.json"]);
            command.args(["-o", "txt", "-f", "out.txt"]).current_dir(folder.path());
            command
        });
        println!("| {pods} x {policies} | {other} | {own} | {:.0} |", other.cpu / own.cpu);
    }
    println!("\n| NP-1, pods x policies | ringfence, CPU (wall) |");
    println!("|---|---|");
    for (pods, policies) in ALONE {
        println!("| {pods} x {policies} | {} |", reach(&ours, written(pods, policies).path(), 3));
    }
}

/// The files of a workload, in a folder of their own.
fn written(pods: usize, policies: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in np1(pods, policies, 1).files() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn reach(program: &Path, folder: &Path, times: usize) -> Spent {
    run(times, || {
        let mut command = Command::new(program);
        command.args(["reach", "--profile", "kubernetes", "-f"]).arg(folder);
        command
    })
}

/// What one run takes, in seconds.
struct Spent {
    cpu: f64,
    wall: f64,
}

impl std::fmt::Display for Spent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.cpu < 1.0 {
            true => write!(formatter, "{:.0} ms ({:.0} ms)", self.cpu * 1_000.0, self.wall * 1_000.0),
            false => write!(formatter, "{:.1} s ({:.1} s)", self.cpu, self.wall),
        }
    }
}

/// The mean of processor time, which the kernel counts too coarsely for one short run, and the median of wall time.
fn run(times: usize, command: impl Fn() -> Command) -> Spent {
    let (begin, mut walls) = (of_children(), Vec::new());
    for _ in 0..times {
        let start = Instant::now();
        let status = command().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        walls.push(start.elapsed().as_secs_f64());
        assert!(status.success(), "{:?}: {status}", command());
    }
    walls.sort_by(f64::total_cmp);
    Spent { cpu: ((of_children() - begin) / times as f64).max(1e-4), wall: walls.get(times / 2).copied().unwrap() }
}

/// Processor time of all children that have ended (`cutime` and `cstime` of proc(5)), in seconds.
fn of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields.skip(13).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / TICKS
}
