//! Answers for people: views over one evaluation. None of them decides anything by itself.

pub mod check;
pub mod conversation;
pub mod diff;
pub mod expect;
pub mod explain;
pub mod filter;
pub mod lease;
pub mod readings;
pub mod repair;
pub mod select;
mod tracking;
pub mod witness;
