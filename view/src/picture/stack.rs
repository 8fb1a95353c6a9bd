//! Who is drawn as one box.

use crate::line::count;
use crate::matrix::Matrix;
use ringfence_engine::reach::{AddressRange, Endpoint, EndpointKind};
use std::collections::BTreeSet;

/// Endpoints that are drawn as one box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// By index; never empty.
    pub members: Vec<usize>,
    /// What stands in the box.
    pub label: String,
    /// What stands below, small.
    pub detail: String,
    /// A name that stays the same while rules change.
    pub key: String,
}

/// Up to this number every endpoint has a box of its own.
const FEW: usize = 16;

/// The key of an endpoint's own box.
pub fn key(endpoint: &Endpoint) -> String {
    format!("{}@{}", endpoint.id, endpoint.switch)
}

/// The boxes of a world, in the order of their first members.
pub(super) fn stacks(endpoints: &[Endpoint], matrix: &Matrix, unfolded: &BTreeSet<String>) -> Vec<Stack> {
    let namespace = common_namespace(endpoints);
    let alone = |index: usize| single(endpoints, index, namespace);
    if endpoints.len() <= FEW {
        return (0..endpoints.len()).filter_map(alone).collect();
    }
    let groups = matrix.alike(endpoints);
    let mut stacks: Vec<Stack> = Vec::new();
    for members in groups {
        let together = several(endpoints, &members, namespace).filter(|stack| !unfolded.contains(&stack.key));
        match together {
            Some(stack) => stacks.push(stack),
            None => stacks.extend(members.iter().filter_map(|index| alone(*index))),
        }
    }
    stacks.sort_by_key(|stack| stack.members.first().copied());
    stacks
}

/// The namespace that everything with a namespace has: not worth saying in every box.
fn common_namespace(endpoints: &[Endpoint]) -> Option<&str> {
    let of = |endpoint: &'_ Endpoint| -> Option<usize> { endpoint.id.find('/') };
    let mut names = endpoints.iter().filter(|endpoint| named(endpoint.kind)).filter_map(|endpoint| {
        let end = of(endpoint)?;
        endpoint.id.get(..end)
    });
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

fn named(kind: EndpointKind) -> bool {
    !matches!(kind, EndpointKind::Address | EndpointKind::Gateway | EndpointKind::External | EndpointKind::Node)
}

fn short<'e>(endpoint: &'e Endpoint, namespace: Option<&str>) -> &'e str {
    let stripped = namespace.filter(|_| named(endpoint.kind));
    let stripped = stripped.and_then(|name| endpoint.id.strip_prefix(name)?.strip_prefix('/'));
    stripped.unwrap_or(&endpoint.id)
}

fn single(endpoints: &[Endpoint], index: usize, namespace: Option<&str>) -> Option<Stack> {
    let endpoint = endpoints.get(index)?;
    let label = match endpoint.kind {
        // It stands in the area of its switch.
        EndpointKind::Gateway => "gateway".to_owned(),
        _ => short(endpoint, namespace).to_owned(),
    };
    let detail = detail(endpoint);
    let detail = if detail == label { String::new() } else { detail };
    Some(Stack { members: vec![index], label, detail, key: key(endpoint) })
}

fn several(endpoints: &[Endpoint], members: &[usize], namespace: Option<&str>) -> Option<Stack> {
    let (first, count) = (endpoints.get(*members.first()?)?, members.len());
    if count < 2 {
        return None;
    }
    let names: Vec<&str> =
        members.iter().filter_map(|index| endpoints.get(*index)).map(|endpoint| short(endpoint, namespace)).collect();
    let label = match stem(&names) {
        Some(stem) => format!("{stem}… ×{count}"),
        None => format!("{} +{}", names.first()?, count - 1),
    };
    Some(Stack {
        members: members.to_vec(),
        label,
        detail: "alike: unfold".to_owned(),
        key: format!("+{}", key(first)),
    })
}

/// What all names begin with, up to a separator, where it is worth a name.
fn stem(names: &[&str]) -> Option<String> {
    let first = names.first()?;
    let same = |end: &usize| names.iter().all(|name| name.get(..*end) == first.get(..*end));
    let end = (1..=first.len()).filter(|end| first.is_char_boundary(*end)).take_while(|end| same(end)).last()?;
    let stem = first.get(..end)?;
    let stem = stem.trim_end_matches(|letter: char| letter.is_ascii_digit());
    (stem.chars().count() >= 2 && !stem.ends_with('/')).then(|| stem.to_owned())
}

fn detail(endpoint: &Endpoint) -> String {
    match endpoint.addresses.as_slice() {
        [] => String::new(),
        [one] => range(one),
        [one, other] => format!("{}, {}", range(one), range(other)),
        // Ranges are long: of several there is not even one that fits.
        [one, ..] if one.first != one.last => count(endpoint.addresses.len(), "range"),
        [one, rest @ ..] => format!("{} and {} more", range(one), rest.len()),
    }
}

fn range(range: &AddressRange) -> String {
    if range.first == range.last { range.first.to_string() } else { format!("{} – {}", range.first, range.last) }
}
