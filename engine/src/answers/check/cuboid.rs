//! Sets of packets as boxes: for each axis that a box speaks of, the values that it may have.
//!
//! What a box does not speak of may have any value: so an answer holds for every address and port there may ever be.

use super::space::{Shape, Test, Values};
use crate::reach::Intervals;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;

/// A set of packets: all that have, for each axis of it, one of the values. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cuboid {
    /// By the number of the axis, in their order.
    axes: Vec<(usize, Values)>,
}

/// More steps would be needed than there are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooComplex;

/// How many looks at a box there may still be. A box that is made counts as several, and so do values of many ranges.
#[derive(Debug, Clone)]
pub(super) struct Budget(pub(super) usize);

/// What a box costs that is made.
pub(super) const MADE: usize = 16;
/// So many ranges that are made cost a look.
const RANGES: usize = 16;

/// Whether packets that match are wanted, or those that do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Inside,
    Outside,
}

impl Side {
    fn other(self) -> Self {
        if self == Self::Inside { Self::Outside } else { Self::Inside }
    }
}

impl Budget {
    /// Takes so many looks.
    pub(super) fn spend(&mut self, looks: usize) -> Result<(), TooComplex> {
        let left = self.0.checked_sub(looks);
        self.0 = left.unwrap_or(0);
        left.map(drop).ok_or(TooComplex)
    }

    /// The part of a box on one side of a match, as boxes that have no packet in common.
    pub(super) fn within(
        &mut self,
        packets: &Cuboid,
        shape: &Shape,
        side: Side,
        found: &mut Vec<Cuboid>,
    ) -> Result<(), TooComplex> {
        self.spend(MADE)?;
        match (shape, side) {
            (Shape::Constant(holds), _) => found.extend((*holds == (side == Side::Inside)).then(|| packets.clone())),
            (Shape::Test(test), side) => {
                let values = if side == Side::Inside { &test.inside } else { &test.outside };
                if let Some(part) = packets.cut(test.axis, values) {
                    self.spend(part.made(packets, test.axis, values))?;
                    found.push(part);
                }
            }
            (Shape::All(parts), Side::Inside) | (Shape::Any(parts), Side::Outside) => {
                let mut left = vec![packets.clone()];
                for part in parts {
                    left = self.all_within(&left, part, side)?;
                }
                found.extend(left);
            }
            (Shape::All(parts), Side::Outside) | (Shape::Any(parts), Side::Inside) => {
                let mut left = vec![packets.clone()];
                for part in parts {
                    for one in &left {
                        self.within(one, part, side, found)?;
                    }
                    left = self.all_within(&left, part, side.other())?;
                }
            }
        }
        Ok(())
    }

    /// The same of several boxes.
    pub(super) fn all_within(
        &mut self,
        packets: &[Cuboid],
        shape: &Shape,
        side: Side,
    ) -> Result<Vec<Cuboid>, TooComplex> {
        let mut found = Vec::new();
        for one in packets {
            self.within(one, shape, side, &mut found)?;
        }
        Ok(found)
    }
}

impl Cuboid {
    /// All packets that have some values of an axis.
    pub(super) fn of(axis: usize, values: &Values) -> Option<Self> {
        Self::default().cut(axis, values)
    }

    /// The axes that it speaks of, in their order.
    pub(super) fn axes(&self) -> &[(usize, Values)] {
        &self.axes
    }

    /// Whether some of its packets have zero on all of these axes.
    pub(super) fn is_without(&self, flags: &FixedBitSet) -> bool {
        self.axes.iter().all(|(axis, values)| !flags.contains(*axis) || values.contains(0))
    }

    /// Those of its packets that have some values of an axis.
    pub(super) fn cut(&self, axis: usize, values: &Values) -> Option<Self> {
        let place = self.axes.binary_search_by_key(&axis, |(axis, _)| *axis);
        let values = match place {
            Ok(at) => both(&self.axes.get(at)?.1, values)?,
            Err(_) if values.is_empty() => return None,
            Err(_) => Rc::clone(values),
        };
        let mut axes = Vec::with_capacity(self.axes.len() + 1);
        axes.extend_from_slice(&self.axes);
        match place {
            Ok(at) => axes.get_mut(at)?.1 = values,
            Err(at) => axes.insert(at, (axis, values)),
        }
        Some(Self { axes })
    }

