//! Keeps the rows of a policy set in a Northbound database as the objects of a cluster say, and repairs what drifts.
//!
//! ```text
//! cluster ──watching──▶ rules ──▶ plan ──guard rails──▶ transaction
//!                                  ▲
//! database ──monitor───────────────┘         Lease: of several replicas one acts, all of them watch
//! ```
//!
//! What it does not do: it writes no object of the cluster but its Lease and Events, and decides nothing: what is wanted
//! the engine compiles, what changes and what that means is a plan of `ringfence-enforce`.

mod keeper;
mod leader;
mod listen;
mod notice;
mod rules;
mod status;

pub use keeper::{Accepted, KeeperError, Settings, Task, keep};
pub use leader::Election;
pub use rules::Rules;
