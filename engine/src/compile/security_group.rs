//! The rows of SecurityGroups (`pkg/controller/security_group.go`, `pkg/ovs/ovn-nb-acl.go` of Kube-OVN).
//!
//! Each group is a port group of the ports that name it, with two sets of their addresses. What no rule of it decides is
//! dropped by a group of all such ports.

mod absent;
mod base;
mod member;
mod naming;
mod remarks;
mod rule;
mod sound;

use super::compiler::{Compiler, Written};
use super::network_policy::roll::family;
use super::profile::{Profile, Support};
use super::row::without_pass;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::Tier;
use crate::ovn::network::PortGroup;
use crate::reach::Family;
use crate::read::{PolicyType, SecurityGroup};
use crate::world::Interface;
pub(super) use absent::absent;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use member::Members;
use sound::Sound;

/// The group of all ports that are in a group.
const DENY_ALL: &str = "kubeovn_deny_all";

/// Everything that Kube-OVN writes for SecurityGroups.
pub(super) fn security_groups(
    compiler: &Compiler<'_>,
    groups: &[&SecurityGroup],
    out: &mut Vec<Diagnostic>,
) -> Written {
    let profile = compiler.profile;
    let mut installed: Vec<Sound<'_>> = Vec::new();
    for group in groups {
        installed.extend(sound::sound(group, (groups, &compiler.world.security_groups), profile, out));
    }
    naming::collisions(&installed, out);
    let members = Members::new(compiler.world, &installed, out);
    remarks::unreachable(&installed, &members, profile, out);
    let mut written = Written::default();
    for group in &installed {
        let ports = members.of(&group.object.name.value);
        written.sets.extend([Family::Ipv4, Family::Ipv6].map(|family| set(group, family, ports)));
        written.groups.push(port_group(group, ports, profile, out));
    }
    if !members.denied.is_empty() {
        written.groups.push(deny_all(&members, profile));
    }
    written
}

/// SecurityGroups are Kube-OVN's own.
pub(super) fn without_effect(group: &SecurityGroup, profile: &Profile) -> Diagnostic {
    let name = &group.name.value;
    let message = format!("SecurityGroup `{name}` is Kube-OVN's own and has no effect in `{}`", profile.name);
    group.finding(Code::EnforcerDiffers, message)
}

/// The tiers that the rows are in which every group has.
fn tiers(profile: &Profile) -> Vec<Tier> {
    let mut tiers = alloc::vec![profile.tiers.policy];
    if profile.security_group.tiered == Support::Yes && profile.tiers.baseline != profile.tiers.policy {
        tiers.push(profile.tiers.baseline);
    }
    tiers
}

fn set(group: &Sound<'_>, wanted: Family, ports: &[&Interface]) -> (String, Vec<String>) {
    let addresses = ports.iter().flat_map(|port| &port.addresses).map(|address| address.value);
    let texts = addresses.filter(|address| family(*address) == wanted).map(|address| address.to_string());
    (naming::set(&group.object.name.value, wanted), texts.collect())
}

fn port_group(group: &Sound<'_>, ports: &[&Interface], profile: &Profile, out: &mut Vec<Diagnostic>) -> PortGroup {
    let mut acls = Vec::new();
    for direction in PolicyType::ALL {
        let rules = group.rules(direction).iter();
        acls.extend(rules.map(|rule| rule::row(group, rule, direction, profile)));
    }
    let mut acls = without_pass(acls, profile.version, out);
    for direction in PolicyType::ALL {
        acls.extend(base::always(group, direction, &tiers(profile)));
        acls.extend(base::same_group(group, direction));
    }
    PortGroup {
        name: group.group.clone(),
        ports: ports.iter().map(|port| port.port.clone()).collect(),
        acls,
        doubted: false,
    }
}

fn deny_all(members: &Members<'_>, profile: &Profile) -> PortGroup {
    let name = naming::group(DENY_ALL);
    let acls = PolicyType::ALL.into_iter().flat_map(|direction| base::denied(&name, direction, &tiers(profile)));
    PortGroup { acls: acls.collect(), ports: members.denied.clone(), name, doubted: false }
}
