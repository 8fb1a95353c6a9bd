//! The steps of `cargo xtask test`. All are run, whatever fails before.

use crate::fuzz;
use crate::kubernetes;
use crate::packages;
use crate::peers;
use crate::run::{captured, cargo, command, watched};
use crate::step::{Done, Step};
use crate::tally::Tally;
use crate::web;
use clap::Args;
use serde_json::Value;
use std::path::Path;
use std::process::ExitCode;

/// What is to be run.
#[derive(Debug, Args)]
pub struct Choice {
    /// Leaves a step out; said again at the end
    #[arg(long, value_name = "STEP", value_parser = names())]
    without: Vec<String>,
    /// Runs these steps only
    #[arg(long, value_name = "STEP", value_parser = names())]
    only: Vec<String>,
}

fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// In this order: what is quick and likely to fail comes first.
const STEPS: &[Step] = &[
    Step { name: "fmt", does: "every file is formatted", run: fmt },
    Step { name: "clippy", does: "no lint has anything to say", run: clippy },
    Step { name: "unit", does: "unit and documentation tests of every crate", run: unit },
    Step { name: "doc", does: "the documentation builds, and its links lead somewhere", run: doc },
    Step {
        name: "no-std",
        does: "the engine builds by itself, without std where a bare target is installed",
        run: no_std,
    },
    Step { name: "corpus", does: "the tests that cross crates and need no OVN", run: corpus },
    Step { name: "peers", does: "another analyser of policies says the same of generated clusters", run: peers::peers },
    Step { name: "ovn", does: "OVN's own parser, OVN's own matcher, and real packets", run: ovn },
    Step { name: "cluster", does: "a real kube-apiserver, read by the command line", run: kubernetes::cluster },
    Step { name: "sizes", does: "the playground is built, and light enough", run: web::within_budget },
    Step { name: "browser", does: "the playground in a real browser says what the command line says", run: browser },
    Step { name: "fuzz", does: "random bytes for the parser and the reader, for a bounded time", run: fuzz::fuzz },
];

/// The tests that are steps of their own.
const APART: [&str; 3] = ["cluster", "peers", "browser"];

/// The tests against a real OVN.
const OVN: [&str; 8] = ["lab", "parser", "matcher", "northbound", "ovsdb", "packets", "worlds", "enforce"];

/// Runs the steps; the last line has the counts.
pub fn test(choice: &Choice) -> ExitCode {
    let named = |names: &[String], step: &Step| names.iter().any(|name| name == step.name);
    let wanted = |step: &&Step| !named(&choice.without, step) && (choice.only.is_empty() || named(&choice.only, step));
    let done: Vec<Done> = STEPS.iter().filter(wanted).map(Step::go).collect();
    println!("\n=== summary");
    let mut total = Tally::default();
    for done in &done {
        println!("{}", done.line());
        total += done.tally();
    }
    for step in STEPS.iter().filter(|step| !wanted(step)) {
        println!("NOT RUN {}: {} (as asked)", step.name, step.does);
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fmt(tally: &mut Tally) -> Result<(), String> {
    watched(&mut cargo(&["fmt", "--all", "--check"]), tally)?;
    watched(&mut cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]), tally)
}

fn clippy(tally: &mut Tally) -> Result<(), String> {
    watched(&mut cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]), tally)
}

fn unit(tally: &mut Tally) -> Result<(), String> {
    let all = ["test", "--quiet", "--no-fail-fast", "--workspace", "--exclude", "ringfence-tests"];
    let rest = watched(&mut cargo(&all), tally);
    rest.and(watched(&mut cargo(&["test", "--quiet", "-p", "ringfence-tests", "--lib"]), tally))
}

fn doc(tally: &mut Tally) -> Result<(), String> {
    let mut command = cargo(&["doc", "--quiet", "--workspace", "--no-deps"]);
    watched(command.env("RUSTDOCFLAGS", "-D warnings"), tally)
}

