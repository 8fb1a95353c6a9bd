//! For programs: the JSON shapes that `DESIGN.md` promises. The engine's own types know nothing of them.
//!
//! Keys that are promised come first and in the promised order; what follows them is documented here.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod diagnostic;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod l4;
pub(crate) mod lines;
pub(crate) mod reach;

/// The version that answers.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
