//! Edits that do what is wished, with everything else that they do.

use super::way::Made;
use super::{Edit, Intent, Load, Wish, answer, is_fulfilled};
use crate::answers::diff::{Change, FamilyChange, Matched, changes, matched};
use crate::compile::Compiled;
use crate::diagnostic::Severity;
use crate::reach::{L4Set, PairAnswer, evaluate};
use crate::source::Sources;
use alloc::string::String;
use alloc::vec::Vec;

/// Edits that were seen to do what is wished.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// In a few words.
    pub title: String,
    /// The edits, each of the text as the one before has left it.
    pub edits: Vec<Edit>,
    /// The texts with the edits.
    pub sources: Sources,
    /// What they compile to.
    pub compiled: Compiled,
    /// The endpoints of both.
    pub matched: Matched,
    /// Every pair that changes, the wished one among them.
    pub changes: Vec<Change>,
    /// How many pairs change in conversations that nobody wished to change.
    pub others: usize,
    /// In how many of them requests arrive that did not; where two are to be apart, or are answered.
    pub exposed: usize,
}

impl Proposal {
    /// Evaluates edited texts as a whole; nothing where they do not do what is wished, or are refused where the old were not.
    pub(super) fn of(old: &Compiled, load: Load<'_>, wish: &Wish<'_>, made: Made) -> Option<Self> {
        let Made { title, edits, sources, compiled } = made;
        let compiled = compiled.unwrap_or_else(|| load(&sources));
        let errors =
            |compiled: &Compiled| compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
        if errors(&compiled) > errors(old) || !is_fulfilled(&answer(&compiled, wish).ok()?, wish) {
            return None;
        }
        let matched = matched(&old.endpoints, &compiled.endpoints);
        let mut before = evaluate(&old.network, &old.endpoints);
        let changes = changes(&matched, &mut before, &mut evaluate(&compiled.network, &compiled.endpoints));
        let id = |index: usize| matched.common.get(index).map_or("", |common| common.id.as_str());
        let (mut others, mut exposed) = (0, 0);
        for change in &changes {
            let is_wished = id(change.from) == wish.from && id(change.to) == wish.to;
            let (arrives, changes) = beside(change, wish, is_wished);
            others += usize::from(changes);
            exposed += usize::from(arrives);
        }
        Some(Self { title, edits, compiled, sources, matched, changes, others, exposed })
    }

    /// Whether it does what the other one does with fewer edits, or less of it with no more.
    pub(super) fn outdoes(&self, other: &Self) -> bool {
        self.is_part_of(other) && !other.is_part_of(self)
    }

    fn is_part_of(&self, other: &Self) -> bool {
        let same = |change: &Change| {
            let place = other.changes.binary_search_by_key(&(change.from, change.to), |other| (other.from, other.to));
            place.ok().and_then(|place| other.changes.get(place))
        };
        self.edits.len() <= other.edits.len()
            && self.matched == other.matched
            && self.changes.iter().all(|change| same(change).is_some_and(|other| contains(other, change)))
    }
}

/// Whether a change has all of another one of the same pair.
fn contains(one: &Change, other: &Change) -> bool {
    fn sets(of: &FamilyChange) -> [&L4Set; 4] {
        [&of.gained, &of.lost, &of.arriving, &of.stopped]
    }
    let families = || one.families().iter().zip(other.families());
    undefined(one.after()) == undefined(other.after())
        && families().all(|(one, other)| sets(one).iter().zip(sets(other)).all(|(one, other)| one.contains_all(other)))
}

fn undefined(answer: &PairAnswer) -> Vec<&L4Set> {
    answer.families.iter().map(|family| &*family.undefined).collect()
}

/// Whether more arrives of what nobody wished to change, or is answered where somebody wishes less of both; and whether anything
/// of it changes. ICMP messages that nobody answers come and go with tracking.
fn beside(change: &Change, wish: &Wish<'_>, is_wished: bool) -> (bool, bool) {
    let any = |of: &FamilyChange, sets: &[&L4Set]| {
        let wished = if is_wished { wish.part.part(of.family) } else { L4Set::empty() };
        let telling = L4Set::answerable(of.family).difference(&wished);
        sets.iter().any(|set| !set.intersection(&telling).is_empty())
    };
    let exposes = |of: &FamilyChange| match wish.intent {
        Intent::Connect => any(of, &[&of.arriving]),
        Intent::Separate => any(of, &[&of.arriving, &of.gained]),
    };
    let changes = |of: &FamilyChange| any(of, &[&of.arriving, &of.gained, &of.lost, &of.stopped]);
    let doubted = !is_wished && undefined(change.before()) != undefined(change.after());
    (change.families().iter().any(exposes), doubted || change.families().iter().any(changes))
}
