//! Set-up, play and test: the two commands that bring a fresh machine to the end.
//!
//! `cargo xtask play` shows the program at work, `cargo xtask test` is everything that the project's CI runs.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

mod cache;
mod fuzz;
mod packages;
mod peers;
mod play;
mod run;
mod step;
mod steps;
mod tally;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Set-up, play and test.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Builds the program and asks it about the examples.
    Play,
    /// Runs every check and every test there is; ends with their counts.
    Test(steps::Choice),
}

fn main() -> ExitCode {
    match Arguments::parse().verb {
        Verb::Play => play::play(),
        Verb::Test(choice) => steps::test(&choice),
    }
}
