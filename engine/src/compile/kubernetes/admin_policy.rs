//! Policies of administrators: asked before NetworkPolicies, or after them of what none of them is about.
//!
//! The API orders policies by priority and leaves open which of two with the same one comes first. Priorities go up to
//! 1000 and rules are many, so that the rows have ranks of their own: each policy alone has a row for each rule, one below
//! the other. The rules of policies that share a priority stand side by side, each less the rules before it, so that they
//! contradict each other where the policies do, and nowhere else.

use super::super::compiler::{Compiler, Written};
use super::super::network_policy::stage;
use super::super::row::provenance;
use super::Names;
use super::cast::Cast;
use super::condition::{Condition, conditions};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action};
use crate::ovn::network::PortGroup;
use crate::read::{AdminAction, AdminKind, AdminPeerChoice, AdminPolicy, AdminRule, AdminTier, PolicyType};
use crate::world::Scope;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The priority of the first rule of the first policy of a tier.
const TOP: i64 = 32_000;

/// What everything is written with.
pub(super) struct Desk<'a, 'w> {
    pub(super) compiler: &'a Compiler<'w>,
    pub(super) cast: &'a Cast<'w>,
    pub(super) names: &'a mut Names,
    pub(super) written: &'a mut Written,
}

/// Writes policies, those of one tier from the first to the last.
pub(super) fn policies(policies: &[&AdminPolicy], desk: &mut Desk<'_, '_>, out: &mut Vec<Diagnostic>) {
    for tier in [AdminTier::Admin, AdminTier::Baseline] {
        let mut top = TOP;
        for rank in ranks(policies, tier) {
            let place = if rank.len() == 1 { Place::Below(top) } else { Place::Beside(top) };
            for policy in &rank {
                let group = group(policy, place, desk, out);
                desk.written.groups.push(group);
            }
            top -= if rank.len() == 1 { rank.iter().map(|policy| length(policy)).sum() } else { 1 };
        }
    }
}

/// Where the rows of a policy stand.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// The first at this priority, each further one below.
    Below(i64),
    /// All of them at this priority.
    Beside(i64),
}

/// The policies of a tier by their priorities.
fn ranks<'p>(policies: &[&'p AdminPolicy], tier: AdminTier) -> Vec<Vec<&'p AdminPolicy>> {
    let mut ranks: BTreeMap<i64, Vec<&AdminPolicy>> = BTreeMap::new();
    for policy in policies.iter().filter(|policy| policy.tier == tier) {
        ranks.entry(policy.priority.value).or_default().push(policy);
    }
    ranks.into_values().collect()
}

/// How many priorities the rules of a policy take.
fn length(policy: &AdminPolicy) -> i64 {
    let last = |direction| policy.rules(direction).iter().map(|rule| rule.index + 1).max();
    let longest = PolicyType::ALL.into_iter().filter_map(last).max().unwrap_or(0);
    i64::try_from(longest).unwrap_or(i64::MAX)
}

fn group(policy: &AdminPolicy, place: Place, desk: &mut Desk<'_, '_>, out: &mut Vec<Diagnostic>) -> PortGroup {
    let kind = match policy.kind {
        AdminKind::Admin => "anp",
        AdminKind::Baseline => "banp",
        AdminKind::Cluster => "cnp",
    };
    let name = desk.names.of(&format!("{kind}.{}", policy.name.value));
    let subject = policy.subject.as_ref();
    let pods = subject.map(|of| desk.compiler.roster.pods(&Scope::Selected(of.namespaces.clone()), &of.pods));
    let pods = pods.unwrap_or_default();
    let mut acls = Vec::new();
    for direction in PolicyType::ALL {
        let mut before: Vec<Condition> = Vec::new();
        for rule in policy.rules(direction) {
            out.extend(unknown(rule));
            let condition = conditions(&name, rule, direction, &pods, desk);
            if condition.holds_never() {
                continue;
            }
            let scope = stage::scope(direction, &name);
            let mut matches = format!("{scope} && ip && {}", condition.holds());
            let priority = match place {
                Place::Below(top) => top.saturating_sub(i64::try_from(rule.index).unwrap_or(i64::MAX)),
                Place::Beside(top) => {
                    matches.extend(before.iter().map(|other| format!(" && {}", other.fails())));
                    top
                }
            };
            acls.push(row(policy, direction, rule, priority, matches, desk));
            before.push(condition);
        }
    }
    PortGroup { name, ports: desk.cast.ports(&pods), acls, doubted: false }
}

fn row(
    policy: &AdminPolicy,
    direction: PolicyType,
    rule: &AdminRule,
    priority: i64,
    matches: String,
    desk: &Desk<'_, '_>,
) -> Acl {
    let action = match rule.action {
        AdminAction::Accept => Action::AllowRelated,
        AdminAction::Deny => Action::Drop,
        AdminAction::Pass => Action::Pass,
    };
    let tiers = &desk.compiler.profile.tiers;
    let tier = match policy.tier {
        AdminTier::Admin => tiers.admin,
        AdminTier::Baseline => tiers.baseline,
    };
    let why = provenance(&policy.object(), rule.field.clone(), rule.place);
    Acl { tier, ..stage::row(direction, priority, matches, action, why) }
}

/// Addresses of domain names are known to the cluster's resolver alone.
fn unknown(rule: &AdminRule) -> Option<Diagnostic> {
    let named = |choice: &AdminPeerChoice| matches!(choice, AdminPeerChoice::Domains(_));
    let peer = rule.peers.iter().find(|peer| named(&peer.choice))?;
    let message = format!("no address of the names of `{}` is known here: the rule is about nobody by it", peer.field);
    let help = "name prefixes in `networks` where the answer depends on them";
    Some(Diagnostic::new(Code::SelectsNothing, message).at(peer.place).help(help))
}
