//! What crosses crates: the corpus and the comparisons with a real OVN.
//!
//! [`generate`] invents input, [`random`] numbers that come again with their seed,
//! [`ovn`] is the real thing: private daemons, network namespaces, packets; [`nca`] is another analyser.
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

pub mod generate;
pub mod nca;
pub mod ovn;
pub mod random;
