//! Whether rows may be written of what was read.

use crate::desired::Desired;
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_view::loaded::Loaded;
use thiserror::Error;

/// Why no rows may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unusable {
    /// Something has no meaning.
    #[error("some of the input cannot be used as it is written, so nothing of it is")]
    Errors,
    /// Addresses are assumed.
    #[error(
        "addresses of machines are assumed (RF024), and nobody must write those into an address set: name them in an \
         `Inventory`, or in Kube-OVN's `IP` objects"
    )]
    Assumed,
}

/// Whether nothing may be written of input with this finding. A match that OVN ignores is a guard rail's affair.
pub fn is_in_the_way(found: &Diagnostic) -> bool {
    found.severity == Severity::Error && !matches!(found.code, Code::MatchSyntax | Code::MatchContext)
}

impl Desired {
    /// The rows of what was read, where all of it can be used.
    pub fn written(loaded: &Loaded) -> Result<Self, Unusable> {
        let found = &loaded.compiled.diagnostics;
        if found.iter().any(is_in_the_way) {
            return Err(Unusable::Errors);
        }
        let desired = Self::of(&loaded.compiled.network);
        let assumed = found.iter().any(|found| found.code == Code::AssumedAddress);
        if assumed && desired.has_addresses() { Err(Unusable::Assumed) } else { Ok(desired) }
    }
}
