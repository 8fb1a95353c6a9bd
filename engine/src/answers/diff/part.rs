//! The part of the endpoints about which two evaluations may differ, asked about by itself.

use super::{Change, Common, Matched, among_all};
use crate::reach::{Endpoint, Reach};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// The common endpoints, by index, about which the evaluations may say different things to each other; nothing where
/// that may be any.
pub(super) fn touched(matched: &Matched, old: &Reach<'_>, new: &Reach<'_>) -> Option<Vec<usize>> {
    let (gone, come) = (old.touched(new)?, new.touched(old)?);
    let differs = |common: &Common| {
        let ends = old.endpoints().get(common.old).zip(new.endpoints().get(common.new));
        gone.contains(common.old) || come.contains(common.new) || ends.is_none_or(|(old, new)| !old.is_placed_as(new))
    };
    let few = matched.common.iter().enumerate().filter(|(_, common)| differs(common));
    Some(few.map(|(index, _)| index).collect())
}

/// The same among a few of them alone, asked about nobody else.
pub(super) fn among(few: &[usize], matched: &Matched, old: &Reach<'_>, new: &Reach<'_>) -> Vec<Change> {
    let (mut olds, mut news) = (Part::of(old.endpoints()), Part::of(new.endpoints()));
    let common = few.iter().filter_map(|index| matched.common.get(*index));
    let common = common.filter_map(|common| {
        let (old, new) = (olds.take(common.old)?, news.take(common.new)?);
        Some(Common { id: common.id.clone(), old, new })
    });
    let part = Matched { common: common.collect(), ..Matched::default() };
    let found = among_all(&part, &mut old.about(&olds.taken), &mut new.about(&news.taken));
    let whole = |index: usize| few.get(index).copied();
    found
        .into_iter()
        .filter_map(|change| Some(Change { from: whole(change.from)?, to: whole(change.to)?, ..change }))
        .collect()
}

/// Some of many endpoints, each once.
struct Part<'e> {
    of: &'e [Endpoint],
    taken: Vec<Endpoint>,
    numbers: BTreeMap<usize, usize>,
}

impl<'e> Part<'e> {
    fn of(of: &'e [Endpoint]) -> Self {
        Self { of, taken: Vec::new(), numbers: BTreeMap::new() }
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
