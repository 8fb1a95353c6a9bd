//! The names that Kube-OVN gives to what it makes of a policy, and policies that share one.

use super::super::network_policy::naming::{family_name, led};
use crate::diagnostic::{Code, Diagnostic};
use crate::reach::Family;
use crate::read::{AdminKind, AdminPolicy, AdminRule, PolicyType};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// The name of a policy, such that a name in OVN can begin with it (`getAnpName`, `getCnpName`).
fn lettered(policy: &AdminPolicy) -> String {
    let prefix = match policy.kind {
        AdminKind::Admin | AdminKind::Baseline => "anp",
        AdminKind::Cluster => "cnp",
    };
    led(&policy.name.value, prefix)
}

/// The name of its port group.
pub(super) fn group(policy: &AdminPolicy) -> String {
    lettered(policy).replace('-', ".")
}

/// The name of the set of a rule; of a rule without a name it has two full stops in a row.
pub(super) fn set(policy: &AdminPolicy, direction: PolicyType, rule: &AdminRule, family: Family) -> String {
    let name = rule.name.as_ref().map_or("", |name| &name.value);
    let (group, index) = (group(policy), rule.index);
    format!("{group}.{}.{index}.{name}.{}", direction.field(), family_name(family)).replace('-', ".")
}

/// The name of its rows.
pub(super) fn row(policy: &AdminPolicy, direction: PolicyType, rule: &AdminRule, family: Family) -> String {
    let kind = match policy.kind {
        AdminKind::Admin => "anp",
        AdminKind::Baseline => "banp",
        AdminKind::Cluster => "cnp",
    };
    let (name, index) = (lettered(policy), rule.index);
    format!("{kind}/{name}/{}/{}/{index}", direction.field(), family_name(family))
}

/// A rule whose name cannot stand in that of a set (`CreateAddressSet`).
pub(super) fn unnameable(policy: &AdminPolicy, direction: PolicyType) -> Option<Diagnostic> {
    let is_wrong = |rule: &&AdminRule| {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        rule.name.as_ref().is_some_and(|name| !name.value.chars().all(known))
    };
    let name = policy.rules(direction).iter().find(is_wrong)?.name.as_ref()?;
    let without = match direction {
        PolicyType::Ingress => "no rule".into(),
        PolicyType::Egress => format!("no rule of `{}`", direction.field()),
    };
    let message = format!(
        "Kube-OVN makes the name of an address set of `{}`, which OVN does not take: {without} of {} has an effect",
        name.value,
        policy.title()
    );
    let finding = Diagnostic::new(Code::EnforcerDiffers, message).at(name.place);
    Some(finding.help("write letters, digits, `-`, `_` and `.`"))
}

/// Policies that share a port group: kinds are not told apart, nor `-` and `.`.
pub(super) fn collisions(policies: &[&AdminPolicy], out: &mut Vec<Diagnostic>) {
    let mut known: HashMap<String, &AdminPolicy> = HashMap::new();
    for policy in policies {
        let name = group(policy);
        let Some(first) = known.get(&name) else {
            known.insert(name, policy);
            continue;
        };
        let message = format!(
            "{} and {} share the port group `{name}`: each overwrites the ports and rows of the other, and the one that \
             was handled last is in force",
            first.title(),
            policy.title()
        );
        let finding = policy.finding(Code::EnforcerDiffers, message).label(first.name.place, "the other one");
        out.push(finding.help("rename one of them: Kube-OVN does not tell the kinds apart, and writes `.` for `-`"));
    }
}
