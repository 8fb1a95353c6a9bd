//! Addresses, ports and names that do not fit together.

use super::World;
use super::machine::{Interface, Machine};
use super::switch::{Switch, Uplink};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::read::{Placed, Presence, did_you_mean};
use crate::source::Place;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::{HashMap, HashSet};
use ipnet::IpNet;

/// Checks every interface of every machine.
pub(crate) fn machines(machines: &[Machine], switches: &[Switch], out: &mut Vec<Diagnostic>) {
    let mut addresses: HashMap<(usize, IpAddr), (String, Place)> = HashMap::new();
    let mut ports: HashMap<&str, (String, Place)> = HashMap::new();
    for (machine, interface) in interfaces(machines) {
        let id = machine.endpoint_id(interface);
        let Some(switch) = switches.get(interface.switch) else { continue };
        for address in &interface.addresses {
            out.extend(misplaced(&id, address, switch));
            let taken = addresses.insert((interface.switch, address.value), (id.clone(), address.place));
            out.extend(taken.map(|(other, place)| {
                taken_twice("address", &format!("{}", address.value), &id, &other, address.place, place)
            }));
        }
        // A further address of a port is a machine that is called by it, and comes after the one that has the first.
        let first = ports.get(interface.port.as_str()).map(|(id, _)| id.as_str());
        let further = |address: &Placed<IpAddr>| id.strip_suffix(&format!(" ({})", address.value)) == first;
        if first.is_some() && interface.addresses.iter().any(further) {
            continue;
        }
        let taken = ports.insert(&interface.port, (id.clone(), interface.place));
        out.extend(
            taken.map(|(other, place)| taken_twice("port", &interface.port, &id, &other, interface.place, place)),
        );
    }
}

/// Says which machines are stopped, where there are policies.
pub(crate) fn stopped(world: &World, out: &mut Vec<Diagnostic>) {
    let mut stopped = world.machines.iter().filter(|machine| machine.pod == Presence::Absent);
    let Some(first) = stopped.next().filter(|_| !world.network_policies.is_empty()) else { return };
    let others = match stopped.count() {
        0 => String::new(),
        1 => "; so is one other machine".into(),
        more => format!("; so are {more} other machines"),
    };
    let id = first.id();
    let message = format!(
        "`{id}` is stopped and has no pod: no policy selects it, rules about its address and port hold{others}"
    );
    out.push(Diagnostic::new(Code::SelectsNothing, message).severity(Severity::Info).at(first.place));
}

/// Checks that there is something on every switch to ask about.
pub(crate) fn switches(world: &World, out: &mut Vec<Diagnostic>) {
    let used: HashSet<usize> = interfaces(&world.machines).map(|(_, interface)| interface.switch).collect();
    for (index, switch) in world.switches.iter().enumerate() {
        if switch.cidrs.is_empty() && !used.contains(&index) {
            let message =
                format!("neither prefix nor machine of `{}` is known; nothing on it is asked about", switch.name);
            out.push(
                Diagnostic::new(Code::NoEndpoint, message).at(switch.place).help("write its prefix, or add machines"),
            );
        }
    }
}

/// Checks that the members of port groups are there.
pub(crate) fn ports(world: &World, out: &mut Vec<Diagnostic>) {
    let mut known: HashSet<&str> = interfaces(&world.machines).map(|(_, interface)| interface.port.as_str()).collect();
    for bare in world.switches.iter().flat_map(|switch| &switch.bare) {
        known.extend(bare.router_port.iter().chain(&bare.physical).chain(&bare.ports).map(|port| port.value.as_str()));
    }
    for group in &world.port_groups {
        for port in group.ports.iter().filter(|port| !known.contains(port.value.as_str())) {
            let message = format!(
                "port group `{}` names port `{}`, which is not in the input; OVN ignores it",
                group.name.value, port.value
            );
            let diagnostic = Diagnostic::new(Code::DanglingReference, message).at(port.place);
            let meant = interfaces(&world.machines)
                .find(|(machine, _)| machine.name == port.value || machine.id() == port.value);
            out.push(match meant {
                Some((_, interface)) => diagnostic.help(format!("the port of that machine is `{}`", interface.port)),
                None => diagnostic.help("write the name of a logical port; `port: ..` of a machine sets it"),
            });
        }
    }
}

