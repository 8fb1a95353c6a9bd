//! Pairs of parties that no row of a switch tells apart, whatever the stage and the packet.
//!
//! A conversation is computed once for all pairs that are alike. What a row asks of the source alone, or of the target
//! alone, is known by party; what it asks of both at once, by the two halves that a pair fulfils together.

use super::partition::Sides;
use super::predicates::{PredicateId, Predicates};
use super::scene::Party;
use super::tree::Tree;
use alloc::vec;
use alloc::vec::Vec;
use core::hash::Hash;
use hashbrown::{HashMap, HashSet};

/// What the rows of one switch can see of its parties.
#[derive(Debug, Clone, Default)]
pub struct Likeness {
    source: Seen,
    target: Seen,
    /// Numbers of the sets of questions that some pair fulfils with both its halves.
    sets: HashMap<Vec<u32>, u32>,
}

/// What the rows can see of parties in one role.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// By party: the number of the set of questions that it answers with yes by itself.
    alone: Vec<u32>,
    /// By party, sorted: the questions about both of which it fulfils its half.
    halves: Vec<Vec<u32>>,
    /// By party: the number of that set.
    half: Vec<u32>,
}

impl Seen {
    fn of((alone, halves): (Vec<Vec<u32>>, Vec<Vec<u32>>)) -> Self {
        let numbers = |sets: &[Vec<u32>]| {
            let mut known = HashMap::new();
            sets.iter().map(|questions| number(&mut known, questions.as_slice())).collect()
        };
        Self { alone: numbers(&alone), half: numbers(&halves), halves }
    }
}

/// All that rows can see of a pair: pairs with equal ones pass the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Likes {
    source: u32,
    target: u32,
    both: u32,
}

impl Likeness {
    /// All that rows can see of a party, whatever the other one is, in both roles: parties with equal ones pass the same.
    pub fn looks(&self, party: usize) -> Option<[usize; 4]> {
        let number = |of: &[u32]| usize::try_from(*of.get(party)?).ok();
        let Self { source, target, .. } = self;
        Some([number(&source.alone)?, number(&source.half)?, number(&target.alone)?, number(&target.half)?])
    }

    /// What can be seen of a pair of parties.
    pub fn pair(&mut self, source: usize, target: usize) -> Option<Likes> {
        let (mine, theirs) = (self.source.halves.get(source)?, self.target.halves.get(target)?);
        let both = if mine.is_empty() || theirs.is_empty() { Vec::new() } else { common(mine, theirs) };
        let number = match both.is_empty() {
            true => 0,
            false => number(&mut self.sets, both),
        };
        Some(Likes { source: *self.source.alone.get(source)?, target: *self.target.alone.get(target)?, both: number })
    }
}

/// Questions are added tree by tree.
pub struct Builder<'s> {
    sides: &'s mut Sides,
    predicates: &'s Predicates,
    next: u32,
    known: HashSet<(Party, PredicateId)>,
    pairs: HashSet<(PredicateId, PredicateId)>,
    source: Noted,
    target: Noted,
}

/// By party: what it answers with yes.
#[derive(Default)]
struct Noted {
    alone: Vec<Vec<u32>>,
    halves: Vec<Vec<u32>>,
}

impl Noted {
    fn new(count: usize) -> Self {
        Self { alone: vec![Vec::new(); count], halves: vec![Vec::new(); count] }
    }

    /// The same with what was seen in packets of another kind.
    fn finish(self, before: &mut Vec<Vec<u32>>, halves: &mut Vec<Vec<u32>>) {
        append(before, self.alone);
        append(halves, self.halves);
    }
}

fn append(all: &mut Vec<Vec<u32>>, more: Vec<Vec<u32>>) {
    if all.is_empty() {
        *all = more;
        return;
    }
    all.iter_mut().zip(more).for_each(|(all, more)| all.extend(more));
}

impl<'s> Builder<'s> {
    /// No question yet; numbers of questions begin behind those of other kinds of packets.
    pub fn new(sides: &'s mut Sides, predicates: &'s Predicates, next: u32) -> Self {
        let count = sides.sides.len();
        let noted = || Noted::new(count);
        let (known, pairs) = (HashSet::new(), HashSet::new());
        Self { sides, predicates, next, known, pairs, source: noted(), target: noted() }
    }

