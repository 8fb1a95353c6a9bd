//! `rollback`: applies are taken back.

use crate::console::Console;
use crate::enforcement::{Manner, Objects, Rows};
use crate::render;
use crate::status::Status;
use crate::target::{Target, To};
use clap::Args;
use ringfence_enforce::{History, Plan};
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
            return Ok(tell(console, &History::of(&world, set).steps()));
        }
        let mut first = None;
        let mut rows = Rows::new(database, |world, schema| {
            let plan = Plan::back(world, schema, set, steps)?;
            let generation = plan.history.generation();
            if *first.get_or_insert(generation) != generation {
                return Ok(Err(MEANWHILE.to_owned()));
            }
            Ok(Ok(plan))
        });
        Ok(self.manner.carry_out(console, &mut rows))
    }

    fn objects(&self, console: &mut Console) -> Result<io::Result<Status>, String> {
        let cluster = self.target.cluster.open()?;
        let (set, steps) = (&self.target.set, self.steps.into());
        if self.list {
            let history = cluster.history(set, &self.target.keep_in).map_err(|error| error.to_string())?;
            return Ok(tell(console, &history.steps()));
        }
        let place = (set.clone(), self.target.keep_in.clone(), Settings::default());
        let adoption = self.target.adoption();
        let mut first = None;
        let mut objects = Objects::new(cluster, place, |observed, history| {
            let plan = ringfence_objects::Plan::back(observed, set, history, steps, adoption)?;
            if *first.get_or_insert(history.generation()) != history.generation() {
                return Ok(Err(MEANWHILE.to_owned()));
            }
            Ok(Ok(plan))
        });
        Ok(self.manner.carry_out(console, &mut objects))
    }
}

/// Somebody applied meanwhile: N applies back is something else now.
const MEANWHILE: &str =
    "the policy set was applied meanwhile: `ringfence rollback --list` tells what can be taken back now";

fn tell(console: &mut Console, steps: &[(u64, String)]) -> io::Result<Status> {
    console.print(|out| render::plan::history(out, steps))?;
    Ok(Status::Fine)
}
