//! Rows: what Kube-OVN writes for a Subnet (`pkg/ovs/ovn-nb-acl.go`), and rows that are written outright.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::acl::{Acl, Action, Direction, Priority, Provenance, Tier};
use crate::ovn::network::Version;
use crate::read::{AclEntry, Placed, Subnet};
use crate::source::Place;
use crate::world::World;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use ipnet::IpNet;

/// The longest name that the database takes.
const LONGEST_NAME: usize = 63;

/// Prefixes from which nodes speak to pods: those of the Subnet `join`, or Kube-OVN's defaults.
pub(super) fn join_prefixes(world: &World) -> Vec<IpNet> {
    match world.switches.iter().find(|switch| switch.name == "join" && switch.subnet.is_some()) {
        Some(join) => join.cidrs.clone(),
        None => ["100.64.0.0/16", "fd00:100:64::/112"].iter().filter_map(|text| text.parse().ok()).collect(),
    }
}

/// The rows of a Subnet: `private` and `allowSubnets`, `allowEWTraffic`, `acls`.
pub(super) fn subnet(subnet: &Subnet, version: Version, joined: &[IpNet], out: &mut Vec<Diagnostic>) -> Vec<Acl> {
    let object = format!("Subnet/{}", subnet.name.value);
    let mut rows = Vec::new();
    if let Some(place) = subnet.private {
        private(subnet, &object, place, joined, &mut rows);
    }
    if let Some(place) = subnet.allow_east_west.filter(|_| !subnet.acls.is_empty()) {
        east_west(subnet, &object, place, &mut rows);
    }
    for row in &mut rows {
        row.tier = subnet_tier(version);
    }
    for entry in &subnet.acls {
        rows.extend(accepted(entry, &object, version, out).map(|row| Acl { tier: subnet_tier(version), ..row }));
    }
    rows
}

/// Rows that somebody writes into the database.
pub(super) fn bare(object: &str, entries: &[AclEntry], version: Version, out: &mut Vec<Diagnostic>) -> Vec<Acl> {
    entries.iter().filter_map(|entry| accepted(entry, object, version, out)).collect()
}

/// Kube-OVN 1.13 and newer, with an OVN that has tiers, writes into tier 2.
fn subnet_tier(version: Version) -> Tier {
    match version {
        Version::V23_03 => Tier::default(),
        Version::Main => Tier::new(2).unwrap_or_default(),
    }
}

fn accepted(entry: &AclEntry, object: &str, version: Version, out: &mut Vec<Diagnostic>) -> Option<Acl> {
    let old = version == Version::V23_03;
    if old && entry.action.value == Action::Pass {
        let message = "OVN 23.03 has no action `pass` and refuses the row; it is left out";
        let help = "write another action, or ask about `version: main`";
        out.push(
            Diagnostic::new(Code::VersionMismatch, message).severity(Severity::Error).at(entry.action.place).help(help),
        );
        return None;
    }
    let tier = entry.tier.as_ref().filter(|tier| tier.value != Tier::default());
    if let (true, Some(tier)) = (old, tier) {
        let message = format!("OVN 23.03 has no tiers; tier {} is left out of the row", tier.value.get());
        out.push(
            Diagnostic::new(Code::VersionMismatch, message)
                .at(tier.place)
                .help("remove `tier`, or ask about `version: main`"),
        );
    }
    Some(Acl {
        direction: entry.direction,
        after_lb: entry.after_lb && entry.direction == Direction::FromLport,
        tier: tier.filter(|_| !old).map_or_else(Tier::default, |tier| tier.value),
        priority: entry.priority,
        matches: entry.matches.value.clone(),
        action: entry.action.value,
        name: entry.name.as_deref().map(short),
        provenance: provenance(object, entry.field.clone(), entry.matches.place),
    })
}

/// `SetLogicalSwitchPrivate` of Kube-OVN.
fn private(subnet: &Subnet, object: &str, place: Place, joined: &[IpNet], rows: &mut Vec<Acl>) {
    let own = |priority, matches, action| {
        built(priority, matches, action, Direction::ToLport, provenance(object, "spec.private".into(), place))
    };
    let drop = own(1000, "ip".to_string(), Action::Drop);
    rows.push(Acl { name: Some(short(&subnet.name.value)), ..drop });
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

fn built(priority: i64, matches: String, action: Action, direction: Direction, provenance: Provenance) -> Acl {
    let priority = Priority::new(priority).unwrap_or_default();
    Acl { direction, after_lb: false, tier: Tier::default(), priority, matches, action, name: None, provenance }
}

fn provenance(object: &str, field: String, place: Place) -> Provenance {
    Provenance { object: object.to_string(), field, place: Some(place) }
}

/// `setACLName` of Kube-OVN.
fn short(name: &str) -> String {
    if name.len() <= LONGEST_NAME {
        return name.to_string();
    }
    let kept = (0..=LONGEST_NAME - 3).rev().find_map(|end| name.get(..end)).unwrap_or("");
    format!("{kept}...")
}
