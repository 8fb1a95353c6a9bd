//! Where the rows of a policy stand among those of others: tiers, priorities, and what Kube-OVN does not take.

use super::super::profile::Tiers;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::Tier;
use crate::read::{AdminKind, AdminPeerChoice, AdminPolicy, AdminRule, AdminTier, PolicyType};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// The priority of the first rule of the first policy.
const TOP: i64 = 30_000;
/// The priority of the first rule of a BaselineAdminNetworkPolicy.
const BASELINE_TOP: i64 = 1800;
/// The index of the last rule that any policy may have.
const LAST: i64 = 99;
/// More networks or names in one peer of a ClusterNetworkPolicy are not taken.
const LONGEST: usize = 25;

/// What one kind may have.
struct Limits {
    priority: i64,
    rules: usize,
}

fn limits(kind: AdminKind) -> Option<Limits> {
    match kind {
        AdminKind::Admin => Some(Limits { priority: 99, rules: 100 }),
        AdminKind::Baseline => None,
        AdminKind::Cluster => Some(Limits { priority: 399, rules: 25 }),
    }
}

/// The priority of a rule's rows.
pub(super) fn priority(policy: &AdminPolicy, rule: &AdminRule) -> i64 {
    let index = i64::try_from(rule.index).unwrap_or(i64::MAX);
    first(policy).saturating_sub(index)
}

fn first(policy: &AdminPolicy) -> i64 {
    match policy.kind {
        AdminKind::Admin => TOP - 100 * policy.priority.value,
        AdminKind::Baseline => BASELINE_TOP,
        AdminKind::Cluster => TOP - 25 * policy.priority.value,
    }
}

/// The tier of its rows.
pub(super) fn tier(policy: &AdminPolicy, tiers: &Tiers) -> Tier {
    match policy.tier {
        AdminTier::Admin => tiers.admin,
        AdminTier::Baseline => tiers.baseline,
    }
}

/// The policies that Kube-OVN takes (`validateAnpConfig`, `validateCnpConfig`, `checkCnpPriorities`).
pub(super) fn installed<'p>(policies: &[&'p AdminPolicy], out: &mut Vec<Diagnostic>) -> Vec<&'p AdminPolicy> {
    let mut taken: HashMap<(AdminTier, i64), &AdminPolicy> = HashMap::new();
    let accept = |policy: &&'p AdminPolicy| -> bool {
        let faults = faults(policy);
        let sound = faults.is_empty();
        out.extend(faults);
        if !sound || !policy.kind.is_prioritised() {
            return sound;
        }
        // Of both kinds the numbers are compared, though they mean different priorities.
        let slot = (policy.tier, policy.priority.value);
        let Some(other) = taken.get(&slot) else {
            taken.insert(slot, policy);
            return true;
        };
        out.push(same_priority(policy, other));
        false
    };
    policies.iter().copied().filter(accept).collect()
}

fn same_priority(policy: &AdminPolicy, other: &AdminPolicy) -> Diagnostic {
    let message = format!(
        "{} has the priority of {}: Kube-OVN takes the one that it sees first, here that of the earlier line, and \
         nothing of the other",
        policy.title(),
        other.title()
    );
    let finding = Diagnostic::new(Code::EnforcerDiffers, message).at(policy.priority.place);
    finding.label(other.priority.place, "the same number").help("give each policy a priority of its own")
}

fn faults(policy: &AdminPolicy) -> Vec<Diagnostic> {
    let Some(limits) = limits(policy.kind) else { return Vec::new() };
    let mut faults = Vec::new();
    let nothing = format!("{} has no effect", policy.title());
    let mut refuse = |message: String, place, help: String| {
        faults.push(Diagnostic::new(Code::EnforcerDiffers, message).at(place).help(help));
    };
    let last = limits.priority;
    if !(0..=last).contains(&policy.priority.value) {
        let message = format!(
            "Kube-OVN takes priorities from 0 to {last} of {}: {nothing} with `{}`",
            policy.kind.name(),
            policy.priority.value
        );
        refuse(message, policy.priority.place, format!("write a number from 0 to {last}"));
    }
    for direction in PolicyType::ALL {
        let rules = policy.rules(direction);
        if let Some(rule) = rules.iter().find(|rule| rule.index >= limits.rules) {
            let message = format!(
                "Kube-OVN takes at most {} rules of a direction: {nothing} with `{}`",
                limits.rules, rule.field
            );
            refuse(message, rule.place, "divide the rules among several policies".into());
        }
        if policy.kind == AdminKind::Cluster {
            for peer in rules.iter().flat_map(|rule| &rule.peers) {
                if length(&peer.choice) > LONGEST {
                    let message =
                        format!("Kube-OVN takes at most {LONGEST} entries in a peer: {nothing} with `{}`", peer.field);
                    refuse(message, peer.place, "divide them among several peers".into());
                }
            }
        }
    }
    faults
}

fn length(choice: &AdminPeerChoice) -> usize {
    match choice {
        AdminPeerChoice::Networks(networks) => networks.len(),
        AdminPeerChoice::Domains(names) => names.len(),
        AdminPeerChoice::Pods(_) | AdminPeerChoice::Nodes(_) => 0,
    }
}

/// Policies of the two kinds whose rows have equal priorities, although their own differ.
pub(super) fn overlaps(policies: &[&AdminPolicy], out: &mut Vec<Diagnostic>) {
    let of = |kind: AdminKind| {
        let wanted = move |policy: &&&AdminPolicy| policy.kind == kind && policy.tier == AdminTier::Admin;
        policies.iter().filter(wanted)
    };
    for cluster in of(AdminKind::Cluster) {
        for admin in of(AdminKind::Admin) {
            out.extend(PolicyType::ALL.into_iter().find_map(|direction| overlap(admin, cluster, direction)));
        }
    }
}

fn overlap(admin: &AdminPolicy, cluster: &AdminPolicy, direction: PolicyType) -> Option<Diagnostic> {
    if (first(admin) - first(cluster)).abs() > LAST {
        return None;
    }
    let of = |policy: &AdminPolicy| {
        let rules = policy.rules(direction).iter();
        rules.map(|rule| priority(policy, rule)).collect::<Vec<i64>>()
    };
    let (left, right) = (of(admin), of(cluster));
    let shared = left.iter().find(|priority| right.contains(priority))?;
    let message = format!(
        "{} and {} both have rows of priority {shared}, because Kube-OVN counts 100 of one and 25 of the other for each \
         priority: where they disagree, OVN does not promise which one decides",
        admin.title(),
        cluster.title()
    );
    let finding = Diagnostic::new(Code::EnforcerDiffers, message).at(cluster.priority.place);
    let help = "use one of the two kinds only, or priorities far apart";
    Some(finding.label(admin.priority.place, "the other one").help(help))
}
