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
    found
}

/// The server that the DHCP options of a port name.
fn server(snapshot: &Snapshot, port: &Row) -> Option<IpAddr> {
    let options = uuids(port, "dhcpv4_options").into_iter().find_map(|id| snapshot.row("DHCP_Options", id))?;
    entry(options, "options", "server_id")?.parse().ok()
}
