//! Whom a class reaches: a conversation is computed once for all targets of which every row says the same in it.
//!
//! What is asked next in a conversation depends on what was answered before. So targets to which the way is the same, and
//! which get the same answer to each question that one of them was asked, have the same conversation.

use super::Found;
use super::classes::Classes;
use super::conversation::Solver;
use super::lens::Passing;
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
    /// By class: the lens's own class.
    of: Vec<Option<usize>>,
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
        if view.of.is_empty() {
            let first = self.classes.members().iter().map(|members| parties.endpoint(*members.first()?));
            view.of = first.map(|party| usize::try_from(lens.class(role, party?)?).ok()).collect();
            view.sayings.resize(lens.classes(role.other()), Vec::new());
        }
        let other = lens.class(role.other(), other)?;
        let sayings = view.sayings.get_mut(usize::try_from(other).ok()?)?;
        if sayings.is_empty() {
            let mut said = alloc::vec![0; lens.classes(role)];
            for (number, (passing, members)) in lens.sayings(role, other, &mut solver.arena).into_iter().enumerate() {
                members.ones().for_each(|class| said.get_mut(class).into_iter().for_each(|said| *said = number));
                sayings.push((passing, FixedBitSet::with_capacity(self.classes.len())));
            }
            for (class, at) in view.of.iter().enumerate() {
                let saying = at.and_then(|at| sayings.get_mut(*said.get(at)?));
                saying.into_iter().for_each(|(_, known)| known.insert(class));
            }
            self.kept += sayings.len();
        }
        let (_, same) = sayings.iter().find(|(known, _)| *known == asked.passing)?;
        left.intersect_with(same);
        Some(())
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
