//! Sets of pairs of 16-bit numbers: source and destination ports, or ICMP types and codes.
//!
//! A region is a function from the first number to a set of second ones, constant over slabs. Neighbouring slabs
//! differ, so equal regions are `==`.

use super::intervals::Intervals;
use alloc::vec;
use alloc::vec::Vec;

/// The second numbers that a slab allows.
pub type Ports = Intervals<u16>;

/// A set of pairs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// Start of each slab, the first at zero, with its second numbers.
    slabs: Vec<(u16, Ports)>,
}

impl Region {
    /// No pair.
    pub fn empty() -> Self {
        Self { slabs: vec![(0, Ports::EMPTY)] }
    }

    /// Every pair.
    pub fn full() -> Self {
        Self { slabs: vec![(0, Ports::full())] }
    }

    /// Pairs of one of `first` with one of `second`.
    pub fn product(first: &Ports, second: &Ports) -> Self {
        if second.is_empty() {
            return Self::empty();
        }
        let mut slabs = vec![(0, Ports::EMPTY)];
        for (start, end) in first.ranges() {
            slabs.push((*start, second.clone()));
            slabs.extend(end.checked_add(1).map(|after| (after, Ports::EMPTY)));
        }
        Self::canonical(slabs)
    }

    /// Whether no pair is in it.
    pub fn is_empty(&self) -> bool {
        self.slabs.iter().all(|(_, second)| second.is_empty())
    }

    /// Whether a pair is in it.
    pub fn contains(&self, first: u16, second: u16) -> bool {
        let after = self.slabs.partition_point(|(start, _)| *start <= first);
        let slab = after.checked_sub(1).and_then(|at| self.slabs.get(at));
        slab.is_some_and(|(_, ports)| ports.contains(second))
    }

    /// Pairs in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, Ports::intersection)
    }

    /// Pairs in one or the other.
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, Ports::union)
    }

    /// Pairs in this one only.
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, |mine, theirs| mine.intersection(&theirs.complement()))
    }

    /// The pairs turned round: `(a, b)` for each `(b, a)`.
    pub fn transposed(&self) -> Self {
        self.rectangles().iter().map(|(first, second)| Self::product(second, first)).fold(Self::empty(), |a, b| a.union(&b))
    }

    /// The region as products: first numbers with equal second ones together, sorted by the least first number.
    pub fn rectangles(&self) -> Vec<(Ports, Ports)> {
        let mut rectangles: Vec<(Vec<(u16, u16)>, &Ports)> = Vec::new();
        for (start, end, second) in self.bounded_slabs().filter(|(.., second)| !second.is_empty()) {
            match rectangles.iter_mut().find(|(_, of)| *of == second) {
                Some((first, _)) => first.push((start, end)),
                None => rectangles.push((vec![(start, end)], second)),
            }
        }
        rectangles.into_iter().map(|(first, second)| (Ports::from_ranges(first), second.clone())).collect()
    }

    fn bounded_slabs(&self) -> impl Iterator<Item = (u16, u16, &Ports)> {
        let ends = self.slabs.iter().skip(1).map(|(start, _)| start.saturating_sub(1)).chain([u16::MAX]);
        self.slabs.iter().zip(ends).map(|((start, second), end)| (*start, end, second))
    }

    fn combine(&self, other: &Self, operation: impl Fn(&Ports, &Ports) -> Ports) -> Self {
        let mut slabs = Vec::with_capacity(self.slabs.len() + other.slabs.len());
        let (mut mine, mut theirs) = (self.bounded_slabs().peekable(), other.bounded_slabs().peekable());
        while let (Some((a, end_a, first)), Some((b, end_b, second))) = (mine.peek(), theirs.peek()) {
            slabs.push((*a.max(b), operation(first, second)));
            let (end_a, end_b) = (*end_a, *end_b);
            if end_a <= end_b {
                mine.next();
            }
            if end_b <= end_a {
                theirs.next();
            }
        }
        Self::canonical(slabs)
    }

    /// Of slabs that start at the same number the last one counts; equal neighbours become one.
    fn canonical(slabs: Vec<(u16, Ports)>) -> Self {
        let mut canonical: Vec<(u16, Ports)> = Vec::with_capacity(slabs.len());
        for (start, second) in slabs {
            if canonical.last().is_some_and(|(before, _)| *before == start) {
                canonical.pop();
            }
            if canonical.last().is_none_or(|(_, before)| *before != second) {
                canonical.push((start, second));
            }
        }
        Self { slabs: canonical }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn regions() -> impl Strategy<Value = Region> {
        let ports = || proptest::collection::vec((0u16..12, 0u16..12), 0..3).prop_map(Ports::from_ranges);
        proptest::collection::vec((ports(), ports()), 0..4).prop_map(|products| {
            let products = products.iter().map(|(first, second)| Region::product(first, second));
            products.fold(Region::empty(), |a, b| a.union(&b))
        })
    }

    proptest! {
        #[test]
        fn operations_agree_with_membership(a in regions(), b in regions()) {
            let (both, either, less, turned) = (a.intersection(&b), a.union(&b), a.difference(&b), a.transposed());
            for (x, y) in (0..14).flat_map(|x| (0..14).map(move |y| (x, y))) {
                prop_assert_eq!(both.contains(x, y), a.contains(x, y) && b.contains(x, y));
                prop_assert_eq!(either.contains(x, y), a.contains(x, y) || b.contains(x, y));
                prop_assert_eq!(less.contains(x, y), a.contains(x, y) && !b.contains(x, y));
                prop_assert_eq!(turned.contains(y, x), a.contains(x, y));
            }
            prop_assert_eq!(turned.transposed(), a.clone());
            prop_assert_eq!(a.union(&b).difference(&b).union(&both), a);
        }
    }

    #[test]
    fn edges_of_the_number_line_stay() {
        let last = Region::product(&Ports::range(65_535, 65_535), &Ports::range(0, 0));
        assert!(last.contains(65_535, 0));
        assert_eq!(Region::full().difference(&last).union(&last), Region::full());
    }
}
