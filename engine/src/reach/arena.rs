//! Interned header sets: a set is a number, and each operation is done once.

use super::header::headers;
use super::l4::{Family, L4Set};
use super::scene::Half;
use crate::ovn::matching::FieldTest;
use alloc::sync::Arc;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// A header set of one [`L4Arena`]; equal numbers mean equal sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct L4Id(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Union,
    Intersection,
    Difference,
    Answers(Family),
}

/// All header sets of one evaluation.
#[derive(Debug, Clone)]
pub struct L4Arena {
    sets: Vec<Arc<L4Set>>,
    ids: HashMap<Arc<L4Set>, L4Id>,
    done: HashMap<(Operation, L4Id, L4Id), L4Id>,
    /// The headers of which a test holds.
    tests: HashMap<(FieldTest, Family, Half), L4Id>,
    empty: Arc<L4Set>,
    full: [Option<L4Id>; 2],
    budget: Budget,
}

/// What one evaluation may spend on header sets, in ranges and slabs. A rule set that people wrote takes a thousandth.
#[derive(Debug, Clone, Copy)]
struct Budget {
    /// Of sets that are kept: 16 bytes each at most.
    kept: usize,
    /// Of sets that are made of others.
    work: usize,
}

impl Budget {
    const WHOLE: Self = Self { kept: 1 << 23, work: 1 << 26 };
}

impl L4Arena {
    /// The empty set.
    pub const EMPTY: L4Id = L4Id(0);

    /// An arena that holds the empty set.
    pub fn new() -> Self {
        let empty = Arc::new(L4Set::empty());
        let mut arena = Self {
            sets: Vec::new(),
            ids: HashMap::new(),
            done: HashMap::new(),
            tests: HashMap::new(),
            empty: empty.clone(),
            full: [None; 2],
            budget: Budget::WHOLE,
        };
        arena.insert(empty);
        arena
    }

    /// Spends at most so much more on sets that are made of others.
    pub fn allow(&mut self, work: usize) {
        self.budget.work = work;
    }

    /// Whether the budget is used up: whoever can do with less exact sets makes no more of them.
    pub fn is_spent(&self) -> bool {
        self.budget.kept == 0 || self.budget.work == 0
    }

    /// The number of a set.
    pub fn intern(&mut self, set: L4Set) -> L4Id {
        match self.ids.get(&set) {
            Some(id) => *id,
            None => self.insert(Arc::new(set)),
        }
    }

    /// The headers of a family, in one half of a conversation, of which a test holds.
    pub fn of_test(&mut self, test: &FieldTest, family: Family, half: Half) -> L4Id {
        let key = (test.clone(), family, half);
        if let Some(known) = self.tests.get(&key) {
            return *known;
        }
        let found = self.intern(headers(test, family, half));
        self.tests.insert(key, found);
        found
    }

    /// The set of a number.
    pub fn get(&self, id: L4Id) -> &L4Set {
        usize::try_from(id.0).ok().and_then(|at| self.sets.get(at)).unwrap_or(&self.empty)
    }

    /// The same, to keep.
    pub fn share(&self, id: L4Id) -> Arc<L4Set> {
        usize::try_from(id.0).ok().and_then(|at| self.sets.get(at)).unwrap_or(&self.empty).clone()
    }

    /// Every header of a family.
    pub fn full(&mut self, family: Family) -> L4Id {
        let [ipv4, ipv6] = self.full;
        let known = if family == Family::Ipv4 { ipv4 } else { ipv6 };
        known.unwrap_or_else(|| {
            let full = self.intern(L4Set::full(family));
            let [ipv4, ipv6] = &mut self.full;
            *(if family == Family::Ipv4 { ipv4 } else { ipv6 }) = Some(full);
            full
        })
    }

    /// Headers in one or the other.
    pub fn union(&mut self, a: L4Id, b: L4Id) -> L4Id {
        match (a, b) {
            (Self::EMPTY, other) | (other, Self::EMPTY) => other,
            (a, b) if a == b => a,
            (a, b) => self.apply(Operation::Union, a.min(b), a.max(b)),
        }
    }

    /// Headers in both.
    pub fn intersection(&mut self, a: L4Id, b: L4Id) -> L4Id {
        match (a, b) {
            (Self::EMPTY, _) | (_, Self::EMPTY) => Self::EMPTY,
            (a, b) if a == b => a,
            (a, b) => self.apply(Operation::Intersection, a.min(b), a.max(b)),
        }
    }

    /// Headers in the first only.
    pub fn difference(&mut self, a: L4Id, b: L4Id) -> L4Id {
        match (a, b) {
            (Self::EMPTY, _) => Self::EMPTY,
            (a, Self::EMPTY) => a,
            (a, b) if a == b => Self::EMPTY,
            (a, b) => self.apply(Operation::Difference, a, b),
        }
    }

    /// The headers of the answers ([`L4Set::answers`]).
    pub fn answers(&mut self, family: Family, a: L4Id) -> L4Id {
        self.apply(Operation::Answers(family), a, a)
    }

    fn apply(&mut self, operation: Operation, a: L4Id, b: L4Id) -> L4Id {
        if let Some(done) = self.done.get(&(operation, a, b)) {
            return *done;
        }
        let (first, second) = (self.get(a), self.get(b));
        let set = match operation {
            Operation::Union => first.union(second),
            Operation::Intersection => first.intersection(second),
            Operation::Difference => first.difference(second),
            Operation::Answers(family) => first.answers(family),
        };
        let work = first.size() + second.size() + set.size();
        self.budget.work = self.budget.work.saturating_sub(work);
        let id = self.intern(set);
        self.done.insert((operation, a, b), id);
        id
    }

    fn insert(&mut self, set: Arc<L4Set>) -> L4Id {
        let id = L4Id(u32::try_from(self.sets.len()).unwrap_or(u32::MAX));
        self.budget.kept = self.budget.kept.saturating_sub(set.size());
        self.sets.push(set.clone());
        self.ids.insert(set, id);
        id
    }
}

impl Default for L4Arena {
    fn default() -> Self {
        Self::new()
    }
}
