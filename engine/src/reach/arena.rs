//! Interned header sets: a set is a number, and each operation is done once.
//!
//! A set is made of a region for each protocol with ports, types or codes, and of the numbers of other protocols. These are
//! interned, too: sets that differ in TCP alone have the rest in common, and an operation on them is one on their regions.

use super::header::headers;
use super::interner::Interner;
use super::l4::{Family, L4Set};
use super::region::{Ports, Region};
use super::scene::Half;
use crate::ovn::matching::FieldTest;
use hashbrown::HashMap;

/// A header set of one [`L4Arena`]; equal numbers mean equal sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct L4Id(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Union,
    Intersection,
    Difference,
    /// Of regions of ports.
    Turned,
    /// Of sets, and of regions of ICMP.
    Answers(Family),
}

impl Operation {
    /// The result, where it is plain without looking into the sets: equal ones, or an empty one.
    fn plain<I: Copy + Eq>(self, a: I, b: I, empty: I) -> Option<I> {
        match self {
            Self::Union if a == b || b == empty => Some(a),
            Self::Union if a == empty => Some(b),
            Self::Intersection if a == b => Some(a),
            Self::Intersection | Self::Difference if a == empty => Some(empty),
            Self::Intersection if b == empty => Some(empty),
            Self::Difference if a == b => Some(empty),
            Self::Difference if b == empty => Some(a),
            Self::Turned | Self::Answers(_) if a == empty => Some(empty),
            Self::Union | Self::Intersection | Self::Difference | Self::Turned | Self::Answers(_) => None,
        }
    }

    /// The operands in one order where none matters.
    fn ordered<I: Ord>(self, a: I, b: I) -> (I, I) {
        match self {
            Self::Union | Self::Intersection if b < a => (b, a),
            Self::Union | Self::Intersection | Self::Difference | Self::Turned | Self::Answers(_) => (a, b),
        }
    }

    /// The same for a region of ports.
    fn of_ports(self) -> Self {
        if let Self::Answers(_) = self { Self::Turned } else { self }
    }
}

/// What a set is made of, by number: regions of TCP, UDP, SCTP and ICMP, and other protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Parts {
    regions: [u32; 4],
    other: u32,
}

impl Parts {
    const EMPTY: Self = Self { regions: [NONE; 4], other: NONE };
}

/// The number of an empty region, and of no protocol.
const NONE: u32 = 0;

/// All header sets of one evaluation.
#[derive(Debug, Clone)]
pub struct L4Arena {
    sets: Interner<Parts>,
    done: HashMap<(Operation, L4Id, L4Id), L4Id>,
    regions: Interner<Region>,
    combined: HashMap<(Operation, u32, u32), u32>,
    others: Interner<Ports>,
    /// The headers of which a test holds.
    tests: HashMap<(FieldTest, Family, Half), L4Id>,
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
        Self {
            sets: Interner::of(Parts::EMPTY),
            done: HashMap::new(),
            regions: Interner::of(Region::empty()),
            combined: HashMap::new(),
            others: Interner::of(Ports::EMPTY),
            tests: HashMap::new(),
            full: [None; 2],
            budget: Budget::WHOLE,
        }
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
        let L4Set { tcp, udp, sctp, icmp, other } = set;
        let regions = [tcp, udp, sctp, icmp].map(|region| self.region(region));
        let other = self.others.number(other).0;
        self.set(Parts { regions, other })
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
    pub fn get(&self, id: L4Id) -> L4Set {
        let Parts { regions, other } = self.parts(id);
        let [tcp, udp, sctp, icmp] =
            regions.map(|region| self.regions.get(region).cloned().unwrap_or_else(Region::empty));
        L4Set { tcp, udp, sctp, icmp, other: self.others.get(other).cloned().unwrap_or(Ports::EMPTY) }
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
        self.apply(Operation::Union, a, b)
    }

    /// Headers in both.
    pub fn intersection(&mut self, a: L4Id, b: L4Id) -> L4Id {
        self.apply(Operation::Intersection, a, b)
    }

    /// Headers in the first only.
    pub fn difference(&mut self, a: L4Id, b: L4Id) -> L4Id {
        self.apply(Operation::Difference, a, b)
    }

    /// The headers of the answers ([`L4Set::answers`]).
    pub fn answers(&mut self, family: Family, a: L4Id) -> L4Id {
        self.apply(Operation::Answers(family), a, a)
    }

    fn apply(&mut self, operation: Operation, a: L4Id, b: L4Id) -> L4Id {
        if let Some(plain) = operation.plain(a, b, Self::EMPTY) {
            return plain;
        }
        let (a, b) = operation.ordered(a, b);
        if let Some(done) = self.done.get(&(operation, a, b)) {
            return *done;
        }
        let (Parts { regions: [tcp, udp, sctp, icmp], other }, theirs) = (self.parts(a), self.parts(b));
        let [their_tcp, their_udp, their_sctp, their_icmp] = theirs.regions;
        let regions = [
            self.combine(operation.of_ports(), tcp, their_tcp),
            self.combine(operation.of_ports(), udp, their_udp),
            self.combine(operation.of_ports(), sctp, their_sctp),
            self.combine(operation, icmp, their_icmp),
        ];
        let other = self.combine_others(operation, other, theirs.other);
        let id = self.set(Parts { regions, other });
        self.done.insert((operation, a, b), id);
        id
    }

    fn combine(&mut self, operation: Operation, a: u32, b: u32) -> u32 {
        if let Some(plain) = operation.plain(a, b, NONE) {
            return plain;
        }
        let (a, b) = operation.ordered(a, b);
        if let Some(done) = self.combined.get(&(operation, a, b)) {
            return *done;
        }
        let Some((first, second)) = self.regions.get(a).zip(self.regions.get(b)) else { return NONE };
        let region = match operation {
            Operation::Union => first.union(second),
            Operation::Intersection => first.intersection(second),
            Operation::Difference => first.difference(second),
            Operation::Turned => first.transposed(),
            Operation::Answers(family) => first.echoed(family),
        };
        self.spend(first.size() + second.size() + region.size());
        let number = self.region(region);
        self.combined.insert((operation, a, b), number);
        number
    }

    fn combine_others(&mut self, operation: Operation, a: u32, b: u32) -> u32 {
        if let Some(plain) = operation.plain(a, b, NONE) {
            return plain;
        }
        let Some((first, second)) = self.others.get(a).zip(self.others.get(b)) else { return NONE };
        let numbers = match operation {
            Operation::Union => first.union(second),
            Operation::Intersection => first.intersection(second),
            Operation::Difference => first.intersection(&second.complement()),
            Operation::Turned | Operation::Answers(_) => return a,
        };
        self.others.number(numbers).0
    }

    fn parts(&self, L4Id(number): L4Id) -> Parts {
        self.sets.get(number).copied().unwrap_or(Parts::EMPTY)
    }

    fn set(&mut self, parts: Parts) -> L4Id {
        let (number, is_new) = self.sets.number(parts);
        if is_new {
            self.keep(parts.regions.len());
        }
        L4Id(number)
    }

    fn region(&mut self, region: Region) -> u32 {
        let size = region.size();
        let (number, is_new) = self.regions.number(region);
        if is_new {
            self.keep(size);
        }
        number
    }

    fn keep(&mut self, size: usize) {
        self.budget.kept = self.budget.kept.saturating_sub(size);
    }

    fn spend(&mut self, work: usize) {
        self.budget.work = self.budget.work.saturating_sub(work);
    }
}

impl Default for L4Arena {
    fn default() -> Self {
        Self::new()
    }
}
