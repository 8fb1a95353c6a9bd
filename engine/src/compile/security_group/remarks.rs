//! Groups and rules that Kube-OVN takes, but not for what they say.

use super::super::profile::{Profile, Support};
use super::member::Members;
use super::sound::{Sound, at, word};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::Action;
use crate::read::{PolicyType, SecurityGroup, SecurityRule};
use crate::source::Place;
use crate::world::Interface;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashSet;

fn differs(message: String, place: Place, help: &'static str) -> Diagnostic {
    Diagnostic::new(Code::EnforcerDiffers, message).at(place).help(help)
}

/// What Kube-OVN makes of values that it does not know.
pub(super) fn rule(rule: &SecurityRule, profile: &Profile, out: &mut Vec<Diagnostic>) {
    let field = &rule.field;
    let tiered = profile.security_group.tiered;
    let protocol = word(rule.protocol.as_ref());
    if !matches!(protocol, "all" | "tcp" | "udp" | "icmp") {
        let message =
            format!("Kube-OVN takes protocol `{protocol}` for every protocol: `{field}` is about all of them");
        out.push(differs(message, at(rule, rule.protocol.as_ref()), "write `all`, `tcp`, `udp` or `icmp`"));
    }
    let policy = word(rule.policy.as_ref());
    if !matches!((policy, tiered), ("allow" | "drop", _) | ("pass", Support::Yes)) {
        let message = format!("Kube-OVN takes policy `{policy}` for `drop`: what `{field}` is about is dropped");
        out.push(differs(message, at(rule, rule.policy.as_ref()), "write `allow` or `drop`"));
    }
    let source = rule.source_ports.iter().flatten().next();
    match (&rule.local_address, source, tiered) {
        (Some(local), _, Support::No) => {
            let message = format!("{} does not know `localAddress`: `{field}` is about every address", profile.name);
            out.push(differs(message, local.place, "ask about a later release"));
        }
        (None, Some(port), Support::No) | (None, Some(port), Support::Yes) => {
            let message =
                format!("Kube-OVN leaves source ports out where there is no `localAddress`, also of `{field}`");
            out.push(differs(message, port.place, "write `localAddress` too"));
        }
        (Some(_), _, Support::Yes) | (None, None, _) => {}
    }
}

/// A tier that the release does not know.
pub(super) fn untiered(group: &SecurityGroup, profile: &Profile, out: &mut Vec<Diagnostic>) {
    let tier = group.tier.as_ref().filter(|tier| tier.value != 0);
    if let Some(tier) = tier.filter(|_| profile.security_group.tiered == Support::No) {
        let message = format!(
            "{} does not know tiers of SecurityGroups: `{}` is asked together with the others",
            profile.name, group.name.value
        );
        out.push(differs(message, tier.place, "remove `tier`"));
    }
}

/// Groups of tier 1 none of whose rules is ever asked: all is dropped before, unless a group of tier 0 passes it on.
pub(super) fn unreachable(groups: &[Sound<'_>], members: &Members<'_>, profile: &Profile, out: &mut Vec<Diagnostic>) {
    // Groups of tier 1 cannot pass.
    let passing = groups.iter().filter(|group| passes(group)).map(|group| group.object.name.value.as_str());
    let passing: HashSet<&str> = passing.collect();
    for group in groups.iter().filter(|group| group.tier != profile.tiers.policy) {
        let name = &group.object.name.value;
        let alone = |port: &&&Interface| !members.groups(&port.port).any(|name| passing.contains(name));
        let Some(port) = members.of(name).iter().find(alone) else { continue };
        let message = format!(
            "no rule of SecurityGroup `{name}` is asked about port `{}`: all that no group of tier 0 decides is dropped \
             before tier 1, unless one of them passes it on",
            port.port
        );
        let place = group.object.tier.as_ref().map_or(group.object.name.place, |tier| tier.place);
        out.push(differs(
            message,
            place,
            "remove `tier`, or put the port into a group of tier 0 with `policy: pass` too",
        ));
    }
}

fn passes(group: &Sound<'_>) -> bool {
    let mut rules = PolicyType::ALL.into_iter().flat_map(|direction| group.rules(direction));
    rules.any(|rule| rule.action == Action::Pass)
}
