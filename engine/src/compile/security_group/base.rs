//! The rows that do not come from rules (`CreateSgBaseACL`, `CreateSgDenyAllACL`).

use super::super::network_policy::leases;
use super::super::network_policy::naming::symbol;
use super::super::network_policy::stage::{scope, side};
use super::super::row::{built, provenance};
use super::sound::Sound;
use super::{DENY_ALL, naming};
use crate::ovn::acl::{Acl, Action, Direction, Provenance, Tier};
use crate::reach::Family;
use crate::read::PolicyType;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The priority of what every group allows.
const ALWAYS: i64 = 2005;
/// The priority of what members send to each other.
const SAME_GROUP: i64 = 2004;
/// The priority of what is dropped otherwise.
const DENIED: i64 = 2003;

/// The direction in OVN's words; what ports send is asked about before load balancing.
pub(super) fn of(direction: PolicyType) -> Direction {
    match direction {
        PolicyType::Ingress => Direction::ToLport,
        PolicyType::Egress => Direction::FromLport,
    }
}

/// Address resolution, neighbour discovery, leases and VRRP.
pub(super) fn always(group: &Sound<'_>, direction: PolicyType, tiers: &[Tier]) -> Vec<Acl> {
    let name = &group.object.name;
    let why = provenance(&group.title(), "metadata.name".to_string(), name.place);
    let scope = scope(direction, &group.group);
    let row = |tier: Tier, what: &String| {
        let matches = format!("{scope} && {what}");
        Acl { tier, ..built(ALWAYS, matches, Action::AllowRelated, of(direction), why.clone()) }
    };
    let whats = allowed(direction);
    tiers.iter().flat_map(|tier| whats.iter().map(|what| row(*tier, what)).collect::<Vec<_>>()).collect()
}

fn allowed(direction: PolicyType) -> Vec<String> {
    let types = match direction {
        PolicyType::Ingress => "130, 134, 135, 136",
        PolicyType::Egress => "130, 133, 135, 136",
    };
    let neighbours = format!("icmp6.type == {{{types}}} && icmp6.code == 0 && ip.ttl == 255");
    let [six, four] = leases(direction);
    alloc::vec!["arp".to_string(), neighbours, four, six, "ip.proto == 112".to_string()]
}

/// What `allowSameGroupTraffic` adds.
pub(super) fn same_group(group: &Sound<'_>, direction: PolicyType) -> Vec<Acl> {
    let Some(place) = group.object.same_group else { return Vec::new() };
    let row = |family: Family| {
        let (ip, set) = (symbol(family), naming::set(&group.object.name.value, family));
        let scope = scope(direction, &group.group);
        let matches = format!("{scope} && {ip} && {ip}.{} == ${set}", side(direction));
        let why = provenance(&group.title(), "spec.allowSameGroupTraffic".to_string(), place);
        Acl { tier: group.tier, ..built(SAME_GROUP, matches, Action::AllowRelated, of(direction), why) }
    };
    [Family::Ipv4, Family::Ipv6].map(row).into()
}

/// What is dropped of all ports that are in a group; no object of the input says so.
pub(super) fn denied(group: &str, direction: PolicyType, tiers: &[Tier]) -> Vec<Acl> {
    let scope = scope(direction, group);
    let row = |tier: &Tier| {
        let why =
            Provenance { object: format!("SecurityGroup/{DENY_ALL}"), field: "metadata.name".to_string(), place: None };
        let matches = format!("{scope} && ip");
        Acl { tier: *tier, ..built(DENIED, matches, Action::Drop, of(direction), why) }
    };
    tiers.iter().map(row).collect()
}
