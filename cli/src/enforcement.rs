//! A plan, shown and carried out: what `apply` and `rollback` have in common.

use crate::console::Console;
use crate::live::Database;
use crate::render;
use crate::status::Status;
use clap::{Args, ValueEnum};
use ringfence_enforce::{Guard, Meaning, Plan, PlanError, Sent, Strictness, Tripped, Wait};
use ringfence_ovsdb::{Schema, Snapshot};
use std::io;
use std::time::Duration;

/// How a plan is carried out.
#[derive(Debug, Args)]
pub(crate) struct Manner {
    /// Does not ask
    #[arg(short = 'y', long)]
    yes: bool,

    /// Guard rails that may be tripped: gateway, dhcp, dns, node, everything, stateful, ignored, or `all`
    #[arg(long, value_name = "NAME[,…]", value_delimiter = ',', value_parser = accepted)]
    accept: Vec<Accepted>,

    /// Whose confirmation to wait for
    #[arg(long, value_enum, default_value_t, value_name = "WHOM")]
    wait: WaitFor,

    /// How long to wait for it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum WaitFor {
    /// ovn-northd: the Southbound database has the flows
    #[default]
    Sb,
    /// Every hypervisor
    Hv,
    /// Nobody
    None,
}

impl From<WaitFor> for Wait {
    fn from(wait: WaitFor) -> Self {
        match wait {
            WaitFor::Sb => Self::Southbound,
            WaitFor::Hv => Self::Hypervisors,
            WaitFor::None => Self::None,
        }
    }
}

/// Guard rails that somebody accepts.
#[derive(Debug, Clone)]
enum Accepted {
    All,
    One(Guard),
}

fn accepted(name: &str) -> Result<Accepted, String> {
    let names = || Guard::ALL.map(Guard::name).join(", ");
    match name {
        "all" => Ok(Accepted::All),
        _ => Guard::from_name(name).map(Accepted::One).ok_or_else(|| format!("there are {}, and `all`", names())),
    }
}

/// How often a plan is made anew because the world has moved.
const ATTEMPTS: u32 = 20;

/// After so many attempts other writers are taken for restless, and only our own rows have to be as they were.
const STRICT_ATTEMPTS: u32 = 8;

/// A plan of this moment's world; nothing where it must not be made any more, with the reason.
pub(crate) type Planning<'p> = dyn FnMut(Snapshot, &Schema) -> Result<Result<Plan, String>, PlanError> + 'p;

/// A plan with what it means.
pub(crate) struct Proposal {
    pub(crate) plan: Plan,
    pub(crate) meaning: Meaning,
    pub(crate) tripped: Vec<Tripped>,
}

impl Proposal {
    pub(crate) fn of(plan: Plan) -> Self {
        let meaning = Meaning::of(&plan);
        let tripped = Guard::tripped(&plan, &meaning);
        Self { plan, meaning, tripped }
    }
}

impl Manner {
    fn accepts(&self, tripped: &Tripped) -> bool {
        self.accept.iter().any(|accepted| match accepted {
            Accepted::All => true,
            Accepted::One(guard) => *guard == tripped.guard,
        })
    }

    /// Plans, shows, asks, sends, waits, and tells how to take it back.
    pub(crate) fn carry_out(
        &self,
        console: &mut Console,
        database: &mut Database,
        planning: &mut Planning<'_>,
    ) -> io::Result<Status> {
        let mut confirmed = None;
        for attempt in 1..=ATTEMPTS {
            let planned = database.read().map_err(|error| format!("cannot read the Northbound database: {error}"));
            let planned =
                planned.and_then(|world| planning(world, database.schema()).map_err(|error| error.to_string()));
            let plan = match planned {
                Ok(Ok(plan)) => plan,
                Ok(Err(refusal)) => {
                    console.complain(&refusal);
                    return Ok(Status::Findings);
                }
                Err(message) => {
                    console.complain(&message);
                    return Ok(Status::InputError);
                }
            };
            if plan.is_empty() {
                console.print(|out| render::plan::nothing(out, &plan, &database.name))?;
                return Ok(Status::Fine);
            }
            let proposal = Proposal::of(plan);
            let is_known = confirmed.as_ref() == Some(&proposal.plan.changes);
            if !is_known {
                let script = console.script;
                console.print(|out| render::plan::text(out, &proposal, &database.name, script))?;
            }
            if let Some(refusal) = self.refusal(&proposal, console.answers) {
                console.complain(&refusal);
                return Ok(Status::Findings);
            }
            if !is_known && !self.yes && !console.ask("Apply?") {
                console.complain("nothing was written");
                return Ok(Status::Findings);
            }
            let strictness = if attempt > STRICT_ATTEMPTS { Strictness::Own } else { Strictness::World };
            match database.send(&proposal.plan, strictness) {
                Ok(Sent::Done(number)) => return self.finish(console, database, &proposal.plan, number),
                Ok(Sent::Moved) => {}
                Err(error) => {
                    console.complain(&error.to_string());
                    return Ok(Status::InputError);
                }
            }
            confirmed = Some(proposal.plan.changes);
            // Two who meet should not meet again.
            let shift = u64::from(std::process::id() % 17);
            database.pause(Duration::from_millis(u64::from(attempt) * (3 + shift)));
        }
        console.complain(&format!("the database changed under each of {ATTEMPTS} plans; nothing was written"));
        Ok(Status::InputError)
    }

    fn refusal(&self, proposal: &Proposal, answers: bool) -> Option<String> {
        let tripped = proposal.tripped.iter().filter(|tripped| !self.accepts(tripped));
        let names: Vec<&str> = tripped.map(|tripped| tripped.guard.name()).collect();
        if !names.is_empty() {
            let names = names.join(",");
            return Some(format!(
                "guard rails are tripped, and nothing was written: `--accept {names}` goes over them"
            ));
        }
        (!self.yes && !answers).then(|| "nobody can be asked here, and nothing was written: write `--yes`".to_owned())
    }

    fn finish(&self, console: &mut Console, database: &mut Database, plan: &Plan, number: i64) -> io::Result<Status> {
        console.print(|out| render::plan::done(out, plan, &database.name))?;
        match database.wait(number, self.wait.into(), Duration::from_secs(self.timeout)) {
            Ok(()) => Ok(Status::Fine),
            Err(error) => {
                console.complain(&format!("the rows are written, but {error}"));
                Ok(Status::InputError)
            }
        }
    }
}
