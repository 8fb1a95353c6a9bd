//! What one class has to do with all others: each answer once, and who has it.

use super::found::Found;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;

/// Which way conversations go between one class and many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The one asks.
    From,
    /// The many ask.
    To,
}

/// The answers about one class and each of many others.
#[derive(Debug, Clone)]
pub struct Fan {
    /// By class of the others: an index of `told`.
    of: Vec<u32>,
    told: Vec<Told>,
}

/// An answer, and a pair that has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub from: usize,
    pub to: usize,
    pub found: Found,
}

impl Fan {
    /// No answer yet about so many classes.
    pub(super) fn of_none(classes: usize) -> Self {
        Self { of: alloc::vec![u32::MAX; classes], told: Vec::new() }
    }

    /// An answer about some classes.
    pub(super) fn push(&mut self, classes: &FixedBitSet, told: Told) {
        let number = u32::try_from(self.told.len()).unwrap_or(u32::MAX);
        for class in classes.ones() {
            self.of.get_mut(class).into_iter().for_each(|of| *of = number);
        }
        self.told.push(told);
    }

    pub(super) fn told(&self, number: usize) -> Option<Told> {
        self.told.get(number).copied()
    }

    /// The number of the answer about a class: none where nobody in it is another than the one, or was asked about.
    pub fn of(&self, class: usize) -> Option<usize> {
        let number = usize::try_from(*self.of.get(class)?).ok()?;
        (number < self.told.len()).then_some(number)
    }

    /// How many answers there are; their numbers are below.
    pub fn len(&self) -> usize {
        self.told.len()
    }

    /// Whether there is no answer.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }
}
