//! One conversation, told.

use super::{Place, Switch};
use serde::{Deserialize, Serialize};

/// A row that decided, or would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decider {
    /// `drop at priority 1005`.
    pub what: String,
    /// The match.
    pub matches: String,
    /// The object and the field it comes from.
    pub origin: String,
    /// Where that is.
    pub place: Option<Place>,
}

/// A stage of the walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Where the packet is.
    pub place: String,
    /// The stage.
    pub stage: String,
    /// The switch.
    pub switch: String,
    /// `passes`, `DROPPED` …
    pub fate: String,
    /// `allow`, `drop`, `reject`, `pass` or `doubt`.
    pub result: String,
    /// Why.
    pub reason: String,
    /// What connection tracking says of the packet.
    pub tracking: String,
    /// The rows.
    pub deciders: Vec<Decider>,
    /// Whether hardly anybody needs to see it.
    pub quiet: bool,
}

/// The request or the reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Half {
    /// `Request` or `Reply`.
    pub title: String,
    /// The packet.
    pub packet: Option<String>,
    /// Why there is nothing to tell.
    pub untold: Option<String>,
    /// The walk.
    pub steps: Vec<Step>,
    /// Whether it arrives.
    pub arrived: bool,
}

/// One conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Who asks.
    pub from: usize,
    /// Who answers.
    pub to: usize,
    /// The verdict.
    pub verdict: String,
    /// The pair on the whole, where all of it was asked for.
    pub whole: Option<String>,
    /// What is shown.
    pub shown: String,
    /// One sentence.
    pub because: String,
    /// Both halves.
    pub halves: Vec<Half>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// Commands that ask a real OVN.
    pub traces: Vec<String>,
    /// Requests that arrive, in words.
    pub delivered: String,
    /// Requests whose answer comes back, in words.
    pub answered: String,
    /// The switches on the way, and whether they track.
    pub switches: Vec<Switch>,
}
