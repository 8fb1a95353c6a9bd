//! `apply`: the rows go into the database.

use crate::console::Console;
use crate::enforcement::Manner;
use crate::files;
use crate::status::Status;
use crate::target::{Target, Wanted};
use clap::Args;
use ringfence_enforce::{Desired, Plan, SavedPlan};
use std::io;
use std::path::PathBuf;

/// What follows `apply`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    wanted: Wanted,

    #[command(flatten)]
    target: Target,

    /// Carries out a plan that `plan --out` kept, if the database is still as it was then
    #[arg(long, value_name = "FILE", conflicts_with = "files", value_hint = clap::ValueHint::FilePath)]
    plan: Option<PathBuf>,

    #[command(flatten)]
    manner: Manner,
}

const EXAMPLES: &str = "\
Examples:
  ringfence apply -f manifests/ --nb unix:/run/ovn/ovnnb_db.sock              shows the plan, asks, writes
  ringfence apply -f manifests/ --nb unix:/run/ovn/ovnnb_db.sock --yes --wait hv --accept stateful
  ringfence apply --plan p.json --nb unix:/run/ovn/ovnnb_db.sock --yes

Exit status: 0 the database holds what the files say; 1 nothing was written, because a guard rail is tripped, somebody said \
no, or the database is not that of the plan; 2 something went wrong.";

impl Arguments {
    /// Plans, shows, asks, writes.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let prepared = self.prepare(console).and_then(|prepared| Ok((prepared, self.target.live.open()?)));
        let ((desired, saved), mut database) = match prepared {
            Ok(prepared) => prepared,
            Err(message) => {
                console.complain(&message);
                return Ok(Status::InputError);
            }
        };
        let set = saved.as_ref().map_or_else(|| self.target.set.clone(), SavedPlan::set);
        self.manner.carry_out(console, &mut database, &mut |world, schema| {
            let plan = Plan::new(world, schema, &set, &desired)?;
            match &saved {
                Some(saved) if !saved.fits(&plan) => {
                    Ok(Err("the database has changed since the plan was made, and nothing was written: plan again"
                        .to_owned()))
                }
                Some(_) | None => Ok(Ok(plan)),
            }
        })
    }

    fn prepare(&self, console: &mut Console) -> Result<(Desired, Option<SavedPlan>), String> {
        let Some(path) = &self.plan else { return Ok((self.wanted.load(console)?, None)) };
        let saved = SavedPlan::from_json(&files::text(path)?);
        let saved = saved.map_err(|error| format!("cannot use `{}`: {error}", path.display()))?;
        Ok((saved.desired().clone(), Some(saved)))
    }
}
