//! Sets of packets as boxes: for each thing that a match can test, the values that it may have.
//!
//! What a box does not speak of may have any value: so an answer holds for every address and port there may ever be.
//! Port groups, whose members change, are tests of their own, independent of every name, and so are patterns of bits.
//! That makes the space larger than the packets there are: what is covered in it is covered for certain.

use crate::ovn::field::{Field, PortField};
use crate::ovn::matching::{Expression, FieldTest, PortSet, PortTest, Relation};
use crate::ovn::pipeline::{Row, Tracking};
use crate::reach::{Intervals, intervals};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// Values of a field of which not every pattern of bits is a range are listed one by one up to this width.
const WIDEST_LISTED: u32 = 16;

/// Something that a match can test.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Axis {
    Field(Field),
    /// Whether a test of some bits of a wide field holds.
    Bits(FieldTest),
    /// The name of a port, by its number in [`Space::names`].
    Port(PortField),
    /// Whether the port is in a group.
    Group(PortField, String),
    /// Whether a port is on the packet's hypervisor.
    Resident(String),
    /// What connection tracking says, by the index in [`Tracking::ALL`].
    Tracking,
}

/// A set of packets: all that have, for each axis of it, one of the values. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cuboid {
    axes: BTreeMap<Axis, Intervals<u128>>,
}

/// More steps would be needed than there are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooComplex;

/// The numbers of port names, and how much work is left.
#[derive(Debug, Clone)]
pub(super) struct Space {
    names: BTreeMap<String, u128>,
    steps: usize,
}

/// Whether packets that match are wanted, or those that do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Inside,
    Outside,
}

impl Side {
    fn other(self) -> Self {
        if self == Self::Inside { Self::Outside } else { Self::Inside }
    }
}

impl Space {
    /// A space in which so many boxes may be made.
    pub(super) fn with_budget(steps: usize) -> Self {
        Self { names: BTreeMap::new(), steps }
    }

    /// So many steps again; names keep their numbers.
    pub(super) fn refill(&mut self, steps: usize) {
        self.steps = steps;
    }

    /// The steps that are left.
    pub(super) fn left(&self) -> usize {
        self.steps
    }

    /// The packets that a row is asked about and matches, out of those whose tracking is one of `states`.
    pub(super) fn of_row(&mut self, row: &Row, states: &[Tracking]) -> Result<Vec<Cuboid>, TooComplex> {
        let all: Vec<Cuboid> =
            self.cut(&Cuboid::default(), Axis::Tracking, states_of(row, states)).into_iter().collect();
        self.all_within(&all, &row.matches, Side::Inside)
    }

    /// Those of some packets that a row does not match, or is not asked about.
    pub(super) fn without_row(&mut self, packets: &[Cuboid], row: &Row) -> Result<Vec<Cuboid>, TooComplex> {
        let (asked, unasked) = self.asked(packets, row);
        let mut left = self.all_within(&asked, &row.matches, Side::Outside)?;
        left.extend(unasked);
        Ok(left)
    }

    /// Whether a row matches some of these packets.
    pub(super) fn meets_row(&mut self, packets: &[Cuboid], row: &Row) -> Result<bool, TooComplex> {
        let (asked, _) = self.asked(packets, row);
        Ok(!self.all_within(&asked, &row.matches, Side::Inside)?.is_empty())
    }

    fn asked(&mut self, packets: &[Cuboid], row: &Row) -> (Vec<Cuboid>, Vec<Cuboid>) {
        let states = states_of(row, Tracking::ALL);
        let others = states.complement();
        let cut = |states: &Intervals<u128>| {
            packets.iter().filter_map(|one| self.cut(one, Axis::Tracking, states.clone())).collect()
        };
        (cut(&states), cut(&others))
    }

    fn all_within(
        &mut self,
        packets: &[Cuboid],
        expression: &Expression,
        side: Side,
    ) -> Result<Vec<Cuboid>, TooComplex> {
        let mut found = Vec::new();
        for one in packets {
            found.extend(self.within(one, expression, side)?);
        }
        Ok(found)
    }

    /// The part of a box on one side of a match.
    fn within(&mut self, packets: &Cuboid, expression: &Expression, side: Side) -> Result<Vec<Cuboid>, TooComplex> {
        self.steps = self.steps.checked_sub(1).ok_or(TooComplex)?;
        let (axis, values) = match (expression, side) {
            (Expression::Constant(holds), _) => {
                return Ok(if *holds == (side == Side::Inside) { vec![packets.clone()] } else { Vec::new() });
            }
            (Expression::All(parts), Side::Inside) | (Expression::Any(parts), Side::Outside) => {
                let mut left = vec![packets.clone()];
                for part in parts {
                    left = self.all_within(&left, part, side)?;
                }
                return Ok(left);
            }
            (Expression::All(parts), Side::Outside) | (Expression::Any(parts), Side::Inside) => {
                let mut left = vec![packets.clone()];
                let mut found = Vec::new();
                for part in parts {
                    found.extend(self.all_within(&left, part, side)?);
                    left = self.all_within(&left, part, side.other())?;
                }
                return Ok(found);
            }
            (Expression::Field(test), _) => field(test),
            (Expression::Port(test), _) => self.port(test),
            (Expression::Resident { port, holds }, _) => {
                let value = u128::from(*holds);
                (Axis::Resident(port.clone()), Intervals::range(value, value))
            }
        };
        let values = if side == Side::Inside { values } else { values.complement() };
        Ok(self.cut(packets, axis, values).into_iter().collect())
    }

