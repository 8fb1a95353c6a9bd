//! The endpoints: machines, addresses without a machine, gateways, and the world outside.

use super::macs::Macs;
use super::matches::Tests;
use super::names::names;
use super::parts::{neighbours, parts};
use super::ranges::{Span, Width, number, prefix, without};
use super::sites::{gateways, outside, sites};
use crate::diagnostic::Diagnostic;
use crate::ovn::network::{LoadBalancer, Network, Port, PortKind};
use crate::reach::{AddressRange, Attachment, Endpoint, EndpointKind};
use crate::world::{Interface, Switch, World};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::HashSet;

/// All endpoints of a world; addresses without a machine get ports of their own.
pub(super) fn endpoints(
    world: &World,
    network: &mut Network,
    tests: &Tests,
    macs: &mut Macs,
    out: &mut Vec<Diagnostic>,
) -> Vec<Endpoint> {
    let mut endpoints = machines(world, macs);
    let inhabited: HashSet<usize> =
        world.machines.iter().flat_map(|machine| &machine.interfaces).map(|interface| interface.switch).collect();
    for (index, switch) in world.switches.iter().enumerate().filter(|(index, _)| !inhabited.contains(index)) {
        endpoints.extend(unclaimed(index, switch, network, tests, macs, out));
    }
    let sites = sites(world, network, macs);
    for site in &sites {
        endpoints.extend(gateways(site, world, network));
    }
    endpoints.extend(nodes(world, network, macs));
    endpoints.extend(services(world, macs));
    endpoints.extend(balancers(world, network, macs));
    let prefixed = sites.len() > 1;
    for site in &sites {
        endpoints.extend(outside(site, prefixed, world, network, tests, out));
    }
    unique(&mut endpoints);
    endpoints
}

/// The nodes, behind the router of the default VPC.
fn nodes(world: &World, network: &Network, macs: &mut Macs) -> Vec<Endpoint> {
    let of_default = world.default_router();
    let Some(router) = network.routers.iter().position(|router| router.name == of_default) else { return Vec::new() };
    let nodes = world.nodes.iter().filter(|node| !node.addresses.is_empty());
    nodes
        .map(|node| {
            let mut addresses: Vec<AddressRange> = node.addresses.iter().map(|address| single(*address)).collect();
            addresses.sort_unstable();
            Endpoint {
                id: format!("node/{}", node.name),
                kind: EndpointKind::Node,
                attachment: Attachment::Router(router),
                switch: String::new(),
                mac: macs.next(),
                addresses,
                place: Some(node.place),
                mixed: false,
                alone: false,
            }
        })
        .collect()
}

/// Services, at their own addresses; their load balancers are in the same order.
fn services(world: &World, macs: &mut Macs) -> Vec<Endpoint> {
    let services = world.services.iter().enumerate();
    services
        .map(|(index, service)| {
            let mut addresses: Vec<AddressRange> = service.addresses.iter().map(|address| single(*address)).collect();
            addresses.sort_unstable();
            Endpoint {
                id: format!("{}/{}", service.namespace, service.name),
                kind: EndpointKind::Service,
                attachment: Attachment::Balancer(index),
                switch: String::new(),
                mac: macs.next(),
                addresses,
                place: Some(service.place),
                mixed: false,
                alone: false,
            }
        })
        .collect()
}

/// The addresses of load balancers that no Service made: these come behind the others.
fn balancers(world: &World, network: &Network, macs: &mut Macs) -> Vec<Endpoint> {
    let stated = network.load_balancers.iter().enumerate().skip(world.services.len());
    // From switches without a router nobody gets to them.
    let is_met = |of: &LoadBalancer| {
        let mut links = network.routers.iter().flat_map(|router| &router.links);
        !of.routers.is_empty() || links.any(|link| of.switches.binary_search(&link.switch).is_ok())
    };
    stated
        .filter(|(_, balancer)| is_met(balancer))
        .map(|(index, balancer)| Endpoint {
            id: balancer.name.clone(),
            kind: EndpointKind::Service,
            attachment: Attachment::Balancer(index),
            switch: String::new(),
            mac: macs.next(),
            addresses: balancer.vips.iter().take(1).map(|vip| single(vip.address)).collect(),
            place: None,
            mixed: false,
            alone: false,
        })
        .collect()
}

