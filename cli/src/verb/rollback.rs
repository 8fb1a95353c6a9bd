//! `rollback`: applies are taken back.

use crate::cluster::Cluster;
use crate::console::Console;
use crate::enforcement::{Manner, Objects, Rows};
use crate::render;
use crate::status::Status;
use crate::target::{Target, To};
use clap::Args;
use ringfence_enforce::{Applied, History, Plan};
use ringfence_engine::compile::Settings;
use std::io;

/// What follows `rollback`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// How many applies to take back
    #[arg(value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    steps: u16,

    /// Only shows which applies can be taken back
    #[arg(long)]
    list: bool,

    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    manner: Manner,
}

const EXAMPLES: &str = "\
Examples:
  ringfence rollback --nb unix:/run/ovn/ovnnb_db.sock           takes the last apply back
  ringfence rollback 2 --nb unix:/run/ovn/ovnnb_db.sock --yes   the last two
  ringfence rollback --list --nb unix:/run/ovn/ovnnb_db.sock
  ringfence rollback --to cluster --context prod                the last apply to a cluster
  ringfence rollback --to cluster --context east,west           the last apply to each of them

A rollback is an apply: it is planned, shown and guarded like one, and can be taken back itself.

Exit status: 0 it is as it was; 1 nothing was written; 2 something went wrong.";

impl Arguments {
    /// Plans the way back, shows it, asks, writes.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let done = self.target.to().and_then(|to| match to {
            To::Ovn => self.rows(console),
            To::Cluster => self.objects(console),
        });
        done.unwrap_or_else(|message| {
            console.complain(&message);
            Ok(Status::InputError)
        })
    }

    fn rows(&self, console: &mut Console) -> Result<io::Result<Status>, String> {
        let mut database = self.target.open()?;
        let (set, steps) = (&self.target.set, self.steps.into());
        if self.list {
            let world = database.read().map_err(|error| format!("cannot read the Northbound database: {error}"))?;
            return Ok(self.tell(console, &History::of(&world, set).steps()));
        }
        let mut first = None;
        let rows = Rows::new(database, |world, schema| {
            let plan = Plan::back(world, schema, set, steps)?;
            let generation = plan.history.generation();
            if *first.get_or_insert(generation) != generation {
                return Ok(Err(MEANWHILE.to_owned()));
            }
            Ok(Ok(plan))
        });
        Ok(self.manner.carry_out(console, &mut [rows]))
    }

    fn objects(&self, console: &mut Console) -> Result<io::Result<Status>, String> {
        let clusters = self.target.cluster.each()?;
        if self.list {
            return self.tell_steps(console, &clusters);
        }
        let mut places = clusters.iter().map(|cluster| self.place(cluster)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.manner.carry_out(console, &mut places))
    }

    fn place(&self, cluster: &Cluster) -> Result<Objects<'_>, String> {
        let (set, steps, adoption) = (&self.target.set, self.steps.into(), self.target.adoption());
        let place = (set.clone(), self.target.keep_in.clone(), Settings::default());
        let mut first = None;
        Ok(Objects::new(cluster.open()?, place, move |observed, history| {
            let plan = ringfence_objects::Plan::back(observed, set, history, steps, adoption)?;
            if *first.get_or_insert(history.generation()) != history.generation() {
                return Ok(Err(MEANWHILE.to_owned()));
            }
            Ok(Ok(plan))
        }))
    }

    fn tell_steps(&self, console: &mut Console, clusters: &[Cluster]) -> Result<io::Result<Status>, String> {
        let mut told = Vec::new();
        for cluster in clusters {
            let cluster = cluster.open()?;
            let history = cluster.history(&self.target.set, &self.target.keep_in);
            told.push((cluster.name, history.map_err(|error| error.to_string())?.steps()));
        }
        Ok(match told.as_slice() {
            [(_, steps)] => self.tell(console, steps),
            several => several.iter().try_fold(Status::Fine, |_, (name, steps)| {
                console.print(|out| writeln!(out, "{name}:"))?;
                self.tell(console, steps)
            }),
        })
    }

    fn tell(&self, console: &mut Console, steps: &[Applied]) -> io::Result<Status> {
        console.print(|out| render::plan::history(out, &self.target.set, steps))?;
        Ok(Status::Fine)
    }
}

/// Somebody applied meanwhile: N applies back is something else now.
const MEANWHILE: &str =
    "the policy set was applied meanwhile: `ringfence rollback --list` tells what can be taken back now";
