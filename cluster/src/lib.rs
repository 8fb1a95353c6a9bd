//! What a Kubernetes cluster holds, as the documents that the engine reads.
//!
//! [`Access`] says which cluster, [`read`] lists every kind of [`KINDS`] page by page and keeps of each object what has a
//! meaning for reachability, and nothing else: no `managedFields`, no `env`, no `userData`, no applied configuration. What
//! is not there, and what may not be read, is an [`Absence`]; everything else is read all the same.
//!
//! What this crate does not do: it decides nothing, writes nothing to the cluster, and knows no rule.

mod absence;
mod access;
mod document;
mod error;
mod keep;
mod kind;
mod listing;
mod reading;
mod tenure;
mod watching;

pub use absence::{Absence, Grade};
pub use access::{Access, Connection};
pub use document::{Document, named_in, runs_kube_ovn};
pub use error::ClusterError;
pub use kind::{KINDS, Kind};
pub use listing::{Listing, PAGE, Progress};
pub use reading::{Observed, Reading, observe, read};
pub use tenure::{Tenure, Term};
pub use watching::{Served, Turn, Watching};
