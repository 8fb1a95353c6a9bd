//! What changes between two evaluations: of other rules, of another enforcer.
//!
//! Endpoints are matched by their ids; addresses that belong to nobody are matched where they overlap, so that two
//! evaluations that tell different ranges apart are compared range by range.

use crate::reach::{
    AddressRange, Classes, Endpoint, EndpointKind, Family, FamilyAnswer, L4Set, PairAnswer, Reach, Verdict,
};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// An endpoint that both evaluations know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Common {
    /// Its id; of overlapping ranges that of the part that both have.
    pub id: String,
    /// Its index in the old evaluation.
    pub old: usize,
    /// Its index in the new one.
    pub new: usize,
}

/// The endpoints of two evaluations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matched {
    /// Those that both know.
    pub common: Vec<Common>,
    /// Those that only the old one knows, by index.
    pub gone: Vec<usize>,
    /// Those that only the new one knows, by index.
    pub come: Vec<usize>,
}

/// A pair of which the two evaluations say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who asks: index in [`Matched::common`].
    pub from: usize,
    /// Who answers.
    pub to: usize,
    /// What was so.
    pub old: Rc<PairAnswer>,
    /// What is so.
    pub new: Rc<PairAnswer>,
}

/// The change of a pair in one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyChange {
    /// The family.
    pub family: Family,
    /// Conversations that work now and did not.
    pub gained: L4Set,
    /// Conversations that worked and do not now.
    pub lost: L4Set,
    /// Requests that arrive now and did not, answered or not.
    pub arriving: L4Set,
    /// Requests that arrived and do not now.
    pub stopped: L4Set,
}

/// Matches the endpoints of two evaluations.
pub fn matched(old: &[Endpoint], new: &[Endpoint]) -> Matched {
    let known: BTreeMap<(&str, EndpointKind), usize> =
        new.iter().enumerate().map(|(index, endpoint)| ((endpoint.id.as_str(), endpoint.kind), index)).collect();
    let mut matched = Matched::default();
    let mut seen = alloc::vec![false; new.len()];
    let ranges = ranges(new);
    for (index, endpoint) in old.iter().enumerate() {
        let before = matched.common.len();
        match known.get(&(endpoint.id.as_str(), endpoint.kind)) {
            Some(other) if !is_range(endpoint) => {
                matched.common.push(Common { id: endpoint.id.clone(), old: index, new: *other });
            }
            _ if is_range(endpoint) => matched.common.extend(overlapping(index, endpoint, &ranges, new)),
            _ => {}
        }
        if matched.common.len() == before {
            matched.gone.push(index);
        }
    }
    for common in &matched.common {
        if let Some(seen) = seen.get_mut(common.new) {
            *seen = true;
        }
    }
    matched.come = seen.iter().enumerate().filter(|(_, seen)| !**seen).map(|(index, _)| index).collect();
    matched
}

/// Whether an endpoint is a set of addresses that rules may cut into other parts.
fn is_range(endpoint: &Endpoint) -> bool {
    matches!(endpoint.kind, EndpointKind::External | EndpointKind::Address)
}

/// The part of an id in front of the name of a range.
fn place(endpoint: &Endpoint) -> (&str, EndpointKind) {
    let place = match endpoint.kind {
        EndpointKind::Address => &endpoint.switch,
        _ => endpoint.id.split("outside").next().unwrap_or(""),
    };
    (place, endpoint.kind)
}

/// Ranges of addresses, each behind its place and before the index of its endpoint, sorted.
type Ranges<'e> = Vec<((&'e str, EndpointKind), AddressRange, usize)>;

fn ranges(endpoints: &[Endpoint]) -> Ranges<'_> {
    let mut ranges = Ranges::new();
    for (index, endpoint) in endpoints.iter().enumerate().filter(|(_, endpoint)| is_range(endpoint)) {
        ranges.extend(endpoint.addresses.iter().map(|range| (place(endpoint), *range, index)));
    }
    ranges.sort_unstable();
    ranges
}

