//! A rule of a NetworkPolicy.

use super::known::{self, Part};
use super::{PolicyRule, PolicyType, peer, port};
use crate::read::fields::{Fields, Item, items};
use crate::read::review::Review;
use alloc::vec::Vec;

/// The rules of a direction, where they are written.
pub(super) fn rules(spec: &Fields<'_>, direction: PolicyType, review: &mut Review) -> Option<Vec<PolicyRule>> {
    let mut found = Vec::new();
    let node = spec.get(direction.field())?;
    let listed = items(node, &spec.path(direction.field()), &mut found);
    let readable = found.is_empty();
    review.share(&mut found);
    // What is no list cannot be decoded, and is not there.
    readable.then(|| listed.into_iter().filter_map(|item| rule(item, direction, review)).collect())
}

fn rule((field, node): Item<'_>, direction: PolicyType, review: &mut Review) -> Option<PolicyRule> {
    let blank = PolicyRule { peers: Vec::new(), ports: Vec::new(), field: field.clone(), place: node.place };
    if node.is_null() {
        return Some(blank);
    }
    let mut found = Vec::new();
    let fields = Fields::of(node, field, &mut found);
    review.share(&mut found);
    let fields = fields?;
    known::check(&fields, &Part::Rule(direction), review);
    let ports = fields.items("ports", &mut found);
    let peers = fields.items(direction.peers(), &mut found);
    review.share(&mut found);
    let written = (ports.len(), peers.len());
    let ports: Vec<_> = ports.iter().filter_map(|(path, node)| port::port(node, path, review)).collect();
    let peers: Vec<_> = peers.iter().filter_map(|(path, node)| peer::peer(node, path, direction, review)).collect();
    // A rule whose every peer or port is wrong must not become one for everybody or everything.
    let emptied = (ports.is_empty() && written.0 > 0) || (peers.is_empty() && written.1 > 0);
    (!emptied).then_some(PolicyRule { peers, ports, ..blank })
}