fn single(address: IpAddr) -> AddressRange {
    AddressRange { first: address, last: address }
}

/// A Service often has the name of its workload, a namespace can have the name of a subnet, and a machine the name
/// `gateway`.
fn unique(endpoints: &mut [Endpoint]) {
    let mut seen: HashSet<String> = HashSet::new();
    for endpoint in endpoints {
        if let Some((place, name)) = endpoint.id.split_once('/').filter(|_| seen.contains(&endpoint.id)) {
            endpoint.id = format!("{place}/{}/{name}", endpoint.kind.name().to_ascii_lowercase());
        }
        while !seen.insert(endpoint.id.clone()) {
            endpoint.id.push('~');
        }
    }
}

fn machines(world: &World, macs: &mut Macs) -> Vec<Endpoint> {
    let interfaces =
        world.machines.iter().flat_map(|machine| machine.interfaces.iter().map(move |interface| (machine, interface)));
    interfaces
        .map(|(machine, interface)| Endpoint {
            id: machine.endpoint_id(interface),
            kind: machine.kind,
            attachment: Attachment::Port { switch: interface.switch, port: interface.port.clone() },
            switch: world.switches.get(interface.switch).map(|switch| switch.name.clone()).unwrap_or_default(),
            mac: interface.mac.unwrap_or_else(|| macs.next()),
            addresses: singles(interface),
            place: Some(interface.place),
            mixed: false,
            alone: machine.alone,
        })
        .collect()
}

/// The first address of each family comes first, as it counts.
fn singles(interface: &Interface) -> Vec<AddressRange> {
    let mut addresses: Vec<AddressRange> = Vec::new();
    for address in interface.addresses.iter().map(|address| address.value) {
        if addresses.iter().all(|known| Width::of(known.first) != Width::of(address)) {
            addresses.push(single(address));
        }
    }
    addresses.sort_unstable();
    addresses
}

/// The addresses of a switch on which no machine is known.
fn unclaimed(
    index: usize,
    switch: &Switch,
    network: &mut Network,
    tests: &Tests,
    macs: &mut Macs,
    out: &mut Vec<Diagnostic>,
) -> Vec<Endpoint> {
    let spans = |width| free(switch, width);
    let (parts, mixed) = parts(spans, &neighbours(network, index), tests, switch.place, &switch.name, out);
    let named = names(&parts);
    let endpoints: Vec<Endpoint> = parts
        .into_iter()
        .zip(mixed)
        .zip(named)
        .map(|((addresses, mixed), name)| {
            let id = format!("{}/{name}", switch.name);
            Endpoint {
                attachment: Attachment::Port { switch: index, port: id.clone() },
                id,
                kind: EndpointKind::Address,
                switch: switch.name.clone(),
                mac: macs.next(),
                addresses,
                place: Some(switch.place),
                mixed,
                alone: false,
            }
        })
        .collect();
    if let Some(compiled) = network.switches.get_mut(index) {
        let leased = switch.subnet.as_ref().is_some_and(|subnet| subnet.dhcp);
        let port = |endpoint: &Endpoint| Port { leased, ..Port::new(endpoint.id.as_str(), PortKind::Vif) };
        compiled.ports.extend(endpoints.iter().map(port));
    }
    endpoints
}

/// What is left of a switch's prefixes without gateways, network and broadcast addresses.
fn free(switch: &Switch, width: Width) -> Vec<Span> {
    let own = switch.cidrs.iter().filter(|cidr| Width::of(cidr.network()) == width);
    let mut spans: Vec<Span> = Vec::new();
    for cidr in own.clone() {
        let whole = prefix(*cidr);
        let rest = spans.iter().fold(alloc::vec![whole], |rest, known| without(&rest, *known));
        spans.extend(rest);
    }
    spans.sort_unstable();
    let mut kept: Vec<u128> = switch
        .gateways
        .iter()
        .filter(|gateway| Width::of(**gateway) == width)
        .map(|gateway| number(*gateway))
        .collect();
    for cidr in own.filter(|cidr| cidr.prefix_len() + 1 < cidr.max_prefix_len()) {
        kept.push(number(cidr.network()));
        kept.extend(cidr.network().is_ipv4().then(|| number(cidr.broadcast())));
    }
    kept.into_iter().fold(spans, |spans, one| without(&spans, Span { first: one, last: one }))
}