fn overlapping(index: usize, endpoint: &Endpoint, ranges: &Ranges<'_>, new: &[Endpoint]) -> Vec<Common> {
    let here = place(endpoint);
    let [start, end] =
        [false, true].map(|same| ranges.partition_point(|(place, ..)| *place < here || (same && *place == here)));
    let ranges = ranges.get(start..end).unwrap_or_default();
    let mut candidates = Vec::new();
    for own in &endpoint.addresses {
        // Ranges of one place do not meet: their ends are in the order of their beginnings.
        let near = ranges.partition_point(|(_, range, _)| range.last < own.first);
        let near = ranges.get(near..).unwrap_or_default().iter();
        candidates.extend(near.take_while(|(_, range, _)| range.first <= own.last).map(|(.., other)| *other));
    }
    candidates.sort_unstable();
    candidates.dedup();
    let ranges = candidates.into_iter().filter_map(|other| Some((other, new.get(other)?)));
    let overlap = ranges.filter_map(|(other, candidate)| {
        let common = common_ranges(&endpoint.addresses, &candidate.addresses);
        (!common.is_empty()).then(|| {
            let id = if common == endpoint.addresses {
                endpoint.id.clone()
            } else if common == candidate.addresses {
                candidate.id.clone()
            } else {
                named(endpoint, &common)
            };
            Common { id, old: index, new: other }
        })
    });
    overlap.collect()
}

fn named(endpoint: &Endpoint, ranges: &[AddressRange]) -> String {
    let one = |range: &AddressRange| match range.first == range.last {
        true => range.first.to_string(),
        false => format!("{}-{}", range.first, range.last),
    };
    let first = ranges.first().map(one).unwrap_or_default();
    let more = ranges.len().saturating_sub(1);
    let rest = if more > 0 { format!(",+{more}") } else { String::new() };
    format!("{}/{first}{rest}", endpoint.id.split('/').next().unwrap_or(""))
}

fn common_ranges(one: &[AddressRange], other: &[AddressRange]) -> Vec<AddressRange> {
    let mut sorted = other.to_vec();
    sorted.sort_unstable();
    let mut common = Vec::new();
    for left in one {
        let near = sorted.partition_point(|right| right.last < left.first);
        let near = sorted.get(near..).unwrap_or_default().iter().take_while(|right| right.first <= left.last);
        common.extend(
            near.map(|right| AddressRange { first: left.first.max(right.first), last: left.last.min(right.last) }),
        );
    }
    common
}

/// What was told and what is told.
type Both = (Rc<PairAnswer>, Rc<PairAnswer>);

/// Every ordered pair of common endpoints of which the evaluations say different things.
pub fn changes(matched: &Matched, old: &mut Reach<'_>, new: &mut Reach<'_>) -> Vec<Change> {
    match touched(matched, old, new) {
        Some(few) if few.len() * 2 <= matched.common.len() => among(&few, matched, old, new),
        _ => among_all(matched, old, new),
    }
}

/// The common endpoints, by index, about which the evaluations may say different things to each other; nothing where
/// that may be any.
fn touched(matched: &Matched, old: &Reach<'_>, new: &Reach<'_>) -> Option<Vec<usize>> {
    let (gone, come) = (old.touched(new)?, new.touched(old)?);
    let differs = |common: &Common| {
        let ends = old.endpoints().get(common.old).zip(new.endpoints().get(common.new));
        gone.contains(common.old) || come.contains(common.new) || ends.is_none_or(|(old, new)| !old.is_placed_as(new))
    };
    let few = matched.common.iter().enumerate().filter(|(_, common)| differs(common));
    Some(few.map(|(index, _)| index).collect())
}

