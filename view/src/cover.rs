//! Who asks whom as few rectangles: some askers, some targets, and every one of these asks every one of those.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// For each asker: whom it asks, by index.
pub type Pairs = BTreeMap<usize, BTreeSet<usize>>;

/// Askers and targets, of which every pair is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rectangle {
    /// Who asks.
    pub askers: BTreeSet<usize>,
    /// Who is asked.
    pub targets: BTreeSet<usize>,
}

/// With more askers than this, only those that ask the same targets are told together.
const MOST_ASKERS: usize = 128;
/// With more than this, what two askers have in common is no candidate.
const MOST_CROSSED: usize = 40;

/// Pairs that are to be covered, and which of them mean nothing.
struct Sheet<'p> {
    pairs: &'p Pairs,
    /// How many each index stands for. One that stands for one alone does not ask itself.
    weights: &'p dyn Fn(usize) -> usize,
}

/// Rectangles that hold these pairs and no others, those of most pairs first. They may overlap. An index that stands for one
/// alone may be on both sides: nobody asks oneself.
pub fn cover(pairs: &Pairs, weights: &dyn Fn(usize) -> usize) -> Vec<Rectangle> {
    let sheet = Sheet { pairs, weights };
    let mut left = pairs.clone();
    let rated = |candidate: Rectangle, left: &Pairs| Rated {
        gain: sheet.gain(&candidate, left),
        size: Reverse(candidate.askers.len() + candidate.targets.len()),
        rectangle: Reverse(candidate),
    };
    let mut candidates: BinaryHeap<Rated> =
        sheet.candidates().into_iter().map(|candidate| rated(candidate, &left)).collect();
    let mut cover = Vec::new();
    // What a candidate adds only shrinks: one that was asked anew and is still the best is the best.
    while let Some(best) = candidates.pop().filter(|_| !left.is_empty()) {
        let now = rated(best.rectangle.0, &left);
        if now.gain == 0 {
            continue;
        }
        if now.gain < best.gain {
            candidates.push(now);
            continue;
        }
        take(&mut left, &now.rectangle.0);
        cover.push(now.rectangle.0);
    }
    cover
}

/// A candidate; the best one has most pairs, and of those the fewest names.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rated {
    gain: usize,
    size: Reverse<usize>,
    rectangle: Reverse<Rectangle>,
}

fn take(left: &mut Pairs, rectangle: &Rectangle) {
    for asker in &rectangle.askers {
        if let Some(targets) = left.get_mut(asker) {
            targets.retain(|target| !rectangle.targets.contains(target));
        }
    }
    left.retain(|_, targets| !targets.is_empty());
}

