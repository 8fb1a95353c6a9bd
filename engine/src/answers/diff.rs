//! What changes between two evaluations: of other rules, of another enforcer.
//!
//! Endpoints are matched by their ids; addresses that belong to nobody are matched where they overlap, so that two
//! evaluations that tell different ranges apart are compared range by range.

mod behind;
mod matched;
mod part;

pub use behind::{Asked, Behind, Role, Side, Sides, World};
pub use matched::{Common, Matched, matched};

use crate::reach::{Classes, Family, FamilyAnswer, L4Set, PairAnswer, PairKey, Reach, Verdict};
use alloc::rc::Rc;
use alloc::vec::Vec;
use hashbrown::HashMap;
use part::{among, touched};

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

/// Every ordered pair of common endpoints of which the evaluations say different things.
pub fn changes(matched: &Matched, old: &mut Reach<'_>, new: &mut Reach<'_>) -> Vec<Change> {
    match touched(matched, old, new) {
        Some(few) if few.len() * 2 <= matched.common.len() => among(&few, matched, old, new),
        _ => among_all(matched, old, new),
    }
}

/// The same by asking about all of them.
fn among_all(matched: &Matched, old: &mut Reach<'_>, new: &mut Reach<'_>) -> Vec<Change> {
    let classes = (old.classes(), new.classes());
    let common = |index: usize| matched.common.get(index);
    let groups = Classes::of_one(matched.common.len())
        .divided(&|index| classes.0.of(common(index)?.old))
        .divided(&|index| classes.1.of(common(index)?.new));
    let groups = groups.members();
    // By what was told and what is told: nothing where these are the same.
    let mut shifts: HashMap<(PairKey, PairKey), Option<Rc<Shift>>> = HashMap::new();
    let mut changes = Vec::new();
    for (asking, from) in groups.iter().enumerate() {
        let Some(first) = from.first().and_then(|from| common(*from)) else { continue };
        let own = classes.0.of(first.old).zip(classes.1.of(first.new));
        let Some((before, after)) = own.and_then(|(was, is)| old.fan(was).zip(new.fan(is))) else { continue };
        let most = after.examples().len();
        let mut answers: Vec<Option<Option<Rc<Shift>>>> = alloc::vec![None; before.examples().len() * most];
        for (answering, to) in groups.iter().enumerate() {
            let told = to
                .first()
                .and_then(|to| common(*to))
                .and_then(|to| Some((before.of(classes.0.of(to.old)?)?, after.of(classes.1.of(to.new)?)?)));
            let Some(told) = told else { continue };
            let Some(known) = answers.get_mut(told.0 * most + told.1) else { continue };
            if known.is_none() {
                let Some(pairs) = before.example(told.0).zip(after.example(told.1)) else { continue };
                let keys = (old.key(pairs.0.0, pairs.0.1), new.key(pairs.1.0, pairs.1.1));
                let shift = shifts.entry(keys).or_insert_with(|| {
                    let (was, is) = (old.pair(pairs.0.0, pairs.0.1), new.pair(pairs.1.0, pairs.1.1));
                    (was != is).then(|| Rc::new(Shift::between(was, is)))
                });
                *known = Some(shift.clone());
            }
            let Some(Some(shift)) = known else { continue };
            for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))) {
                let Some((one, other)) = common(from).zip(common(to)) else { continue };
                if one.old != other.old && one.new != other.new {
                    changes.push(Change { from, to, classes: (asking, answering), shift: Rc::clone(shift) });
                }
            }
        }
    }
    changes.sort_unstable_by_key(|change| (change.from, change.to));
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
