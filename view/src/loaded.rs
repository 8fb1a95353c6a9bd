//! Texts, compiled: what every answer starts from.

use ringfence_engine::answers::check::check;
use ringfence_engine::answers::readings::other_reading;
use ringfence_engine::compile::{Compiled, Settings, load};
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_engine::ovn::network::Network;
use ringfence_engine::reach::evaluate;
use ringfence_engine::source::Sources;

/// The input, compiled.
pub struct Loaded {
    /// All texts.
    pub sources: Sources,
    /// What can be evaluated. Its diagnostics include what could not be read at all, and which rows OVN ignores.
    pub compiled: Compiled,
}

impl Loaded {
    /// Compiles texts, and says what every verb and every view must say of them.
    pub fn new(sources: Sources, settings: &Settings) -> Self {
        let mut compiled = load(&sources, settings);
        compiled.diagnostics.extend(misplaced(&compiled.network));
        compiled.diagnostics.extend(other_reading(&sources, settings, &compiled));
        Self { sources, compiled }
    }

    /// Whether some of the input could not be used as it is written.
    pub fn has_errors(&self) -> bool {
        self.compiled.diagnostics.iter().any(|found| found.severity == Severity::Error)
    }
}

/// Rows that are well formed by themselves, and ignored for where OVN puts them. What else there is to say of rows is
/// for `check`; that one is not there at all, everybody must be told.
fn misplaced(network: &Network) -> Vec<Diagnostic> {
    let found = check(network, &[], &mut evaluate(network, &[]));
    found.into_iter().filter(|found| found.code == Code::MatchContext).collect()
}
