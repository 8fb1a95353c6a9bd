//! Which row of a stage decides about a packet.

use super::view::View;
use crate::ovn::matching::Truth;
use crate::ovn::pipeline::{Origin, Outcome, Row, Stage, StageRows};
use alloc::vec::Vec;

/// Which way to take where OVN promises none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// The one that drops.
    Strict,
    /// The one that lets pass.
    Generous,
}

/// What settled a packet at a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decider {
    /// This row.
    Row(Origin),
    /// No row: the default.
    Default,
    /// Rows of which OVN does not promise an order, or whose match cannot be known, and which disagree.
    Ambiguous(Vec<Origin>),
}

/// What was decided, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Never [`Outcome::Pass`]: the tiers are walked to their end.
    pub outcome: Outcome,
    /// Who decided.
    pub decider: Decider,
    /// Rows that ended their tier with `pass` before.
    pub passed: Vec<Origin>,
    /// Whether connection tracking, if it sees the packet, is not told to remember the connection.
    pub forgets: bool,
    /// Whether every choice comes to the same.
    pub sure: bool,
}

impl Decision {
    /// What is settled at once.
    pub(super) fn plain(outcome: Outcome, decider: Decider) -> Self {
        Self { outcome, decider, passed: Vec::new(), forgets: false, sure: true }
    }
}

/// An outcome that OVN may come to, with its row; no row for the default.
type Possible<'r> = (Outcome, Option<&'r Row>);

pub(super) fn decide(rows: &StageRows, view: &View<'_>, choice: Choice) -> Decision {
    let fixed = rows.fixed.iter().filter(|row| applies(row, view) == Truth::True).max_by_key(|row| row.priority);
    if let Some(row) = fixed {
        return Decision::plain(row.outcome, Decider::Row(row.origin));
    }
    let (possible, passed) = possible(rows, view);
    let disagree = possible.iter().any(|(outcome, _)| *outcome == Outcome::Allow)
        && possible.iter().any(|(outcome, _)| *outcome != Outcome::Allow);
    let drops = |wanted: bool| possible.iter().find(|(outcome, _)| (*outcome != Outcome::Allow) == wanted);
    let chosen = match choice {
        Choice::Strict => drops(true),
        Choice::Generous => drops(false),
    };
    let (outcome, row) = chosen.or(possible.first()).copied().unwrap_or((rows.default_for(view.tracking), None));
    let decider = match row {
        _ if disagree => {
            Decider::Ambiguous(possible.iter().filter_map(|(_, row)| Some(row.as_ref()?.origin)).collect())
        }
        Some(row) => Decider::Row(row.origin),
        None => Decider::Default,
    };
    let forgets = |(_, row): &Possible<'_>| match row {
        Some(row) => row.forgets(),
        None => view.stage == Some(Stage::FromLportAfterLb),
    };
    let forgets = match choice {
        Choice::Strict => possible.iter().any(forgets),
        Choice::Generous => possible.iter().all(forgets),
    };
    Decision { outcome, decider, passed, forgets, sure: possible.len() < 2 }
}

fn applies(row: &Row, view: &View<'_>) -> Truth {
    if row.guard.admits(view.tracking) { row.matches.evaluate(view) } else { Truth::False }
}

/// Everything that may decide, in the order of asking, and the rows that passed on the way.
fn possible<'r>(rows: &'r StageRows, view: &View<'_>) -> (Vec<Possible<'r>>, Vec<Origin>) {
    let (mut possible, mut passed) = (Vec::new(), Vec::new());
    let near = view.near(rows);
    for tier in near.chunk_by(|a, b| a.tier == b.tier) {
        if !ask_tier(tier, view, &mut possible, &mut passed) {
            return (possible, passed);
        }
    }
    possible.push((rows.default_for(view.tracking), None));
    (possible, passed)
}

/// Asks the rows of one tier; says whether the packet may go on to the next one.
fn ask_tier<'r>(tier: &[&'r Row], view: &View<'_>, possible: &mut Vec<Possible<'r>>, passed: &mut Vec<Origin>) -> bool {
    let mut goes_on = false;
    for group in tier.chunk_by(|a, b| a.priority == b.priority) {
        let mut decided = false;
        for (row, truth) in group.iter().map(|row| (*row, applies(row, view))) {
            match (truth, row.outcome) {
                (Truth::False, _) => continue,
                (_, Outcome::Pass) => {
                    goes_on = true;
                    passed.push(row.origin);
                }
                (_, outcome) => possible.push((outcome, Some(row))),
            }
            decided |= truth == Truth::True;
        }
        if decided {
            return goes_on;
        }
    }
    true
}
