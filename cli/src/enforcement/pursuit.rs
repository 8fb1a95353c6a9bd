//! A plan that is made anew until the world keeps still for it.

use super::halt::Halt;
use super::manner::DryRun;
use super::{Manner, Outcome, Patience, Place, Proposal};
use crate::console::Console;
use crate::planned::Planned;
use crate::render;
use ringfence_enforce::{Guard, Tripped};
use std::time::Duration;

/// How often a plan is made anew because the world has moved.
const ATTEMPTS: u32 = 20;

/// What is done with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// It is shown, and nothing is to be written whatever it means.
    Rehearse(DryRun),
    /// The server tries it, if it may be carried out.
    Try,
    /// It is carried out.
    Write,
}

impl Manner {
    /// Plans, shows and acts. The plan that was acted on; nothing where nothing has to change. Who knows a plan is neither shown
    /// it again nor asked.
    pub(super) fn pursue<P: Place>(
        &self,
        console: &mut Console,
        place: &mut P,
        act: Act,
        mut known: Option<P::Plan>,
    ) -> Result<Option<P::Plan>, Halt> {
        for attempt in 1..=ATTEMPTS {
            let plan = place.plan().map_err(Halt::Failed)?.map_err(Halt::Refused)?;
            if plan.is_empty() && !place.has_begun() {
                console.print(|out| render::plan::nothing(out, &plan, place.name()))?;
                // An apply before may have been written, and not waited for to its end.
                if act == Act::Write {
                    self.await_effect(place)
                        .map_err(|error| Halt::Failed(format!("nothing has to be written, but {error}")))?;
                }
                return Ok(None);
            }
            if plan.is_empty() {
                let back = place.way_back(&plan);
                self.finish(console, place, &plan, back)?;
                return Ok(Some(plan));
            }
            let is_known = known.as_ref().is_some_and(|known| known.is_same(&plan));
            let meaning = place.meaning(&plan, console).map_err(Halt::Failed)?;
            let proposal = Proposal::with(meaning, plan, &self.management);
            if !is_known {
                let script = console.script;
                console.print(|out| render::plan::text(out, &proposal, place.name(), script))?;
            }
            let outcome = match act {
                Act::Rehearse(dry_run) => rehearse(console, place, &proposal.plan, dry_run)?,
                Act::Try => {
                    self.permit(&proposal)?;
                    place.attempt(&proposal.plan).map_err(Halt::Failed)?
                }
                Act::Write => {
                    self.permit(&proposal)?;
                    if !is_known {
                        self.consent(console, "Apply?")?;
                    }
                    self.write(console, place, &proposal, attempt)?
                }
            };
            if let Outcome::Done = outcome {
                return Ok(Some(proposal.plan));
            }
            known = Some(proposal.plan);
            // Two who meet should not meet again.
            let shift = u64::from(std::process::id() % 17);
            place.pause(Duration::from_millis(u64::from(attempt) * (3 + shift)));
        }
        let written = if place.has_begun() { "some of it was written before" } else { "nothing was written" };
        Err(Halt::Failed(format!("the world changed under each of {ATTEMPTS} plans; {written}")))
    }

    fn write<P: Place>(
        &self,
        console: &mut Console,
        place: &mut P,
        proposal: &Proposal<P::Plan>,
        attempt: u32,
    ) -> Result<Outcome, Halt> {
        let plan = &proposal.plan;
        let sent = place.send(plan, attempt);
        // A cluster knows what to take back once it is written.
        let back = place.way_back(plan).map(|command| command + accepting(&proposal.tripped));
        let outcome = sent.map_err(|message| match &back {
            Some(back) if place.has_begun() => {
                Halt::Failed(format!("{message}; `{back}` takes back what is written, another `apply` goes on"))
            }
            Some(_) | None => Halt::Failed(message),
        })?;
        if let Outcome::Done = outcome {
            self.finish(console, place, plan, back)?;
        }
        Ok(outcome)
    }

    fn finish<P: Place>(
        &self,
        console: &mut Console,
        place: &mut P,
        plan: &P::Plan,
        back: Option<String>,
    ) -> Result<(), Halt> {
        console.print(|out| render::plan::done(out, plan, back.as_deref()))?;
        self.await_effect(place).map_err(|error| Halt::Failed(format!("it is written, but {error}")))
    }

    fn await_effect<P: Place>(&self, place: &mut P) -> Result<(), String> {
        place.wait(Patience { whom: self.wait.into(), limit: Duration::from_secs(self.timeout) })
    }
}

/// What the way back has to accept, too: a switch that begins to track connections on one way ceases to on the other.
fn accepting(tripped: &[Tripped]) -> &'static str {
    if tripped.iter().any(|tripped| tripped.guard == Guard::Stateful) { " --accept stateful" } else { "" }
}

fn rehearse<P: Place>(console: &mut Console, place: &mut P, plan: &P::Plan, dry_run: DryRun) -> Result<Outcome, Halt> {
    let (outcome, said) = match dry_run {
        DryRun::Client => (Outcome::Done, "nobody was told"),
        DryRun::Server => (place.attempt(plan).map_err(Halt::Failed)?, "the server takes it"),
    };
    if let Outcome::Done = outcome {
        console.print(|out| writeln!(out, "dry run: {said}, nothing was written"))?;
    }
    Ok(outcome)
}
