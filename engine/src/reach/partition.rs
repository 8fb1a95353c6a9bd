//! Parties that no row of a stage tells apart, found by splitting classes at each predicate.

use super::predicate::{Predicate, Side};
use super::predicates::{PredicateId, Predicates};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// The classes of the parties of a switch, in one role at one stage.
#[derive(Debug, Clone)]
pub struct Partition {
    /// The class of each party.
    class: Vec<u32>,
    /// How many parties are in each class.
    sizes: Vec<usize>,
}

/// The parties of a switch with an index by address.
#[derive(Debug, Clone)]
pub struct Sides {
    /// The parties with the address that counts.
    pub sides: Vec<(Side, u128)>,
    /// Their indexes in the order of addresses.
    by_address: Vec<(u128, usize)>,
    /// Their indexes in the order of ports.
    by_port: Vec<(u32, usize)>,
    /// The parties of which a predicate holds, found before.
    known: HashMap<PredicateId, Arc<[usize]>>,
}

impl Sides {
    /// Parties with the address that counts for a kind of packet.
    pub fn new(sides: Vec<(Side, u128)>) -> Self {
        let mut by_address: Vec<_> = sides.iter().enumerate().map(|(at, (_, address))| (*address, at)).collect();
        by_address.sort_unstable();
        let mut by_port: Vec<_> = sides.iter().enumerate().map(|(at, (side, _))| (side.port, at)).collect();
        by_port.sort_unstable();
        Self { sides, by_address, by_port, known: HashMap::new() }
    }

    /// The parties of which a predicate holds.
    pub fn members(&mut self, predicate: PredicateId, predicates: &Predicates) -> Arc<[usize]> {
        if let Some(known) = self.known.get(&predicate) {
            return Arc::clone(known);
        }
        let mut found = self.found(predicates.get(predicate));
        // Ranges that meet may name a party twice.
        found.sort_unstable();
        found.dedup();
        let found: Arc<[usize]> = found.into();
        self.known.insert(predicate, Arc::clone(&found));
        found
    }

    fn found(&self, predicate: &Predicate) -> Vec<usize> {
        match predicate {
            Predicate::Address(set) => set.ranges().iter().flat_map(|range| self.between(*range)).collect(),
            Predicate::Port(ports) => ports.iter().flat_map(|port| self.at_port(*port)).collect(),
            other => {
                let holding = self.sides.iter().enumerate();
                holding.filter(|(_, (side, address))| other.holds(side, *address)).map(|(at, _)| at).collect()
            }
        }
    }

    /// Whether a predicate may hold of somebody; looked up, where that is quickly done.
    pub fn may_hold(&self, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::Address(set) => set.ranges().iter().any(|range| self.between(*range).next().is_some()),
            Predicate::Port(ports) => ports.iter().any(|port| self.at_port(*port).next().is_some()),
            Predicate::Mac(_)
            | Predicate::AddressBits(_)
            | Predicate::MacBits(_)
            | Predicate::All(_)
            | Predicate::Any(_) => true,
        }
    }

    fn at_port(&self, port: u32) -> impl Iterator<Item = usize> {
        let start = self.by_port.partition_point(|(at, _)| *at < port);
        let rest = self.by_port.get(start..).unwrap_or(&[]);
        rest.iter().take_while(move |(at, _)| *at == port).map(|(_, at)| *at)
    }

    fn between(&self, (first, last): (u128, u128)) -> impl Iterator<Item = usize> {
        let start = self.by_address.partition_point(|(address, _)| *address < first);
        let rest = self.by_address.get(start..).unwrap_or(&[]);
        rest.iter().take_while(move |(address, _)| *address <= last).map(|(_, at)| *at)
    }
}

impl Partition {
    /// The coarsest classes that every predicate respects, and for each predicate the classes of which it holds.
    pub fn of(sides: &mut Sides, asked: &[PredicateId], predicates: &Predicates) -> (Self, Vec<FixedBitSet>) {
        let count = sides.sides.len();
        let mut partition = Self { class: vec![0; count], sizes: vec![count] };
        let members: Vec<Arc<[usize]>> = asked.iter().map(|id| sides.members(*id, predicates)).collect();
        let mut scratch = Scratch::default();
        for members in &members {
            partition.split(members, &mut scratch);
        }
        let holding = members.iter().map(|members| partition.classes_of(members)).collect();
        (partition, holding)
    }

    /// How many classes there are.
    pub fn len(&self) -> usize {
        self.sizes.len()
    }

    /// The class of a party.
    pub fn class(&self, party: usize) -> Option<u32> {
        self.class.get(party).copied()
    }

    fn split(&mut self, members: &[usize], scratch: &mut Scratch) {
        scratch.count(members.iter().filter_map(|member| self.class.get(*member).copied()), self.sizes.len());
        let touched = core::mem::take(&mut scratch.touched);
        for class in touched.iter().copied() {
            let Some((size, part)) = index(class).and_then(|at| Some((self.sizes.get_mut(at)?, scratch.part(at)?)))
            else {
                continue;
            };
            if *size == part.count {
                part.target = class;
                continue;
            }
            *size -= part.count;
            part.target = u32::try_from(self.sizes.len()).unwrap_or(u32::MAX);
            self.sizes.push(part.count);
        }
        for member in members {
            let Some(class) = self.class.get_mut(*member) else { continue };
            if let Some(part) = index(*class).and_then(|at| scratch.part(at)) {
                *class = part.target;
            }
        }
        scratch.clear(touched);
    }

    fn classes_of(&self, members: &[usize]) -> FixedBitSet {
        let mut classes = FixedBitSet::with_capacity(self.len());
        let of = members.iter().filter_map(|member| self.class.get(*member)).filter_map(|class| index(*class));
        of.for_each(|class| classes.insert(class));
        classes
    }
}

/// What a split knows of each class, kept from one split to the next.
#[derive(Default)]
struct Scratch {
    parts: Vec<Part>,
    /// The classes with a member inside.
    touched: Vec<u32>,
}

/// The members of one class that are inside.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    count: usize,
    /// The class that they make.
    target: u32,
}

impl Scratch {
    fn count(&mut self, inside: impl Iterator<Item = u32>, classes: usize) {
        self.parts.resize(classes, Part::default());
        for class in inside {
            let Some(part) = index(class).and_then(|at| self.parts.get_mut(at)) else { continue };
            if part.count == 0 {
                self.touched.push(class);
            }
            part.count += 1;
        }
    }

    /// For the next split.
    fn clear(&mut self, mut touched: Vec<u32>) {
        for class in touched.drain(..).filter_map(index) {
            self.parts.get_mut(class).into_iter().for_each(|part| part.count = 0);
        }
        self.touched = touched;
    }

    fn part(&mut self, class: usize) -> Option<&mut Part> {
        self.parts.get_mut(class)
    }
}

fn index(class: u32) -> Option<usize> {
    usize::try_from(class).ok()
}
