//! Kube-OVN's own objects beside the Subnet: `IP` and `Vpc`.

use super::address::{addresses, mac};
use super::fields::{Fields, Out, Placed};
use super::machine::{Identity, Interface, Machine, Origin};
use crate::ovn::routing::Policy;
use crate::reach::EndpointKind;
use crate::source::Place;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// A `Vpc`: a router of its own, and where else it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vpc {
    /// Its name, which is the name of the router.
    pub name: Placed<String>,
    /// `vpcPeerings`.
    pub peers: Vec<Peering>,
    /// `staticRoutes`.
    pub routes: Vec<StaticRoute>,
    /// `policyRoutes`.
    pub policies: Vec<Policy>,
}

/// A link to another VPC's router, which has to name this one too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peering {
    /// `remoteVpc`.
    pub remote: Placed<String>,
    /// `localConnectIP`: this router's addresses on the link.
    pub local: Vec<IpAddr>,
}

/// A static route of a router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticRoute {
    /// Where to.
    pub prefix: IpNet,
    /// By which neighbour.
    pub next_hop: IpAddr,
    /// Whether the source is looked up (`policy: policySrc`).
    pub by_source: bool,
    /// Whether it serves all ports of the router, and not those of one `routeTable`.
    pub everywhere: bool,
    /// Where it is written.
    pub place: Place,
}

/// An `IP`; nothing when it belongs to no machine.
pub(crate) fn ip(object: &Fields<'_>, name: &Placed<String>, out: &mut Out) -> Option<Machine> {
    let spec = object.fields("spec", out)?;
    let machine = spec.text("podName", out).filter(|text| !text.value.is_empty())?;
    let namespace = spec.text("namespace", out).map(|text| text.value).filter(|text| !text.is_empty())?;
    let kind = match spec.text("podType", out).map(|text| text.value).as_deref() {
        Some("VirtualMachine") => EndpointKind::VirtualMachine,
        _ => EndpointKind::Pod,
    };
    let mut interface = Interface { port: Some(name.clone()), ..Interface::new(Origin::Declared, name.place) };
    interface.subnet = spec.text("subnet", out).filter(|text| !text.value.is_empty());
    interface.mac = spec
        .text("macAddress", out)
        .filter(|text| !text.value.is_empty())
        .and_then(|text| mac(&text, &spec.path("macAddress"), out));
    for key in ["v4IpAddress", "v6IpAddress"] {
        let text = spec.text(key, out).filter(|text| !text.value.is_empty());
        interface.addresses.extend(text.iter().flat_map(|text| addresses(text, &spec.path(key), out)));
    }
    let node = spec.text("nodeName", out).map(|node| node.value).filter(|node| !node.is_empty());
    let machine = Machine::new(kind, Identity { name: machine, namespace }, object.place());
    Some(Machine { interfaces: alloc::vec![interface], node, ..machine })
}

/// A `Vpc`.
pub(crate) fn vpc(object: &Fields<'_>, name: Placed<String>, out: &mut Out) -> Vpc {
    let mut vpc = Vpc { name, peers: Vec::new(), routes: Vec::new(), policies: Vec::new() };
    let Some(spec) = object.fields("spec", out) else { return vpc };
    for (path, item) in spec.items("vpcPeerings", out) {
        vpc.peers.extend(Fields::of(item, path, out).and_then(|of| peering(&of, out)));
    }
    for (path, item) in spec.items("staticRoutes", out) {
        vpc.routes.extend(Fields::of(item, path, out).and_then(|route| static_route(&route, out)));
    }
    for (path, item) in spec.items("policyRoutes", out) {
        vpc.policies.extend(Fields::of(item, path, out).map(|policy| policy_route(&policy, out)));
    }
    vpc
}

fn peering(peering: &Fields<'_>, out: &mut Out) -> Option<Peering> {
    let remote = peering.text("remoteVpc", out)?;
    let text = peering.text("localConnectIP", out);
    let local = text.iter().flat_map(|text| addresses(text, &peering.path("localConnectIP"), out));
    Some(Peering { remote, local: local.map(|address| address.value).collect() })
}

fn policy_route(policy: &Fields<'_>, out: &mut Out) -> Policy {
    let priority = policy.integer("priority", out).map_or(0, |number| number.value);
    let mut word = |key| policy.text(key, out).map(|text| text.value).unwrap_or_default();
    Policy::new(priority, &word("action"), &word("match"))
}

fn static_route(route: &Fields<'_>, out: &mut Out) -> Option<StaticRoute> {
    let text = route.text("cidr", out)?;
    let prefix = super::address::prefix(&text, &route.path("cidr"), out)?.value;
    let text = route.text("nextHopIP", out)?;
    let next_hop = super::address::address(&text, &route.path("nextHopIP"), out)?.value;
    let by_source = route.text("policy", out).is_some_and(|policy| policy.value == "policySrc");
    let everywhere = route.text("routeTable", out).is_none_or(|table| table.value.is_empty());
    Some(StaticRoute { prefix, next_hop, by_source, everywhere, place: route.place() })
}
