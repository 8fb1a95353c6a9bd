//! Rules as objects of a Kubernetes cluster: what is to be there, what has to change for that, and how it is taken back.
//!
//! ```text
//! manifests ──wanted──▶ contents ──plan──▶ deeds ──send──▶ requests to the API server
//!                                   └── what is there and ours
//! ```
//!
//! An object is told to be ours by the label of its policy set, a part of a Subnet by an annotation of it: nothing else is
//! ever altered or deleted. What a [`Plan`] undoes is kept in a ConfigMap ([`History`]) before anything is written.
//!
//! What it does not do: it evaluates nothing, and it asks nobody but the server that it is given.

mod content;
mod deed;
mod history;
mod merge;
mod owned;
mod plan;
mod portion;
mod reference;
mod send;
mod wanted;
mod writable;

pub use content::Content;
pub use deed::{Deed, Kind};
pub use history::{History, HistoryError};
pub use plan::{Adoption, Plan, PlanError};
pub use portion::Portion;
pub use reference::Reference;
pub use send::{Purpose, SendError, Sent, send};
pub use wanted::{Wanted, WantedError, listed};
pub use writable::{Way, Writable, is_writable};
