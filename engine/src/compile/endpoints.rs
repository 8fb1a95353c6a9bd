//! The endpoints: machines, addresses without a machine, gateways, and the world outside.

use super::macs::Macs;
use super::matches::Tests;
use super::names::names;
use super::ranges::{Span, Width, number, prefix, without};
use super::split::{Coarse, split};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::field::Field;
use crate::ovn::network::{Mac, Network, Port, PortKind};
use crate::reach::{AddressRange, Attachment, Endpoint, EndpointKind};
use crate::source::Place;
use crate::world::{Interface, Switch, Uplink, World};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const FIELDS_32: &[Field] = &[Field::Ip4Src, Field::Ip4Dst, Field::ArpSpa, Field::ArpTpa];
const FIELDS_128: &[Field] = &[Field::Ip6Src, Field::Ip6Dst, Field::NdTarget];

/// All endpoints of a world; addresses without a machine get ports of their own.
pub(super) fn endpoints(
    world: &World,
    network: &mut Network,
    tests: &Tests,
    macs: &mut Macs,
    out: &mut Vec<Diagnostic>,
) -> Vec<Endpoint> {
    let mut endpoints = machines(world, macs);
    let inhabited: BTreeSet<usize> =
        world.machines.iter().flat_map(|machine| &machine.interfaces).map(|interface| interface.switch).collect();
    for (index, switch) in world.switches.iter().enumerate().filter(|(index, _)| !inhabited.contains(index)) {
        endpoints.extend(unclaimed(index, switch, network, tests, macs, out));
    }
    let sites = sites(world, network, macs);
    for site in &sites {
        endpoints.extend(gateways(site, world, network));
    }
    let prefixed = sites.len() > 1;
    for site in &sites {
        endpoints.extend(outside(site, prefixed, world, network, tests, out));
    }
    unique(&mut endpoints);
    endpoints
}

/// A namespace can have the name of a subnet, and a machine the name `gateway`.
fn unique(endpoints: &mut [Endpoint]) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for endpoint in endpoints {
        while !seen.insert(endpoint.id.clone()) {
            endpoint.id.push_str("~");
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
        })
        .collect()
}

/// The first address of each family comes first, as it counts.
fn singles(interface: &Interface) -> Vec<AddressRange> {
    let mut addresses: Vec<AddressRange> = Vec::new();
    for address in interface.addresses.iter().map(|address| address.value) {
        if addresses.iter().all(|known| Width::of(known.first) != Width::of(address)) {
            addresses.push(AddressRange { first: address, last: address });
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
    let parts = parts(spans, &neighbours(network, index), tests, switch.place, &switch.name, out);
    let named = names(&parts);
    let endpoints: Vec<Endpoint> = parts
        .into_iter()
        .zip(named)
        .map(|(addresses, name)| {
            let id = format!("{}/{name}", switch.name);
            Endpoint {
                attachment: Attachment::Port { switch: index, port: id.clone() },
                id,
                kind: EndpointKind::Address,
                switch: switch.name.clone(),
                mac: macs.next(),
                addresses,
                place: Some(switch.place),
            }
        })
        .collect();
    if let Some(compiled) = network.switches.get_mut(index) {
        compiled.ports.extend(endpoints.iter().map(|endpoint| Port { name: endpoint.id.clone(), kind: PortKind::Vif }));
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

/// Where traffic leaves the switches: a router, or the physical network of one switch.
struct Site {
    name: String,
    attachment: Attachment,
    switches: Vec<usize>,
    mac: Mac,
}

fn sites(world: &World, network: &Network, macs: &mut Macs) -> Vec<Site> {
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

fn gateways(site: &Site, world: &World, network: &Network) -> Vec<Endpoint> {
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
            }
        })
        .collect()
}

/// Every address that no switch of the site has.
fn outside(
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
    let spans = |width: Width| {
        let cidrs: Vec<_> = switches
            .iter()
            .flat_map(|switch| &switch.cidrs)
            .filter(|cidr| Width::of(cidr.network()) == width)
            .collect();
        // A family that no switch of the site speaks has nobody outside to speak with.
        let whole = if cidrs.is_empty() { Vec::new() } else { width.hosts() };
        cidrs.iter().fold(whole, |left, cidr| without(&left, prefix(**cidr)))
    };
    let reachable: Vec<usize> = match site.attachment {
        Attachment::Router(_) => site.switches.clone(),
        Attachment::Port { switch, .. } => neighbours(network, switch),
    };
    let parts = parts(spans, &reachable, tests, place, &base, out);
    let single = parts.len() == 1;
    let named = names(&parts);
    parts
        .into_iter()
        .zip(named)
        .map(|(addresses, name)| Endpoint {
            id: if single { base.clone() } else { format!("{base}/{name}") },
            kind: EndpointKind::External,
            attachment: site.attachment.clone(),
            switch: String::new(),
            mac: site.mac,
            addresses,
            place: None,
        })
        .collect()
}

/// The switches that packets of a switch can come to: those of its router.
fn neighbours(network: &Network, switch: usize) -> Vec<usize> {
    let router = network.routers.iter().find(|router| router.links.iter().any(|link| link.switch == switch));
    router.map_or_else(|| alloc::vec![switch], |router| router.links.iter().map(|link| link.switch).collect())
}

/// Addresses in the parts that rules tell apart; both families in one part where neither is told apart.
fn parts(
    spans: impl Fn(Width) -> Vec<Span>,
    switches: &[usize],
    tests: &Tests,
    place: Place,
    name: &str,
    out: &mut Vec<Diagnostic>,
) -> Vec<Vec<AddressRange>> {
    let mut found: Vec<Vec<AddressRange>> = Vec::new();
    let mut whole = true;
    for width in Width::ALL {
        let fields = if width == Width::Bits32 { FIELDS_32 } else { FIELDS_128 };
        let split = split(&spans(width), width, tests.on(switches, fields));
        if split.coarse == Coarse::Yes {
            out.push(coarse(name, place));
        }
        whole &= split.parts.len() <= 1;
        found.extend(split.parts.into_iter().map(|part| part.into_iter().map(|span| width.range(span)).collect()));
    }
    if whole && found.len() > 1 {
        found = alloc::vec![found.concat()];
    }
    found
}

fn coarse(name: &str, place: Place) -> Diagnostic {
    let message = format!(
        "a rule tests scattered bits of an address; addresses of `{name}` that it tells apart are answered as one"
    );
    Diagnostic::new(Code::CoarseRanges, message)
        .at(place)
        .help("name the machines in an `Inventory`, or write prefixes in the match")
}
