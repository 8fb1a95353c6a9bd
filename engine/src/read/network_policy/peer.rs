//! A peer of a rule (`ValidateNetworkPolicyPeer`).

use super::known::{self, Part};
use super::{Peer, PeerChoice, PolicyType, block};
use crate::read::fields::Fields;
use crate::read::node::Node;
use crate::read::review::Review;
use crate::read::selector::selector;
use alloc::string::ToString;
use alloc::vec::Vec;

/// A peer; one that is nothing at all is left out.
pub(super) fn peer(node: &Node, path: &str, direction: PolicyType, review: &mut Review) -> Option<Peer> {
    let help = "write `podSelector`, `namespaceSelector` or `ipBlock`; `podSelector: {}` is every pod of the namespace";
    if node.is_null() {
        review.required(path, "must specify a peer", node.place, help);
        return None;
    }
    let mut found = Vec::new();
    let fields = Fields::of(node, path, &mut found);
    review.share(&mut found);
    let fields = fields?;
    known::check(&fields, &Part::Peer(direction), review);
    let mut selected = |key: &str| fields.get(key).map(|node| selector(node, &fields.path(key), review));
    let (namespaces, pods) = (selected("namespaceSelector"), selected("podSelector"));
    let block = fields.get("ipBlock");
    match (block, namespaces.is_some() || pods.is_some()) {
        (None, false) => {
            review.required(path, "must specify a peer", fields.place(), help);
            None
        }
        (None, true) => Some(pods_of(path, &fields, namespaces, pods)),
        (Some(node), false) => block::block(node, &fields.path("ipBlock"), review),
        (Some(node), true) => {
            block::block(node, &fields.path("ipBlock"), review);
            let help = "make two items of it: one with the selectors, one with `ipBlock`";
            review.forbidden(path, "may not specify both ipBlock and another peer", fields.place(), help);
            Some(pods_of(path, &fields, namespaces, pods))
        }
    }
}

fn pods_of(
    path: &str,
    fields: &Fields<'_>,
    namespaces: Option<crate::read::Selector>,
    pods: Option<crate::read::Selector>,
) -> Peer {
    Peer { choice: PeerChoice::Pods { namespaces, pods }, field: path.to_string(), place: fields.place() }
}
