//! The promises of the command line: exit statuses, streams, shapes.
#![expect(clippy::disallowed_methods, reason = "tests make files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops where it fails")]

mod action;
mod answers;
mod canonical;
mod contexts;
mod emptiness;
mod fixes;
mod formats;
mod gates;
mod habits;
mod input;
mod pages;
mod reasons;
mod report;
mod rows;
mod run;
mod serve;
mod shapes;
