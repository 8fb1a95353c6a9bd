//! What changes between two evaluations: of other rules, of another enforcer.
//!
//! Endpoints are matched by their ids; addresses that belong to nobody are matched where they overlap, so that two
//! evaluations that tell different ranges apart are compared range by range.

mod behind;
mod compared;
mod family;
mod kin;
mod matched;
mod part;

pub use behind::{Asked, Behind, Role, Side, Sides, World};
pub use matched::{Common, Matched, matched};

use crate::reach::{Family, FamilyAnswer, L4Set, PairAnswer, Reach, Verdict};
use alloc::rc::Rc;
use alloc::vec::Vec;

/// A pair of which the two evaluations say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who asks: index in [`Matched::common`].
    pub from: usize,
    /// Who answers.
    pub to: usize,
    /// The classes of both: between the same two, the same rows decide before and after.
    pub classes: (usize, usize),
    /// What changes: the same for all pairs that were told the same and are told the same.
    pub shift: Rc<Shift>,
}

/// Two answers that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// What was so.
    pub old: PairAnswer,
    /// What is so.
    pub new: PairAnswer,
    /// The verdicts, before and after.
    pub verdicts: (Verdict, Verdict),
    /// The change in every family that one of both knows.
    pub families: Vec<FamilyChange>,
}

/// The change of a pair in one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyChange {
    /// The family.
    pub family: Family,
    /// Conversations that work now and did not.
    pub gained: L4Set,
    /// Conversations that worked and do not now.
    pub lost: L4Set,
    /// Requests that arrive now and did not, answered or not.
    pub arriving: L4Set,
    /// Requests that arrived and do not now.
    pub stopped: L4Set,
}

/// Every ordered pair of common endpoints of which the evaluations say different things in a family that both stand for;
/// one that stands for several is paired with itself, too.
pub fn changes(matched: &Matched, old: &mut Reach<'_>, new: &mut Reach<'_>) -> Vec<Change> {
    let changes = match part::touched(matched, old, new) {
        Some(parts) => part::among(&parts, matched, old, new),
        None => [compared::among_all(matched, old, new), kin::among(None, matched, old, new)].concat(),
    };
    let mut changes = family::within(matched, changes);
    changes.sort_unstable_by_key(|change| (change.from, change.to));
    changes.dedup_by_key(|change| (change.from, change.to));
    changes
}

impl Change {
    /// What was so.
    pub fn before(&self) -> &PairAnswer {
        &self.shift.old
    }

    /// What is so.
    pub fn after(&self) -> &PairAnswer {
        &self.shift.new
    }

    /// The verdicts, before and after.
    pub fn verdicts(&self) -> (Verdict, Verdict) {
        self.shift.verdicts
    }

    /// The change in every family that one of both knows.
    pub fn families(&self) -> &[FamilyChange] {
        &self.shift.families
    }

    /// Whether a request arrives or is answered that was not, or nobody can promise any more that it is not so.
    pub fn exposes(&self) -> bool {
        let more = |of: &FamilyChange| !of.gained.is_empty() || !of.arriving.is_empty();
        let doubted = |answer: &FamilyAnswer| {
            let old = self.before().family(answer.family).map(|old| old.undefined.union(&old.delivered));
            !old.map_or(answer.undefined.is_empty(), |old| old.contains_all(&answer.undefined))
        };
        self.families().iter().any(more) || self.after().families.iter().any(doubted)
    }

    /// Whether a request does not arrive or is not answered that was.
    pub fn cuts(&self) -> bool {
        self.families().iter().any(|of| !of.lost.is_empty() || !of.stopped.is_empty())
    }
}

impl Shift {
    fn between(old: PairAnswer, new: PairAnswer) -> Self {
        let known = |family: &Family| old.family(*family).or(new.family(*family)).is_some();
        let families = Family::ALL.into_iter().filter(known);
        let families = families.map(|family| FamilyChange::between(family, &old, &new)).collect();
        Self { verdicts: (old.verdict(), new.verdict()), families, old, new }
    }
}

impl FamilyChange {
    fn between(family: Family, old: &PairAnswer, new: &PairAnswer) -> Self {
        let set = |answer: &PairAnswer, of: fn(&FamilyAnswer) -> &L4Set| {
            answer.family(family).map_or_else(L4Set::empty, |answer| of(answer).clone())
        };
        let [was, is] = [old, new].map(|answer| set(answer, |answer| &answer.answered));
        let [came, comes] = [old, new].map(|answer| set(answer, |answer| &answer.delivered));
        Self {
            family,
            gained: is.difference(&was),
            lost: was.difference(&is),
            arriving: comes.difference(&came),
            stopped: came.difference(&comes),
        }
    }
}
