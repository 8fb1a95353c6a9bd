//! `verify`: what is declared against what is installed.

use crate::console::Console;
use crate::enforcement::Proposal;
use crate::live::Database;
use crate::planned::Planned;
use crate::probe::{self, Probed, Probing, Southbound, Versions, probe};
use crate::render;
use crate::status::Status;
use crate::survey::Survey;
use crate::target::{Declared, Target, To, Wanted};
use clap::{Args, ValueEnum};
use ringfence_enforce::{Meaning, Plan, Writer};
use ringfence_ovsdb::Snapshot;
use std::io;
use std::time::Duration;

/// What follows `verify`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    wanted: Wanted,

    #[command(flatten)]
    target: Target,

    /// Whose rows are compared; without it those of the policy set where it has any, else those of Kube-OVN where it has
    #[arg(long = "rows-of", value_enum, value_name = "WRITER", help_heading = "Input")]
    rows_of: Option<RowsOf>,

    #[command(flatten)]
    probing: Probing,

    /// How to answer
    #[arg(short = 'o', long = "output", value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

const EXAMPLES: &str = "\
Examples:
  ringfence verify -f manifests/ --nb unix:/run/ovn/ovnnb_db.sock
  ringfence verify -f manifests/ --nb unix:/run/ovn/ovnnb_db.sock --probe    and asks ovn-trace about packets
  ringfence verify --cluster --nb unix:/run/ovn/ovnnb_db.sock                what Kube-OVN made of the cluster's objects
  ringfence verify -f manifests/ --to cluster
  ringfence verify -f manifests/ --to cluster --context east,west             each of them

Exit status: 0 the target holds what the files say; 1 it does not, or ovn-trace says something else; 2 where that cannot \
be told.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Rows that drifted, and what they do to connections
    #[default]
    Text,
    /// Everything, for programs
    Json,
}

/// Who wrote the rows that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RowsOf {
    /// This program, for the policy set
    Ringfence,
    /// Kube-OVN's controller
    KubeOvn,
}

impl From<RowsOf> for Writer {
    fn from(of: RowsOf) -> Self {
        match of {
            RowsOf::Ringfence => Self::Ringfence,
            RowsOf::KubeOvn => Self::KubeOvn,
        }
    }
}

impl Arguments {
    /// Compares.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let shown = self.target.place().and_then(|to| match to {
            To::Ovn => self.rows(console),
            To::Cluster if self.probing.probe.is_some() => {
                Err("`--probe` is for rows: name the Northbound database with `--nb`, and `--to ovn`".to_owned())
            }
            To::Cluster => self.clusters(console),
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
            Format::Json => render::plan::json(out, proposal, None),
        })?;
        Ok(status)
    }

    fn rows(&self, console: &mut Console) -> Result<io::Result<Status>, String> {
        let declared = self.wanted.declared(&self.target, console)?;
        let mut database = self.target.open()?;
        let mut proposal = self.proposal(&mut database, &declared)?;
        let Some(most) = self.probing.probe else { return Ok(self.show(console, &proposal, &database.name)) };
        let mut southbound = Southbound::open(&self.target.live, self.probing.sb.as_deref())?;
        for attempt in 1.. {
            let lag = southbound.catch_up(&proposal.plan.world)?;
            let world = &proposal.plan.world;
            let probed = probe(&proposal.meaning.before, world, &mut southbound.tracer()?, most);
            // ovn-northd may be late, and others write: what is not so for long is no disagreement.
            let settled = probed.disagreements.is_empty() || probed.interrupted || attempt == ATTEMPTS;
            if settled || (attempt > 1 && read(&mut database)? == proposal.plan.world) {
                // Flows of other rows than those that are there disagree with nobody.
                let is_doubted = !probed.disagreements.is_empty() || !probed.silent.is_empty();
                let lag = match lag {
                    None if is_doubted => southbound.stale(world)?,
                    lag => lag,
                };
                if lag.is_none() {
                    self.keep(&proposal, &probed, &mut southbound)?;
                }
                return Ok(self.tell(console, &proposal, (&probed, lag.as_deref()), &database.name));
            }
            drop(probed);
            database.pause(PAUSE);
            proposal = self.proposal(&mut database, &declared)?;
        }
        Err("nobody was asked".to_owned())
    }

    fn proposal(&self, database: &mut Database, declared: &Declared) -> Result<Proposal<Plan>, String> {
        let (world, set) = (read(database)?, &self.target.set);
        let (schema, Declared { desired, extent }) = (database.schema(), declared);
        let plan = match self.rows_of.map_or_else(|| Writer::of(&world, set), Writer::from) {
            Writer::Ringfence => Plan::new(world, schema, set, desired),
            Writer::KubeOvn => Plan::installed(world, schema, set, desired, extent),
        };
        let plan = plan.map_err(|error| error.to_string())?;
        Ok(Proposal::with(Meaning::of(&plan), plan, &[]))
    }

    /// Writes down what is needed to look into disagreements, where there are any.
    fn keep(
        &self,
        proposal: &Proposal<Plan>,
        probed: &Probed<'_>,
        southbound: &mut Southbound<'_>,
    ) -> Result<(), String> {
        if probed.disagreements.is_empty() {
            return Ok(());
        }
        let flows = southbound.read()?;
        let versions = Versions {
            tracer: &southbound.tracer()?.version,
            northbound: &proposal.plan.schema.version,
            southbound: southbound.version(),
        };
        let worlds = [&proposal.plan.world, &flows];
        probe::write(&self.probing.bundle, &proposal.meaning.before, probed, worlds, &versions)
    }

    fn tell(
        &self,
        console: &mut Console,
        proposal: &Proposal<Plan>,
        (probed, lag): (&Probed<'_>, Option<&str>),
        name: &str,
    ) -> io::Result<Status> {
        let (script, bundle) = (console.script, self.probing.bundle.as_path());
        console.print(|out| match self.output {
            Format::Text => {
                render::plan::drift(out, proposal, name, script)?;
                render::probe::text(out, probed, lag, bundle)
            }
            Format::Json => {
                render::plan::json(out, proposal, Some(("probe", render::probe::json(probed, lag, bundle))))
            }
        })?;
        let nobody_answers = probed.packets == 0 && !probed.silent.is_empty();
        Ok(match (probed.disagreements.is_empty(), proposal.plan.is_empty()) {
            _ if nobody_answers || probed.interrupted || lag.is_some() => Status::InputError,
            (true, true) => Status::Fine,
            _ => Status::Findings,
        })
    }

    fn clusters(&self, console: &mut Console) -> Result<io::Result<Status>, String> {
        let survey = Survey::of(&self.target, &self.wanted, &[], console)?;
        Ok(match self.output {
            Format::Json => survey.json(console),
            Format::Text => {
                survey.show(console, |console, proposal, name| self.show(console, proposal, name).map(drop))
            }
        })
    }
}

/// How often packets are probed before a disagreement is one, while the database changes.
const ATTEMPTS: u32 = 3;

/// Between two of them.
const PAUSE: Duration = Duration::from_secs(1);

fn read(database: &mut Database) -> Result<Snapshot, String> {
    database.read().map_err(|error| format!("cannot read the Northbound database: {error}"))
}
