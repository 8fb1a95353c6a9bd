//! The rows of a rule (`UpdateAnpRuleACLOps`, `UpdateCnpRuleACLOps`).

use super::super::compiler::Compiler;
use super::super::network_policy::l4::numbered;
use super::super::network_policy::naming::symbol;
use super::super::network_policy::roll::Roll;
use super::super::network_policy::stage;
use super::super::row::{provenance, short, without_pass};
use super::party::party;
use super::{naming, slot};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action};
use crate::reach::Family;
use crate::read::{
    AdminAction, AdminPeer, AdminPeerChoice, AdminPolicy, AdminRule, PolicyPort, PolicyType, PortChoice,
};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

type Sets = Vec<(String, Vec<String>)>;

/// The rows of a rule, and its sets. There is no row of a family in which its peers have no address.
pub(super) fn rows(
    policy: &AdminPolicy,
    direction: PolicyType,
    rule: &AdminRule,
    compiler: &Compiler<'_>,
    roll: &Roll<'_>,
    sets: &mut Sets,
    out: &mut Vec<Diagnostic>,
) -> Vec<Acl> {
    let party = party(rule, compiler, roll);
    let suffixes = suffixes(rule, out);
    let mut rows = Vec::new();
    for family in [Family::Ipv4, Family::Ipv6] {
        let of_family = party.iter().filter(|(of, _)| *of == family);
        let addresses: Vec<String> = of_family.map(|(_, address)| address.clone()).collect();
        let set = naming::set(policy, direction, rule, family);
        if !addresses.is_empty() {
            let of = Written { policy, direction, rule, family, set: &set };
            rows.extend(suffixes.iter().map(|suffix| of.row(suffix, compiler)));
        }
        sets.push((set, addresses));
    }
    let domain = rule.peers.iter().find(|peer| matches!(peer.choice, AdminPeerChoice::Domains(_)));
    match domain {
        Some(peer) => out.push(unresolved(rule, peer)),
        None if party.is_empty() => out.push(nobody(rule)),
        None => {}
    }
    without_pass(rows, compiler.profile.version, out)
}

struct Written<'a> {
    policy: &'a AdminPolicy,
    direction: PolicyType,
    rule: &'a AdminRule,
    family: Family,
    set: &'a str,
}

impl Written<'_> {
    fn row(&self, suffix: &str, compiler: &Compiler<'_>) -> Acl {
        let scope = stage::scope(self.direction, &naming::group(self.policy));
        let field = format!("{}.{}", symbol(self.family), stage::side(self.direction));
        let matches = format!("{scope} && ip && {field} == ${}{suffix}", self.set);
        let why = provenance(&self.policy.object(), self.rule.field.clone(), self.rule.place);
        let priority = slot::priority(self.policy, self.rule);
        let row = stage::row(self.direction, priority, matches, action(self.rule.action), why);
        let name = naming::row(self.policy, self.direction, self.rule, self.family);
        Acl { tier: slot::tier(self.policy, &compiler.profile.tiers), name: Some(short(&name)), ..row }
    }
}

fn action(action: AdminAction) -> Action {
    match action {
        AdminAction::Accept => Action::AllowRelated,
        AdminAction::Deny => Action::Drop,
        AdminAction::Pass => Action::Pass,
    }
}

/// What follows where a rule has no row.
fn follows(action: AdminAction) -> &'static str {
    match action {
        AdminAction::Accept => "it lets nothing through",
        AdminAction::Deny => "it denies nothing",
        AdminAction::Pass => "it passes nothing on",
    }
}

/// The ends of a rule's matches: one for each port that is a number.
fn suffixes(rule: &AdminRule, out: &mut Vec<Diagnostic>) -> Vec<String> {
    if rule.ports.is_empty() {
        return alloc::vec![String::new()];
    }
    let suffixes: Vec<String> = rule.ports.iter().filter_map(numbered).collect();
    let names = rule.ports.iter().filter(|port| matches!(port.port, PortChoice::Named(_)));
    let alone = suffixes.is_empty();
    out.extend(
        names.map(|port| named(rule, port, if alone { follows(rule.action) } else { "the others are enforced" })),
    );
    suffixes
}

fn named(rule: &AdminRule, port: &PolicyPort, follows: &str) -> Diagnostic {
    let message =
        format!("Kube-OVN leaves named ports out of the rules of these policies, also of `{}`: {follows}", rule.field);
    Diagnostic::new(Code::EnforcerDiffers, message).at(port.place).help("write the number of the port")
}

fn unresolved(rule: &AdminRule, peer: &AdminPeer) -> Diagnostic {
    let message =
        format!("no address of the names of `{}` is known here: by them {}", peer.field, follows(rule.action));
    let help = "name prefixes in `networks` where the answer depends on them";
    Diagnostic::new(Code::EnforcerDiffers, message).at(peer.place).help(help)
}

fn nobody(rule: &AdminRule) -> Diagnostic {
    let message = format!(
        "Kube-OVN writes no row for `{}`, whose peers have no address, nor when pods come that have: {} until its rules \
         change or the controller restarts",
        rule.field,
        follows(rule.action)
    );
    let help = "create the peers before the policy, and look for the row";
    Diagnostic::new(Code::EnforcerDiffers, message).at(rule.place).help(help)
}
