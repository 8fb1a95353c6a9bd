//! Parties that no row of a stage tells apart, found by splitting classes at each predicate.

use super::predicate::{Predicate, Side};
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
}

impl Sides {
    /// Parties with the address that counts for a kind of packet.
    pub fn new(sides: Vec<(Side, u128)>) -> Self {
        let mut by_address: Vec<_> = sides.iter().enumerate().map(|(at, (_, address))| (*address, at)).collect();
        by_address.sort_unstable();
        let mut by_port: Vec<_> = sides.iter().enumerate().map(|(at, (side, _))| (side.port, at)).collect();
        by_port.sort_unstable();
        Self { sides, by_address, by_port }
    }

    /// The parties of which a predicate holds.
    pub fn members(&self, predicate: &Predicate) -> Vec<usize> {
        match predicate {
            Predicate::Address(set) => set.ranges().iter().flat_map(|range| self.between(*range)).collect(),
            Predicate::Port(ports) => ports.iter().flat_map(|port| self.at_port(*port)).collect(),
            other => {
                let holding = self.sides.iter().enumerate();
                holding.filter(|(_, (side, address))| other.holds(side, *address)).map(|(at, _)| at).collect()
            }
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
    pub fn of(sides: &Sides, predicates: &[Predicate]) -> (Self, Vec<FixedBitSet>) {
        let count = sides.sides.len();
        let mut partition = Self { class: vec![0; count], sizes: vec![count] };
        let members: Vec<Vec<usize>> = predicates.iter().map(|predicate| sides.members(predicate)).collect();
        for members in &members {
            partition.split(members);
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

    fn split(&mut self, members: &[usize]) {
        let mut inside: HashMap<u32, usize> = HashMap::new();
        for class in members.iter().filter_map(|member| self.class.get(*member)) {
            *inside.entry(*class).or_default() += 1;
        }
        let mut moved: HashMap<u32, u32> = HashMap::new();
        for member in members {
            let Some(class) = self.class.get_mut(*member) else { continue };
            let part = inside.get(class).copied().unwrap_or(0);
            if index(*class).and_then(|at| self.sizes.get(at)).is_none_or(|size| *size == part) {
                continue;
            }
            let next = u32::try_from(self.sizes.len()).unwrap_or(u32::MAX);
            let target = *moved.entry(*class).or_insert(next);
            if target == next {
                self.sizes.push(0);
            }
            *class = target;
        }
        for (old, new) in moved {
            let part = inside.get(&old).copied().unwrap_or(0);
            if let Some(size) = index(old).and_then(|at| self.sizes.get_mut(at)) {
                *size -= part;
            }
            if let Some(size) = index(new).and_then(|at| self.sizes.get_mut(at)) {
                *size = part;
            }
        }
    }

    fn classes_of(&self, members: &[usize]) -> FixedBitSet {
        let mut classes = FixedBitSet::with_capacity(self.len());
        let of = members.iter().filter_map(|member| self.class.get(*member)).filter_map(|class| index(*class));
        of.for_each(|class| classes.insert(class));
        classes
    }
}

fn index(class: u32) -> Option<usize> {
    usize::try_from(class).ok()
}
