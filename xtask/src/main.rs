//! Set-up, play and test: the two commands that bring a fresh machine to the end.
//!
//! `cargo xtask play` shows the program at work, `cargo xtask test` is everything that the project's CI runs.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

mod bench;
mod cache;
mod fuzz;
mod kubernetes;
mod packages;
mod peers;
mod play;
mod python;
mod run;
mod step;
mod steps;
mod tally;
mod web;

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
    /// Builds the playground and serves it on this machine, until Ctrl-C.
    Play(play::Choice),
    /// Builds the playground and the package for JavaScript, and says what they weigh.
    Web,
    /// Measures the program beside others on the same files, and prints tables.
    Bench(bench::Choice),
    /// Runs every check and every test there is; ends with their counts.
    Test(steps::Choice),
    /// Runs one step of the tests in this process.
    #[command(hide = true)]
    Step(steps::One),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Play(choice) => play::play(&choice),
        Verb::Web => web::print(),
        Verb::Bench(choice) => bench::bench(&choice),
        Verb::Test(choice) => return steps::test(&choice),
        Verb::Step(one) => return steps::one(&one),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
