//! `plan`: what an apply would change.

use crate::advice;
use crate::console::Console;
use crate::enforcement::Proposal;
use crate::files;
use crate::planned::Planned;
use crate::render::{self, Line};
use crate::status::Status;
use crate::survey::Survey;
use crate::target::{Target, To, Wanted};
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use ringfence_enforce::{Meaning, Plan, SavedPlan};
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

    /// Networks for management, of which nobody may lose a connection to a machine: 10.0.0.0/8,fd00::/8
    #[arg(long, value_name = "CIDR[,…]", value_delimiter = ',')]
    management: Vec<IpNet>,

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
  ringfence plan -f manifests/ --to cluster                           objects, through the Kubernetes API
  ringfence plan -f manifests/ --to cluster --context east,west       the same for two clusters

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
        let shown = self.target.to().and_then(|to| match to {
            To::Ovn => self.rows(console).map(|(proposal, name)| self.show(console, &proposal, &name)),
            To::Cluster => self.clusters(console),
        });
        shown.unwrap_or_else(|message| {
            console.complain(&message);
            Ok(Status::InputError)
        })
    }

    fn rows(&self, console: &mut Console) -> Result<(Proposal<Plan>, String), String> {
        let desired = self.wanted.load(&self.target.live, console)?;
        let mut database = self.target.open()?;
        let world = database.read().map_err(|error| format!("cannot read the Northbound database: {error}"))?;
        let advice = advice::on_database(&world);
        let mut plan =
            Plan::new(world, database.schema(), &self.target.set, &desired).map_err(|error| error.to_string())?;
        plan = database.told(plan)?;
        if let Some(path) = &self.out {
            files::write(path, &SavedPlan::of(&plan).to_json())?;
        }
        plan.remarks.extend(advice::on_nothing(&desired, &plan));
        plan.remarks.push(advice);
        Ok((Proposal::with(Meaning::of(&plan), plan, &self.management), database.name))
    }

    fn clusters(&self, console: &mut Console) -> Result<io::Result<Status>, String> {
        if self.out.is_some() {
            return Err("a plan that is kept is one of rows, for `--to ovn`".to_owned());
        }
        let mut survey = Survey::of(&self.target, &self.wanted, &self.management, console)?;
        survey.advise();
        let named = self.output == Format::Md && survey.is_of_several();
        Ok(match self.output {
            Format::Json => survey.json(console),
            Format::Text | Format::Md => survey.show(console, |console, proposal, name| {
                if named {
                    console.print(|out| writeln!(out, "## {}\n", Line(name)))?;
                }
                self.show(console, proposal, name).map(drop)
            }),
        })
    }

    fn show<P: Planned>(&self, console: &mut Console, proposal: &Proposal<P>, name: &str) -> io::Result<Status> {
        let status = if proposal.plan.is_empty() { Status::Fine } else { Status::Findings };
        let script = console.script;
        console.print(|out| match self.output {
            Format::Text if proposal.plan.is_empty() => render::plan::none(out, proposal, name),
            Format::Text => render::plan::text(out, proposal, name, script),
            Format::Json => render::plan::json(out, proposal, None),
            Format::Md => render::plan::markdown(out, proposal, script),
        })?;
        Ok(status)
    }
}
