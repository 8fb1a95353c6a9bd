//! An engine's [`Network`] as rows of the Northbound database.
//!
//! Switches, ports and the router are the lab's and stay; everything that hangs on them is replaced at once.

use super::database::{map, set};
use super::topology::{Machine, SWITCHES, Subnet};
use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::network::{Network, PortGroup, Switch, VipProtocol};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// The load balancer that a switch gets which has one: its address is nobody's.
const VIP: (&str, &str) = ("172.20.10.200:80", "172.20.10.2:80");

/// The database's references to logical ports, by name.
pub type Ports = BTreeMap<String, Value>;

/// Operations that make the database say what the network says, and count one configuration further.
///
/// The last operation selects `nb_cfg`. A group's port that does not exist is left out, as OVN itself would.
pub fn operations(network: &Network, ports: &Ports) -> Vec<Value> {
    let mut operations = vec![
        json!({ "op": "update", "table": "Logical_Switch", "where": [], "row": { "acls": set([]), "load_balancer": set([]) } }),
        json!({ "op": "update", "table": "Logical_Switch_Port", "where": [], "row": { "dhcpv4_options": set([]) } }),
        json!({ "op": "delete", "table": "DHCP_Options", "where": [] }),
        json!({ "op": "delete", "table": "Port_Group", "where": [] }),
        json!({ "op": "delete", "table": "Address_Set", "where": [] }),
        json!({ "op": "delete", "table": "Load_Balancer", "where": [] }),
    ];
    for (index, switch) in network.switches.iter().enumerate() {
        let (balancers, references) = balancers(index, network);
        operations.extend(balancers);
        operations.extend(rows_of_switch(&format!("s{index}"), switch, references));
    }
    for (index, group) in network.port_groups.iter().enumerate() {
        operations.extend(rows_of_group(&format!("g{index}"), group, ports));
    }
    let sets = network.address_sets.iter().filter(|(name, _)| !made_by_northd(network, name));
    operations.extend(sets.map(|(name, addresses)| {
        let addresses = set(addresses.iter().map(|address| json!(address)));
        json!({ "op": "insert", "table": "Address_Set", "row": { "name": name, "addresses": addresses } })
    }));
    operations.extend(globals(network));
    operations
}

/// Operations that make OVN answer the DHCP questions of every machine, until the next [`operations`].
pub fn dhcp(machines: &[Machine]) -> Vec<Value> {
    let serve = |(index, subnet): (usize, &Subnet)| {
        let label = format!("dhcp{index}");
        let server = subnet.v4(1).to_string();
        let mac = subnet.mac(1).to_string();
        let options =
            [("server_id", server.as_str()), ("server_mac", &mac), ("lease_time", "3600"), ("router", &server)];
        let row = json!({ "cidr": format!("{}/24", subnet.v4(0)), "options": map(options) });
        let insert = json!({ "op": "insert", "table": "DHCP_Options", "uuid-name": label, "row": row });
        let here = machines.iter().filter(move |machine| machine.switch == index);
        let give = here.map(move |machine| {
            let condition = json!([["name", "==", machine.name]]);
            let row = json!({ "dhcpv4_options": ["named-uuid", label] });
            json!({ "op": "update", "table": "Logical_Switch_Port", "where": condition, "row": row })
        });
        [insert].into_iter().chain(give).collect::<Vec<_>>()
    };
    let count = json!([["nb_cfg", "+=", 1]]);
    let mut operations: Vec<Value> = SWITCHES.iter().enumerate().flat_map(serve).collect();
    operations.push(json!({ "op": "mutate", "table": "NB_Global", "where": [], "mutations": count }));
    operations.push(json!({ "op": "select", "table": "NB_Global", "where": [], "columns": ["nb_cfg"] }));
    operations
}

/// Whether a set holds the addresses of a group. northd makes it; one of that name in the database would make northd
/// insert it twice, which the Southbound database refuses, and with it every later change.
fn made_by_northd(network: &Network, name: &str) -> bool {
    let group = ["_ip4", "_ip6"].iter().find_map(|suffix| name.strip_suffix(suffix));
    group.is_some_and(|name| network.port_groups.iter().any(|group| group.name == name))
}

