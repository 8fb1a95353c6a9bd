//! The world as OVN sees it: switches with ports and rows, routers, port groups, address sets.

use super::balancers::balancers;
use super::beyond::beyond;
use super::compiler::Compiler;
use super::macs::Macs;
use super::profile::{Invalid, Tracking};
use super::unwritten::Unwritten;
use super::{address_set, row, service, subnet};
use crate::diagnostic::Diagnostic;
use crate::ovn::network::{Link, Mac, Network, Options, Port, PortGroup, PortKind, Router, Switch, Version};
use crate::read::Group;
use crate::world::{self, Interface, Uplink, World};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::{HashMap, HashSet};

/// The network; Ethernet addresses of routers are still to be [assigned](assign).
pub(super) fn network(compiler: &Compiler<'_>, unwritten: &[Unwritten], out: &mut Vec<Diagnostic>) -> Network {
    let (world, version) = (compiler.world, compiler.profile.version);
    let joined = subnet::join_prefixes(world);
    let mut ports = vif_ports(world);
    let mut take = |index: usize| ports.get_mut(index).map(core::mem::take).unwrap_or_default();
    let switches = world.switches.iter().enumerate();
    let mut network = Network {
        version,
        options: options(compiler),
        switches: switches.map(|(index, switch)| compile_switch(take(index), switch, compiler, &joined, out)).collect(),
        routers: routers(world),
        beyond: beyond(world, out).into_iter().collect(),
        load_balancers: Vec::new(),
        port_groups: world.port_groups.iter().map(|group| compile_group(group, version, out)).collect(),
        address_sets: BTreeMap::new(),
    };
    for set in &world.address_sets {
        network.address_sets.insert(set.name.value.clone(), address_set::elements(set, out));
    }
    let interfaces = world.machines.iter().flat_map(|machine| &machine.interfaces);
    let mut ports: HashMap<&str, Vec<&Interface>> = HashMap::new();
    interfaces.for_each(|interface| ports.entry(&interface.port).or_default().push(interface));
    compiler.policies(out).into_network(&mut network);
    let stated: HashSet<&str> = world.port_groups.iter().map(|group| group.name.value.as_str()).collect();
    let named = named_sets(&network, unwritten);
    // Groups of policies may be large and many, and few of their sets are ever asked for.
    let asked = |name: &str| {
        stated.contains(name) || ["ip4", "ip6"].iter().any(|suffix| named.contains(&format!("{name}_{suffix}")))
    };
    for group in network.port_groups.iter().filter(|group| asked(&group.name)) {
        group_sets(&ports, group, &mut network.address_sets);
    }
    network.load_balancers = balancers(compiler, &network.routers);
    service::remarks(compiler, out);
    if !world.controller.skips_tracking {
        track_balanced(&mut network);
    }
    network
}

/// With `--ls-ct-skip-dst-lport-ips=false` a switch with a Service tracks whatever its machines send.
fn track_balanced(network: &mut Network) {
    let with_addresses = network.load_balancers.iter().filter(|balancer| !balancer.vips.is_empty());
    for index in with_addresses.flat_map(|balancer| &balancer.switches) {
        if let Some(switch) = network.switches.get_mut(*index) {
            switch.load_balancer = true;
        }
    }
}

/// What inventories say, else what the profile does.
fn options(compiler: &Compiler<'_>) -> Options {
    let (stated, default) = (compiler.world.options, Options::default());
    let invalid = compiler.profile.invalid == Invalid::Dropped;
    Options {
        default_acl_drop: stated.default_acl_drop.unwrap_or(default.default_acl_drop),
        use_ct_inv_match: stated.use_ct_inv_match.unwrap_or(invalid),
        ..default
    }
}

/// Gives every link of a router its Ethernet address: as an inventory says, or one that nobody has.
pub(super) fn assign(world: &World, network: &mut Network, macs: &mut Macs) {
    for link in network.routers.iter_mut().flat_map(|router| &mut router.links) {
        let bare = world.switches.get(link.switch).into_iter().flat_map(|switch| &switch.bare);
        let stated = bare.filter_map(|bare| bare.router_mac.as_ref()).next();
        link.mac = stated.map_or_else(|| macs.next(), |mac| mac.value);
    }
}

/// The ports of machines, by switch.
fn vif_ports(world: &World) -> Vec<Vec<Port>> {
    let mut ports: Vec<Vec<Port>> = alloc::vec![Vec::new(); world.switches.len()];
    for interface in world.machines.iter().flat_map(|machine| &machine.interfaces) {
        if let Some(ports) = ports.get_mut(interface.switch) {
            let subnet = world.switches.get(interface.switch).and_then(|switch| switch.subnet.as_ref());
            let port = Port::new(interface.port.as_str(), PortKind::Vif);
            let leased = interface.leased || subnet.is_some_and(|subnet| subnet.dhcp);
            ports.push(Port { secured: interface.secured, leased, ..port });
        }
    }
    ports
}

