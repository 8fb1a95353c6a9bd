//! `plan`: what an apply would change.

use crate::console::Console;
use crate::enforcement::Proposal;
use crate::files;
use crate::render;
use crate::status::Status;
use crate::target::{Target, Wanted};
use clap::{Args, ValueEnum};
use ringfence_enforce::{Plan, SavedPlan};
use std::io;
use std::path::PathBuf;

/// What follows `plan`.
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

    /// Keeps the plan in a file, which `apply --plan` takes as long as the database is as it is now
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ringfence plan -f manifests/ --nb unix:/run/ovn/ovnnb_db.sock
  ringfence plan -f manifests/ --nb tcp:127.0.0.1:6641 -o md          for a comment on a change
  ringfence plan -f manifests/ --nb tcp:127.0.0.1:6641 --out p.json   and later: ringfence apply --plan p.json

Exit status: 0 nothing has to change; 1 something has to; 2 where there is no plan.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Rows, connections, guard rails
    #[default]
    Text,
    /// Everything, for programs
    Json,
    /// For a comment on a change
    Md,
}

impl Arguments {
    /// Shows what would change.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        match self.plan(console) {
            Ok((plan, name)) => self.show(console, plan, &name),
            Err(message) => {
                console.complain(&message);
                Ok(Status::InputError)
            }
        }
    }

    fn plan(&self, console: &mut Console) -> Result<(Plan, String), String> {
        let desired = self.wanted.load(console)?;
        let mut database = self.target.live.open()?;
        let world = database.read().map_err(|error| format!("cannot read the Northbound database: {error}"))?;
        let plan =
            Plan::new(world, database.schema(), &self.target.set, &desired).map_err(|error| error.to_string())?;
        if let Some(path) = &self.out {
            files::write(path, &SavedPlan::of(&plan).to_json())?;
        }
        Ok((plan, database.name))
    }

    fn show(&self, console: &mut Console, plan: Plan, name: &str) -> io::Result<Status> {
        let status = if plan.is_empty() { Status::Fine } else { Status::Findings };
        let proposal = Proposal::of(plan);
        let script = console.script;
        console.print(|out| match self.output {
            Format::Text if proposal.plan.is_empty() => render::plan::nothing(out, &proposal.plan, name),
            Format::Text => render::plan::text(out, &proposal, name, script),
            Format::Json => render::plan::json(out, &proposal),
            Format::Md => render::plan::markdown(out, &proposal, script),
        })?;
        Ok(status)
    }
}
