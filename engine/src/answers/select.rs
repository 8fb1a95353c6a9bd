//! From what people write to the endpoints that they mean.

use crate::reach::{AddressRange, Endpoint, EndpointKind};
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// The endpoints, by index, that a word means: `*`, `namespace/*`, a kind (`vms`, `pods`, `nodes`, …), an id, a name, an address, a prefix; none where it means nothing.
///
/// A whole id comes before a name in `namespace`, that before a name anywhere, that before the ranges of an outside or a
/// subnet by its name, that before an address.
pub fn select(endpoints: &[Endpoint], word: &str, namespace: &str) -> Vec<usize> {
    if word == "*" {
        return (0..endpoints.len()).collect();
    }
    let find = |wanted: &dyn Fn(&Endpoint) -> bool| -> Vec<usize> {
        let found = endpoints.iter().enumerate().filter(|(_, endpoint)| wanted(endpoint));
        found.map(|(index, _)| index).collect()
    };
    if let Some(found) = word.strip_suffix("/*").map(|namespace| within(endpoints, namespace)) {
        return found;
    }
    let here = alloc::format!("{namespace}/{word}");
    let named = |endpoint: &Endpoint, id: &str| endpoint.id == id || machine(&endpoint.id) == id;
    let part = |endpoint: &Endpoint| endpoint.id.strip_prefix(word).is_some_and(|rest| rest.starts_with('/'));
    let is_range = |endpoint: &Endpoint| matches!(endpoint.kind, EndpointKind::External | EndpointKind::Address);
    let steps: [&dyn Fn(&Endpoint) -> bool; 6] = [
        &|endpoint| named(endpoint, word),
        &|endpoint| named(endpoint, &here),
        &|endpoint| endpoint.id.split_once('/').is_some_and(|(_, name)| name == word || machine(name) == word),
        &|endpoint| is_range(endpoint) && part(endpoint),
        &|endpoint| is_called(endpoint.kind, word),
        &|endpoint| range(word).is_some_and(|wanted| has(endpoint, wanted)),
    ];
    steps.iter().map(|step| find(step)).find(|found| !found.is_empty()).unwrap_or_default()
}

/// The machines of a namespace.
fn within(endpoints: &[Endpoint], namespace: &str) -> Vec<usize> {
    let inside = |endpoint: &Endpoint| endpoint.id.split_once('/').is_some_and(|(of, _)| of == namespace);
    let found = endpoints.iter().enumerate().filter(|(_, endpoint)| inside(endpoint) && is_workload(endpoint.kind));
    found.map(|(index, _)| index).collect()
}

fn is_workload(kind: EndpointKind) -> bool {
    !matches!(
        kind,
        EndpointKind::Node
            | EndpointKind::Service
            | EndpointKind::Address
            | EndpointKind::Gateway
            | EndpointKind::External
    )
}

/// Whether a word in the plural means a kind.
fn is_called(kind: EndpointKind, word: &str) -> bool {
    match word {
        "vms" => kind == EndpointKind::VirtualMachine,
        "pods" => is_workload(kind) && kind != EndpointKind::VirtualMachine,
        "workloads" => is_workload(kind),
        "nodes" => kind == EndpointKind::Node,
        "services" => kind == EndpointKind::Service,
        "gateways" => kind == EndpointKind::Gateway,
        _ => false,
    }
}

/// An id without its interface.
fn machine(id: &str) -> &str {
    id.split_once(':').map_or(id, |(machine, _)| machine)
}

/// The addresses that a word names: an address, or a prefix.
pub(super) fn range(word: &str) -> Option<AddressRange> {
    match (word.parse::<IpAddr>(), word.parse::<IpNet>()) {
        (Ok(address), _) => Some(AddressRange { first: address, last: address }),
        (_, Ok(prefix)) => Some(AddressRange { first: prefix.network(), last: prefix.broadcast() }),
        _ => None,
    }
}

/// Whether a range touches the addresses of an endpoint.
pub(super) fn has(endpoint: &Endpoint, wanted: AddressRange) -> bool {
    let same_family = |range: &&AddressRange| range.first.is_ipv4() == wanted.first.is_ipv4();
    endpoint.addresses.iter().filter(same_family).any(|range| range.first <= wanted.last && wanted.first <= range.last)
}

/// The ids that look like a word, nearest first, at most three.
pub fn similar<'e>(endpoints: &'e [Endpoint], word: &str) -> Vec<&'e str> {
    let name = |id: &'e str| id.split_once('/').map_or(id, |(_, name)| name);
    let wanted = word.rsplit('/').next().unwrap_or(word);
    let mut near: Vec<(usize, &str)> =
        endpoints.iter().map(|endpoint| (distance(name(&endpoint.id), wanted), endpoint.id.as_str())).collect();
    near.sort_unstable();
    let close = |(distance, _): &(usize, &str)| *distance <= 2.max(wanted.len() / 3);
    near.into_iter().filter(close).take(3).map(|(_, id)| id).collect()
}

/// How many letters must change, without regard to case (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let letters =
        |text: &str| -> Vec<char> { text.chars().take(64).map(|letter| letter.to_ascii_lowercase()).collect() };
    let (a, b) = (letters(a), letters(b));
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, letter) in a.iter().enumerate() {
        let mut before = index;
        let mut next = Vec::with_capacity(row.len());
        next.push(index + 1);
        for (other, above) in b.iter().zip(row.iter().skip(1)) {
            let same = before + usize::from(letter != other);
            let left = next.last().copied().unwrap_or(0);
            next.push(same.min(left + 1).min(above + 1));
            before = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        assert_eq!(distance("vm1", "VM1"), 0);
        assert_eq!(distance("vm1", "vm2"), 1);
        assert_eq!(distance("gateway", "gatway"), 1);
    }
}
