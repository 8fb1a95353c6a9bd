//! A rule of a policy.

use super::peer::{mapping, peer};
use super::port::port;
use super::{AdminAction, AdminKind, AdminPeerChoice, AdminRule, bound, broken, kind};
use crate::read::fields::{Fields, Item};
use crate::read::network_policy::PolicyType;
use crate::read::policy_port::PortChoice;
use crate::read::review::Review;
use alloc::format;
use alloc::vec::Vec;

/// A longer name of a rule is refused.
const LONGEST_NAME: usize = 100;

/// The rules of a direction.
pub(super) fn rules(spec: &Fields<'_>, kind: AdminKind, direction: PolicyType, review: &mut Review) -> Vec<AdminRule> {
    let mut found = Vec::new();
    let listed = spec.items(direction.field(), &mut found);
    review.share(&mut found);
    if let Some(node) = spec.get(direction.field()) {
        bound::at_most(&spec.path(direction.field()), listed.len(), kind.most(), node.place, review);
    }
    let rules = listed.into_iter().enumerate();
    rules.filter_map(|(index, item)| rule(index, item, kind, direction, review)).collect()
}

fn rule(
    index: usize,
    (field, node): Item<'_>,
    kind: AdminKind,
    direction: PolicyType,
    review: &mut Review,
) -> Option<AdminRule> {
    let fields = mapping(node, &field, review)?;
    review.only(&fields, &["name", "action", direction.peers(), kind.ports()]);
    let mut found = Vec::new();
    let name = fields.text("name", &mut found);
    let peers = fields.items(direction.peers(), &mut found);
    let ports = fields.items(kind.ports(), &mut found);
    let listed = found.is_empty();
    review.share(&mut found);
    if let Some(name) = name.as_ref().filter(|name| name.value.chars().count() > LONGEST_NAME) {
        let message = format!("{field}.name: Too long: may not be more than {LONGEST_NAME} bytes");
        review.refuse(message, name.place, "write a shorter name");
    }
    let action = kind::choice(&fields, "action", kind.actions(), review);
    if listed {
        bound::at_least_one(&fields, direction.peers(), peers.len(), review);
    }
    bound::at_most(&fields.path(direction.peers()), peers.len(), kind.most(), node.place, review);
    bound::at_most(&fields.path(kind.ports()), ports.len(), kind.most(), node.place, review);
    let written = ports.len();
    let peers: Vec<_> = peers.iter().filter_map(|(path, node)| peer(node, path, kind, direction, review)).collect();
    let ports: Vec<_> = ports.iter().filter_map(|(path, node)| port(node, path, kind, review)).collect();
    // A rule whose every port is wrong must not become one for everything.
    let emptied = !listed || (ports.is_empty() && written > 0);
    let rule = AdminRule { index, name, action: action?, peers, ports, field, place: node.place };
    together(&rule, kind, review);
    (!emptied).then_some(rule)
}

/// What cannot stand together in one rule.
fn together(rule: &AdminRule, kind: AdminKind, review: &mut Review) {
    let is_outside = |choice: &AdminPeerChoice| match choice {
        AdminPeerChoice::Pods(_) => false,
        AdminPeerChoice::Nodes(_) | AdminPeerChoice::Networks(_) | AdminPeerChoice::Domains(_) => true,
    };
    let outside = rule.peers.iter().any(|peer| is_outside(&peer.choice));
    let named = rule.ports.iter().find(|port| matches!(port.port, PortChoice::Named(_)));
    if let Some(port) = named.filter(|_| outside) {
        let text = "networks/nodes peer cannot be set with namedPorts since there are no namedPorts for networks/nodes";
        broken(&rule.field, text, port.place, "write the number of the port", review);
    }
    let domain = rule.peers.iter().find(|peer| matches!(peer.choice, AdminPeerChoice::Domains(_)));
    if let Some(peer) = domain.filter(|_| rule.action != AdminAction::Accept) {
        let accept = kind.actions().first().map_or("", |(name, _)| name);
        let text = format!("domainNames may only be specified when action is `{accept}`");
        broken(&rule.field, &text, peer.place, "name prefixes in `networks` instead", review);
    }
}
