//! For programs: the JSON shapes that `DESIGN.md` promises. The engine's own types know nothing of them.
//!
//! Keys that are promised come first and in the promised order; what follows them is documented here.

pub mod check;
pub mod compile;
mod diagnostic;
pub mod diff;
pub mod explain;
mod l4;
pub mod lines;
pub mod reach;
pub mod repair;

/// The version that answers.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
