//! Sets of numbers as sorted, disjoint, non-adjacent ranges. Equal sets are `==`.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Debug;
use core::hash::Hash;

/// A number type with a least and a greatest value.
pub trait Number: Copy + Ord + Hash + Debug {
    /// The least value.
    const MIN: Self;
    /// The greatest value.
    const MAX: Self;
    /// The next value, unless it is the greatest.
    fn next(self) -> Option<Self>;
    /// The value before, unless it is the least.
    fn previous(self) -> Option<Self>;
}

macro_rules! number {
    ($($kind:ty),+) => {$(
        impl Number for $kind {
            const MIN: Self = <$kind>::MIN;
            const MAX: Self = <$kind>::MAX;
            fn next(self) -> Option<Self> { self.checked_add(1) }
            fn previous(self) -> Option<Self> { self.checked_sub(1) }
        }
    )+};
}
number!(u16, u128);

/// A set of numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Intervals<N> {
    ranges: Vec<(N, N)>,
}

impl<N: Number> Intervals<N> {
    /// No number.
    pub const EMPTY: Self = Self { ranges: Vec::new() };

    /// Every number.
    pub fn full() -> Self {
        Self::range(N::MIN, N::MAX)
    }

    /// The numbers from `first` to `last`, both included; none where `first` is the greater one.
    pub fn range(first: N, last: N) -> Self {
        if first > last { Self::EMPTY } else { Self { ranges: vec![(first, last)] } }
    }

    /// The union of ranges in any order.
    pub fn from_ranges(mut ranges: Vec<(N, N)>) -> Self {
        ranges.retain(|(first, last)| first <= last);
        ranges.sort_unstable();
        let mut merged: Vec<(N, N)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(before) if before.1.next().is_none_or(|next| first <= next) => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Self { ranges: merged }
    }

    /// The ranges, sorted, disjoint and as few as possible.
    pub fn ranges(&self) -> &[(N, N)] {
        &self.ranges
    }

    /// Whether there is no number in it.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether every number is in it.
    pub fn is_full(&self) -> bool {
        self.ranges == [(N::MIN, N::MAX)]
    }

    /// Whether a number is in it.
    pub fn contains(&self, number: N) -> bool {
        let after = self.ranges.partition_point(|(first, _)| *first <= number);
        after.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|(_, last)| number <= *last)
    }

    /// What is not in it.
    pub fn complement(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut from = Some(N::MIN);
        for (first, last) in &self.ranges {
            if let (Some(start), Some(end)) = (from, first.previous())
                && start <= end
            {
                ranges.push((start, end));
            }
            from = last.next();
        }
        if let Some(start) = from {
            ranges.push((start, N::MAX));
        }
        Self { ranges }
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut ranges = Vec::new();
        let (mut mine, mut theirs) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        while let (Some((a, b)), Some((c, d))) = (mine.peek(), theirs.peek()) {
            let (first, last) = (*a.max(c), *b.min(d));
            if first <= last {
                ranges.push((first, last));
            }
            if b < d {
                mine.next()
            } else {
                theirs.next()
            };
        }
        Self { ranges }
    }

    /// What is in one or the other.
    pub fn union(&self, other: &Self) -> Self {
        Self::from_ranges(self.ranges.iter().chain(&other.ranges).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sets() -> impl Strategy<Value = Intervals<u16>> {
        proptest::collection::vec((0u16..40, 0u16..40), 0..5).prop_map(|mut ranges| {
            ranges.push((65_530, 65_535));
            Intervals::from_ranges(ranges)
        })
    }

    proptest! {
        #[test]
        fn operations_agree_with_membership(a in sets(), b in sets()) {
            let (both, either, not) = (a.intersection(&b), a.union(&b), a.complement());
            for n in (0..45).chain(65_520..=65_535) {
                prop_assert_eq!(both.contains(n), a.contains(n) && b.contains(n));
                prop_assert_eq!(either.contains(n), a.contains(n) || b.contains(n));
                prop_assert_eq!(not.contains(n), !a.contains(n));
            }
            prop_assert_eq!(not.complement(), a);
        }
    }

    #[test]
    fn adjacent_ranges_merge() {
        let set = Intervals::from_ranges(vec![(5u16, 9), (0, 4), (11, 11)]);
        assert_eq!(set.ranges(), [(0, 9), (11, 11)]);
    }
}
