//! The steps of `cargo xtask test`. All are run, whatever fails before.

use crate::fuzz;
use crate::kubernetes;
use crate::packages::{self, Need};
use crate::peers;
use crate::run::{captured, cargo, command, watched};
use crate::step::{Done, Lane, Step};
use crate::tally::Tally;
use crate::web;
use clap::Args;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, ExitCode};

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

/// In this order within a lane: what is quick and likely to fail comes first.
const STEPS: &[Step] = &[
    Step { name: "fmt", does: "every file is formatted", lane: Lane::Compiling, needs: &[], run: fmt },
    Step { name: "clippy", does: "no lint has anything to say", lane: Lane::Compiling, needs: &[], run: clippy },
    Step {
        name: "doc",
        does: "the documentation builds, and its links lead somewhere",
        lane: Lane::Compiling,
        needs: &[],
        run: doc,
    },
    Step {
        name: "no-std",
        does: "the engine builds by itself, without std where a bare target is installed",
        lane: Lane::Compiling,
        needs: &[],
        run: no_std,
    },
    Step {
        name: "sizes",
        does: "the playground is built, and light enough",
        lane: Lane::Compiling,
        needs: &[packages::NODE],
        run: web::within_budget,
    },
    Step {
        name: "browser",
        does: "the playground in a real browser says what the command line says",
        lane: Lane::Compiling,
        needs: &[packages::NODE, packages::BROWSER],
        run: browser,
    },
    Step {
        name: "fuzz",
        does: "random bytes for the parser and the reader, for a bounded time",
        lane: Lane::Compiling,
        needs: &[packages::FUZZ],
        run: fuzz::fuzz,
    },
    Step {
        name: "unit",
        does: "unit and documentation tests of every crate",
        lane: Lane::Waiting,
        needs: &[],
        run: unit,
    },
    Step {
        name: "corpus",
        does: "the tests that cross crates and need no OVN",
        lane: Lane::Waiting,
        needs: &[],
        run: corpus,
    },
    Step {
        name: "peers",
        does: "another analyser of policies says the same of generated clusters",
        lane: Lane::Waiting,
        needs: &[packages::PYTHON],
        run: peers::peers,
    },
    Step {
        name: "ovn",
        does: "OVN's own parser, OVN's own matcher, and real packets",
        lane: Lane::Waiting,
        needs: &[packages::OVN],
        run: ovn,
    },
    Step {
        name: "cluster",
        does: "a real kube-apiserver, read by the command line",
        lane: Lane::Waiting,
        needs: &[packages::KUBERNETES, packages::OVN],
        run: kubernetes::cluster,
    },
];

/// The tests that are steps of their own.
const APART: [&str; 3] = ["cluster", "peers", "browser"];

/// The tests against a real OVN. They wait most of the time, so the lines are run at once; each test and each half has
/// daemons and namespaces of its own.
const OVN: [&[Part]; 4] = [
    &[
        Part { test: "lab", words: &[] },
        // Only libtest hides what a test prints; the others are harnesses of their own.
        Part { test: "parser", words: &["--nocapture"] },
        Part { test: "matcher", words: &["--nocapture"] },
        Part { test: "northbound", words: &[] },
        Part { test: "ovsdb", words: &[] },
        Part { test: "enforce", words: &["--skip", "packets/", "--skip", "worlds/"] },
    ],
    &[Part { test: "packets", words: &[] }, Part { test: "enforce", words: &["packets/"] }],
    &[Part { test: "worlds", words: &[] }],
    &[Part { test: "enforce", words: &["worlds/"] }],
];

/// A test, or a part of it.
struct Part {
    test: &'static str,
    words: &'static [&'static str],
}

/// Runs the steps, both lanes at once; the last line has the counts.
pub fn test(choice: &Choice) -> ExitCode {
    let named = |names: &[String], step: &Step| names.iter().any(|name| name == step.name);
    let wanted = |step: &&Step| !named(&choice.without, step) && (choice.only.is_empty() || named(&choice.only, step));
    let steps: Vec<&Step> = STEPS.iter().filter(wanted).collect();
    // All at once, as packages can be installed by one only; a step that lacks something says so itself.
    let needs = steps.iter().flat_map(|step| step.needs).copied().flatten().copied().collect::<Vec<Need>>();
    let _ = packages::provide(&needs);
    let lane = |lane: Lane| steps.iter().filter(move |step| step.lane == lane).map(|step| step.apart()).collect();
    let done: Vec<Done> = std::thread::scope(|scope| {
        let beside = scope.spawn(|| lane(Lane::Waiting));
        let mut done: Vec<Done> = lane(Lane::Compiling);
        done.extend(beside.join().unwrap_or_default());
        done
    });
    println!("\n=== summary");
    let mut total = Tally::default();
    for done in &done {
        done.failures().for_each(|line| println!("{line}"));
        println!("{}", done.line());
        total += done.tally();
    }
    for step in STEPS.iter().filter(|step| !wanted(step)) {
        println!("NOT RUN {}: {} (as asked)", step.name, step.does);
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 && done.len() == steps.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One step in this process.
#[derive(Debug, Args)]
pub struct One {
    #[arg(value_parser = names())]
    name: String,
}

/// Runs one step here.
pub fn one(one: &One) -> ExitCode {
    let result = STEPS.iter().find(|step| step.name == one.name).map_or(Ok(()), Step::go);
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fmt(tally: &mut Tally) -> Result<(), String> {
    watched(&mut cargo(&["fmt", "--all", "--check"]), tally)?;
    watched(&mut cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]), tally)
}

fn clippy(tally: &mut Tally) -> Result<(), String> {
    watched(&mut cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]), tally)
}

