//! What is different from before, or would be.

use super::{Edit, Intent};
use serde::{Deserialize, Serialize};

/// What is different from what was pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// In one sentence.
    pub summary: String,
    /// `+`, `-`, `~` or `?`, whose, what, and the verdicts.
    pub lines: Vec<ChangeLine>,
    /// The pairs: from, to, and a sign; `±` where something is gained and something lost.
    pub pairs: Vec<(usize, usize, char)>,
}

/// A group of pairs that change alike; without verdicts, somebody who is new or gone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChangeLine {
    /// `+`, `-`, `~` or `?`.
    pub sign: char,
    /// Whose change.
    pub who: String,
    /// What changes.
    pub what: String,
    /// The verdicts before and after.
    pub verdicts: String,
    /// The rows behind it.
    pub because: Vec<String>,
}

/// An edit that does what somebody wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// In a few words.
    pub title: String,
    /// The edits.
    pub edits: Vec<Edit>,
    /// What changes, in one sentence.
    pub summary: String,
    /// What changes, line by line.
    pub changes: Vec<ChangeLine>,
}

/// What could be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposals {
    /// Who asks.
    pub from: usize,
    /// Who answers.
    pub to: usize,
    /// What is wanted.
    pub intent: Intent,
    /// The smallest first.
    pub proposals: Vec<Proposal>,
    /// Why there is none.
    pub refusal: Option<String>,
}
