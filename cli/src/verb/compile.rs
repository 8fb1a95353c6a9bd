//! `compile`: the rows that OVN would hold.

use crate::console::Console;
use crate::input::{self, Input};
use crate::render;
use crate::status::Status;
use clap::{Args, ValueEnum};
use ringfence_view::nbctl;
use ringfence_view::wire;
use std::io;

/// What follows `compile`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: Input,

    /// How to answer
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

const EXAMPLES: &str = "\
Examples:
  ringfence compile -f manifests/
  ringfence compile -f manifests/ -o nbctl > rows.sh      then, beside a scratch database: sh rows.sh

Exit status: 0, or 2 where some of the input could not be used as it is written.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Stage by stage, as OVN asks them
    #[default]
    Table,
    /// For programs
    Json,
    /// A shell script for ovn-nbctl
    Nbctl,
}

impl Arguments {
    /// Shows the rows.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let loaded = self.input.load();
        input::report(&loaded, console);
        let pipelines = loaded.pipelines();
        console.print(|out| match self.output {
            Format::Table => render::compile::write(out, &loaded, pipelines),
            Format::Json => wire::compile::write(out, &loaded, pipelines),
            Format::Nbctl => nbctl::write(out, &loaded),
        })?;
        Ok(input::status(&loaded))
    }
}
