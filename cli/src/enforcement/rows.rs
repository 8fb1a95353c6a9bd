//! Rows of a Northbound database.

use super::{Outcome, Patience, Place};
use crate::console::Console;
use crate::live::Database;
use ringfence_enforce::{Meaning, Plan, PlanError, Sent, Strictness};
use ringfence_northbound::row::integer;
use ringfence_ovsdb::{Schema, Snapshot};
use std::time::Duration;

/// After so many attempts other writers are taken for restless, and only our own rows have to be as they were.
const STRICT_ATTEMPTS: u32 = 8;

/// A plan of this moment's world; nothing where it must not be made any more, with the reason.
pub(crate) type Planning<'p> = dyn FnMut(Snapshot, &Schema) -> Result<Result<Plan, String>, PlanError> + 'p;

/// A database, and what is to be in it.
pub(crate) struct Rows<'p> {
    database: Database,
    planning: Box<Planning<'p>>,
    /// What `nb_cfg` is when it is done, or was when the plan was made.
    number: i64,
}

impl<'p> Rows<'p> {
    /// Nothing is read yet.
    pub(crate) fn new(
        database: Database,
        planning: impl FnMut(Snapshot, &Schema) -> Result<Result<Plan, String>, PlanError> + 'p,
    ) -> Self {
        Self { database, planning: Box::new(planning), number: 0 }
    }
}

impl Place for Rows<'_> {
    type Plan = Plan;

    fn name(&self) -> &str {
        &self.database.name
    }

    fn plan(&mut self) -> Result<Result<Plan, String>, String> {
        let world = self.database.read().map_err(|error| format!("cannot read the Northbound database: {error}"))?;
        let global = world.rows("NB_Global").next();
        self.number = global.and_then(|(_, row)| integer(row, "nb_cfg")).unwrap_or_default();
        match (self.planning)(world, self.database.schema()).map_err(|error| error.to_string())? {
            Ok(plan) => self.database.told(plan).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    fn meaning(&mut self, plan: &Plan, _: &mut Console) -> Result<Meaning, String> {
        Ok(Meaning::of(plan))
    }

    fn send(&mut self, plan: &Plan, attempt: u32) -> Result<Outcome, String> {
        let strictness = if attempt > STRICT_ATTEMPTS { Strictness::Own } else { Strictness::World };
        match self.database.send(plan, strictness).map_err(|error| error.to_string())? {
            Sent::Done(number) => {
                self.number = number;
                Ok(Outcome::Done)
            }
            Sent::Moved => Ok(Outcome::Moved),
        }
    }

    fn attempt(&mut self, plan: &Plan) -> Result<Outcome, String> {
        match self.database.attempt(plan).map_err(|error| error.to_string())? {
            Sent::Done(_) => Ok(Outcome::Done),
            Sent::Moved => Ok(Outcome::Moved),
        }
    }

    fn way_back(&self, plan: &Plan) -> Option<String> {
        plan.is_undoable().then(|| format!("ringfence rollback --set {} {}", plan.set, self.database.arguments))
    }

    fn has_begun(&self) -> bool {
        false
    }

    fn wait(&mut self, patience: Patience) -> Result<(), String> {
        self.database.wait(self.number, patience.whom, patience.limit).map_err(|error| error.to_string())
    }

    fn pause(&self, pause: Duration) {
        self.database.pause(pause);
    }
}
