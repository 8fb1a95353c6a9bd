//! The comparison with another analyser, which is installed first where it is not there.

use crate::python::Environment;
use crate::run::watched;
use crate::steps;
use crate::tally::Tally;
use std::path::PathBuf;

/// The analyser, in the version whose answers are known (`docs/peers.md`).
const ANALYSER: Environment = Environment { name: "nca", packages: &[("network-config-analyzer", "2.1.0")] };

/// Installs it and holds the program against it.
pub fn peers(tally: &mut Tally) -> Result<(), String> {
    let program = provide()?;
    let mut test = steps::tests(&["--test", "peers", "--", "--nocapture"]);
    watched(test.env("RINGFENCE_NCA", program), tally)
}

/// Installs it where it is not there; its program.
pub fn provide() -> Result<PathBuf, String> {
    Ok(ANALYSER.provide()?.join("nca"))
}
