//! The endpoints of two evaluations, side by side.

use crate::reach::{AddressRange, Endpoint, EndpointKind};
use alloc::collections::BTreeMap;
use alloc::format;
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
