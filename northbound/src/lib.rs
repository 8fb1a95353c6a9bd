//! An OVN Northbound database, live or saved, as what the engine evaluates.
//!
//! [`Document::of`] writes the rows of a [`Snapshot`](ringfence_ovsdb::Snapshot) as an `Inventory`, which joins other
//! input; [`Document::complete`] puts into the compiled network what an inventory cannot say: whose each row is, what it
//! logs, and which ports are disabled. What no word of the engine covers is told in [`Document::remarks`].

mod addendum;
mod balancer;
mod beside;
mod document;
mod doubt;
mod link;
mod log;
mod members;
mod name;
mod open;
mod owner;
mod port;
mod replaced;
pub mod row;
pub mod tables;
mod template;

pub use document::Document;
pub use owner::owner;
pub use port::is_served;
pub use replaced::without;