fn no_std(tally: &mut Tally) -> Result<(), String> {
    let build = ["build", "--quiet", "-p", "ringfence-engine", "--no-default-features"];
    watched(&mut cargo(&build), tally)?;
    let targets = bare_targets()?;
    if targets.is_empty() {
        println!("no bare target is installed: only the host was built (rustup target add thumbv7em-none-eabi)");
    }
    targets.iter().try_for_each(|target| watched(&mut cargo(&[&build[..], &["--target", target]].concat()), tally))
}

/// Installed targets that have no std.
fn bare_targets() -> Result<Vec<String>, String> {
    let sysroot = captured(&mut command("rustc", &["--print", "sysroot"]))?;
    let folder = Path::new(sysroot.trim()).join("lib/rustlib");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    Ok(names.filter(|name| name.contains("-none") && folder.join(name).join("lib").exists()).collect())
}

fn corpus(tally: &mut Tally) -> Result<(), String> {
    let metadata = captured(&mut cargo(&["metadata", "--quiet", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let targets = crossing(&metadata);
    if targets.is_empty() {
        println!("there is none yet");
        return Ok(());
    }
    let mut command = cargo(&["test", "--quiet", "--no-fail-fast", "-p", "ringfence-tests"]);
    for target in targets {
        command.args(["--test", &target]);
    }
    watched(&mut command, tally)
}

/// The test targets of `tests/` that need no OVN and no other analyser.
fn crossing(metadata: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let field = |value: &Value, name: &str| value.get(name).cloned().unwrap_or_default();
    let packages = list(&field(metadata, "packages"));
    let tests = packages.iter().filter(|package| field(package, "name") == "ringfence-tests");
    let targets = tests.flat_map(|package| list(&field(package, "targets")));
    let targets = targets.filter(|target| list(&field(target, "kind")).contains(&Value::from("test")));
    let names = targets.filter_map(|target| field(&target, "name").as_str().map(str::to_owned));
    let apart = |name: &str| OVN.contains(&name) || APART.contains(&name);
    names.filter(|name| !apart(name)).collect()
}

/// The page and the program that has it inside, each by tests of their own.
fn browser(tally: &mut Tally) -> Result<(), String> {
    packages::provide(packages::BROWSER)?;
    web::playground()?;
    web::script_package()?;
    watched(&mut cargo(&["build", "--quiet", "-p", "ringfence-cli"]), tally)?;
    let page = watched(&mut cargo(&["test", "--quiet", "-p", "ringfence-tests", "--test", "browser"]), tally);
    let page = page.and(web::script_tests(tally));
    let with_page = ["-p", "ringfence-cli", "--features", "playground", "--all-targets"];
    let lints = [&["clippy", "--quiet"], &with_page[..], &["--", "-D", "warnings"]].concat();
    let serve = [&["test", "--quiet"], &with_page[..], &["serve"]].concat();
    page.and(watched(&mut cargo(&lints), tally)).and(watched(&mut cargo(&serve), tally))
}

fn ovn(tally: &mut Tally) -> Result<(), String> {
    packages::provide(packages::OVN)?;
    if !packages::is_root() {
        return Err("network namespaces need root: run it as root, or leave it out by `--without ovn`".to_owned());
    }
    let one = |test: &str, tally: &mut Tally| {
        let quiet = ["test", "--quiet", "-p", "ringfence-tests", "--test", test];
        // Only libtest hides what a test prints; the others are harnesses of their own.
        let shown: &[&str] = if matches!(test, "parser" | "matcher") { &["--", "--nocapture"] } else { &[] };
        watched(&mut cargo(&[&quiet[..], shown].concat()), tally)
    };
    // What writes into a database is the program itself.
    watched(&mut cargo(&["build", "--quiet", "-p", "ringfence-cli"]), tally)?;
    let results: Vec<Result<(), String>> = OVN.iter().map(|test| one(test, tally)).collect();
    results.into_iter().collect()
}