/// The same among a few of them alone, asked about nobody else.
fn among(few: &[usize], matched: &Matched, old: &Reach<'_>, new: &Reach<'_>) -> Vec<Change> {
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

fn among_all(matched: &Matched, old: &mut Reach<'_>, new: &mut Reach<'_>) -> Vec<Change> {
    let classes = (old.classes(), new.classes());
    let common = |index: usize| matched.common.get(index);
    let groups = Classes::of_one(matched.common.len())
        .divided(&|index| classes.0.of(common(index)?.old))
        .divided(&|index| classes.1.of(common(index)?.new));
    let groups = groups.members();
    let mut changes = Vec::new();
    for from in groups {
        let Some(first) = from.first().and_then(|from| common(*from)) else { continue };
        let own = classes.0.of(first.old).zip(classes.1.of(first.new));
        let Some((before, after)) = own.and_then(|(was, is)| old.fan(was).zip(new.fan(is))) else { continue };
        // By what was told and what is told: both answers, where they differ.
        let most = after.examples().len();
        let mut answers: Vec<Option<Option<Both>>> = alloc::vec![None; before.examples().len() * most];
        for to in groups {
            let told = to
                .first()
                .and_then(|to| common(*to))
                .and_then(|to| Some((before.of(classes.0.of(to.old)?)?, after.of(classes.1.of(to.new)?)?)));
            let Some(told) = told else { continue };
            let Some(known) = answers.get_mut(told.0 * most + told.1) else { continue };
            if known.is_none() {
                let Some(pairs) = before.example(told.0).zip(after.example(told.1)) else { continue };
                let (was, is) = (old.pair(pairs.0.0, pairs.0.1), new.pair(pairs.1.0, pairs.1.1));
                *known = Some((was != is).then(|| (Rc::new(was), Rc::new(is))));
            }
            let Some(Some((was, is))) = known else { continue };
            for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))) {
                let Some((one, other)) = common(from).zip(common(to)) else { continue };
                if one.old != other.old && one.new != other.new {
                    changes.push(Change { from, to, old: Rc::clone(was), new: Rc::clone(is) });
                }
            }
        }
    }
    changes.sort_unstable_by_key(|change| (change.from, change.to));
    changes
}

impl Change {
    /// The verdicts, before and after.
    pub fn verdicts(&self) -> (Verdict, Verdict) {
        (self.old.verdict(), self.new.verdict())
    }

    /// Whether a request arrives or is answered that was not, or nobody can promise any more that it is not so.
    pub fn exposes(&self) -> bool {
        let more = |of: &FamilyChange| !of.gained.is_empty() || !of.arriving.is_empty();
        let doubted = |answer: &FamilyAnswer| {
            let old = self.old.family(answer.family).map(|old| old.undefined.union(&old.delivered));
            !old.map_or(answer.undefined.is_empty(), |old| old.contains_all(&answer.undefined))
        };
        self.families().iter().any(more) || self.new.families.iter().any(doubted)
    }

    /// Whether a request does not arrive or is not answered that was.
    pub fn cuts(&self) -> bool {
        self.families().iter().any(|of| !of.lost.is_empty() || !of.stopped.is_empty())
    }

    /// The change in every family that one of both knows.
    pub fn families(&self) -> Vec<FamilyChange> {
        let known = |family: &Family| self.old.family(*family).or(self.new.family(*family)).is_some();
        Family::ALL.into_iter().filter(known).map(|family| self.family(family)).collect()
    }

    fn family(&self, family: Family) -> FamilyChange {
        let set = |answer: &PairAnswer, of: fn(&FamilyAnswer) -> &L4Set| {
            answer.family(family).map_or_else(L4Set::empty, |answer| of(answer).clone())
        };
        let [was, is] = [&self.old, &self.new].map(|answer| set(answer, |answer| &answer.answered));
        let [came, comes] = [&self.old, &self.new].map(|answer| set(answer, |answer| &answer.delivered));
        FamilyChange {
            family,
            gained: is.difference(&was),
            lost: was.difference(&is),
            arriving: comes.difference(&came),
            stopped: came.difference(&comes),
        }
    }
}
