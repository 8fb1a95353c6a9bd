//! A plan, shown and carried out: what `apply` and `rollback` have in common.

mod objects;
mod rows;

pub(crate) use objects::{Objects, meaning, tell_fresh};
pub(crate) use rows::Rows;

use crate::console::Console;
use crate::planned::Planned;
use crate::render;
use crate::status::Status;
use clap::{Args, ValueEnum};
use ringfence_enforce::{Guard, Meaning, Tripped, Wait};
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

    /// Writes nothing: `client` shows the plan, `server` has it tried by the server too
    #[arg(long, value_enum, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: Option<DryRun>,

    /// Whose confirmation to wait for, of rows
    #[arg(long, value_enum, default_value_t, value_name = "WHOM")]
    wait: WaitFor,

    /// How long to wait for it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DryRun {
    /// Nobody is told
    Client,
    /// The server checks it, and keeps nothing
    Server,
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
pub(crate) enum Accepted {
    All,
    One(Guard),
}

pub(crate) fn accepted(name: &str) -> Result<Accepted, String> {
    let names = || Guard::ALL.map(Guard::name).join(", ");
    match name {
        "all" => Ok(Accepted::All),
        _ => Guard::from_name(name).map(Accepted::One).ok_or_else(|| format!("there are {}, and `all`", names())),
    }
}

/// How often a plan is made anew because the world has moved.
const ATTEMPTS: u32 = 20;

/// What became of a plan.
pub(crate) enum Outcome {
    /// It was carried out, or tried.
    Done,
    /// The world has moved since it was made.
    Moved,
}

/// Whose confirmation is waited for, and how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    whom: Wait,
    limit: Duration,
}

/// Where a plan is made and carried out.
pub(crate) trait Place {
    /// What is planned there.
    type Plan: Planned;

    /// What it is called in messages.
    fn name(&self) -> &str;

    /// A plan of this moment's world; a refusal where it must not be made any more, an error where it cannot be.
    fn plan(&mut self) -> Result<Result<Self::Plan, String>, String>;

    /// What a plan means; an error where it leads to something that cannot be used.
    fn meaning(&self, plan: &Self::Plan, console: &mut Console) -> Result<Meaning, String>;

    /// Carries a plan out.
    fn send(&mut self, plan: &Self::Plan, attempt: u32) -> Result<Outcome, String>;

    /// Has it tried, with nothing kept of it.
    fn attempt(&mut self, plan: &Self::Plan) -> Result<Outcome, String>;

    /// How what was done is taken back; nothing where it cannot be.
    fn way_back(&self, plan: &Self::Plan) -> Option<String>;

    /// Whether something was done before the world moved.
    fn has_begun(&self) -> bool;

    /// Waits for the effect.
    fn wait(&mut self, patience: Patience) -> Result<(), String>;

    /// Lets others write for a moment.
    fn pause(&self, pause: Duration);
}

/// A plan with what it means.
pub(crate) struct Proposal<P> {
    pub(crate) plan: P,
    pub(crate) meaning: Meaning,
    pub(crate) tripped: Vec<Tripped>,
}

impl<P: Planned> Proposal<P> {
    pub(crate) fn with(meaning: Meaning, plan: P) -> Self {
        let tripped = Guard::tripped(&meaning);
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
    pub(crate) fn carry_out<P: Place>(&self, console: &mut Console, place: &mut P) -> io::Result<Status> {
        let mut confirmed: Option<P::Plan> = None;
        for attempt in 1..=ATTEMPTS {
            let plan = match place.plan() {
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
                if place.has_begun() {
                    return self.finish(console, place, &plan);
                }
                console.print(|out| render::plan::nothing(out, &plan, place.name()))?;
                return Ok(Status::Fine);
            }
            let is_known = confirmed.as_ref().is_some_and(|known| known.is_same(&plan));
            let proposal = match place.meaning(&plan, console) {
                Ok(meaning) => Proposal::with(meaning, plan),
                Err(message) => {
                    console.complain(&message);
                    return Ok(Status::InputError);
                }
            };
            if !is_known {
                let script = console.script;
                console.print(|out| render::plan::text(out, &proposal, place.name(), script))?;
            }
            let refusal = self.refusal(&proposal, console.answers);
            if let Some(dry_run) = self.dry_run {
                if let Some(status) = self.rehearse(console, place, &proposal.plan, dry_run)? {
                    return Ok(status);
                }
            } else if let Some(refusal) = refusal {
                console.complain(&refusal);
                return Ok(Status::Findings);
            } else if !is_known && !self.yes && !console.ask("Apply?") {
                console.complain("nothing was written");
                return Ok(Status::Findings);
            } else {
                match place.send(&proposal.plan, attempt) {
                    Ok(Outcome::Done) => return self.finish(console, place, &proposal.plan),
                    Ok(Outcome::Moved) => {}
                    Err(message) => {
                        console.complain(&message);
                        return Ok(Status::InputError);
                    }
                }
            }
            confirmed = Some(proposal.plan);
            // Two who meet should not meet again.
            let shift = u64::from(std::process::id() % 17);
            place.pause(Duration::from_millis(u64::from(attempt) * (3 + shift)));
        }
        let written = if place.has_begun() { "some of it was written before" } else { "nothing was written" };
        console.complain(&format!("the world changed under each of {ATTEMPTS} plans; {written}"));
        Ok(Status::InputError)
    }

    /// Nothing where the world has moved.
    fn rehearse<P: Place>(
        &self,
        console: &mut Console,
        place: &mut P,
        plan: &P::Plan,
        dry_run: DryRun,
    ) -> io::Result<Option<Status>> {
        let tried = match dry_run {
            DryRun::Client => Ok(Outcome::Done),
            DryRun::Server => place.attempt(plan),
        };
        match tried {
            Ok(Outcome::Done) => {
                let name = if dry_run == DryRun::Server { "the server takes it" } else { "nobody was told" };
                console.print(|out| writeln!(out, "dry run: {name}, nothing was written"))?;
                Ok(Some(Status::Fine))
            }
            Ok(Outcome::Moved) => Ok(None),
            Err(message) => {
                console.complain(&message);
                Ok(Some(Status::InputError))
            }
        }
    }

    fn refusal<P>(&self, proposal: &Proposal<P>, answers: bool) -> Option<String> {
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

    fn finish<P: Place>(&self, console: &mut Console, place: &mut P, plan: &P::Plan) -> io::Result<Status> {
        let back = place.way_back(plan);
        console.print(|out| render::plan::done(out, plan, back.as_deref()))?;
        match place.wait(Patience { whom: self.wait.into(), limit: Duration::from_secs(self.timeout) }) {
            Ok(()) => Ok(Status::Fine),
            Err(error) => {
                console.complain(&format!("it is written, but {error}"));
                Ok(Status::InputError)
            }
        }
    }
}
