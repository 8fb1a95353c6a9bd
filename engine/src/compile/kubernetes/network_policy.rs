//! A NetworkPolicy: closed in its directions, but for what its rules allow.

use super::super::compiler::{Compiler, Written};
use super::super::row::{built, provenance};
use super::cast::Cast;
use super::l4::{Allowed, allowed};
use super::peer::{Party, block, parties, symbol};
use crate::ovn::acl::{Acl, Action, Direction, Provenance};
use crate::ovn::network::PortGroup;
use crate::reach::Family;
use crate::read::{NetworkPolicy, PolicyRule, PolicyType};
use crate::world::Scope;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The priority of what a policy allows, and of what it drops otherwise.
const ALLOW: i64 = 2001;
const DROP: i64 = 2000;

/// Writes a policy as a group of a name that nobody else has.
pub(super) fn policy(
    policy: &NetworkPolicy,
    group: &str,
    compiler: &Compiler<'_>,
    cast: &Cast<'_>,
    written: &mut Written,
) {
    let pods = compiler.roster.pods(&Scope::Namespace(policy.namespace.clone()), &policy.spec.pods);
    let mut writer = Writer { policy, group, pods, compiler, cast, acls: Vec::new(), written };
    for direction in PolicyType::ALL.into_iter().filter(|direction| policy.spec.types.contains(direction)) {
        writer.direction(direction);
    }
    let Writer { pods, acls, .. } = writer;
    written.groups.push(PortGroup { name: group.to_string(), ports: cast.ports(&pods), acls, doubted: false });
}

struct Writer<'a> {
    policy: &'a NetworkPolicy,
    group: &'a str,
    /// Whom the policy selects.
    pods: Rc<[usize]>,
    compiler: &'a Compiler<'a>,
    cast: &'a Cast<'a>,
    acls: Vec<Acl>,
    written: &'a mut Written,
}

impl Writer<'_> {
    fn direction(&mut self, direction: PolicyType) {
        let spec = &self.policy.spec;
        let why = self.why("spec.policyTypes".to_string(), spec.places.types);
        self.row(direction, DROP, format!("{} && ip", self.scope(direction)), Action::Drop, why);
        for rule in spec.rules(direction).unwrap_or(&[]) {
            self.rule(direction, rule);
        }
    }

    fn rule(&mut self, direction: PolicyType, rule: &PolicyRule) {
        for party in parties(&rule.peers, &self.policy.namespace, self.compiler) {
            let answering = match (direction, &party) {
                (PolicyType::Ingress, _) => Rc::clone(&self.pods),
                (PolicyType::Egress, Party::Pods(_, pods)) => Rc::clone(pods),
                (PolicyType::Egress, Party::Everybody | Party::Block(..)) => self.cast.everybody(),
            };
            for allowed in allowed(&rule.ports, &answering, self.cast) {
                for peers in self.peers(direction, &party) {
                    self.allow(direction, rule, &party, &peers, &allowed);
                }
            }
        }
    }

    /// The tests of a peer's addresses: one for each family, and one that is empty for everybody.
    fn peers(&mut self, direction: PolicyType, party: &Party<'_>) -> Vec<String> {
        let side = side(direction);
        match party {
            Party::Everybody => alloc::vec![String::new()],
            Party::Block(_, cidr, except) => {
                let family = if cidr.addr().is_ipv4() { Family::Ipv4 } else { Family::Ipv6 };
                alloc::vec![format!(" && {}", block(&format!("{}.{side}", symbol(family)), *cidr, except))]
            }
            Party::Pods(_, pods) => self.members(side, pods),
        }
    }

    /// A test for each family that some of the pods have, by a set of their addresses.
    fn members(&mut self, side: &str, pods: &Rc<[usize]>) -> Vec<String> {
        let mut tests = Vec::new();
        for family in Family::ALL {
            let addresses = self.cast.addresses(pods, family);
            if addresses.is_empty() {
                continue;
            }
            let name = format!("{}.{}", self.group, self.written.sets.len());
            tests.push(format!(" && {}.{side} == ${name}", symbol(family)));
            self.written.sets.push((name, addresses));
        }
        tests
    }

    fn allow(
        &mut self,
        direction: PolicyType,
        rule: &PolicyRule,
        party: &Party<'_>,
        peers: &str,
        allowed: &Allowed<'_>,
    ) {
        let test = allowed.test.as_ref().map(|test| format!(" && {test}")).unwrap_or_default();
        let matches = format!("{} && ip{peers}{test}", self.scope(direction));
        let why = self.reason(rule, party, allowed);
        let ends = match &allowed.at {
            None => alloc::vec![String::new()],
            Some(pods) => self.members("dst", pods),
        };
        for end in ends {
            self.row(direction, ALLOW, format!("{matches}{end}"), Action::AllowRelated, why.clone());
        }
    }

    /// The narrowest part of the policy that a row comes from.
    fn reason(&self, rule: &PolicyRule, party: &Party<'_>, allowed: &Allowed<'_>) -> Provenance {
        match (party, allowed.entry) {
            (Party::Pods(peer, _) | Party::Block(peer, ..), _) if rule.peers.len() > 1 || rule.ports.is_empty() => {
                self.why(peer.field.clone(), peer.place)
            }
            (_, Some((index, port))) => self.why(format!("{}.ports[{index}]", rule.field), port.place),
            (Party::Everybody | Party::Pods(..) | Party::Block(..), None) => self.why(rule.field.clone(), rule.place),
        }
    }

    fn why(&self, field: String, place: crate::source::Place) -> Provenance {
        provenance(&format!("NetworkPolicy/{}", self.policy.id()), field, place)
    }

    fn scope(&self, direction: PolicyType) -> String {
        match direction {
            PolicyType::Ingress => format!("outport == @{}", self.group),
            PolicyType::Egress => format!("inport == @{}", self.group),
        }
    }

    fn row(&mut self, direction: PolicyType, priority: i64, matches: String, action: Action, why: Provenance) {
        let tier = self.compiler.profile.tiers.policy;
        let row = match direction {
            PolicyType::Ingress => built(priority, matches, action, Direction::ToLport, why),
            // A Service is asked about where its pods are.
            PolicyType::Egress => Acl { after_lb: true, ..built(priority, matches, action, Direction::FromLport, why) },
        };
        self.acls.push(Acl { tier, ..row });
    }
}

/// The side of the packet that a peer is on.
fn side(direction: PolicyType) -> &'static str {
    match direction {
        PolicyType::Ingress => "src",
        PolicyType::Egress => "dst",
    }
}
