//! The endpoints of two evaluations, side by side.

use crate::reach::{AddressRange, Endpoint, EndpointKind, Family, has_several};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use hashbrown::HashMap;

/// An endpoint that both evaluations know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Common {
    /// Its id; of overlapping ranges that of the part that both have.
    pub id: String,
    /// Its index in the old evaluation.
    pub old: usize,
    /// Its index in the new one.
    pub new: usize,
    /// The families it stands for, IPv4 first: part of a range has those of its own addresses alone.
    pub families: [bool; 2],
    /// Whether it stands for several in a family, who talk among each other by their switch.
    pub several: [bool; 2],
    /// Whether it may be part of such an endpoint.
    pub(super) switched: bool,
}

impl Common {
    /// Whether two are others in both evaluations.
    pub(super) fn are_others(one: &Self, other: &Self) -> bool {
        one.old != other.old && one.new != other.new
    }
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

impl Matched {
    /// How many pairs are compared: all of different ones, and each with itself that stands for several.
    pub fn pairs(&self) -> usize {
        let count = self.common.len();
        let several = self.common.iter().filter(|common| common.several.contains(&true)).count();
        count * count.saturating_sub(1) + several
    }
}

/// Matches the endpoints of two evaluations.
pub fn matched(old: &[Endpoint], new: &[Endpoint]) -> Matched {
    let known: HashMap<(&str, EndpointKind), usize> =
        new.iter().enumerate().map(|(index, endpoint)| ((endpoint.id.as_str(), endpoint.kind), index)).collect();
    let mut matched = Matched::default();
    let mut seen = alloc::vec![false; new.len()];
    let (known_before, ranges) = (ranges(old), ranges(new));
    for (index, endpoint) in old.iter().enumerate() {
        let before = matched.common.len();
        match known.get(&(endpoint.id.as_str(), endpoint.kind)) {
            Some(other) if !is_range(endpoint) => {
                let several = [endpoint.is_several() || new.get(*other).is_some_and(Endpoint::is_several); 2];
                let id = endpoint.id.clone();
                let switched = several.contains(&true);
                matched.common.push(Common { id, old: index, new: *other, families: [true; 2], several, switched });
            }
            _ if is_range(endpoint) => {
                let here = [near(&known_before, endpoint), near(&ranges, endpoint)];
                matched.common.extend(overlapping(index, endpoint, here, new));
            }
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

/// A range of addresses behind its place and before the index of its endpoint.
type Placed<'e> = ((&'e str, EndpointKind), AddressRange, usize);

fn ranges(endpoints: &[Endpoint]) -> Vec<Placed<'_>> {
    let mut ranges = Vec::new();
    for (index, endpoint) in endpoints.iter().enumerate().filter(|(_, endpoint)| is_range(endpoint)) {
        ranges.extend(endpoint.addresses.iter().map(|range| (place(endpoint), *range, index)));
    }
    ranges.sort_unstable();
    ranges
}

/// Those of sorted ranges that are at the place of an endpoint.
fn near<'r, 'e>(ranges: &'r [Placed<'e>], endpoint: &'e Endpoint) -> &'r [Placed<'e>] {
    let here = place(endpoint);
    let [start, end] =
        [false, true].map(|same| ranges.partition_point(|(place, ..)| *place < here || (same && *place == here)));
    ranges.get(start..end).unwrap_or_default()
}

/// The parts that an endpoint has in common with those of the new side, by the ranges of its place on both sides.
fn overlapping(
    index: usize,
    endpoint: &Endpoint,
    [before, ranges]: [&[Placed<'_>]; 2],
    new: &[Endpoint],
) -> Vec<Common> {
    let mut candidates = Vec::new();
    for own in &endpoint.addresses {
        // Ranges of one place do not meet: their ends are in the order of their beginnings.
        let near = ranges.partition_point(|(_, range, _)| range.last < own.first);
        let near = ranges.get(near..).unwrap_or_default().iter();
        candidates.extend(near.take_while(|(_, range, _)| range.first <= own.last).map(|(.., other)| *other));
    }
    candidates.sort_unstable();
    candidates.dedup();
    let candidates = candidates.into_iter().filter_map(|other| Some((other, new.get(other)?)));
    let overlap = candidates.filter_map(|(other, candidate)| {
        let common = common_ranges(&endpoint.addresses, &candidate.addresses);
        if common.is_empty() {
            return None;
        }
        let id = if common == endpoint.addresses {
            endpoint.id.clone()
        } else if common == candidate.addresses {
            candidate.id.clone()
        } else {
            named(endpoint, &common)
        };
        // A family that one side does not have at all is new, or gone, for whoever has it on the other.
        let only = |family: Family, of: &Endpoint, others: &[Placed<'_>]| {
            of.has(family) && !others.iter().any(|(_, range, _)| is_of(range, family))
        };
        let families = Family::ALL.map(|family| {
            common.iter().any(|range| is_of(range, family))
                || only(family, endpoint, ranges)
                || only(family, candidate, before)
        });
        let switched = endpoint.kind == EndpointKind::Address;
        let several = Family::ALL.map(|family| switched && has_several(common.iter().copied(), family));
        Some(Common { id, old: index, new: other, families, several, switched })
    });
    overlap.collect()
}

fn is_of(range: &AddressRange, family: Family) -> bool {
    range.first.is_ipv4() == (family == Family::Ipv4)
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
