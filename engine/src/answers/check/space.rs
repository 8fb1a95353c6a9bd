//! What a match asks, over numbered axes: for each thing that can be tested, the values with which the test holds.
//!
//! Port groups, whose members change, are axes of their own, independent of every name, and so are patterns of bits.
//! That makes the space larger than the packets there are: what is covered in it is covered for certain.

use crate::ovn::field::{Field, PortField};
use crate::ovn::matching::{Expression, FieldTest, PortSet, PortTest, Relation};
use crate::ovn::pipeline::{Guard, Tracking};
use crate::reach::{Intervals, intervals};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// Values of a field of which not every pattern of bits is a range are listed one by one up to this width.
const WIDEST_LISTED: u32 = 16;

/// Ranges of values that are listed one by one, of all tests of a stage together: 32 bytes each. What people write takes a
/// thousandth.
const MOST_LISTED: usize = 1 << 20;

/// A set of values, shared by all boxes that have it.
pub(super) type Values = Rc<Intervals<u128>>;

/// Something that a match can test.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Axis {
    Field(Field),
    /// Whether a test of some bits of a wide field holds.
    Bits(FieldTest),
    /// The name of a port, by its number in [`Space::ports`].
    Port(PortField),
    /// Whether the port is in a group.
    Group(PortField, String),
    /// Whether a port is on the packet's hypervisor.
    Resident(String),
}

/// A test of one axis: the values with which it holds, and all others.
#[derive(Debug, Clone)]
pub(super) struct Test {
    pub(super) axis: usize,
    pub(super) inside: Values,
    pub(super) outside: Values,
}

/// A match over numbered axes.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Constant(bool),
    All(Vec<Shape>),
    Any(Vec<Shape>),
    Test(Test),
}

/// The numbers of axes and of port names.
#[derive(Debug, Clone, Default)]
pub(super) struct Space {
    axes: HashMap<Axis, usize>,
    ports: HashMap<String, u128>,
    /// The tests of patterns of bits whose values are listed.
    listed: HashMap<FieldTest, Test>,
    /// How many ranges these have.
    ranges: usize,
}

impl Space {
    /// What connection tracking says, by the index in [`Tracking::ALL`]; all other axes are numbered as they come.
    pub(super) const TRACKING: usize = 0;

    /// The shape of a match.
    pub(super) fn shape(&mut self, expression: &Expression) -> Shape {
        let mut each = |parts: &[Expression]| parts.iter().map(|part| self.shape(part)).collect();
        match expression {
            Expression::Constant(holds) => Shape::Constant(*holds),
            Expression::All(parts) => Shape::All(each(parts)),
            Expression::Any(parts) => Shape::Any(each(parts)),
            Expression::Field(test) => Shape::Test(self.field(test)),
            Expression::Port(test) => Shape::Test(self.port(test)),
            Expression::Resident { port, holds } => Shape::Test(self.test(
                Axis::Resident(port.clone()),
                1,
                Intervals::range((*holds).into(), (*holds).into()),
            )),
        }
    }

    /// The axes on which one means that something is so, and zero that it is not.
    pub(super) fn flags(&self) -> FixedBitSet {
        let is_flag = |axis: &Axis| matches!(axis, Axis::Bits(_) | Axis::Group(..) | Axis::Resident(_));
        self.axes.iter().filter(|(axis, _)| is_flag(axis)).map(|(_, number)| *number).collect()
    }

    fn test(&mut self, axis: Axis, last: u128, inside: Intervals<u128>) -> Test {
        let next = self.axes.len() + Self::TRACKING + 1;
        let axis = *self.axes.entry(axis).or_insert(next);
        let outside = inside.complement().intersection(&Intervals::range(0, last));
        Test { axis, inside: Rc::new(inside), outside: Rc::new(outside) }
    }

    fn port(&mut self, test: &PortTest) -> Test {
        match &test.set {
            PortSet::Group(group) => self.test(Axis::Group(test.field, group.clone()), 1, Intervals::range(1, 1)),
            PortSet::Name(name) => {
                let next = self.ports.len().try_into().unwrap_or(u128::MAX);
                let number = *self.ports.entry_ref(name.as_str()).or_insert(next);
                self.test(Axis::Port(test.field), u128::MAX, Intervals::range(number, number))
            }
        }
    }

    /// Patterns of bits of a wide field are tests of their own, independent of each other.
    fn field(&mut self, test: &FieldTest) -> Test {
        let last = 1u128.checked_shl(test.field.width()).map_or(u128::MAX, |over| over - 1);
        if let Some(values) = intervals(test) {
            return self.test(Axis::Field(test.field), last, values.intersection(&Intervals::range(0, last)));
        }
        if let Some(known) = self.listed.get(test) {
            return known.clone();
        }
        if test.field.width() > WIDEST_LISTED || self.ranges > MOST_LISTED {
            return match &test.relation {
                Relation::NotIn(constants) => {
                    let positive = FieldTest { relation: Relation::In(constants.clone()), ..test.clone() };
                    self.test(Axis::Bits(positive), 1, Intervals::range(0, 0))
                }
                _ => self.test(Axis::Bits(test.clone()), 1, Intervals::range(1, 1)),
            };
        }
        let holding = (0..=last).filter(|value| test.holds(*value)).map(|value| (value, value));
        let values = Intervals::from_ranges(holding.collect());
        let listed = self.test(Axis::Field(test.field), last, values);
        self.ranges += listed.inside.ranges().len() + listed.outside.ranges().len();
        self.listed.insert(test.clone(), listed.clone());
        listed
    }
}

impl Test {
    /// The test that a guard is, of the tracking states.
    pub(super) fn of_guard(guard: Guard) -> Self {
        let values = |asked: bool| {
            let numbered = (0u128..).zip(Tracking::ALL).filter(|(_, state)| guard.admits(**state) == asked);
            Rc::new(Intervals::from_ranges(numbered.map(|(number, _)| (number, number)).collect()))
        };
        Self { axis: Space::TRACKING, inside: values(true), outside: values(false) }
    }
}

/// The numbers of some tracking states.
pub(super) fn numbered(states: &[Tracking]) -> Values {
    let numbered = (0u128..).zip(Tracking::ALL).filter(|(_, state)| states.contains(state));
    Rc::new(Intervals::from_ranges(numbered.map(|(number, _)| (number, number)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ovn::matching::{Context, parse};
    use crate::ovn::network::Version;
    use alloc::format;

    #[test]
    fn patterns_of_bits_are_listed_within_bounds() {
        let mut space = Space::default();
        // Odd masks list each value by itself.
        for mask in (1u16..2_000).step_by(2) {
            let text = format!("tcp.dst == 1/{mask}");
            space.shape(&parse(&text, &Context::new(Version::Main)).unwrap().annotate());
        }
        assert!((1..MOST_LISTED + (2 << WIDEST_LISTED)).contains(&space.ranges), "{}", space.ranges);
        assert!(space.axes.keys().any(|axis| matches!(axis, Axis::Bits(_))));
    }
}
