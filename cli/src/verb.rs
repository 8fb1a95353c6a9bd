//! The verbs, one file each: what they take, what they ask, and which exit status follows.

mod apply;
mod check;
mod compile;
mod completions;
mod diff;
mod explain;
mod export;
mod fmt;
mod import;
mod man;
mod plan;
mod reach;
mod repair;
mod report;
mod rollback;
mod run;
mod serve;
mod verify;

use crate::console::Console;
use crate::status::Status;
use clap::Subcommand;
use std::io;

/// What the program can be asked to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Who can talk to whom
    Reach(reach::Arguments),
    /// Why one conversation works, or does not: its walk, row by row
    Explain(explain::Arguments),
    /// Find mistakes and traps in the rules, and test the expectations
    Check(check::Arguments),
    /// Show the OVN rows, in the order in which OVN asks them
    Compile(compile::Arguments),
    /// Write the match expressions as OVN prints them
    Fmt(fmt::Arguments),
    /// What other files or another profile change: connections gained and lost
    Diff(diff::Arguments),
    /// Lines of OVN's log or of `acl-list`, and the rules that they come from
    Import(import::Arguments),
    /// Write down a live cluster, or a Northbound database, as YAML that `-f` reads
    Export(export::Arguments),
    /// Serve the playground on this machine, for a browser
    Serve(serve::Arguments),
    /// Find the smallest edits that make a pair connect, or keep it apart
    Repair(repair::Arguments),
    /// Write down who reaches whom, what was expected, and what that rests on
    Report(report::Arguments),
    /// What an apply would change, in rows or objects, and in connections
    Plan(plan::Arguments),
    /// Write rows into a Northbound database, or objects into a cluster
    Apply(apply::Arguments),
    /// Whether a database or a cluster holds what the files say
    Verify(verify::Arguments),
    /// Take applies back
    Rollback(rollback::Arguments),
    /// Stay, watch a cluster, and keep the rows of a Northbound database
    Run(run::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
    /// Print the manual page, or write all of them
    Man(man::Arguments),
}

impl Verb {
    /// Does it. An error is one of writing.
    pub(crate) fn run(&self, console: &mut Console) -> io::Result<Status> {
        match self {
            Self::Reach(arguments) => arguments.run(console),
            Self::Explain(arguments) => arguments.run(console),
            Self::Check(arguments) => arguments.run(console),
            Self::Compile(arguments) => arguments.run(console),
            Self::Fmt(arguments) => arguments.run(console),
            Self::Diff(arguments) => arguments.run(console),
            Self::Import(arguments) => arguments.run(console),
            Self::Export(arguments) => arguments.run(console),
            Self::Serve(arguments) => arguments.run(console),
            Self::Repair(arguments) => arguments.run(console),
            Self::Report(arguments) => arguments.run(console),
            Self::Plan(arguments) => arguments.run(console),
            Self::Apply(arguments) => arguments.run(console),
            Self::Verify(arguments) => arguments.run(console),
            Self::Rollback(arguments) => arguments.run(console),
            Self::Run(arguments) => arguments.run(console),
            Self::Completions(arguments) => arguments.run(console),
            Self::Man(arguments) => arguments.run(console),
        }
    }
}
