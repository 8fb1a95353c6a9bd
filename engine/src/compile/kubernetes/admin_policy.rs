//! The policies of administrators: before NetworkPolicies, or after them.
//!
//! Of the rules of a tier that match, the one of the policy with the lowest priority decides, within a policy the first
//! one (`AdminNetworkPolicySpec` of the network-policy-api). What the API leaves open, two policies of one priority, is the
//! order of their rules here, and open where their numbers are equal too.

use super::super::compiler::{Compiler, Written};
use super::super::row::{built, provenance};
use super::cast::Cast;
use super::l4::allowed;
use super::peer::symbol;
use crate::ovn::acl::{Acl, Action, Direction, Provenance, Tier};
use crate::ovn::network::PortGroup;
use crate::reach::Family;
use crate::read::{AdminAction, AdminKind, AdminPeerChoice, AdminPods, AdminPolicy, AdminRule, AdminTier, PolicyType};
use crate::world::Scope;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The row that is asked first.
const FIRST: usize = 30_000;

/// A BaselineAdminNetworkPolicy has no priority: it comes after those that have one.
const LAST: i64 = 1_001;

/// Which rules are asked before which: the numbers of their policies, then their own.
pub(super) struct Order {
    known: BTreeSet<(AdminTier, i64, usize)>,
}

impl Order {
    /// Of all rules of all policies.
    pub(super) fn of(policies: &[&AdminPolicy]) -> Self {
        let key = |policy: &AdminPolicy, rule: &AdminRule| (policy.tier, number(policy), rule.index);
        let rules = |policy: &&AdminPolicy| {
            let all = policy.ingress.iter().chain(&policy.egress);
            all.map(|rule| key(policy, rule)).collect::<Vec<_>>()
        };
        Self { known: policies.iter().flat_map(rules).collect() }
    }

    /// The database's priority of a rule.
    fn priority(&self, policy: &AdminPolicy, rule: &AdminRule) -> i64 {
        let key = (policy.tier, number(policy), rule.index);
        let before = self.known.range((policy.tier, i64::MIN, 0)..key).count();
        i64::try_from(FIRST.saturating_sub(before).max(1)).unwrap_or(1)
    }
}

fn number(policy: &AdminPolicy) -> i64 {
    if policy.kind == AdminKind::Baseline { LAST } else { policy.priority.value }
}

/// Writes a policy as a group of a name that nobody else has.
pub(super) fn policy(
    policy: &AdminPolicy,
    group: &str,
    order: &Order,
    compiler: &Compiler<'_>,
    cast: &Cast<'_>,
    written: &mut Written,
) {
    let pods = policy.subject.as_ref().map(|subject| pods(subject, compiler)).unwrap_or_default();
    let everybody: Rc<[usize]> = (0..compiler.world.machines.len()).collect();
    let mut writer = Writer { policy, group, pods, everybody, order, compiler, cast, acls: Vec::new(), written };
    for direction in PolicyType::ALL {
        for rule in policy.rules(direction) {
            writer.rule(direction, rule);
        }
    }
    let Writer { pods, acls, .. } = writer;
    written.groups.push(PortGroup { name: group.to_string(), ports: cast.ports(&pods), acls });
}

fn pods(selected: &AdminPods, compiler: &Compiler<'_>) -> Rc<[usize]> {
    compiler.roster.pods(&Scope::Selected(selected.namespaces.clone()), &selected.pods)
}

struct Writer<'a> {
    policy: &'a AdminPolicy,
    group: &'a str,
    /// Whom the policy is about.
    pods: Rc<[usize]>,
    everybody: Rc<[usize]>,
    order: &'a Order,
    compiler: &'a Compiler<'a>,
    cast: &'a Cast<'a>,
    acls: Vec<Acl>,
    written: &'a mut Written,
}

impl Writer<'_> {
    fn rule(&mut self, direction: PolicyType, rule: &AdminRule) {
        for peer in &rule.peers {
            let selected = match &peer.choice {
                AdminPeerChoice::Pods(selected) => Some(pods(selected, self.compiler)),
                AdminPeerChoice::Nodes(_) | AdminPeerChoice::Networks(_) | AdminPeerChoice::Domains(_) => None,
            };
            let answering = match (direction, &selected) {
                (PolicyType::Ingress, _) => Rc::clone(&self.pods),
                (PolicyType::Egress, Some(pods)) => Rc::clone(pods),
                (PolicyType::Egress, None) => Rc::clone(&self.everybody),
            };
            let tests = self.peers(direction, &peer.choice, selected.as_deref());
            for allowed in allowed(&rule.ports, &answering, self.cast) {
                let test = allowed.test.as_ref().map(|test| format!(" && {test}")).unwrap_or_default();
                let ends = allowed.at.as_ref().map_or_else(
                    || alloc::vec![String::new()],
                    |at| self.cast.members(self.group, &mut self.written.sets, "dst", at),
                );
                let why = provenance(&self.policy.object(), peer.field.clone(), peer.place);
                for (peers, end) in tests.iter().flat_map(|peers| ends.iter().map(move |end| (peers, end))) {
                    self.row(direction, rule, format!("{peers}{test}{end}"), why.clone());
                }
            }
        }
    }

    /// Tests of a peer's address; none where no address of it is known.
    fn peers(&mut self, direction: PolicyType, choice: &AdminPeerChoice, selected: Option<&[usize]>) -> Vec<String> {
        let side = if direction == PolicyType::Ingress { "src" } else { "dst" };
        match choice {
            AdminPeerChoice::Pods(_) => {
                self.cast.members(self.group, &mut self.written.sets, side, selected.unwrap_or_default())
            }
            AdminPeerChoice::Networks(networks) => {
                let family = |v4: bool| if v4 { Family::Ipv4 } else { Family::Ipv6 };
                let test = |net: &ipnet::IpNet| format!(" && {}.{side} == {net}", symbol(family(net.addr().is_ipv4())));
                networks.iter().map(|network| test(&network.value)).collect()
            }
            AdminPeerChoice::Nodes(selector) => {
                let nodes = self.compiler.world.nodes.iter().filter(|node| selector.selects(&node.labels));
                let addresses = nodes.flat_map(|node| &node.addresses);
                let test = |address: &core::net::IpAddr| {
                    format!(" && {}.{side} == {address}", if address.is_ipv4() { "ip4" } else { "ip6" })
                };
                addresses.map(test).collect()
            }
            AdminPeerChoice::Domains(_) => Vec::new(),
        }
    }

    fn row(&mut self, direction: PolicyType, rule: &AdminRule, tests: String, why: Provenance) {
        let priority = self.order.priority(self.policy, rule);
        let action = match rule.action {
            AdminAction::Accept => Action::AllowRelated,
            AdminAction::Deny => Action::Drop,
            AdminAction::Pass => Action::Pass,
        };
        let row = match direction {
            PolicyType::Ingress => {
                let matches = format!("outport == @{} && ip{tests}", self.group);
                built(priority, matches, action, Direction::ToLport, why)
            }
            PolicyType::Egress => {
                let matches = format!("inport == @{} && ip{tests}", self.group);
                Acl { after_lb: true, ..built(priority, matches, action, Direction::FromLport, why) }
            }
        };
        self.acls.push(Acl { tier: self.tier(), ..row });
    }

    fn tier(&self) -> Tier {
        match self.policy.tier {
            AdminTier::Admin => self.compiler.profile.tiers.admin,
            AdminTier::Baseline => self.compiler.profile.tiers.baseline,
        }
    }
}
