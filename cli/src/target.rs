//! What is to be in which database: files, a policy set, endpoints.

use crate::console::Console;
use crate::input;
use crate::live::Live;
use crate::profile;
use clap::Args;
use ringfence_enforce::{Desired, PolicySet};
use ringfence_engine::compile::{Profile, Settings, Strictness};
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use std::path::PathBuf;

/// Which rows of which database.
#[derive(Debug, Args)]
pub(crate) struct Target {
    #[command(flatten)]
    pub(crate) live: Live,

    /// The policy set: its rows come and go together, and those of other sets are somebody else's
    #[arg(long, value_name = "NAME", default_value_t, help_heading = "Input")]
    pub(crate) set: PolicySet,

    /// Where the rules go: `ovn` writes rows into the Northbound database
    #[arg(long, value_name = "WHERE", value_parser = ["ovn"], default_value = "ovn", help_heading = "Input")]
    to: String,
}

/// What is to be there.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// A file, a folder (*.yaml, *.yml and *.json at any depth) or `-` for standard input; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-")]
    #[arg(help_heading = "Input", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,

    /// Whose rows to write; without it kube-ovn/1.16, or the `ovn.version` of an Inventory
    #[arg(long, value_parser = profile::parser(), value_name = "NAME", help_heading = "Input")]
    profile: Option<&'static Profile>,

    /// Write what is left of objects that the API server refuses
    #[arg(long, help_heading = "Input")]
    lenient: bool,
}

impl Wanted {
    /// The rows that the files say. What cannot be used as it is written is no ground to write anything; a match that OVN
    /// ignores is a guard rail's affair.
    pub(crate) fn load(&self, console: &mut Console) -> Result<Desired, String> {
        if self.files.is_empty() {
            return Err("no file is named: `-f` says what is to be in the database".to_owned());
        }
        let strictness = if self.lenient { Strictness::Lenient } else { Strictness::Strict };
        let loaded = input::manifests(&self.files, &Settings { profile: self.profile, strictness })?;
        // Who is on a switch, the database knows.
        let told = loaded.compiled.diagnostics.iter().filter(|found| found.code != Code::NoEndpoint);
        input::tell(&loaded, console, &told.cloned().collect::<Vec<_>>());
        let in_the_way = |found: &&Diagnostic| {
            found.severity == Severity::Error && !matches!(found.code, Code::MatchSyntax | Code::MatchContext)
        };
        if loaded.compiled.diagnostics.iter().any(|found| in_the_way(&found)) {
            return Err("some of the input cannot be used as it is written, so nothing of it is".to_owned());
        }
        let desired = Desired::of(&loaded.compiled.network);
        let assumed = loaded.compiled.diagnostics.iter().any(|found| found.code == Code::AssumedAddress);
        if assumed && desired.has_addresses() {
            return Err("addresses of machines are assumed (RF024), and nobody must write those into an address set: \
                        name them in an `Inventory`, or in Kube-OVN's `IP` objects"
                .to_owned());
        }
        Ok(desired)
    }
}
