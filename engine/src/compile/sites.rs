//! Where traffic leaves the switches, and who is there: gateways, and the world outside.

use super::macs::Macs;
use super::matches::Tests;
use super::names::names;
use super::parts::{neighbours, parts};
use super::ranges::{Span, Width, number, prefix, without};
use crate::diagnostic::Diagnostic;
use crate::ovn::network::{Mac, Network};
use crate::reach::{AddressRange, Attachment, Endpoint, EndpointKind};
use crate::world::{Switch, Uplink, World};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

/// Where traffic leaves the switches: a router, or the physical network of one switch.
pub(super) struct Site {
    name: String,
    attachment: Attachment,
    switches: Vec<usize>,
    mac: Mac,
}

pub(super) fn sites(world: &World, network: &Network, macs: &mut Macs) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::new();
    for (index, router) in network.routers.iter().enumerate() {
        let switches = router.links.iter().map(|link| link.switch).collect();
        let mac = router.links.first().map_or_else(|| macs.next(), |link| link.mac);
        sites.push(Site { name: router.name.clone(), attachment: Attachment::Router(index), switches, mac });
    }
    for (index, switch) in world.switches.iter().enumerate().filter(|(_, switch)| switch.uplink == Uplink::Localnet) {
        let port = super::network::uplink_port(switch).map(|port| port.name).unwrap_or_default();
        let attachment = Attachment::Port { switch: index, port };
        sites.push(Site { name: switch.name.clone(), attachment, switches: alloc::vec![index], mac: macs.next() });
    }
    sites
}

pub(super) fn gateways(site: &Site, world: &World, network: &Network) -> Vec<Endpoint> {
    let switches = site.switches.iter().filter_map(|index| Some((*index, world.switches.get(*index)?)));
    switches
        .filter(|(_, switch)| !switch.gateways.is_empty())
        .map(|(index, switch)| {
            let mut addresses: Vec<AddressRange> =
                switch.gateways.iter().map(|gateway| AddressRange { first: *gateway, last: *gateway }).collect();
            addresses.sort_unstable();
            let links = network.routers.iter().flat_map(|router| &router.links);
            Endpoint {
                id: format!("{}/gateway", switch.name),
                kind: EndpointKind::Gateway,
                attachment: site.attachment.clone(),
                switch: switch.name.clone(),
                mac: links.filter(|link| link.switch == index).map(|link| link.mac).next().unwrap_or(site.mac),
                addresses,
                place: Some(switch.place),
                mixed: false,
                alone: false,
            }
        })
        .collect()
}

/// Every address that no switch of the site has.
pub(super) fn outside(
    site: &Site,
    prefixed: bool,
    world: &World,
    network: &Network,
    tests: &Tests,
    out: &mut Vec<Diagnostic>,
) -> Vec<Endpoint> {
    let switches: Vec<&Switch> = site.switches.iter().filter_map(|index| world.switches.get(*index)).collect();
    let Some(place) = switches.first().map(|switch| switch.place) else { return Vec::new() };
    let base = if prefixed { format!("{}/outside", site.name) } else { "outside".to_string() };
    // Nodes, Services and machines have endpoints of their own; of machines most are within a prefix.
    let services = world.services.iter().flat_map(|service| &service.addresses);
    let balancers = world.balancers.iter().flat_map(|balancer| &balancer.vips).map(|vip| &vip.address);
    let own = world.nodes.iter().flat_map(|node| &node.addresses).chain(services).chain(balancers).copied();
    let machines = world.machines.iter().flat_map(|machine| &machine.interfaces).flat_map(|interface| {
        let switch = world.switches.get(interface.switch).filter(|_| site.switches.contains(&interface.switch));
        let strays = move |address: &IpAddr| switch.is_some_and(|switch| !switch.contains(*address));
        interface.addresses.iter().map(|address| address.value).filter(strays)
    });
    let apart: Vec<IpAddr> = own.chain(machines).collect();
    let spans = |width: Width| {
        let cidrs: Vec<_> = switches
            .iter()
            .flat_map(|switch| &switch.cidrs)
            .filter(|cidr| Width::of(cidr.network()) == width)
            .collect();
        // A family that no switch of the site speaks has nobody outside to speak with.
        let whole = if cidrs.is_empty() { Vec::new() } else { width.hosts() };
        let left = cidrs.iter().fold(whole, |left, cidr| without(&left, prefix(**cidr)));
        let own = apart.iter().filter(|address| Width::of(**address) == width).map(|address| number(*address));
        own.fold(left, |left, one| without(&left, Span { first: one, last: one }))
    };
    let reachable: Vec<usize> = match site.attachment {
        Attachment::Router(_) | Attachment::Balancer(_) => site.switches.clone(),
        Attachment::Port { switch, .. } => neighbours(network, switch),
    };
    let (parts, mixed) = parts(spans, &reachable, tests, place, &base, out);
    let single = parts.len() == 1;
    let named = names(&parts);
    parts
        .into_iter()
        .zip(mixed)
        .zip(named)
        .map(|((addresses, mixed), name)| Endpoint {
            id: if single { base.clone() } else { format!("{base}/{name}") },
            kind: EndpointKind::External,
            attachment: site.attachment.clone(),
            switch: String::new(),
            mac: site.mac,
            addresses,
            place: None,
            mixed,
            alone: false,
        })
        .collect()
}
