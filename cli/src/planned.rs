//! What a plan has to say to people and programs, whether it is one of rows or one of objects.

mod objects;
mod rows;

use ringfence_enforce::PolicySet;
use ringfence_engine::ovn::acl::Acl;
use serde_json::{Map, Value};

/// What becomes of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It comes.
    Add,
    /// It is altered.
    Alter,
    /// Nothing but whose it is.
    Note,
    /// It goes.
    Delete,
}

/// One line of a plan.
pub(crate) struct Step {
    /// What becomes of it.
    pub(crate) sign: Sign,
    /// What it is.
    pub(crate) what: String,
    /// Which rule it is for.
    pub(crate) origin: String,
    /// What of it is altered: what it was, or what comes and goes.
    pub(crate) altered: Option<String>,
}

/// A plan of whatever kind.
pub(crate) trait Planned {
    /// What is counted: `row` or `object`.
    const NOUN: &'static str;
    /// The policy set.
    fn set(&self) -> &PolicySet;
    /// Whose things they are: the set's, or another writer's that are only looked at.
    fn whose(&self) -> String {
        format!("policy set {}", self.set())
    }
    /// What becomes of them, before a list of it.
    fn would(&self) -> &'static str {
        "an apply would make"
    }
    /// Whether there is nothing to do.
    fn is_empty(&self) -> bool;
    /// How many things change.
    fn size(&self) -> usize;
    /// In few words.
    fn summary(&self) -> String;
    /// What somebody should know.
    fn remarks(&self) -> &[String];
    /// Line by line.
    fn steps(&self) -> Vec<Step>;
    /// Which row of its world an ACL is, for programs: its identity and its writer, or the rule that it is for.
    fn identity(&self, acl: &Acl) -> Map<String, Value>;
    /// What it changes, for programs.
    fn wire(&self) -> Map<String, Value>;
    /// Whether it changes the same.
    fn is_same(&self, other: &Self) -> bool;
}
