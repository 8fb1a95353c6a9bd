//! Values that are kept once.

use alloc::vec::Vec;
use core::hash::Hash;
use hashbrown::HashMap;

/// Values by number: equal ones have the same.
#[derive(Debug, Clone)]
pub(super) struct Interner<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T: Clone + Eq + Hash> Interner<T> {
    /// No value yet.
    pub fn new() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }

    /// One value, whose number is 0.
    pub fn of(first: T) -> Self {
        let mut interner = Self::new();
        interner.number(first);
        interner
    }

    /// The number of a value, and whether it is a new one.
    pub fn number(&mut self, value: T) -> (u32, bool) {
        if let Some(known) = self.numbers.get(&value) {
            return (*known, false);
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        (number, true)
    }

    /// The value of a number.
    pub fn get(&self, number: u32) -> Option<&T> {
        self.values.get(usize::try_from(number).ok()?)
    }
}
