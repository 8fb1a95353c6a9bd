//! Rules as rows of an OVN Northbound database: what is to be there, what has to change for that, what the change means,
//! and how it is taken back.
//!
//! ```text
//! network ──desired──▶ items ──plan──▶ changes ──transaction──▶ operations
//!                                │         └──after──▶ the world that follows ──meaning──▶ connections, guard rails
//!                                └── what is there and ours
//! ```
//!
//! Rows are told apart by whose they are: a row of a [`PolicySet`] says so in its `external_ids`, and no other row is ever
//! changed. Everything of one [`Plan`] is one transaction; for a cluster of servers that bears less, one behind others that mean
//! nothing ([`Plan::staged`]). What it undoes is kept in the database ([`History`]).
//!
//! What it does not do: it opens no connection and no file, and it asks nobody.

mod acl;
mod after;
mod change;
mod desired;
mod digest;
mod guard;
mod history;
mod identity;
mod installed;
mod item;
mod lease;
mod links;
mod meaning;
mod moment;
mod owned;
mod parent;
mod plan;
mod resolve;
mod saved;
mod send;
mod set;
mod tables;
mod transaction;
mod usable;

pub use acl::{Acl, Content};
pub use change::{Change, Kind};
pub use desired::Desired;
pub use guard::{Guard, Tripped};
pub use history::{Applied, History, HistoryError};
pub use installed::{Extent, Writer};
pub use item::{AddressSet, Item, Origin, PortGroup};
pub use meaning::{Cost, Meaning};
pub use moment::now;
pub use parent::Parent;
pub use plan::{Plan, PlanError};
pub use saved::{SavedError, SavedPlan};
pub use send::{LARGEST, SendError, Sent, Wait, WaitError, attempt, read, send, wait};
pub use set::{PolicySet, SetError};
pub use tables::selects;
pub use transaction::Strictness;
pub use usable::{Unusable, is_in_the_way, is_of_the_database};
