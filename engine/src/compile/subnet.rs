//! The rows of a Subnet (`pkg/ovs/ovn-nb-acl.go` of Kube-OVN).

mod fate;
mod remarks;

use super::compiler::Compiler;
use super::profile::{Profile, Support};
use super::row::{accepted, built, provenance, short};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action, Direction, Log, Severity};
use crate::read::{AclEntry, Placed, Subnet};
use crate::source::Place;
use crate::world::World;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use fate::{Fate, fate, knows};
use ipnet::IpNet;

/// Prefixes from which nodes speak to pods: as the controller was told, those of the Subnet `join`, or Kube-OVN's defaults.
pub(super) fn join_prefixes(world: &World) -> Vec<IpNet> {
    if !world.controller.join.is_empty() {
        return world.controller.join.clone();
    }
    match world.switches.iter().find(|switch| switch.name == "join" && switch.subnet.is_some()) {
        Some(join) => join.cidrs.clone(),
        None => ["100.64.0.0/16", "fd00:100:64::/112"].iter().filter_map(|text| text.parse().ok()).collect(),
    }
}

/// The rows of a Subnet: `private` and `allowSubnets`, `allowEWTraffic`, `acls`.
pub(super) fn subnet(
    subnet: &Subnet,
    compiler: &Compiler<'_>,
    joined: &[IpNet],
    out: &mut Vec<Diagnostic>,
) -> Vec<Acl> {
    let profile = compiler.profile;
    if profile.subnet_rules == Support::No {
        out.extend(without_effect(subnet, profile));
        return Vec::new();
    }
    let (fate, why) = fate(subnet, compiler);
    out.extend(why);
    if fate != Fate::Refused {
        remarks::allowed(subnet, out);
        out.extend(remarks::east_west(subnet, profile));
    }
    match fate {
        Fate::Refused => Vec::new(),
        Fate::WithoutAcls => rows(&Subnet { acls: Vec::new(), ..subnet.clone() }, profile, joined, out),
        Fate::Written => rows(subnet, profile, joined, out),
    }
}

/// The entries of `acls` that are not written.
pub(super) fn left_out<'s>(subnet: &'s Subnet, compiler: &Compiler<'_>) -> impl Iterator<Item = &'s AclEntry> {
    let (profile, all) = (compiler.profile, fate(subnet, compiler).0 != Fate::Written);
    subnet.acls.iter().filter(move |entry| all || !knows(profile, entry))
}

fn rows(subnet: &Subnet, profile: &Profile, joined: &[IpNet], out: &mut Vec<Diagnostic>) -> Vec<Acl> {
    let object = format!("Subnet/{}", subnet.name.value);
    let mut rows = Vec::new();
    if let Some(place) = subnet.private {
        private(subnet, &object, place, joined, &mut rows);
    }
    if let Some(place) = subnet.allow_east_west.filter(|_| profile.east_west == Support::No) {
        let message = format!("{} does not know `allowEWTraffic`: it has no effect here", profile.name);
        out.push(Diagnostic::new(Code::EnforcerDiffers, message).at(place));
    }
    let wanted = subnet.allow_east_west.filter(|_| profile.east_west == Support::Yes);
    if let Some(place) = wanted.filter(|_| !subnet.acls.is_empty()) {
        east_west(subnet, &object, place, &mut rows);
    }
    for row in &mut rows {
        row.tier = profile.tiers.policy;
    }
    for entry in subnet.acls.iter().filter(|entry| knows(profile, entry)) {
        let row = accepted(entry, &object, profile.version, out);
        rows.extend(row.map(|row| Acl { tier: profile.tiers.policy, ..row }));
    }
    rows
}

/// The rules of a Subnet are Kube-OVN's own.
fn without_effect(subnet: &Subnet, profile: &Profile) -> Option<Diagnostic> {
    let rows = subnet.acls.first().map(|acl| acl.place);
    let place = rows.or(subnet.private).or(subnet.allow_east_west)?;
    let message = format!(
        "the rules of Subnet `{}` are Kube-OVN's own and have no effect in `{}`",
        subnet.name.value, profile.name
    );
    Some(
        Diagnostic::new(Code::EnforcerDiffers, message)
            .at(place)
            .help("ask with `--profile kube-ovn/1.16`, or another release"),
    )
}

/// `SetLogicalSwitchPrivate` of Kube-OVN.
fn private(subnet: &Subnet, object: &str, place: Place, joined: &[IpNet], rows: &mut Vec<Acl>) {
    let own = |priority, matches, action| {
        built(priority, matches, action, Direction::ToLport, provenance(object, "spec.private".into(), place))
    };
    let drop = own(1000, "ip".to_string(), Action::Drop);
    let log = Some(Log { severity: Some(Severity::Warning), meter: None });
    rows.push(Acl { name: Some(short(&subnet.name.value)), log, ..drop });
    for cidr in subnet.cidrs.iter().map(|cidr| cidr.value) {
        let family = family(cidr);
        rows.push(own(1001, within(cidr), Action::AllowRelated));
        for (index, allowed) in same_family(&subnet.allow_subnets, cidr) {
            let matches = format!(
                "({family}.src == {cidr} && {family}.dst == {allowed}) || ({family}.src == {allowed} && {family}.dst == {cidr})",
                allowed = allowed.value,
            );
            let provenance = provenance(object, format!("spec.allowSubnets[{index}]"), allowed.place);
            rows.push(built(1001, matches, Action::AllowRelated, Direction::ToLport, provenance));
        }
        for join in joined.iter().filter(|join| join.addr().is_ipv4() == cidr.addr().is_ipv4()) {
            rows.push(own(3000, format!("{family}.src == {join}"), Action::AllowRelated));
        }
    }
}

/// The rows of `allowEWTraffic` (`UpdateLogicalSwitchACL` of Kube-OVN).
fn east_west(subnet: &Subnet, object: &str, place: Place, rows: &mut Vec<Acl>) {
    for cidr in &subnet.cidrs {
        for direction in [Direction::ToLport, Direction::FromLport] {
            let provenance = provenance(object, "spec.allowEWTraffic".into(), place);
            rows.push(built(1900, within(cidr.value), Action::Allow, direction, provenance));
        }
    }
}

fn same_family(allowed: &[Placed<IpNet>], cidr: IpNet) -> impl Iterator<Item = (usize, &Placed<IpNet>)> {
    allowed.iter().enumerate().filter(move |(_, allowed)| allowed.value.addr().is_ipv4() == cidr.addr().is_ipv4())
}

fn within(cidr: IpNet) -> String {
    let family = family(cidr);
    format!("{family}.src == {cidr} && {family}.dst == {cidr}")
}

fn family(cidr: IpNet) -> &'static str {
    match cidr {
        IpNet::V4(_) => "ip4",
        IpNet::V6(_) => "ip6",
    }
}
