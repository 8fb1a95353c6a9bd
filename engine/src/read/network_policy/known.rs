//! The fields that the API knows, and where the others may belong.

use super::PolicyType;
use crate::read::fields::Fields;
use crate::read::review::{METADATA, Review};
use alloc::format;
use alloc::string::{String, ToString};

/// A part of a NetworkPolicy.
pub(super) enum Part {
    Object,
    Spec,
    Rule(PolicyType),
    Peer(PolicyType),
    Block,
    Port,
}

/// Refuses the fields that a part does not have.
pub(super) fn check(fields: &Fields<'_>, part: &Part, review: &mut Review) {
    review.only_advised(fields, known(part), |key| home(key, part));
    if let (Part::Object, Some(metadata)) = (part, fields.quiet("metadata")) {
        review.only_advised(&metadata, METADATA, |key| home(key, part));
    }
}

fn known(part: &Part) -> &'static [&'static str] {
    match part {
        // `status` was there from 1.24 to 1.27.
        Part::Object => &["apiVersion", "kind", "metadata", "spec", "status"],
        Part::Spec => &["podSelector", "policyTypes", "ingress", "egress"],
        Part::Rule(PolicyType::Ingress) => &["from", "ports"],
        Part::Rule(PolicyType::Egress) => &["to", "ports"],
        Part::Peer(_) => &["podSelector", "namespaceSelector", "ipBlock"],
        Part::Block => &["cidr", "except"],
        Part::Port => &["protocol", "port", "endPort"],
    }
}

/// Where a field belongs that stands in another part.
fn home(key: &str, part: &Part) -> Option<String> {
    let says = |text: &str| Some(text.to_string());
    match (key, part) {
        ("policyTypes" | "ingress" | "egress" | "podSelector", Part::Object) => {
            Some(format!("`{key}` belongs into `spec`: indent it two spaces further, below `spec:`"))
        }
        ("policyTypes", Part::Rule(_) | Part::Peer(_)) => says("`policyTypes` belongs into `spec`, beside the rules"),
        ("from", Part::Rule(PolicyType::Egress)) => says("a rule of `egress` says `to`"),
        ("to", Part::Rule(PolicyType::Ingress)) => says("a rule of `ingress` says `from`"),
        ("from" | "to" | "ports", Part::Spec) => {
            Some(format!("`{key}` belongs into a rule, an item of `ingress` or `egress`"))
        }
        ("podSelector" | "namespaceSelector" | "ipBlock", Part::Rule(direction)) => {
            Some(format!("`{key}` belongs into an item of `{}`", direction.peers()))
        }
        ("ports", Part::Peer(direction)) => {
            Some(format!("`ports` belongs beside `{}`, not into one of its items", direction.peers()))
        }
        ("protocol" | "port" | "endPort", Part::Rule(_) | Part::Peer(_)) => {
            Some(format!("`{key}` belongs into an item of `ports`"))
        }
        ("cidr" | "except", Part::Peer(_)) => Some(format!("`{key}` belongs into `ipBlock`")),
        ("matchLabels" | "matchExpressions", Part::Spec) => Some(format!("`{key}` belongs into `podSelector`")),
        ("matchLabels" | "matchExpressions", Part::Peer(_)) => {
            Some(format!("`{key}` belongs into `podSelector` or `namespaceSelector`"))
        }
        _ => None,
    }
}