fn compile_switch(
    mut ports: Vec<Port>,
    switch: &world::Switch,
    compiler: &Compiler<'_>,
    joined: &[ipnet::IpNet],
    out: &mut Vec<Diagnostic>,
) -> Switch {
    ports.extend(uplink_port(switch));
    let physical = switch.bare.iter().flat_map(|bare| &bare.physical);
    ports.extend(physical.map(|port| Port::new(port.value.as_str(), PortKind::Localnet)));
    let others = switch.bare.iter().flat_map(|bare| &bare.ports);
    ports.extend(others.map(|port| Port::new(port.value.as_str(), PortKind::Vif)));
    let mut acls =
        switch.subnet.iter().flat_map(|subnet| subnet::subnet(subnet, compiler, joined, out)).collect::<Vec<_>>();
    for bare in &switch.bare {
        let object = format!("Switch/{}", bare.name.value);
        acls.extend(row::bare(&object, &bare.acls, compiler.profile.version, out));
    }
    // A load balancer makes a switch track connections without any row.
    let tracks = compiler.profile.tracking == Tracking::Always;
    let load_balancer = tracks || switch.bare.iter().any(|bare| bare.load_balancer);
    let vlan_passthru = switch.bare.iter().any(|bare| bare.vlan_passthru);
    Switch { name: switch.name.clone(), ports, acls, load_balancer, vlan_passthru }
}

/// Names as an inventory says, or as Kube-OVN gives them: `<subnet>-<vpc>` and `localnet.<subnet>`.
pub(super) fn uplink_port(switch: &world::Switch) -> Option<Port> {
    match &switch.uplink {
        Uplink::Router(router) => {
            let stated = switch.bare.iter().find_map(|bare| bare.router_port.as_ref());
            let name = stated.map_or_else(|| format!("{}-{router}", switch.name), |port| port.value.clone());
            Some(Port::new(name, PortKind::Router))
        }
        Uplink::Localnet => Some(Port::new(format!("localnet.{}", switch.name), PortKind::Localnet)),
        Uplink::None => None,
    }
}

fn routers(world: &World) -> Vec<Router> {
    let mut routers: Vec<Router> = Vec::new();
    for (index, switch) in world.switches.iter().enumerate() {
        let (Uplink::Router(name), Some(port)) = (&switch.uplink, uplink_port(switch)) else { continue };
        let (addresses, networks) = (switch.gateways.clone(), switch.cidrs.clone());
        let (port, mac) = (port.name, Mac::default_router());
        let link = Link { switch: index, port, mac, addresses, networks, doubted: false };
        match routers.iter_mut().find(|router| router.name == *name) {
            Some(router) => router.links.push(link),
            None => routers.push(Router { name: name.clone(), links: alloc::vec![link] }),
        }
    }
    routers
}

impl Mac {
    /// A placeholder until addresses are assigned.
    fn default_router() -> Self {
        Self([0; 6])
    }
}

fn compile_group(group: &Group, version: Version, out: &mut Vec<Diagnostic>) -> PortGroup {
    PortGroup {
        name: group.name.value.clone(),
        ports: group.ports.iter().map(|port| port.value.clone()).collect(),
        acls: row::bare(&format!("PortGroup/{}", group.name.value), &group.acls, version, out),
        doubted: false,
    }
}

/// The names of all sets that a match asks for.
fn named_sets(network: &Network, unwritten: &[Unwritten]) -> HashSet<String> {
    let switches = network.switches.iter().flat_map(|switch| &switch.acls);
    let rows = switches.chain(network.port_groups.iter().flat_map(|group| &group.acls));
    let matches = rows.map(|row| &row.matches).chain(unwritten.iter().map(|row| &row.matches));
    let names = matches.flat_map(|text| text.split('$').skip(1)).map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len());
        rest.get(..end).unwrap_or("")
    });
    names.filter(|name| name.ends_with("_ip4") || name.ends_with("_ip6")).map(ToString::to_string).collect()
}

/// `$<group>_ip4` and `$<group>_ip6`, which northd makes of the addresses of a group's ports.
fn group_sets(ports: &HashMap<&str, Vec<&Interface>>, group: &PortGroup, sets: &mut BTreeMap<String, Vec<String>>) {
    let members = group.ports.iter().filter_map(|port| ports.get(port.as_str())).flatten();
    let addresses: Vec<IpAddr> = members.flat_map(|member| &member.addresses).map(|address| address.value).collect();
    for (suffix, wanted) in [("ip4", true), ("ip6", false)] {
        let name = format!("{}_{suffix}", group.name);
        let texts = addresses.iter().filter(|address| address.is_ipv4() == wanted).map(ToString::to_string);
        sets.entry(name).or_insert_with(|| texts.collect());
    }
}
