//! Whom a policy is about, and the peers of a rule.

use super::{AdminKind, AdminPeer, AdminPeerChoice, AdminPods, bound};
use crate::read::fields::{Fields, Placed, items, text};
use crate::read::network_policy::PolicyType;
use crate::read::node::Node;
use crate::read::review::Review;
use crate::read::selector::{Selector, selector};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

const PODS: &[&str] = &["namespaces", "pods"];

/// More networks or names in one peer are refused.
const MOST: usize = 25;

/// `subject`.
pub(super) fn subject(spec: &Fields<'_>, review: &mut Review) -> Option<AdminPods> {
    let Some(node) = spec.get("subject") else {
        let help = "write `subject:` with `namespaces` or `pods` below it; `namespaces: {}` is every pod";
        review.required("spec.subject", "", spec.place(), help);
        return None;
    };
    let fields = mapping(node, "spec.subject", review)?;
    review.only(&fields, PODS);
    let (key, node) = bound::only_one(&fields, "spec.subject", PODS, review)?;
    pods(key, node, &fields.path(key), review)
}

/// A peer; one that cannot be read is left out.
pub(super) fn peer(
    node: &Node,
    path: &str,
    kind: AdminKind,
    direction: PolicyType,
    review: &mut Review,
) -> Option<AdminPeer> {
    let known = match direction {
        PolicyType::Ingress => PODS,
        PolicyType::Egress => kind.egress_peers(),
    };
    let fields = mapping(node, path, review)?;
    review.only(&fields, known);
    let (key, stated) = bound::only_one(&fields, path, known, review)?;
    let below = fields.path(key);
    let choice = match key {
        "nodes" => AdminPeerChoice::Nodes(selector(stated, &below, review)),
        "networks" => AdminPeerChoice::Networks(networks(stated, &below, review)),
        "domainNames" => AdminPeerChoice::Domains(domains(stated, &below, review)),
        _ => AdminPeerChoice::Pods(pods(key, stated, &below, review)?),
    };
    Some(AdminPeer { choice, field: path.to_string(), place: fields.place() })
}

fn pods(key: &str, node: &Node, path: &str, review: &mut Review) -> Option<AdminPods> {
    if key == "namespaces" {
        let namespaces = selector(node, path, review);
        return Some(AdminPods { namespaces, pods: Selector::default(), place: node.place });
    }
    let fields = mapping(node, path, review)?;
    review.only(&fields, &["namespaceSelector", "podSelector"]);
    let mut part = |key: &str| {
        let stated = fields.get(key);
        if stated.is_none() {
            let help = format!("write `{key}`; `{key}: {{}}` selects every one");
            review.required(&fields.path(key), "", fields.place(), help);
        }
        stated.map(|node| selector(node, &fields.path(key), review))
    };
    let (namespaces, pods) = (part("namespaceSelector"), part("podSelector"));
    // Half a selector must not become one for everybody.
    Some(AdminPods { namespaces: namespaces?, pods: pods?, place: fields.place() })
}

fn networks(node: &Node, path: &str, review: &mut Review) -> Vec<Placed<IpNet>> {
    let listed = texts(node, path, review);
    let prefix = |(path, text): &(String, Placed<String>)| {
        let net: Option<IpNet> = text.value.parse().ok();
        if net.is_none() {
            let address = text.value.parse::<IpAddr>().ok().map(|address| IpNet::from(address).to_string());
            let other = || "write an address, a slash and the length of the prefix".to_string();
            let help = address.as_ref().map_or_else(other, |whole| format!("write `{whole}` for this address alone"));
            review.invalid(path, text, "Invalid CIDR format provided", help);
            if let Some(whole) = address {
                review.fix(text.place, text.instead(&whole));
            }
        }
        Some(text.with(net?.trunc()))
    };
    listed.iter().filter_map(prefix).collect()
}

fn domains(node: &Node, path: &str, review: &mut Review) -> Vec<Placed<String>> {
    let listed = texts(node, path, review);
    for (path, name) in &listed {
        if !is_domain(&name.value) {
            let detail = format!("{path} in body should match '{DOMAIN}'");
            review.invalid(path, name, &detail, "write a name like `example.com`, or `*.example.com`");
        }
    }
    listed.into_iter().map(|(_, name)| name).collect()
}

const DOMAIN: &str =
    "^(\\*\\.)?([a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\\.)+[a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\\.?$";

/// Two parts at least; a star may stand for the first ones, and a full stop at the end.
fn is_domain(name: &str) -> bool {
    let name = name.strip_prefix("*.").unwrap_or(name);
    let name = name.strip_suffix('.').unwrap_or(name);
    let letter = |c: char| c.is_ascii_alphanumeric();
    let part = |part: &str| {
        part.starts_with(letter) && part.ends_with(letter) && part.chars().all(|c| letter(c) || matches!(c, '-' | '_'))
    };
    name.contains('.') && name.split('.').all(part)
}

fn texts(node: &Node, path: &str, review: &mut Review) -> Vec<(String, Placed<String>)> {
    let mut found = Vec::new();
    let listed = items(node, path, &mut found);
    if listed.is_empty() && found.is_empty() {
        let detail = format!("{path} in body should have at least 1 items");
        review.invalid_value(path, "0", &detail, node.place, "write at least one item");
    }
    bound::at_most(path, listed.len(), MOST, node.place, review);
    let texts = listed.into_iter().filter_map(|(path, item)| {
        let text = text(item, &path, &mut found)?;
        Some((path, text))
    });
    let texts = texts.collect();
    review.share(&mut found);
    texts
}

/// A mapping, or a refusal.
pub(super) fn mapping<'n>(node: &'n Node, path: &str, review: &mut Review) -> Option<Fields<'n>> {
    let mut found = Vec::new();
    let fields = Fields::of(node, path, &mut found);
    review.share(&mut found);
    fields
}