/// The load balancers of Services on a switch: one for each protocol, as a row has one.
fn balancers(index: usize, network: &Network) -> (Vec<Value>, Vec<Value>) {
    let (mut inserts, mut references) = (Vec::new(), Vec::new());
    let here = network.load_balancers.iter().enumerate().filter(|(_, balancer)| balancer.switches.contains(&index));
    for (number, balancer) in here {
        for (protocol, word) in [(VipProtocol::Tcp, "tcp"), (VipProtocol::Udp, "udp"), (VipProtocol::Sctp, "sctp")] {
            let vips = balancer.vips.iter().filter(|vip| vip.protocol == protocol);
            let vips = vips.map(|vip| {
                let backends = vip.backends.iter().map(|(address, port)| SocketAddr::new(*address, *port).to_string());
                (SocketAddr::new(vip.address, vip.port).to_string(), backends.collect::<Vec<_>>().join(","))
            });
            let vips: Vec<(String, String)> = vips.collect();
            if vips.is_empty() {
                continue;
            }
            let name = format!("s{index}_b{number}_{word}");
            let vips = map(vips.iter().map(|(vip, backends)| (vip.as_str(), backends.as_str())));
            let row = json!({ "name": name, "vips": vips, "protocol": word });
            inserts.push(json!({ "op": "insert", "table": "Load_Balancer", "uuid-name": name, "row": row }));
            references.push(json!(["named-uuid", name]));
        }
    }
    (inserts, references)
}

fn rows_of_switch(label: &str, switch: &Switch, mut balancers: Vec<Value>) -> Vec<Value> {
    let (mut operations, references) = rows(label, &switch.acls);
    let mut row = json!({ "acls": references });
    if switch.load_balancer {
        let name = format!("{label}_lb");
        let balancer = json!({ "name": name, "vips": map([VIP]), "protocol": "tcp" });
        operations.push(json!({ "op": "insert", "table": "Load_Balancer", "uuid-name": name, "row": balancer }));
        balancers.push(json!(["named-uuid", name]));
    }
    row["load_balancer"] = set(balancers);
    let condition = json!([["name", "==", switch.name]]);
    operations.push(json!({ "op": "update", "table": "Logical_Switch", "where": condition, "row": row }));
    operations
}

fn rows_of_group(label: &str, group: &PortGroup, ports: &Ports) -> Vec<Value> {
    let (mut operations, references) = rows(label, &group.acls);
    let members = set(group.ports.iter().filter_map(|port| ports.get(port).cloned()));
    let row = json!({ "name": group.name, "acls": references, "ports": members });
    operations.push(json!({ "op": "insert", "table": "Port_Group", "row": row }));
    operations
}

fn rows(label: &str, acls: &[Acl]) -> (Vec<Value>, Value) {
    let name = |index: usize| format!("{label}_a{index}");
    let insert = |(index, acl)| json!({ "op": "insert", "table": "ACL", "uuid-name": name(index), "row": row(acl) });
    let references = set((0..acls.len()).map(|index| json!(["named-uuid", name(index)])));
    (acls.iter().enumerate().map(insert).collect(), references)
}

fn row(acl: &Acl) -> Value {
    let options = if acl.after_lb { map([("apply-after-lb", "true")]) } else { map([]) };
    let severity = acl.log.as_ref().and_then(|log| log.severity);
    json!({
        "log": acl.log.is_some(), "severity": severity.map_or(set([]), |severity| json!(severity.name())),
        "direction": acl.direction.name(), "priority": acl.priority.get(), "match": acl.matches,
        "action": acl.action.name(), "options": options, "name": acl.name.as_ref().map_or(set([]), |name| json!(name)),
    })
}

fn globals(network: &Network) -> Vec<Value> {
    let drop = network.options.default_acl_drop.to_string();
    let invalid = network.options.use_ct_inv_match.to_string();
    let options = map([("default_acl_drop", drop.as_str()), ("use_ct_inv_match", invalid.as_str())]);
    let keys = json!(["set", ["default_acl_drop", "use_ct_inv_match"]]);
    let change = json!([["options", "delete", keys], ["options", "insert", options], ["nb_cfg", "+=", 1]]);
    vec![
        json!({ "op": "mutate", "table": "NB_Global", "where": [], "mutations": change }),
        json!({ "op": "select", "table": "NB_Global", "where": [], "columns": ["nb_cfg"] }),
    ]
}
