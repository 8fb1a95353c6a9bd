//! What crosses crates: the corpus and the comparisons with a real OVN.
//!
//! [`generate`] invents input, [`random`] numbers that come again with their seed,
//! [`ovn`] is the real thing: private daemons, network namespaces, packets; [`nca`] is another analyser; [`browser`] is a
//! real browser with the playground in it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a harness that cannot go on should stop where it stands"
)]

/// The playground in a real browser, and the program to compare it with.
pub mod browser {
    pub mod driver;
    pub mod measure;
    pub mod page;
    pub mod program;
    pub mod request;
    pub mod script;
    pub mod site;
    pub mod typing;
    pub mod undo;
    pub mod walk;
    pub mod words;
}

pub mod generate;
pub mod nca;
pub mod ovn;
pub mod random;