fn unit(tally: &mut Tally) -> Result<(), String> {
    // All there are, so that whatever comes later finds them.
    watched(&mut tests(&["--no-run"]), tally)?;
    let mut own = tests(&["--no-fail-fast", "--lib", "--bins"]);
    for test in targets(|package| package != CROSSING)? {
        own.args(["--test", &test]);
    }
    let own = watched(&mut own, tally);
    own.and(watched(&mut tests(&["--no-fail-fast", "--doc"]), tally))
}

/// Some tests, chosen by kind or by name, of the workspace as a whole. Whoever names a package gets other features of the
/// same dependencies, and has all that depends on these built once more.
pub fn tests(words: &[&str]) -> Command {
    cargo(&[&["test", "--quiet", "--workspace"], words].concat())
}

/// Sees to it that the program is there which tests start. It comes with a test of its own package.
pub fn program(tally: &mut Tally) -> Result<(), String> {
    watched(&mut tests(&["--no-run", "--test", "command_line"]), tally)
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
    let mut command = tests(&["--no-fail-fast"]);
    let apart = |name: &str| OVN.iter().copied().flatten().any(|part| part.test == name) || APART.contains(&name);
    for test in targets(|package| package == CROSSING)?.into_iter().filter(|name| !apart(name)) {
        command.args(["--test", &test]);
    }
    watched(&mut command, tally)
}

/// The package whose tests cross crates.
const CROSSING: &str = "ringfence-tests";

/// The test targets of some packages.
fn targets(wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, String> {
    let metadata = captured(&mut cargo(&["metadata", "--quiet", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let field = |value: &Value, name: &str| value.get(name).cloned().unwrap_or_default();
    let packages = list(&field(&metadata, "packages")).into_iter();
    let packages = packages.filter(|package| field(package, "name").as_str().is_some_and(&wanted));
    let targets = packages.flat_map(|package| list(&field(&package, "targets")));
    let targets = targets.filter(|target| list(&field(target, "kind")).contains(&Value::from("test")));
    Ok(targets.filter_map(|target| field(&target, "name").as_str().map(str::to_owned)).collect())
}

/// The page and the program that has it inside, each by tests of their own.
fn browser(tally: &mut Tally) -> Result<(), String> {
    packages::provide(packages::BROWSER)?;
    web::playground()?;
    web::script_package()?;
    program(tally)?;
    let page = watched(&mut tests(&["--test", "browser"]), tally);
    let page = page.and(web::script_tests(tally));
    let with_page = ["--quiet", "--workspace", "--features", "ringfence-cli/playground", "--lib", "--bins"];
    let with_page = [&with_page[..], &["--test", "command_line"]].concat();
    let lints = [&["clippy"], &with_page[..], &["--", "-D", "warnings"]].concat();
    let serve = [&["test"], &with_page[..], &["serve"]].concat();
    page.and(watched(&mut cargo(&lints), tally)).and(watched(&mut cargo(&serve), tally))
}

fn ovn(tally: &mut Tally) -> Result<(), String> {
    packages::provide(packages::OVN)?;
    if !packages::is_root() {
        return Err("network namespaces need root: run it as root, or leave it out by `--without ovn`".to_owned());
    }
    // What writes into a database is the program itself. All is built before anything is timed.
    let mut build = tests(&["--no-run", "--test", "command_line"]);
    build.args(OVN.iter().copied().flatten().flat_map(|part| ["--test", part.test]));
    watched(&mut build, tally)?;
    let line = |parts: &[Part]| {
        let mut tally = Tally::default();
        let one = |part: &Part| watched(tests(&["--test", part.test, "--"]).args(part.words), &mut tally);
        let results: Vec<Result<(), String>> = parts.iter().map(one).collect();
        (tally, results)
    };
    let lines: Vec<(Tally, Vec<Result<(), String>>)> = std::thread::scope(|scope| {
        let running: Vec<_> = OVN.iter().map(|parts| scope.spawn(|| line(parts))).collect();
        let died = || (Tally::default(), vec![Err("a line of tests was not run to its end".to_owned())]);
        running.into_iter().map(|line| line.join().unwrap_or_else(|_| died())).collect()
    });
    lines.iter().for_each(|(counts, _)| *tally += *counts);
    lines.into_iter().flat_map(|(_, results)| results).collect()
}
