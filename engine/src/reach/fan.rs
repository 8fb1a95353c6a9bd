//! Whom a class reaches: a conversation is computed once for all targets of which every row says the same in it.
//!
//! What is asked next in a conversation depends on what was answered before. So targets to which the way is the same, and
//! which get the same answer to each question that one of them was asked, have the same conversation.

use super::Found;
use super::classes::Classes;
use super::conversation::Solver;
use super::lens::{Lens, Passing, Sayings};
use super::parties::Parties;
use super::scene::Party;
use alloc::sync::Arc;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;

/// A question that was put to the rows of a switch while a conversation was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub switch: usize,
    pub lens: usize,
    /// Both parties, as the switch numbers them.
    pub source: usize,
    pub target: usize,
    /// What the rows said.
    pub passing: Passing,
}

/// All classes, by what can be asked about many of them at once.
#[derive(Debug, Clone)]
pub(super) struct Targets {
    classes: Arc<Classes>,
    /// Classes to which the ways are the same, from wherever one comes.
    places: Vec<FixedBitSet>,
    /// By lens, for both roles.
    views: Vec<[View; 2]>,
    /// How many sets of classes the views have.
    kept: usize,
}

/// All classes in one role, as one lens tells them apart.
#[derive(Debug, Clone, Default)]
struct View {
    /// By the lens's own class: the classes in it.
    members: Vec<Vec<usize>>,
    /// The classes that the lens sees.
    every: FixedBitSet,
    /// By the lens's class of the other party: sets of classes, by what the rows say of them.
    sayings: Vec<Vec<(Passing, FixedBitSet)>>,
}

/// So many bits of sayings are kept at once: 64 MiB.
const MOST_BITS: usize = 1 << 29;

impl Targets {
    /// The targets of a solver's endpoints.
    pub fn of(classes: Arc<Classes>, solver: &mut Solver<'_>) -> Self {
        let mut places: Vec<FixedBitSet> = Vec::new();
        let numbers = solver.place_numbers();
        for (class, members) in classes.members().iter().enumerate() {
            let Some(number) = members.first().and_then(|first| numbers.get(*first)) else { continue };
            if *number >= places.len() {
                places.resize(number + 1, FixedBitSet::with_capacity(classes.len()));
            }
            places.get_mut(*number).into_iter().for_each(|place| place.insert(class));
        }
        Self { classes, places, views: Vec::new(), kept: 0 }
    }

    /// The classes, place by place.
    pub fn places(&self) -> &[FixedBitSet] {
        &self.places
    }

    /// Of some classes at the place of a target: those which get the answers that it got.
    pub fn alike(&mut self, mut left: FixedBitSet, to: usize, asked: &[Asked], solver: &mut Solver<'_>) -> FixedBitSet {
        for (at, question) in asked.iter().enumerate() {
            let before = asked.get(..at).unwrap_or_default();
            if !before.contains(question) && self.keep(&mut left, to, question, solver).is_none() {
                left.clear();
            }
        }
        left.extend(self.classes.of(to));
        left
    }

    /// Keeps the classes of which the rows say what they said of a target.
    fn keep(&mut self, left: &mut FixedBitSet, to: usize, asked: &Asked, solver: &mut Solver<'_>) -> Option<()> {
        let parties = solver.parties.get(asked.switch)?.as_ref()?;
        let (role, other) = match parties.endpoint(to)? {
            party if party == asked.target => (Party::Target, asked.source),
            party if party == asked.source => (Party::Source, asked.target),
            // A question between others: whoever the target is, it is the same.
            _ => return Some(()),
        };
        let lens = solver.lenses.get(asked.lens)?;
        if self.kept.saturating_mul(self.classes.len()) > MOST_BITS {
            (self.views, self.kept) = (Vec::new(), 0);
        }
        if self.views.len() <= asked.lens {
            self.views.resize_with(asked.lens + 1, Default::default);
        }
        let [source, target] = self.views.get_mut(asked.lens)?;
        let view = if role == Party::Source { source } else { target };
        if view.members.is_empty() {
            *view = View::of(lens, role, &self.classes, parties);
        }
        let other = lens.class(role.other(), other)?;
        let other_at = usize::try_from(other).ok()?;
        if view.sayings.get(other_at)?.is_empty() {
            let sayings = view.spread(&lens.sayings(role, other, &mut solver.arena));
            self.kept += sayings.len();
            *view.sayings.get_mut(other_at)? = sayings;
        }
        let sayings = view.sayings.get(other_at)?;
        let (_, same) = sayings.iter().find(|(known, _)| *known == asked.passing)?;
        left.intersect_with(same);
        Some(())
    }
}

