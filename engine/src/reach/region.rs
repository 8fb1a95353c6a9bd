//! Sets of pairs of 16-bit numbers: source and destination ports, or ICMP types and codes.
//!
//! A region is a function from the first number to a set of second ones, constant over slabs. Neighbouring slabs
//! differ, and each set of second numbers is kept once, in the order of its first slab: so equal regions are `==`, and
//! a test of single bits, which makes tens of thousands of slabs, still needs two sets only.

use super::intervals::Intervals;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

/// A set of ports, of ICMP types or of ICMP codes.
pub type Ports = Intervals<u16>;

/// A set of pairs. Copies share what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<Slabs>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Slabs {
    /// The sets of second numbers, each once.
    sets: Vec<Ports>,
    /// Start of each slab, the first at zero, with the index of its set.
    starts: Vec<(u16, usize)>,
}

impl Region {
    fn of(sets: Vec<Ports>, starts: Vec<(u16, usize)>) -> Self {
        Self(Arc::new(Slabs { sets, starts }))
    }

    /// No pair.
    pub fn empty() -> Self {
        Self::of(vec![Ports::EMPTY], vec![(0, 0)])
    }

    /// Every pair.
    pub fn full() -> Self {
        Self::of(vec![Ports::full()], vec![(0, 0)])
    }

    /// Pairs of one of `first` with one of `second`.
    pub fn product(first: &Ports, second: &Ports) -> Self {
        let mut region = Builder::default();
        let (inside, outside) = (region.set(second.clone()), region.set(Ports::EMPTY));
        region.slab(0, outside);
        for (start, end) in first.ranges() {
            region.slab(*start, inside);
            if let Some(after) = end.checked_add(1) {
                region.slab(after, outside);
            }
        }
        region.finish()
    }

    /// Whether no pair is in it.
    pub fn is_empty(&self) -> bool {
        self.0.sets.iter().all(Ports::is_empty)
    }

    /// Whether a pair is in it.
    pub fn contains(&self, first: u16, second: u16) -> bool {
        let after = self.0.starts.partition_point(|(start, _)| *start <= first);
        let slab = after.checked_sub(1).and_then(|at| self.0.starts.get(at));
        slab.and_then(|(_, set)| self.0.sets.get(*set)).is_some_and(|ports| ports.contains(second))
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
        let turned = self.rectangles().into_iter().map(|(first, second)| Self::product(&second, &first));
        let mut parts: Vec<Self> = turned.collect();
        // Two and two, so that no large part is copied for each small one.
        while parts.len() > 1 {
            let pairs = parts.chunks(2);
            parts = pairs.map(|pair| pair.iter().fold(Self::empty(), |sum, part| sum.union(part))).collect();
        }
        parts.pop().unwrap_or_else(Self::empty)
    }

    /// How much there is of it: slabs, and the ranges of its sets.
    pub fn size(&self) -> usize {
        self.0.starts.len() + self.0.sets.iter().map(|set| set.ranges().len() + 1).sum::<usize>()
    }

    /// The region as products: first numbers with equal second ones together, sorted by the least first number.
    pub fn rectangles(&self) -> Vec<(Ports, Ports)> {
        let mut first: Vec<Vec<(u16, u16)>> = vec![Vec::new(); self.0.sets.len()];
        for (start, end, set) in self.bounded_slabs() {
            first.get_mut(set).into_iter().for_each(|ranges| ranges.push((start, end)));
        }
        let products = first.into_iter().zip(&self.0.sets).filter(|(_, second)| !second.is_empty());
        products.map(|(first, second)| (Ports::from_ranges(first), second.clone())).collect()
    }

    fn bounded_slabs(&self) -> impl Iterator<Item = (u16, u16, usize)> {
        let ends = self.0.starts.iter().skip(1).map(|(start, _)| start.saturating_sub(1)).chain([u16::MAX]);
        self.0.starts.iter().zip(ends).map(|((start, set), end)| (*start, end, *set))
    }

    fn combine(&self, other: &Self, operation: impl Fn(&Ports, &Ports) -> Ports) -> Self {
        let mut region = Builder::default();
        let mut done: HashMap<(usize, usize), usize> = HashMap::new();
        let (mut mine, mut theirs) = (self.bounded_slabs().peekable(), other.bounded_slabs().peekable());
        while let (Some((a, end_a, first)), Some((b, end_b, second))) = (mine.peek().copied(), theirs.peek().copied()) {
            let set = *done.entry((first, second)).or_insert_with(|| {
                let operands = self.0.sets.get(first).zip(other.0.sets.get(second));
                region.set(operands.map_or(Ports::EMPTY, |(mine, theirs)| operation(mine, theirs)))
            });
            region.slab(a.max(b), set);
            if end_a <= end_b {
                mine.next();
            }
            if end_b <= end_a {
                theirs.next();
            }
        }
        region.finish()
    }
}

/// So many sets are searched one after the other.
const FEW: usize = 16;

/// A region while its slabs are listed from left to right.
#[derive(Default)]
struct Builder {
    sets: Vec<Ports>,
    numbers: HashMap<Ports, usize>,
    slabs: Vec<(u16, usize)>,
}

impl Builder {
    /// The index of a set, which is kept once.
    fn set(&mut self, ports: Ports) -> usize {
        // Most regions have few sets.
        if self.numbers.is_empty()
            && let Some(at) = self.sets.iter().position(|set| *set == ports)
        {
            return at;
        }
        if self.sets.len() == FEW {
            self.numbers = self.sets.iter().cloned().zip(0..).collect();
        }
        let next = self.sets.len();
        if next >= FEW {
            match self.numbers.entry(ports.clone()) {
                Entry::Occupied(known) => return *known.get(),
                Entry::Vacant(new) => new.insert(next),
            };
        }
        self.sets.push(ports);
        next
    }

    /// The next slab; one that starts where the last one does takes its place, and one with the same set goes on with it.
    fn slab(&mut self, start: u16, set: usize) {
        self.slabs.pop_if(|(before, _)| *before == start);
        if self.slabs.last().is_none_or(|(_, before)| *before != set) {
            self.slabs.push((start, set));
        }
    }

    /// Numbers the sets in the order of their first slab, and forgets those without one.
    fn finish(self) -> Region {
        let mut numbers: Vec<Option<usize>> = vec![None; self.sets.len()];
        let mut order = Vec::new();
        let mut slabs = Vec::with_capacity(self.slabs.len());
        for (start, set) in self.slabs {
            let Some(number) = numbers.get_mut(set) else { continue };
            let number = *number.get_or_insert_with(|| {
                order.push(set);
                order.len() - 1
            });
            slabs.push((start, number));
        }
        let sets = order.into_iter().filter_map(|set| self.sets.get(set).cloned()).collect();
        Region::of(sets, slabs)
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
    fn single_bits_stay_small() {
        let odd = Ports::from_ranges((0..u16::MAX).step_by(2).map(|number| (number + 1, number + 1)).collect());
        let region = Region::product(&odd, &odd);
        assert_eq!(region.0.sets.len(), 2);
        assert_eq!(region.transposed(), region);
        assert!(region.contains(9501, 80 + 1) && !region.contains(9501, 80));
    }

    #[test]
    fn edges_of_the_number_line_stay() {
        let last = Region::product(&Ports::range(65_535, 65_535), &Ports::range(0, 0));
        assert!(last.contains(65_535, 0));
        assert_eq!(Region::full().difference(&last).union(&last), Region::full());
    }
}
