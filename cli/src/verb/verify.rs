//! `verify`: what is declared against what is installed.

use crate::console::Console;
use crate::enforcement::Proposal;
use crate::render;
use crate::status::Status;
use crate::target::{Target, Wanted};
use clap::{Args, ValueEnum};
use ringfence_enforce::Plan;
use std::io;

/// What follows `verify`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    wanted: Wanted,

    #[command(flatten)]
    target: Target,

    /// How to answer
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

const EXAMPLES: &str = "\
Examples:
  ringfence verify -f manifests/ --nb unix:/run/ovn/ovnnb_db.sock

Exit status: 0 the database holds what the files say; 1 it does not; 2 where that cannot be told.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Rows that drifted, and what they do to connections
    #[default]
    Text,
    /// Everything, for programs
    Json,
}

impl Arguments {
    /// Compares.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let (plan, name) = match self.plan(console) {
            Ok(planned) => planned,
            Err(message) => {
                console.complain(&message);
                return Ok(Status::InputError);
            }
        };
        let status = if plan.is_empty() { Status::Fine } else { Status::Findings };
        let proposal = Proposal::of(plan);
        let script = console.script;
        console.print(|out| match self.output {
            Format::Text => render::plan::drift(out, &proposal, &name, script),
            Format::Json => render::plan::json(out, &proposal),
        })?;
        Ok(status)
    }

    fn plan(&self, console: &mut Console) -> Result<(Plan, String), String> {
        let desired = self.wanted.load(console)?;
        let mut database = self.target.live.open()?;
        let world = database.read().map_err(|error| format!("cannot read the Northbound database: {error}"))?;
        let plan =
            Plan::new(world, database.schema(), &self.target.set, &desired).map_err(|error| error.to_string())?;
        Ok((plan, database.name))
    }
}
