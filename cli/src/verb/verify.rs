//! `verify`: what is declared against what is installed.

use crate::console::Console;
use crate::enforcement::{Proposal, meaning, tell_fresh};
use crate::planned::Planned;
use crate::render;
use crate::status::Status;
use crate::target::{Target, To, Wanted};
use clap::{Args, ValueEnum};
use ringfence_enforce::{Meaning, Plan};
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
  ringfence verify -f manifests/ --to cluster

Exit status: 0 the target holds what the files say; 1 it does not; 2 where that cannot be told.";

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
        let shown = self.target.to().and_then(|to| match to {
            To::Ovn => self.rows(console).map(|(proposal, name)| self.show(console, &proposal, &name)),
            To::Cluster => self.objects(console).map(|(proposal, name)| self.show(console, &proposal, &name)),
        });
        shown.unwrap_or_else(|message| {
            console.complain(&message);
            Ok(Status::InputError)
        })
    }

    fn show<P: Planned>(&self, console: &mut Console, proposal: &Proposal<P>, name: &str) -> io::Result<Status> {
        let status = if proposal.plan.is_empty() { Status::Fine } else { Status::Findings };
        let script = console.script;
        console.print(|out| match self.output {
            Format::Text => render::plan::drift(out, proposal, name, script),
            Format::Json => render::plan::json(out, proposal),
        })?;
        Ok(status)
    }

    fn rows(&self, console: &mut Console) -> Result<(Proposal<Plan>, String), String> {
        let desired = self.wanted.load(console)?;
        let mut database = self.target.live.open()?;
        let world = database.read().map_err(|error| format!("cannot read the Northbound database: {error}"))?;
        let plan =
            Plan::new(world, database.schema(), &self.target.set, &desired).map_err(|error| error.to_string())?;
        Ok((Proposal::with(Meaning::of(&plan), plan), database.name))
    }

    fn objects(&self, console: &mut Console) -> Result<(Proposal<ringfence_objects::Plan>, String), String> {
        let wanted = self.wanted.objects(console)?;
        let cluster = self.target.cluster.open()?;
        let observed = cluster.observe()?;
        let plan = ringfence_objects::Plan::new(observed, &self.target.set, &wanted, self.target.adoption());
        let plan = plan.map_err(|error| error.to_string())?;
        let meaning = meaning(&plan, &self.wanted.settings());
        tell_fresh(&meaning, console)?;
        Ok((Proposal::with(meaning, plan), cluster.name))
    }
}
