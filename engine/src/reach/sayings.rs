//! What rows say of many classes at once.

use super::division::at;
use super::open::Open;
use super::passing::Passing;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// What rows say of the classes of one role.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Sayings {
    /// By class: an index of `said`.
    pub of: Vec<u32>,
    /// Each once.
    pub said: Vec<Passing>,
}

impl Sayings {
    /// What they say of a class: nothing passes where it is nobody's.
    pub fn about(&self, class: u32) -> Passing {
        at(&self.of, class).and_then(|said| at(&self.said, *said)).copied().unwrap_or(Passing::NOTHING)
    }

    /// What they say of each class.
    pub fn all(&self) -> impl Iterator<Item = Passing> {
        self.of.iter().map(|said| at(&self.said, *said).copied().unwrap_or(Passing::NOTHING))
    }
}

/// How far the rows have got with each class: most classes are in one of few states.
pub struct States {
    /// By class: an index of `all`.
    of: Vec<u32>,
    all: Vec<Open>,
    numbers: HashMap<Open, u32>,
    /// By state: in which change it was met last, and what it became.
    next: Vec<(usize, u32)>,
    changes: usize,
}

impl States {
    /// So many classes, of which all are in this state.
    pub fn new(classes: usize, first: Open) -> Self {
        let numbers = [(first, 0)].into_iter().collect();
        Self { of: alloc::vec![0; classes], all: [first].to_vec(), numbers, next: Vec::new(), changes: 0 }
    }

    /// Goes on with some classes.
    pub fn change(&mut self, classes: &FixedBitSet, mut after: impl FnMut(Open) -> Open) {
        self.changes += 1;
        self.next.resize(self.all.len(), (0, 0));
        for class in classes.ones() {
            let Some((of, at)) = self.of.get_mut(class).and_then(|of| Some((usize::try_from(*of).ok()?, of))) else {
                continue;
            };
            let Some((state, (met, next))) = self.all.get(of).copied().zip(self.next.get_mut(of)) else { continue };
            if *met != self.changes {
                let after = after(state);
                let number = *self.numbers.entry(after).or_insert_with(|| {
                    self.all.push(after);
                    u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX)
                });
                (*met, *next) = (self.changes, number);
            }
            *at = *next;
        }
    }

    /// What the rows say at their end.
    pub fn finish(self, mut said: impl FnMut(&Open) -> Passing) -> Sayings {
        let mut sayings: Vec<Passing> = Vec::new();
        let mut ends = alloc::vec![None; self.all.len()];
        let mut end = |state: u32| {
            let at = usize::try_from(state).ok()?;
            let (state, end) = self.all.get(at).zip(ends.get_mut(at))?;
            let number = *end.get_or_insert_with(|| {
                let passing = said(state);
                sayings.iter().position(|known| *known == passing).unwrap_or_else(|| {
                    sayings.push(passing);
                    sayings.len() - 1
                })
            });
            u32::try_from(number).ok()
        };
        Sayings { of: self.of.iter().map(|state| end(*state).unwrap_or_default()).collect(), said: sayings }
    }
}
