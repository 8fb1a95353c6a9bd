//! What a row asks of one party of a packet: its port, its Ethernet address, its IP address.

use super::intervals::Intervals;
use crate::ovn::matching::{FieldTest, Masked, PortSet, Relation};
use crate::ovn::network::{Network, PortGroup, Switch};
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// The ports of a switch by name, and the members of port groups among them.
#[derive(Debug, Clone, Default)]
pub struct PortIndex<'n> {
    ports: HashMap<&'n str, u32>,
    groups: HashMap<&'n str, &'n PortGroup>,
}

impl<'n> PortIndex<'n> {
    /// The index of a switch of a network.
    pub fn of(network: &'n Network, switch: &'n Switch) -> Self {
        Self {
            ports: (0u32..).zip(&switch.ports).map(|(index, port)| (port.name.as_str(), index)).collect(),
            groups: network.port_groups.iter().map(|group| (group.name.as_str(), group)).collect(),
        }
    }
}

/// A party as a switch sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Index of its port on the switch.
    pub port: u32,
    /// Its Ethernet address there.
    pub mac: u128,
    /// Its IPv4 address.
    pub ipv4: Option<u128>,
    /// Its IPv6 address.
    pub ipv6: Option<u128>,
}

/// A question about a party that has a yes or a no. Equal predicates are asked once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Predicate {
    /// Its address is one of these.
    Address(Intervals<u128>),
    /// Its Ethernet address is one of these.
    Mac(Intervals<u128>),
    /// Bits of its address.
    AddressBits(FieldTest),
    /// Bits of its Ethernet address.
    MacBits(FieldTest),
    /// Its port is one of these, by sorted indexes.
    Port(Vec<u32>),
    /// All of these.
    All(Vec<Predicate>),
    /// Some of these.
    Any(Vec<Predicate>),
}

impl Predicate {
    /// A test of an IP address.
    pub fn address(test: &FieldTest) -> Self {
        intervals(test).map_or_else(|| Self::AddressBits(test.clone()), Self::Address)
    }

    /// A test of an Ethernet address.
    pub fn mac(test: &FieldTest) -> Self {
        intervals(test).map_or_else(|| Self::MacBits(test.clone()), Self::Mac)
    }

    /// A test of a port of a switch, whose ports are given by name.
    pub fn port(ports: &PortIndex<'_>, set: &PortSet) -> Self {
        let index = |name: &String| ports.ports.get(name.as_str()).copied();
        let mut found: Vec<u32> = match set {
            PortSet::Name(name) => index(name).into_iter().collect(),
            PortSet::Group(wanted) => {
                let group = ports.groups.get(wanted.as_str());
                group.map_or_else(Vec::new, |group| group.ports.iter().filter_map(index).collect())
            }
        };
        found.sort_unstable();
        found.dedup();
        Self::Port(found)
    }

    /// Both at once.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Address(a), Self::Address(b)) => Self::Address(a.intersection(&b)),
            (Self::Mac(a), Self::Mac(b)) => Self::Mac(a.intersection(&b)),
            (Self::All(mut parts), other) => {
                parts.push(other);
                Self::All(parts)
            }
            (a, b) => Self::All([a, b].to_vec()),
        }
    }

    /// One or the other.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Address(a), Self::Address(b)) => Self::Address(a.union(&b)),
            (Self::Mac(a), Self::Mac(b)) => Self::Mac(a.union(&b)),
            (Self::Port(a), Self::Port(b)) => {
                let mut ports = [a, b].concat();
                ports.sort_unstable();
                ports.dedup();
                Self::Port(ports)
            }
            (Self::Any(mut parts), other) => {
                parts.push(other);
                Self::Any(parts)
            }
            (a, b) => Self::Any([a, b].to_vec()),
        }
    }

    /// The answer for a party, with the address that counts in this scene; zero stands for none, as in a packet.
    pub fn holds(&self, side: &Side, address: u128) -> bool {
        match self {
            Self::Address(set) => set.contains(address),
            Self::Mac(set) => set.contains(side.mac),
            Self::AddressBits(test) => test.holds(address),
            Self::MacBits(test) => test.holds(side.mac),
            Self::Port(ports) => ports.binary_search(&side.port).is_ok(),
            Self::All(parts) => parts.iter().all(|part| part.holds(side, address)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(side, address)),
        }
    }
}

/// The numbers of which a test of a whole field holds; nothing where it looks at bits in between.
pub fn intervals(test: &FieldTest) -> Option<Intervals<u128>> {
    if test.low != 0 || test.width != test.field.width() {
        return None;
    }
    let up_to = |last: Option<u128>| last.map_or(Intervals::EMPTY, |last| Intervals::range(0, last));
    Some(match &test.relation {
        Relation::In(constants) => masked(constants, test.width)?,
        Relation::NotIn(constants) => masked(constants, test.width)?.complement(),
        Relation::Less(bound) => up_to(bound.checked_sub(1)),
        Relation::LessOrEqual(bound) => up_to(Some(*bound)),
        Relation::Greater(bound) => up_to(Some(*bound)).complement(),
        Relation::GreaterOrEqual(bound) => up_to(bound.checked_sub(1)).complement(),
    })
}

fn masked(constants: &[Masked], width: u32) -> Option<Intervals<u128>> {
    let range = |constant: &Masked| {
        let free = !constant.mask & width_mask(width);
        let is_prefix = free & free.wrapping_add(1) == 0;
        is_prefix.then_some((constant.value, constant.value | free))
    };
    constants.iter().map(range).collect::<Option<Vec<_>>>().map(Intervals::from_ranges)
}

fn width_mask(width: u32) -> u128 {
    if width >= u128::BITS { u128::MAX } else { (1 << width) - 1 }
}
