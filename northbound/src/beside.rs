//! What OVN does beside the rows for some machines, which is not evaluated, a sentence each.

use crate::row::{entry, texts, uuids};
use ringfence_ovsdb::{Row, Snapshot};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// What there is of it on a switch, of whose machines and those of all others the addresses are known.
pub(crate) fn beside(snapshot: &Snapshot, name: &str, switch: &Row, machines: &BTreeSet<IpAddr>) -> Vec<String> {
    let mut found = Vec::new();
    if !uuids(switch, "dns_records").is_empty() {
        found.push(format!(
            "switch `{name}` has DNS records: OVN gives its machines whatever comes from UDP port 53, whatever the rows say, \
             which is not evaluated"
        ));
    }
    let ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
    let served: BTreeSet<IpAddr> = ports.clone().filter_map(|port| server(snapshot, port)).collect();
    for server in served.intersection(machines) {
        found.push(format!(
            "the DHCP options of ports of switch `{name}` name the server {server}, which a machine is: OVN gives those ports \
             its answers, from UDP port 67 to 68, whatever the rows say, which is not evaluated"
        ));
    }
    let is_unknown = |port: &&Row| {
        let stated = texts(port, "addresses");
        stated.contains(&"unknown") && stated.len() > 1
    };
    let asked = ports.filter(is_unknown).count();
    if asked > 0 {
        found.push(format!(
            "OVN does not answer for the ports of switch `{name}` whose `addresses` have `unknown` ({asked}): who asks for their \
             Ethernet address asks them, and rows that drop ARP there are not evaluated"
        ));
    }
    for balanced in vips(snapshot, switch).intersection(machines) {
        found.push(format!(
            "a load balancer of switch `{name}` takes connections to {balanced}, which a machine has as well: they go to its \
             backends, and what is said of that machine does not hold for them"
        ));
    }
    found
}

/// The server that the DHCP options of a port name.
fn server(snapshot: &Snapshot, port: &Row) -> Option<IpAddr> {
    let options = uuids(port, "dhcpv4_options").into_iter().find_map(|id| snapshot.row("DHCP_Options", id))?;
    entry(options, "options", "server_id")?.parse().ok()
}

/// The addresses of the load balancers of a switch.
fn vips(snapshot: &Snapshot, switch: &Row) -> BTreeSet<IpAddr> {
    let vips = balancers(snapshot, switch).filter_map(|row| row.get("vips"));
    let names = vips.flat_map(|vips| vips.pairs().filter_map(|(vip, _)| vip.as_str()));
    names.filter_map(address).collect()
}

/// `10.0.0.1`, `10.0.0.1:80`, `[fd00::1]:80`.
fn address(vip: &str) -> Option<IpAddr> {
    let host = vip.strip_prefix('[').and_then(|vip| vip.split(']').next());
    vip.parse().ok().or_else(|| host.or_else(|| vip.split(':').next())?.parse().ok())
}

/// The load balancers of a switch, by themselves and by groups.
pub(crate) fn balancers<'s>(snapshot: &'s Snapshot, switch: &Row) -> impl Iterator<Item = &'s Row> {
    let groups = uuids(switch, "load_balancer_group").into_iter();
    let groups = groups.filter_map(|id| snapshot.row("Load_Balancer_Group", id));
    let by_group = groups.flat_map(|group| uuids(group, "load_balancer"));
    let all: Vec<_> = uuids(switch, "load_balancer").into_iter().chain(by_group).collect();
    all.into_iter().filter_map(|id| snapshot.row("Load_Balancer", id))
}
