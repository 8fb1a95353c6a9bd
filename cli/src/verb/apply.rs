//! `apply`: the rows go into the database, or the objects into the cluster.

use crate::advice;
use crate::cluster::Cluster;
use crate::console::Console;
use crate::enforcement::{Manner, Objects, Rows};
use crate::files;
use crate::status::Status;
use crate::target::{Target, To, Wanted};
use clap::Args;
use ringfence_enforce::{Desired, Plan, SavedPlan};
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

/// What follows `apply`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    wanted: Wanted,

    #[command(flatten)]
    target: Target,

    /// Carries out a plan that `plan --out` kept, if the database is still as it was then
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "set", "profile", "lenient"], value_hint = clap::ValueHint::FilePath)]
    plan: Option<PathBuf>,

    #[command(flatten)]
    manner: Manner,
}

const EXAMPLES: &str = "\
Examples:
  ringfence apply -f manifests/ --nb unix:/run/ovn/ovnnb_db.sock              shows the plan, asks, writes
  ringfence apply -f manifests/ --nb unix:/run/ovn/ovnnb_db.sock --yes --wait hv --accept stateful
  ringfence apply --plan p.json --nb unix:/run/ovn/ovnnb_db.sock --yes
  ringfence apply -f manifests/ --to cluster --context prod                   objects, through the Kubernetes API
  ringfence apply -f manifests/ --to cluster --context east,west              two clusters: both or, up to the first write, none
  ringfence apply -f manifests/ --to cluster --dry-run=server

Of several clusters each is planned, judged by the guard rails and tried before the first is written; one that cannot be written, and nothing is. They are written in the order of `--context`, up to the first failure.

Exit status: 0 the target holds what the files say; 1 nothing was written, because a guard rail is tripped, somebody said \
no, or the world is not that of the plan; 2 something went wrong.";

impl Arguments {
    /// Plans, shows, asks, writes.
    pub(super) fn run(&self, console: &mut Console) -> io::Result<Status> {
        let done = self.target.to().and_then(|to| match to {
            To::Ovn => self.rows(console).map(|rows| self.manner.carry_out(console, &mut [rows])),
            To::Cluster => self.objects(console).map(|mut clusters| self.manner.carry_out(console, &mut clusters)),
        });
        done.unwrap_or_else(|message| {
            console.complain(&message);
            Ok(Status::InputError)
        })
    }

    fn rows(&self, console: &mut Console) -> Result<Rows<'static>, String> {
        let (desired, saved) = self.prepare(console)?;
        let database = self.target.open()?;
        let set = saved.as_ref().map_or_else(|| self.target.set.clone(), SavedPlan::set);
        Ok(Rows::new(database, move |world, schema| {
            let mut plan = Plan::new(world, schema, &set, &desired)?;
            plan.remarks.extend(advice::on_nothing(&desired, &plan));
            match &saved {
                Some(saved) if !saved.fits(&plan) => {
                    Ok(Err("the database has changed since the plan was made, and nothing was written: plan again"
                        .to_owned()))
                }
                Some(_) | None => Ok(Ok(plan)),
            }
        }))
    }

    fn objects(&self, console: &mut Console) -> Result<Vec<Objects<'static>>, String> {
        if self.plan.is_some() {
            return Err("a kept plan is one of rows, for `--to ovn`".to_owned());
        }
        let wanted = Rc::new(self.wanted.objects(console)?);
        let (set, adoption) = (self.target.set.clone(), self.target.adoption());
        let place = (set.clone(), self.target.keep_in.clone(), self.wanted.settings());
        let objects = |cluster: &Cluster| {
            let (set, wanted) = (set.clone(), Rc::clone(&wanted));
            Ok(Objects::new(cluster.open()?, place.clone(), move |observed, _| {
                ringfence_objects::Plan::new(observed, &set, &wanted, adoption).map(Ok)
            }))
        };
        self.target.cluster.each()?.iter().map(objects).collect()
    }

    fn prepare(&self, console: &mut Console) -> Result<(Desired, Option<SavedPlan>), String> {
        let Some(path) = &self.plan else { return Ok((self.wanted.load(&self.target.live, console)?, None)) };
        let saved = SavedPlan::from_json(&files::text(path)?);
        let saved = saved.map_err(|error| format!("cannot use `{}`: {error}", path.display()))?;
        Ok((saved.desired().clone(), Some(saved)))
    }
}
