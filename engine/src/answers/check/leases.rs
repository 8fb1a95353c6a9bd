//! Machines that OVN gives their addresses, and that cannot ask for them.

use super::name;
use crate::answers::lease::{question, stopper};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::Network;
use crate::ovn::pipeline::AclId;
use crate::reach::{Attachment, Endpoint, Family, Reach};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::HashSet;

/// Machines that are named.
const MOST_SHOWN: usize = 3;

/// What a row keeps machines from.
#[derive(Debug, Default)]
struct Stopped {
    /// Machines that cannot ask for an address at all.
    first: Vec<usize>,
    /// Machines that cannot ask to keep theirs.
    again: Vec<usize>,
}

pub(super) fn check(network: &Network, endpoints: &[Endpoint], reach: &mut Reach<'_>) -> Vec<Diagnostic> {
    let ports =
        network.switches.iter().enumerate().flat_map(|(at, switch)| switch.ports.iter().map(move |port| (at, port)));
    let leased: HashSet<(usize, &str)> =
        ports.filter(|(_, port)| port.leased).map(|(at, port)| (at, port.name.as_str())).collect();
    if leased.is_empty() {
        return Vec::new();
    }
    let classes = reach.classes();
    let mut stopped: BTreeMap<Option<AclId>, Stopped> = BTreeMap::new();
    for members in classes.members() {
        let Some(endpoint) = members.first().and_then(|first| endpoints.get(*first)) else { continue };
        let Attachment::Port { switch, port } = &endpoint.attachment else { continue };
        let Some(IpAddr::V4(address)) = endpoint.address(Family::Ipv4) else { continue };
        if !leased.contains(&(*switch, port.as_str())) {
            continue;
        }
        let by = |address| stopper(network, reach.pipelines(), (*switch, port), &question(endpoint.mac, address));
        if let Some(row) = by(None) {
            stopped.entry(row).or_default().first.extend(members);
        } else if let Some(row) = by(Some(address)) {
            stopped.entry(row).or_default().again.extend(members);
        }
    }
    let tell = |(row, stopped): (Option<AclId>, Stopped)| {
        let named = row.and_then(|row| name(network, row));
        let who = named.as_ref().map_or("the default".into(), |(_, row)| row.clone());
        let place = named.and_then(|(acl, _)| acl.provenance.place);
        let first = (!stopped.first.is_empty()).then(|| {
            format!("get no address: {who} drops what they ask OVN's DHCP: {}", list(endpoints, &stopped.first))
        });
        let again = (!stopped.again.is_empty()).then(|| {
            format!(
                "lose their address when its lease ends: {who} drops their requests to renew it: {}",
                list(endpoints, &stopped.again)
            )
        });
        let help = "`allow` `ip4.dst == 255.255.255.255 && udp.src == 68 && udp.dst == 67` in from-lport at a higher priority: \
                    OVN answers behind these rows, and whoever cannot renew asks everybody before the lease ends";
        let found =
            move |what: String| Diagnostic::new(Code::DhcpCut, format!("machines {what}")).at_maybe(place).help(help);
        first.into_iter().chain(again).map(found).collect::<Vec<_>>()
    };
    stopped.into_iter().flat_map(tell).collect()
}

fn list(endpoints: &[Endpoint], members: &[usize]) -> String {
    let mut members = members.to_vec();
    members.sort_unstable();
    let id = |member: &usize| endpoints.get(*member).map(|endpoint| endpoint.id.as_str());
    let shown: Vec<&str> = members.iter().take(MOST_SHOWN).filter_map(id).collect();
    let more = members.len().saturating_sub(shown.len());
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}
