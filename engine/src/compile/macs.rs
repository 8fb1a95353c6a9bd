//! Ethernet addresses for what has none in the input.

use super::matches::Tests;
use crate::ovn::field::Field;
use crate::ovn::matching::{FieldTest, Masked, Relation};
use crate::ovn::network::Mac;
use crate::world::World;
use alloc::vec::Vec;
use hashbrown::HashSet;

/// Locally administered, so that no card has one of them.
const FIRST: u128 = 0x0a_52_46_00_00_01;

/// A mask with fewer bits does not name an address.
const NAMING_BITS: u32 = 24;

const FIELDS: [Field; 6] = [Field::EthSrc, Field::EthDst, Field::ArpSha, Field::ArpTha, Field::NdSll, Field::NdTll];

/// Hands out addresses that nobody has and no rule names, always in the same order.
pub(super) struct Macs {
    next: u128,
    taken: HashSet<u128>,
    named: Vec<Masked>,
}

impl Macs {
    /// Avoids those of the machines, of the routers and of the rules.
    pub(super) fn new(world: &World, tests: &Tests) -> Self {
        let interfaces = world.machines.iter().flat_map(|machine| &machine.interfaces);
        let stated = world.switches.iter().flat_map(|switch| &switch.bare).filter_map(|bare| bare.router_mac.as_ref());
        let known = interfaces.filter_map(|interface| interface.mac).chain(stated.map(|mac| mac.value));
        let taken = known.map(Mac::number).collect();
        let named = tests.all().filter(|test| FIELDS.contains(&test.field)).flat_map(named).collect();
        Self { next: FIRST, taken, named }
    }

    /// The next one.
    pub(super) fn next(&mut self) -> Mac {
        let named = &self.named;
        let free = |number: &u128| !self.taken.contains(number) && !named.iter().any(|mask| mask.equals(*number));
        // Each step of the low bytes leaves one named address behind; a rule that names them all is beyond help.
        let number = (self.next..).take(self.taken.len() + named.len() + 0x1_0000).find(free).unwrap_or(self.next);
        self.next = number + 1;
        Mac::from_number(number)
    }
}

fn named(test: &FieldTest) -> Vec<Masked> {
    match &test.relation {
        Relation::In(constants) | Relation::NotIn(constants) => constants
            .iter()
            .map(|constant| Masked { value: constant.value << test.low, mask: constant.mask << test.low })
            .filter(|constant| constant.mask.count_ones() >= NAMING_BITS)
            .collect(),
        Relation::Less(_) | Relation::LessOrEqual(_) | Relation::Greater(_) | Relation::GreaterOrEqual(_) => Vec::new(),
    }
}