    fn port(&mut self, test: &PortTest) -> (Axis, Intervals<u128>) {
        match &test.set {
            PortSet::Group(group) => (Axis::Group(test.field, group.clone()), Intervals::range(1, 1)),
            PortSet::Name(name) => {
                let next = self.names.len().try_into().unwrap_or(u128::MAX);
                let number = *self.names.entry(name.clone()).or_insert(next);
                (Axis::Port(test.field), Intervals::range(number, number))
            }
        }
    }

    fn cut(&self, packets: &Cuboid, axis: Axis, values: Intervals<u128>) -> Option<Cuboid> {
        let all = packets.axes.get(&axis).cloned().unwrap_or_else(|| axis.universe());
        let values = all.intersection(&values);
        if values.is_empty() {
            return None;
        }
        let mut packets = packets.clone();
        packets.axes.insert(axis, values);
        Some(packets)
    }
}

/// What all packets of some boxes have in common; by it most rows need not be compared at all.
#[derive(Debug, Clone, Default)]
pub(super) struct Hull(BTreeMap<Axis, Intervals<u128>>);

impl Hull {
    /// The hull of some boxes; nothing where there is none.
    pub(super) fn of(packets: &[Cuboid]) -> Option<Self> {
        let (first, rest) = packets.split_first()?;
        let mut axes = first.axes.clone();
        for other in rest {
            axes.retain(|axis, _| other.axes.contains_key(axis));
            for (axis, values) in &mut axes {
                if let Some(more) = other.axes.get(axis) {
                    *values = values.union(more);
                }
            }
        }
        Some(Self(axes))
    }

    /// Whether a packet may be in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().all(|(axis, values)| other.0.get(axis).is_none_or(|more| !values.intersection(more).is_empty()))
    }

    /// The one port that all of them enter by or leave by.
    pub(super) fn port(&self, field: PortField) -> Option<u128> {
        match self.0.get(&Axis::Port(field))?.ranges() {
            [(first, last)] if first == last => Some(*first),
            _ => None,
        }
    }
}

impl Axis {
    fn universe(&self) -> Intervals<u128> {
        let last = match self {
            Self::Field(field) => 1u128.checked_shl(field.width()).map_or(u128::MAX, |over| over - 1),
            Self::Port(_) => u128::MAX,
            Self::Bits(_) | Self::Group(..) | Self::Resident(_) => 1,
            Self::Tracking => u128::try_from(Tracking::ALL.len()).map_or(0, |count| count.saturating_sub(1)),
        };
        Intervals::range(0, last)
    }
}

fn states_of(row: &Row, states: &[Tracking]) -> Intervals<u128> {
    let numbered = (0u128..).zip(Tracking::ALL);
    let asked = numbered.filter(|(_, state)| states.contains(state) && row.guard.admits(**state));
    Intervals::from_ranges(asked.map(|(number, _)| (number, number)).collect())
}

/// Patterns of bits of a wide field are tests of their own, independent of each other.
fn field(test: &FieldTest) -> (Axis, Intervals<u128>) {
    if let Some(values) = intervals(test) {
        return (Axis::Field(test.field), values);
    }
    if test.field.width() > WIDEST_LISTED {
        return match &test.relation {
            Relation::NotIn(constants) => {
                let positive = FieldTest { relation: Relation::In(constants.clone()), ..test.clone() };
                (Axis::Bits(positive), Intervals::range(0, 0))
            }
            _ => (Axis::Bits(test.clone()), Intervals::range(1, 1)),
        };
    }
    let all = 0..(1u128 << test.field.width());
    let holding = all.filter(|value| test.holds(*value)).map(|value| (value, value));
    (Axis::Field(test.field), Intervals::from_ranges(holding.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ovn::matching::{Context, parse};
    use crate::ovn::network::Version;

    fn covered(inner: &str, outer: &[&str]) -> bool {
        let of = |text: &str| parse(text, &Context::new(Version::Main)).unwrap().annotate();
        let mut space = Space::with_budget(10_000);
        let mut left = space.within(&Cuboid::default(), &of(inner), Side::Inside).unwrap();
        for text in outer {
            left = space.all_within(&left, &of(text), Side::Outside).unwrap();
        }
        left.is_empty()
    }

    #[test]
    fn what_is_covered_is_covered_whatever_the_addresses() {
        assert!(covered("tcp.dst == 80", &["ip"]));
        assert!(covered("ip4.src == 10.0.0.0/24", &["ip4.src == 10.0.0.0/25", "ip4.src == 10.0.0.128/25"]));
        assert!(!covered("ip4.src == 10.0.0.0/24", &["ip4.src == 10.0.0.0/25", "ip4.src == 10.0.0.129/32"]));
        assert!(covered("tcp.dst == 5", &["tcp.dst < 6 && ip4", "ip6"]));
        assert!(!covered("ip", &["tcp", "udp", "icmp"]));
        assert!(covered("inport == \"a\" && tcp.flags[0]", &["inport == \"a\" && tcp.flags == 1/1"]));
        assert!(!covered("inport == \"a\"", &["inport == \"b\""]));
        assert!(covered("ip4.src != 10.0.0.1", &["ip4.src < 10.0.0.1", "ip4.src > 10.0.0.1"]));
    }

    #[test]
    fn work_has_an_end() {
        let mut space = Space::with_budget(3);
        let matches = parse("tcp.dst == {1, 3, 5} && ip4.src != {10.0.0.1, 10.0.0.3}", &Context::new(Version::Main));
        assert_eq!(space.within(&Cuboid::default(), &matches.unwrap().annotate(), Side::Inside), Err(TooComplex));
    }
}