impl Sheet<'_> {
    fn candidates(&self) -> BTreeSet<Rectangle> {
        let rows: BTreeSet<BTreeSet<usize>> =
            self.pairs.iter().flat_map(|(asker, targets)| self.both(*asker, targets)).collect();
        if self.pairs.len() > MOST_ASKERS {
            return rows.into_iter().map(|targets| self.same(targets)).collect();
        }
        let mut sets = rows.clone();
        if rows.len() <= MOST_CROSSED {
            sets.extend(rows.iter().flat_map(|one| rows.iter().map(move |other| one & other)));
        }
        // A column is what its askers have in common.
        let columns: BTreeSet<usize> = self.pairs.values().flatten().copied().collect();
        if columns.len() <= MOST_ASKERS {
            sets.extend(columns.into_iter().map(|column| BTreeSet::from([column])));
        }
        sets.into_iter().filter(|targets| !targets.is_empty()).map(|targets| self.widest(targets)).collect()
    }

    /// The targets of an asker, and the same with itself, where that means nothing.
    fn both(&self, asker: usize, targets: &BTreeSet<usize>) -> impl Iterator<Item = BTreeSet<usize>> + use<> {
        let with = self.is_single(asker).then(|| {
            let mut with = targets.clone();
            with.insert(asker);
            with
        });
        std::iter::once(targets.clone()).chain(with)
    }

    /// Everybody who asks all of these targets, and all that these ask.
    fn widest(&self, targets: BTreeSet<usize>) -> Rectangle {
        let asks_all = |asker: &usize| targets.iter().all(|target| self.asks(*asker, *target));
        let askers: BTreeSet<usize> = self.pairs.keys().copied().filter(asks_all).collect();
        let mut more: BTreeSet<usize> =
            match askers.iter().min_by_key(|asker| self.pairs.get(asker).map_or(0, BTreeSet::len)) {
                Some(fewest) => self.pairs.get(fewest).into_iter().flatten().copied().collect(),
                None => BTreeSet::new(),
            };
        more.retain(|target| askers.iter().all(|asker| self.asks(*asker, *target)));
        more.extend(targets);
        Rectangle { askers, targets: more }
    }

    /// Those who ask just these targets, or these without themselves.
    fn same(&self, targets: BTreeSet<usize>) -> Rectangle {
        let is_same = |(asker, of): &(&usize, &BTreeSet<usize>)| {
            **of == targets
                || self.is_single(**asker)
                    && targets.contains(asker)
                    && of.len() + 1 == targets.len()
                    && of.is_subset(&targets)
        };
        let askers = self.pairs.iter().filter(is_same).map(|(asker, _)| *asker).collect();
        Rectangle { askers, targets }
    }

    fn asks(&self, asker: usize, target: usize) -> bool {
        asker == target && self.is_single(asker)
            || self.pairs.get(&asker).is_some_and(|targets| targets.contains(&target))
    }

    fn is_single(&self, index: usize) -> bool {
        (self.weights)(index) == 1
    }

    /// How many pairs of those that are left a rectangle holds.
    fn gain(&self, rectangle: &Rectangle, left: &Pairs) -> usize {
        let weight = |index: &usize| (self.weights)(*index);
        let of = |asker: &usize| {
            let targets = left.get(asker).into_iter().flat_map(|targets| targets.intersection(&rectangle.targets));
            targets.map(weight).sum::<usize>() * weight(asker)
        };
        rectangle.askers.iter().map(of).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every rectangle holds pairs alone, together they hold all of them.
    fn covered(matrix: &[(usize, usize)], count: usize) -> usize {
        let mut pairs = Pairs::new();
        for (from, to) in matrix {
            pairs.entry(*from).or_default().insert(*to);
        }
        let rectangles = cover(&pairs, &|_| 1);
        let told = rectangles
            .iter()
            .flat_map(|one| one.askers.iter().flat_map(|from| one.targets.iter().map(move |to| (*from, *to))));
        let told: BTreeSet<(usize, usize)> = told.filter(|(from, to)| from != to).collect();
        assert_eq!(told, matrix.iter().copied().collect());
        assert!(count >= rectangles.len());
        rectangles.len()
    }

    #[test]
    fn few_rectangles_hold_exactly_the_pairs() {
        assert_eq!(covered(&[(0, 1), (0, 2), (1, 2), (3, 2)], 2), 2);
        assert_eq!(covered(&[(0, 2), (0, 3), (1, 2), (1, 3)], 1), 1);
        assert_eq!(covered(&[(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)], 1), 1);
        // A cross: everybody asks 4, and 4 asks everybody.
        let cross: Vec<_> = (0..4).flat_map(|one| [(one, 4), (4, one)]).collect();
        assert_eq!(covered(&cross, 2), 2);
    }

    #[test]
    fn every_small_matrix_is_covered() {
        let all: Vec<(usize, usize)> =
            (0..4).flat_map(|from| (0..4).map(move |to| (from, to))).filter(|(a, b)| a != b).collect();
        for bits in 0..1usize << all.len() {
            let some: Vec<_> =
                all.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, pair)| *pair).collect();
            covered(&some, 4);
        }
    }
}