    /// What a match asks of the parties.
    pub fn add(&mut self, tree: &Tree<PredicateId>) {
        match tree {
            Tree::Constant(_) | Tree::Unknown | Tree::Headers(_) => {}
            Tree::Party(party, predicate) => self.alone(*party, *predicate),
            Tree::All(parts) => match halves(parts) {
                Some((source, target)) => self.both(source, target),
                None => parts.iter().for_each(|part| self.every(part)),
            },
            Tree::Any(parts) => parts.iter().for_each(|part| self.every(part)),
        }
    }

    /// Every question of a tree by itself: sees more than the tree does, and never less.
    fn every(&mut self, tree: &Tree<PredicateId>) {
        match tree {
            Tree::Constant(_) | Tree::Unknown | Tree::Headers(_) => {}
            Tree::Party(party, predicate) => self.alone(*party, *predicate),
            Tree::All(parts) | Tree::Any(parts) => parts.iter().for_each(|part| self.every(part)),
        }
    }

    fn alone(&mut self, party: Party, predicate: PredicateId) {
        if !self.known.insert((party, predicate)) {
            return;
        }
        let noted = match party {
            Party::Source => &mut self.source,
            Party::Target => &mut self.target,
        };
        note(&mut noted.alone, &self.sides.members(predicate, self.predicates), self.next);
        self.next += 1;
    }

    fn both(&mut self, source: PredicateId, target: PredicateId) {
        if !self.pairs.insert((source, target)) {
            return;
        }
        note(&mut self.source.halves, &self.sides.members(source, self.predicates), self.next);
        note(&mut self.target.halves, &self.sides.members(target, self.predicates), self.next);
        self.next += 1;
    }
}

/// The two questions of a row that asks one of the source and one of the target, and nothing else of them.
fn halves(parts: &[Tree<PredicateId>]) -> Option<(PredicateId, PredicateId)> {
    let (mut source, mut target) = (None, None);
    for part in parts {
        let slot = match part {
            Tree::Party(Party::Source, predicate) => (&mut source, *predicate),
            Tree::Party(Party::Target, predicate) => (&mut target, *predicate),
            other if asks(other) => return None,
            _ => continue,
        };
        if slot.0.replace(slot.1).is_some() {
            return None;
        }
    }
    source.zip(target)
}

/// Whether a tree asks anything of a party.
fn asks(tree: &Tree<PredicateId>) -> bool {
    match tree {
        Tree::Party(..) => true,
        Tree::Constant(_) | Tree::Unknown | Tree::Headers(_) => false,
        Tree::All(parts) | Tree::Any(parts) => parts.iter().any(asks),
    }
}

fn note(noted: &mut [Vec<u32>], members: &[usize], question: u32) {
    for member in members {
        noted.get_mut(*member).into_iter().for_each(|questions| questions.push(question));
    }
}

impl Likeness {
    /// What was asked in packets of all kinds: the questions of one kind after those of the other.
    pub fn of<'s>(
        kinds: &'s mut [Sides],
        predicates: &'s Predicates,
        mut ask: impl FnMut(usize, &mut Builder<'s>),
    ) -> Self {
        let (mut source, mut target) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        let mut next = 1;
        for (kind, sides) in kinds.iter_mut().enumerate() {
            let mut builder = Builder::new(sides, predicates, next);
            ask(kind, &mut builder);
            next = builder.next;
            builder.source.finish(&mut source.0, &mut source.1);
            builder.target.finish(&mut target.0, &mut target.1);
        }
        Self { source: Seen::of(source), target: Seen::of(target), sets: HashMap::new() }
    }
}

/// The number of a set; equal sets have equal ones, none is zero.
fn number<S: Eq + Hash>(sets: &mut HashMap<S, u32>, set: S) -> u32 {
    let next = u32::try_from(sets.len() + 1).unwrap_or(u32::MAX);
    *sets.entry(set).or_insert(next)
}

/// What is in both of two sorted lists.
fn common(one: &[u32], other: &[u32]) -> Vec<u32> {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut found = Vec::new();
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        match a.cmp(b) {
            core::cmp::Ordering::Less => drop(one.next()),
            core::cmp::Ordering::Greater => drop(other.next()),
            core::cmp::Ordering::Equal => {
                found.push(**a);
                one.next();
                other.next();
            }
        }
    }
    found
}
