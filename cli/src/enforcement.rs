//! A plan, shown and carried out: what `apply` and `rollback` have in common.

mod halt;
mod manner;
mod objects;
mod places;
mod pursuit;
mod rows;

pub(crate) use manner::{Accepted, Manner, accepted};
pub(crate) use objects::{Objects, meaning, tell_fresh};
pub(crate) use rows::Rows;

use crate::console::Console;
use crate::planned::Planned;
use ipnet::IpNet;
use ringfence_enforce::{Guard, Meaning, Tripped, Wait};
use std::time::Duration;

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
    fn meaning(&mut self, plan: &Self::Plan, console: &mut Console) -> Result<Meaning, String>;

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
    /// What is told of a plan; of the networks for management nobody may lose a machine.
    pub(crate) fn with(meaning: Meaning, plan: P, management: &[IpNet]) -> Self {
        let tripped = Guard::tripped(&meaning, management);
        Self { plan, meaning, tripped }
    }
}
