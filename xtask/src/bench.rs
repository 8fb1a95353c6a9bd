//! How fast the program is beside others, in the same run on the same files.

use crate::packages;
use crate::peers;
use crate::python::Environment;
use crate::run::{cargo, root, watched};
use crate::steps;
use crate::tally::Tally;
use crate::web;
use clap::Args;
use std::path::PathBuf;

/// What is measured.
#[derive(Debug, Args)]
pub struct Choice {
    /// Measures these only
    #[arg(long, value_name = "NAME", value_parser = names())]
    only: Vec<String>,
    /// Writes the tables into a file as well
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A comparison of `tests/benches/race.rs`, and what it compares with.
struct Race {
    name: &'static str,
    needs: &'static [Need],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Analyser,
    Python,
    Ovn,
    Browser,
}

const RACES: &[Race] = &[
    Race { name: "files", needs: &[Need::Analyser] },
    Race { name: "labels", needs: &[Need::Python] },
    Race { name: "atoms", needs: &[Need::Ovn] },
    Race { name: "point", needs: &[Need::Ovn] },
    Race { name: "full", needs: &[] },
    Race { name: "edit", needs: &[Need::Ovn] },
    Race { name: "idle", needs: &[Need::Python] },
    Race { name: "difference", needs: &[] },
    Race { name: "growth", needs: &[] },
    Race { name: "database", needs: &[Need::Ovn] },
    Race { name: "script", needs: &[Need::Browser] },
];

/// A package for sets of bits, and a prover.
const PACKAGES: Environment =
    Environment { name: "bench", packages: &[("bitarray", "3.12.3"), ("z3-solver", "5.4.1.0")] };

fn names() -> Vec<&'static str> {
    RACES.iter().map(|race| race.name).collect()
}

/// Sees to it that all are there, and prints what they take.
pub fn bench(choice: &Choice) -> Result<(), String> {
    let wanted = |race: &&Race| choice.only.is_empty() || choice.only.iter().any(|name| name == race.name);
    let needs = |need| RACES.iter().filter(wanted).any(|race| race.needs.contains(&need));
    let tally = &mut Tally::default();
    // The program comes with a test of its own package, and with the features that the comparisons give to its dependencies.
    watched(&mut steps::tests(&["--release", "--no-run", "--test", "command_line"]), tally)?;
    let mut race = cargo(&["bench", "--quiet", "--workspace", "--bench", "race", "--"]);
    race.args(&choice.only).env("RINGFENCE_PROGRAM", root().join("target/release/ringfence"));
    if needs(Need::Analyser) {
        race.env("RINGFENCE_NCA", peers::provide()?);
    }
    if needs(Need::Python) {
        race.env("RINGFENCE_PYTHON", PACKAGES.provide()?.join("python"));
    }
    if needs(Need::Ovn) {
        packages::provide(packages::OVN)?;
    }
    if needs(Need::Browser) {
        packages::provide(packages::BROWSER)?;
        web::playground()?;
        web::script_package()?;
    }
    if let Some(out) = &choice.out {
        let out = std::path::absolute(out).map_err(|error| format!("{}: {error}", out.display()))?;
        race.env("RINGFENCE_BENCH_OUT", out);
    }
    watched(&mut race, tally)
}
