//! `rollback`: applies are taken back.

use crate::console::Console;
use crate::enforcement::Manner;
use crate::render;
use crate::status::Status;
use crate::target::Target;
use clap::Args;
use ringfence_enforce::{History, Plan};
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

A rollback is an apply: it is planned, shown and guarded like one, and can be taken back itself.

Exit status: 0 the rows are as they were; 1 nothing was written; 2 something went wrong.";

impl Arguments {
    /// Plans the way back, shows it, asks, writes.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let mut database = match self.target.live.open() {
            Ok(database) => database,
            Err(message) => {
                console.complain(&message);
                return Ok(Status::InputError);
            }
        };
        let set = &self.target.set;
        if self.list {
            return match database.read() {
                Ok(world) => {
                    console.print(|out| render::plan::history(out, &History::of(&world, set)))?;
                    Ok(Status::Fine)
                }
                Err(error) => {
                    console.complain(&format!("cannot read the Northbound database: {error}"));
                    Ok(Status::InputError)
                }
            };
        }
        let mut first = None;
        self.manner.carry_out(console, &mut database, &mut |world, schema| {
            let plan = Plan::back(world, schema, set, self.steps.into())?;
            let generation = plan.history.generation();
            // Somebody applied meanwhile: N applies back is something else now.
            if *first.get_or_insert(generation) != generation {
                return Ok(Err("the policy set was applied meanwhile, and nothing was written".to_owned()));
            }
            Ok(Ok(plan))
        })
    }
}