/// Checks that the switches and routers of load balancers are there.
pub(crate) fn balancers(world: &World, out: &mut Vec<Diagnostic>) {
    let switches: BTreeSet<&str> = world.switches.iter().map(|switch| switch.name.as_str()).collect();
    let routers = routers(world);
    for balancer in &world.balancers {
        for switch in balancer.switches.iter().filter(|switch| !switches.contains(switch.value.as_str())) {
            let message = format!("a load balancer is on switch `{}`, which is not in the input", switch.value);
            out.push(dangling(message, switch, &switches, "write the name of a switch or of a Subnet"));
        }
        for router in balancer.routers.iter().filter(|router| !routers.contains(router.value.as_str())) {
            let message = format!(
                "a load balancer is on router `{}`, which no switch of the input is on; nobody gets to it from outside by that",
                router.value
            );
            out.push(dangling(
                message,
                router,
                &routers,
                "write a name that is the `router` of a switch, or the VPC of a Subnet",
            ));
        }
    }
}

/// Checks that nobody else has the address of a node: neither another node nor a machine that its router leads to.
pub(crate) fn nodes(world: &World, out: &mut Vec<Diagnostic>) {
    let mut taken: HashMap<IpAddr, (String, Place)> = HashMap::new();
    let is_near = |interface: &Interface| world.switches.get(interface.switch).is_some_and(Switch::is_in_default_vpc);
    for (machine, interface) in interfaces(&world.machines).filter(|(_, interface)| is_near(interface)) {
        let own = interface.addresses.iter();
        taken.extend(own.map(|address| (address.value, (machine.endpoint_id(interface), address.place))));
    }
    for node in &world.nodes {
        let id = format!("node/{}", node.name);
        for address in &node.addresses {
            let other = taken.insert(*address, (id.clone(), node.place)).filter(|(other, _)| *other != id);
            out.extend(other.map(|(other, place)| {
                let conflict = taken_twice("address", &format!("{address}"), &id, &other, node.place, place);
                conflict.severity(Severity::Warning).help("write the address that each of them has")
            }));
        }
    }
}

/// What routers are called: those that switches are on, and those that are stated of switches all the same.
fn routers(world: &World) -> BTreeSet<&str> {
    let mut known = BTreeSet::new();
    for switch in &world.switches {
        if let Uplink::Router(name) = &switch.uplink {
            known.insert(name.as_str());
        }
        known.extend(switch.bare.iter().filter_map(|bare| bare.router.as_ref()).map(|router| router.value.as_str()));
    }
    known
}

fn dangling(message: String, name: &Placed<String>, known: &BTreeSet<&str>, help: &str) -> Diagnostic {
    let help = did_you_mean(&name.value, known.iter().copied()).unwrap_or_else(|| help.into());
    Diagnostic::new(Code::DanglingReference, message).at(name.place).help(help)
}

fn interfaces(machines: &[Machine]) -> impl Iterator<Item = (&Machine, &Interface)> {
    machines.iter().flat_map(|machine| machine.interfaces.iter().map(move |interface| (machine, interface)))
}

fn misplaced(id: &str, address: &Placed<IpAddr>, switch: &Switch) -> Option<Diagnostic> {
    let (why, severity) = why(address.value, switch)?;
    let message = format!("address `{}` of `{id}` {why} `{}`", address.value, switch.name);
    let help = "write an address of the subnet that is free";
    Some(Diagnostic::new(Code::MisplacedAddress, message).severity(severity).at(address.place).help(help))
}

fn why(address: IpAddr, switch: &Switch) -> Option<(&'static str, Severity)> {
    let excluded = switch.subnet.iter().flat_map(|subnet| &subnet.excluded);
    if !switch.cidrs.is_empty() && !switch.contains(address) {
        Some(("lies outside the prefixes of", Severity::Warning))
    } else if switch.gateways.contains(&address) {
        Some(("is the gateway of", Severity::Warning))
    } else if !switch.is_implied() && switch.cidrs.iter().any(|cidr| is_reserved(*cidr, address)) {
        Some(("is the network or broadcast address of", Severity::Warning))
    } else if excluded.into_iter().any(|range| range.value.first <= address && address <= range.value.last) {
        Some(("is one of `excludeIps` of", Severity::Info))
    } else {
        None
    }
}

/// Whether an address of an IPv4 prefix is no host.
pub(crate) fn is_reserved(cidr: IpNet, address: IpAddr) -> bool {
    cidr.prefix_len() + 1 < cidr.max_prefix_len()
        && (address == cidr.network() || (address.is_ipv4() && address == cidr.broadcast()))
}

fn taken_twice(what: &str, value: &str, id: &str, other: &str, place: Place, first: Place) -> Diagnostic {
    let message = format!("{what} `{value}` of `{id}` is also that of `{other}`");
    let conflict = Diagnostic::new(Code::Conflict, message).at(place).label(first, "taken here");
    conflict.help(format!("give each machine its own {what}"))
}
