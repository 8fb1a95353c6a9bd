//! The pairs about which two evaluations may differ, asked about by themselves.

use super::compared::Compared;
use super::{Change, Common, Matched, kin};
use crate::reach::{Endpoint, Reach};
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// Two lists of common endpoints, by index.
pub(super) type Sides = [Vec<usize>; 2];

/// Between whom the evaluations may say different things: one end on one side of a part, the other on the other, whoever
/// asks. Nothing where that may be half of all pairs, or where there are so many parts that asking about everybody is less.
pub(super) fn touched(matched: &Matched, old: &mut Reach<'_>, new: &mut Reach<'_>) -> Option<Vec<Sides>> {
    let (gone, come) = (old.touched(new)?, new.touched(old)?);
    let count = matched.common.len();
    let commons = |side: Vec<usize>, of: fn(&Common) -> usize| {
        let side: FixedBitSet = side.into_iter().collect();
        let named = matched.common.iter().enumerate().filter(|(_, common)| side.contains(of(common)));
        named.map(|(index, _)| index).collect::<Vec<usize>>()
    };
    let gone = gone.into_iter().map(|part| part.map(|side| commons(side, |common| common.old)));
    let come = come.into_iter().map(|part| part.map(|side| commons(side, |common| common.new)));
    let mut parts: Vec<Sides> = gone.chain(come).collect();
    // A row and what it became mean the same ends, as a rule.
    parts.sort_unstable();
    parts.dedup();
    let is_moved = |common: &Common| {
        let ends = old.endpoints().get(common.old).zip(new.endpoints().get(common.new));
        ends.is_none_or(|(old, new)| !old.is_placed_as(new))
    };
    // Whoever is elsewhere, or has another address, is another one for every row.
    let moved = matched.common.iter().enumerate().filter(|(_, common)| is_moved(common)).map(|(index, _)| index);
    let moved: Vec<usize> = moved.collect();
    if !moved.is_empty() {
        parts.push([moved, (0..count).collect()]);
    }
    let pairs = parts.iter().map(|[one, other]| 2 * one.len() * other.len()).fold(0, usize::saturating_add);
    (pairs <= count * count / 2 && parts.len() <= count / 2).then_some(parts)
}

/// What changes between the sides of some parts; nobody else is asked about, if they are few.
pub(super) fn among(parts: &[Sides], matched: &Matched, old: &mut Reach<'_>, new: &mut Reach<'_>) -> Vec<Change> {
    let mut few: Vec<usize> = parts.iter().flatten().flatten().copied().collect();
    few.sort_unstable();
    few.dedup();
    if few.len() * 2 > matched.common.len() {
        let mut compared = Compared::of(matched, old, new);
        parts.iter().for_each(|part| compared.between(part));
        let changes = compared.changes;
        return [changes, kin::among(Some(parts), matched, old, new)].concat();
    }
    let (mut olds, mut news) = (Part::of(old.endpoints()), Part::of(new.endpoints()));
    let common = few.iter().filter_map(|index| matched.common.get(*index));
    let common = common.filter_map(|common| {
        let (old, new) = (olds.take(common.old)?, news.take(common.new)?);
        Some(Common { old, new, ..common.clone() })
    });
    let part = Matched { common: common.collect(), ..Matched::default() };
    let (mut old, mut new) = (old.about(&olds.taken), new.about(&news.taken));
    let mut compared = Compared::of(&part, &mut old, &mut new);
    let number = |index: &usize| few.binary_search(index).ok();
    let within = |sides: &Sides| sides.each_ref().map(|side| side.iter().filter_map(number).collect());
    let sides: Vec<Sides> = parts.iter().map(within).collect();
    sides.iter().for_each(|sides| compared.between(sides));
    let whole = |index: usize| few.get(index).copied();
    let changes = compared.changes;
    let found = changes.into_iter().chain(kin::among(Some(&sides), &part, &mut old, &mut new));
    found.filter_map(|change| Some(Change { from: whole(change.from)?, to: whole(change.to)?, ..change })).collect()
}

/// Some of many endpoints, each once.
struct Part<'e> {
    of: &'e [Endpoint],
    taken: Vec<Endpoint>,
    numbers: HashMap<usize, usize>,
}

impl<'e> Part<'e> {
    fn of(of: &'e [Endpoint]) -> Self {
        Self { of, taken: Vec::new(), numbers: HashMap::new() }
    }

    /// The index in the part of an endpoint by its index in the whole.
    fn take(&mut self, index: usize) -> Option<usize> {
        let endpoint = self.of.get(index)?;
        let next = self.taken.len();
        let number = *self.numbers.entry(index).or_insert(next);
        if number == next {
            self.taken.push(endpoint.clone());
        }
        Some(number)
    }
}
