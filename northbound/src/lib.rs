//! An OVN Northbound database, live or saved, as what the engine evaluates.
//!
//! [`Document::of`] writes the rows of a [`Snapshot`](ringfence_ovsdb::Snapshot) as an `Inventory`, which joins other
//! input; [`Document::complete`] puts into the compiled network what an inventory cannot say: names and addresses of
//! router ports, and whose each row is. What no word of the engine covers is told in [`Document::remarks`].

mod document;
mod link;
mod log;
mod owner;
mod port;
pub mod row;
pub mod tables;

pub use document::Document;
pub use owner::owner;
