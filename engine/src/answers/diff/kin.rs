//! Pairs whose ends are one endpoint in an evaluation: parts that the other one tells apart, and those who stand for several.

use super::part::Sides;
use super::{Change, Matched, Shift};
use crate::reach::Reach;
use alloc::rc::Rc;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// What changes between kin; between those alone that are on two sides of a part, where there are parts. The classes of a
/// change are its ends.
pub(super) fn among(
    parts: Option<&[Sides]>,
    matched: &Matched,
    old: &mut Reach<'_>,
    new: &mut Reach<'_>,
) -> Vec<Change> {
    let pairs = pairs(parts, matched);
    if pairs.is_empty() {
        return Vec::new();
    }
    let classes = [old.classes(), new.classes()];
    let [was, is] = &classes;
    let mut known: HashMap<[Option<usize>; 4], Option<Rc<Shift>>> = HashMap::new();
    let change = |(from, to): (usize, usize)| {
        let (one, other) = matched.common.get(from).zip(matched.common.get(to))?;
        let key = [was.of(one.old), was.of(other.old), is.of(one.new), is.of(other.new)];
        let shift = known.entry(key).or_insert_with(|| {
            let (was, is) = (old.pair(one.old, other.old), new.pair(one.new, other.new));
            (was != is).then(|| Rc::new(Shift::between(was, is)))
        });
        Some(Change { from, to, classes: (from, to), shift: Rc::clone(shift.as_ref()?) })
    };
    pairs.into_iter().filter_map(change).collect()
}

/// Ordered pairs of kin, by index of the common endpoints.
fn pairs(parts: Option<&[Sides]>, matched: &Matched) -> Vec<(usize, usize)> {
    let mut houses: HashMap<(bool, usize), Vec<usize>> = HashMap::new();
    for (index, common) in matched.common.iter().enumerate().filter(|(_, common)| common.switched) {
        houses.entry((false, common.old)).or_default().push(index);
        houses.entry((true, common.new)).or_default().push(index);
    }
    let is_pair = |from: usize, to: usize| {
        from != to || matched.common.get(from).is_some_and(|common| common.several.contains(&true))
    };
    let of = |index: usize| {
        let common = matched.common.get(index);
        let houses = common.map(|common| [(false, common.old), (true, common.new)].map(|house| houses.get(&house)));
        houses.into_iter().flatten().flatten().flatten().copied().filter(move |other| is_pair(index, *other))
    };
    let mut pairs = Vec::new();
    match parts {
        None => (0..matched.common.len()).for_each(|from| pairs.extend(of(from).map(|to| (from, to)))),
        Some(parts) => {
            for [one, other] in parts {
                let met = |from: &usize| {
                    let from = *from;
                    of(from).filter(|to| other.binary_search(to).is_ok()).map(move |to| (from, to))
                };
                pairs.extend(one.iter().flat_map(met).flat_map(|(from, to)| [(from, to), (to, from)]));
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