impl View {
    fn of(lens: &Lens, role: Party, classes: &Classes, parties: &Parties) -> Self {
        let mut members = alloc::vec![Vec::new(); lens.classes(role)];
        let mut every = FixedBitSet::with_capacity(classes.len());
        for (class, endpoints) in classes.members().iter().enumerate() {
            let party = endpoints.first().and_then(|first| parties.endpoint(*first));
            let own = party.and_then(|party| usize::try_from(lens.class(role, party)?).ok());
            if let Some(members) = own.and_then(|own| members.get_mut(own)) {
                members.push(class);
                every.insert(class);
            }
        }
        Self { members, every, sayings: alloc::vec![Vec::new(); lens.classes(role.other())] }
    }

    /// The classes by what is said of the lens's classes that they are in.
    fn spread(&self, sayings: &Sayings) -> Vec<(Passing, FixedBitSet)> {
        let none = FixedBitSet::with_capacity(self.every.len());
        let mut sets: Vec<_> = sayings.said.iter().map(|said| (*said, none.clone())).collect();
        let mut sizes = alloc::vec![0; sets.len()];
        let numbers = || sayings.of.iter().map(|number| usize::try_from(*number).unwrap_or(usize::MAX));
        for (number, members) in numbers().zip(&self.members) {
            sizes.get_mut(number).into_iter().for_each(|size| *size += members.len());
        }
        // What is said of most is what the others leave.
        let most = sizes.iter().enumerate().max_by_key(|(_, size)| **size).map(|(number, _)| number);
        for (number, members) in numbers().zip(&self.members).filter(|(number, _)| Some(*number) != most) {
            let Some((_, set)) = sets.get_mut(number) else { continue };
            members.iter().for_each(|class| set.insert(*class));
        }
        let mut rest = self.every.clone();
        sets.iter().for_each(|(_, set)| rest.difference_with(set));
        if let Some((_, set)) = most.and_then(|most| sets.get_mut(most)) {
            *set = rest;
        }
        sets
    }
}

/// What the endpoints of one class are told by all others.
#[derive(Debug, Clone)]
pub struct Fan {
    /// By class of targets: an index of `told`.
    of: Vec<u32>,
    told: Vec<Told>,
}

/// What some classes tell, and a pair that speaks for them.
#[derive(Debug, Clone, Copy)]
struct Told {
    from: usize,
    to: usize,
    found: Found,
}

impl Fan {
    /// Nothing known yet, of so many classes.
    pub(super) fn new(classes: usize) -> Self {
        Self { of: alloc::vec![u32::MAX; classes], told: Vec::new() }
    }

    /// What was found between two endpoints is so for some classes.
    pub(super) fn push(&mut self, classes: &FixedBitSet, (from, to): (usize, usize), found: Found) {
        let number = u32::try_from(self.told.len()).unwrap_or(u32::MAX);
        for class in classes.ones() {
            self.of.get_mut(class).into_iter().for_each(|of| *of = number);
        }
        self.told.push(Told { from, to, found });
    }

    pub(super) fn found(&self, class: usize) -> Option<Found> {
        Some(self.told.get(self.of(class)?)?.found)
    }

    /// The number of what a class tells: none where nobody in it is another than who asks.
    pub fn of(&self, class: usize) -> Option<usize> {
        let number = usize::try_from(*self.of.get(class)?).ok()?;
        (number < self.told.len()).then_some(number)
    }

    /// By number: a pair of endpoints with just this answer.
    pub fn examples(&self) -> impl ExactSizeIterator<Item = (usize, usize)> {
        self.told.iter().map(|told| (told.from, told.to))
    }

    /// A pair of endpoints with just that answer.
    pub fn example(&self, number: usize) -> Option<(usize, usize)> {
        self.told.get(number).map(|told| (told.from, told.to))
    }
}
