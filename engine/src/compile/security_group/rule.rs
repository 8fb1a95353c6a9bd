//! The row of a rule (`newSgRuleACL`).

use super::super::network_policy::naming::symbol;
use super::super::network_policy::stage::{scope, side};
use super::super::profile::{Profile, Support};
use super::super::row::{built, provenance};
use super::base::of;
use super::naming;
use super::sound::{Remote, SgProtocol, Sound, SoundRule, word};
use crate::ovn::acl::Acl;
use crate::reach::Family;
use crate::read::PolicyType;
use alloc::format;
use alloc::string::{String, ToString};

/// The row of a rule.
pub(super) fn row(group: &Sound<'_>, rule: &SoundRule<'_>, direction: PolicyType, profile: &Profile) -> Acl {
    let why = provenance(&group.title(), rule.rule.field.clone(), rule.rule.place);
    let matches = matches(group, rule, direction, profile);
    let priority = profile.security_group.top - rule.priority;
    Acl { tier: group.tier, ..built(priority, matches, rule.action, of(direction), why) }
}

fn matches(group: &Sound<'_>, rule: &SoundRule<'_>, direction: PolicyType, profile: &Profile) -> String {
    let ip = symbol(rule.family);
    let (scope, side) = (scope(direction, &group.group), side(direction));
    let remote = match rule.remote {
        Remote::Address(text) => text.to_string(),
        Remote::Group(name) => format!("${}", naming::set(name, rule.family)),
    };
    let local = rule.rule.local_address.as_ref().filter(|_| profile.security_group.tiered == Support::Yes);
    let local =
        local.map_or_else(String::new, |local| format!(" && {ip}.{} == {}", local_side(direction), word(Some(local))));
    format!("{scope} && {ip} && {ip}.{side} == {remote}{local}{}", transport(rule))
}

fn local_side(direction: PolicyType) -> &'static str {
    match direction {
        PolicyType::Ingress => side(PolicyType::Egress),
        PolicyType::Egress => side(PolicyType::Ingress),
    }
}

fn transport(rule: &SoundRule<'_>) -> String {
    match (&rule.protocol, rule.family) {
        (SgProtocol::All, _) => String::new(),
        (SgProtocol::Icmp, Family::Ipv4) => " && icmp4".to_string(),
        (SgProtocol::Icmp, Family::Ipv6) => " && icmp6".to_string(),
        (SgProtocol::Ports { symbol, target: [first, last], source }, _) => {
            let source =
                source.map_or_else(String::new, |[first, last]| format!(" && {first} <= {symbol}.src <= {last}"));
            format!(" && {first} <= {symbol}.dst <= {last}{source}")
        }
    }
}
