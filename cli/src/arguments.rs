//! What is written after the program's name.

use crate::console::Color;
use crate::verb::Verb;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser};
use std::ffi::OsString;
use std::path::Path;

/// Tells what the isolation rules of virtual machines on Kube-OVN really do.
#[derive(Debug, Parser)]
#[command(name = "ringfence", version, max_term_width = 100, after_help = EXAMPLES, after_long_help = LONG_EXAMPLES)]
pub(crate) struct Invocation {
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,

    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", hide_possible_values = true)]
    #[arg(help = "When to use colour: auto (on a terminal, unless NO_COLOR is set), always or never")]
    pub(crate) color: Color,
}

const EXAMPLES: &str = "\
Examples:
  ringfence reach -f manifests/                     who can talk to whom
  ringfence explain vm1 vm2 --tcp 80 -f manifests/  why, row by row
  ringfence check -f manifests/                     mistakes, traps, false claims

`ringfence VERB --help` says more about each.";

const LONG_EXAMPLES: &str = "\
Examples:
  ringfence reach -f manifests/                     who can talk to whom
  ringfence explain vm1 vm2 --tcp 80 -f manifests/  why, row by row
  ringfence check -f manifests/                     mistakes, traps, false claims
  kustomize build . | ringfence reach -f -          whatever writes YAML will do

As `kubectl-ringfence` on the PATH, the program is `kubectl ringfence`.

Answers go to standard output, everything else to standard error. The exit status is 2 where some of the input could \
not be used as it is written; the rest of it is answered all the same.

`ringfence VERB --help` says more about each verb.";

/// Reads the arguments; the first one is the program's own name, and says whether kubectl called.
pub(crate) fn parse(arguments: &[OsString]) -> Result<Invocation, clap::Error> {
    let own = arguments.first().map(Path::new).and_then(Path::file_stem);
    let plugin = own.is_some_and(|name| name == "kubectl-ringfence");
    let command = Invocation::command().bin_name(if plugin { "kubectl ringfence" } else { "ringfence" });
    let matches = command.try_get_matches_from(arguments).map_err(with_other_sources)?;
    Invocation::from_arg_matches(&matches)
}

/// Where files are missing, a database or a cluster will do.
fn with_other_sources(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg)
        && error.kind() == ErrorKind::MissingRequiredArgument
    {
        let name = |argument: &String| match argument.starts_with("--filename") {
            true => format!("{argument}, or --nb <ENDPOINTS>, or --cluster"),
            false => argument.clone(),
        };
        let named = missing.iter().map(name).collect();
        error.insert(ContextKind::InvalidArg, ContextValue::Strings(named));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_is_sound() {
        Invocation::command().debug_assert();
    }
}
