//! What there is to say of a change, found once for all pairs that change in the same way.

use super::Kind;
use hashbrown::HashMap;
use ringfence_engine::answers::diff::{Change, FamilyChange, Shift};
use ringfence_engine::reach::{Family, FamilyAnswer, L4Set, PairAnswer, Verdict};
use std::ptr;
use std::rc::Rc;

/// What there is to say of a change, and the headers that it is about.
pub(super) type Saying = (Kind, Vec<(Family, L4Set)>);

/// What there is to say, by the change.
#[derive(Default)]
pub(super) struct Sayings<'c> {
    known: HashMap<Same<'c>, Rc<[Saying]>>,
}

/// A change that many pairs have in common, known by where it is kept: to compare its sets would take longer.
#[derive(Clone, Copy)]
pub(super) struct Same<'c>(&'c Shift);

impl PartialEq for Same<'_> {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self.0, other.0)
    }
}

impl Eq for Same<'_> {}

impl std::hash::Hash for Same<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        ptr::hash(self.0, state);
    }
}

impl<'c> Same<'c> {
    /// What a pair has in common with others.
    pub(super) fn of(change: &'c Change) -> Self {
        Self(&change.shift)
    }

    /// The verdicts, before and after.
    pub(super) fn verdicts(self) -> (Verdict, Verdict) {
        self.0.verdicts
    }
}

impl<'c> Sayings<'c> {
    /// What there is to say of a change.
    pub(super) fn of(&mut self, change: &'c Change) -> Rc<[Saying]> {
        let known = self.known.entry(Same::of(change));
        Rc::clone(known.or_insert_with(|| sayings(change).into()))
    }

    /// What was said of it before.
    pub(super) fn known(&self, same: Same<'c>) -> &[Saying] {
        self.known.get(&same).map_or(&[], |sayings| sayings)
    }
}

fn sayings(change: &Change) -> Vec<Saying> {
    let families = change.families();
    let sets = |of: &dyn Fn(&FamilyChange) -> L4Set| {
        families.iter().map(|change| (change.family, of(change))).collect::<Vec<_>>()
    };
    let telling = |sets: &[(Family, L4Set)]| {
        sets.iter().any(|(family, set)| !set.intersection(&L4Set::answerable(*family)).is_empty())
    };
    let shaken = |of: &FamilyChange| of.lost.union(&of.stopped);
    let doubted =
        |of: &FamilyChange| unknown(change.after(), of.family).difference(&unknown(change.before(), of.family));
    // What is answered has arrived: only the rest is worth a line of its own. What may still work is not lost for certain.
    let all = [
        (Kind::Gained, sets(&|change| change.gained.clone())),
        (Kind::Lost, sets(&|change| change.lost.difference(&doubted(change)))),
        (Kind::Arrives, sets(&|change| change.arriving.difference(&change.gained))),
        (Kind::Stops, sets(&|change| change.stopped.difference(&change.lost).difference(&doubted(change)))),
        (Kind::Unsure, sets(&|change| shaken(change).intersection(&doubted(change)))),
        (Kind::Doubt, sets(&|change| doubted(change).difference(&shaken(change)))),
    ];
    let mut found: Vec<Saying> = all.into_iter().filter(|(_, sets)| telling(sets)).collect();
    if found.is_empty() {
        found.push(rest(change, families));
    }
    found
}

fn unknown(answer: &PairAnswer, family: Family) -> L4Set {
    answer.family(family).map_or_else(L4Set::empty, |answer: &FamilyAnswer| L4Set::clone(&answer.undefined))
}

/// What is left where no conversation changes.
fn rest(change: &Change, families: &[FamilyChange]) -> Saying {
    let doubted = |family| {
        let (old, new) = (unknown(change.before(), family), unknown(change.after(), family));
        old.difference(&new).union(&new.difference(&old))
    };
    let doubts: Vec<_> = families.iter().map(|of| (of.family, doubted(of.family))).collect();
    if doubts.iter().any(|(_, set)| !set.is_empty()) {
        return (Kind::Doubt, doubts);
    }
    let arriving: Vec<_> = families.iter().map(|of| (of.family, of.arriving.clone())).collect();
    match arriving.iter().any(|(_, set)| !set.is_empty()) {
        true => (Kind::Arrives, arriving),
        false => (Kind::Stops, families.iter().map(|of| (of.family, of.stopped.clone())).collect()),
    }
}