    /// What the values cost that were made for an axis on which another box was cut to this one.
    fn made(&self, of: &Self, axis: usize, values: &Values) -> usize {
        let on = |cuboid: &Self| {
            let at = cuboid.axes.binary_search_by_key(&axis, |(axis, _)| *axis).ok()?;
            cuboid.axes.get(at).map(|(_, values)| Rc::clone(values))
        };
        let Some(own) = on(self) else { return 0 };
        let is_shared = |other: &Values| Rc::ptr_eq(&own, other);
        if is_shared(values) || on(of).as_ref().is_some_and(is_shared) { 0 } else { own.ranges().len() / RANGES }
    }

    /// Whether some of its packets pass a test.
    pub(super) fn meets_test(&self, test: &Test) -> bool {
        match self.axes.binary_search_by_key(&test.axis, |(axis, _)| *axis) {
            Ok(at) => self.axes.get(at).is_some_and(|(_, mine)| meet(mine, &test.inside)),
            Err(_) => !test.inside.is_empty(),
        }
    }

    /// Whether a match may be true of some of its packets; what is false is so for certain.
    pub(super) fn may_meet(&self, shape: &Shape) -> bool {
        match shape {
            Shape::Constant(holds) => *holds,
            Shape::Test(test) => self.meets_test(test),
            Shape::All(parts) => parts.iter().all(|part| self.may_meet(part)),
            Shape::Any(parts) => parts.iter().any(|part| self.may_meet(part)),
        }
    }
}

/// What is in both, if anything: one of them where it is in the other as a whole.
fn both(mine: &Values, theirs: &Values) -> Option<Values> {
    if let ([(a, b)], [(c, d)]) = (mine.ranges(), theirs.ranges()) {
        let (first, last) = (*a.max(c), *b.min(d));
        return match (first, last) {
            _ if first > last => None,
            _ if (first, last) == (*a, *b) => Some(Rc::clone(mine)),
            _ if (first, last) == (*c, *d) => Some(Rc::clone(theirs)),
            _ => Some(Rc::new(Intervals::range(first, last))),
        };
    }
    let both = mine.intersection(theirs);
    if both.is_empty() {
        return None;
    }
    Some(if both == **mine { Rc::clone(mine) } else { Rc::new(both) })
}

/// Whether there is a value in both.
pub(super) fn meet(mine: &Values, theirs: &Values) -> bool {
    let (mut mine, mut theirs) = (mine.ranges().iter().peekable(), theirs.ranges().iter().peekable());
    while let (Some((a, b)), Some((c, d))) = (mine.peek(), theirs.peek()) {
        if a.max(c) <= b.min(d) {
            return true;
        }
        if b < d {
            mine.next();
        } else {
            theirs.next();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::space::Space;
    use super::*;
    use crate::ovn::matching::{Context, parse};
    use crate::ovn::network::Version;

    fn covered(inner: &str, outer: &[&str]) -> bool {
        let mut space = Space::default();
        let mut of = |text: &str| space.shape(&parse(text, &Context::new(Version::Main)).unwrap().annotate());
        let mut budget = Budget(10_000 * MADE);
        let mut left = budget.all_within(&[Cuboid::default()], &of(inner), Side::Inside).unwrap();
        for text in outer {
            left = budget.all_within(&left, &of(text), Side::Outside).unwrap();
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
        let text = "tcp.dst == {1, 3, 5} && ip4.src != {10.0.0.1, 10.0.0.3}";
        let shape = Space::default().shape(&parse(text, &Context::new(Version::Main)).unwrap().annotate());
        assert_eq!(Budget(3 * MADE).all_within(&[Cuboid::default()], &shape, Side::Inside), Err(TooComplex));
    }
}
