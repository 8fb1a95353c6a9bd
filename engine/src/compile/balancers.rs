//! Services as load balancers on the switches of a VPC, with the pods behind them; and load balancers of a database.
//!
//! Kube-OVN keeps one load balancer for each VPC and protocol, with the address of every Service that has a pod in the VPC
//! (`pkg/controller/endpoint_slice.go`).

use super::compiler::Compiler;
use super::profile::Enforcer;
use crate::ovn::network::{LoadBalancer, Router, Vip, VipProtocol, nobody};
use crate::read::{LabelTest, Placed, Presence, Requirement, Selector, ServicePort, TargetPort, Transport};
use crate::world::{Machine, Scope, Service, Uplink};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use fixedbitset::FixedBitSet;
use hashbrown::{HashMap, HashSet};

/// The load balancer of each Service, in their order; then those of further addresses.
pub(super) fn balancers(compiler: &Compiler<'_>, routers: &[Router]) -> Vec<LoadBalancer> {
    let services = compiler.world.services.iter().map(|service| balancer(compiler, routers, service));
    services.chain(stated(compiler, routers)).collect()
}

/// An address of load balancers: the routers that lead to it, those of them that may take what comes from outside, and its ports.
#[derive(Default)]
struct Made {
    routers: FixedBitSet,
    open: FixedBitSet,
    vips: Vec<Vip>,
}

/// The addresses of a database's load balancers, but those of which a Service says more: one for each that routers have in common.
fn stated(compiler: &Compiler<'_>, routers: &[Router]) -> Vec<LoadBalancer> {
    let world = compiler.world;
    if world.balancers.is_empty() {
        return Vec::new();
    }
    let services: HashSet<IpAddr> = world.services.iter().flat_map(|service| service.addresses.clone()).collect();
    let places: HashMap<&str, usize> = world.switches.iter().map(|switch| switch.name.as_str()).zip(0..).collect();
    let mut found: BTreeMap<IpAddr, Vec<Made>> = BTreeMap::new();
    for balancer in &world.balancers {
        let place = |name: &Placed<String>| places.get(name.value.as_str()).copied();
        let switches: BTreeSet<usize> = balancer.switches.iter().filter_map(place).collect();
        let is_open = |router: &Router| balancer.routers.iter().any(|name| name.value == router.name);
        let is_met = |router: &Router| router.links.iter().any(|link| switches.contains(&link.switch));
        let those = |is: &dyn Fn(&Router) -> bool| -> FixedBitSet {
            routers.iter().enumerate().filter(|(_, router)| is(router)).map(|(at, _)| at).collect()
        };
        let open = those(&is_open);
        let met = those(&|router| is_met(router) || is_open(router));
        let meets = |one: &Made| !one.routers.is_disjoint(&met);
        // On none means on all.
        let nowhere = switches.is_empty().then_some(usize::MAX);
        let switches: Vec<usize> = switches.into_iter().chain(nowhere).collect();
        for vip in balancer.vips.iter().filter(|vip| !services.contains(&vip.address)) {
            let known = found.entry(vip.address).or_default();
            let mut made = known.iter().position(meets).map_or_else(Made::default, |at| known.swap_remove(at));
            // What has a router in common with others is one with them.
            while let Some(at) = known.iter().position(meets) {
                let one = known.swap_remove(at);
                made.routers.union_with(&one.routers);
                made.open.union_with(&one.open);
                one.vips.into_iter().for_each(|vip| join(&mut made.vips, vip));
            }
            made.routers.union_with(&met);
            made.open.union_with(&open);
            join(&mut made.vips, Vip { switches: switches.clone(), ..vip.clone() });
            known.push(made);
        }
    }
    let made = found.into_iter().flat_map(|(address, all)| {
        let is_one = all.iter().filter(|made| !made.routers.is_clear()).count() < 2;
        all.into_iter().map(move |Made { routers: of, open, vips }| {
            let switches: BTreeSet<usize> = vips.iter().flat_map(|vip| vip.switches.iter().copied()).collect();
            // Routers that have nothing in common may each have it, with others behind it.
            let of = of.minimum().and_then(|router| routers.get(router)).filter(|_| !is_one);
            let name = of.map_or_else(|| format!("vip/{address}"), |router| format!("{}/vip/{address}", router.name));
            LoadBalancer { name, switches: switches.into_iter().collect(), routers: open.ones().collect(), vips }
        })
    });
    made.collect()
}

/// One more of an address. Where another one takes the same connections to other backends, OVN has two equal flows, and nobody
/// knows which is asked.
fn join(known: &mut Vec<Vip>, mut next: Vip) {
    let mut disputed = Vec::new();
    for vip in known.iter_mut().filter(|vip| vip.is_door_of(&next) && vip.backends != next.backends) {
        vip.switches.retain(|switch| {
            let is_both = next.switches.binary_search(switch).is_ok();
            disputed.extend(is_both.then_some(*switch));
            !is_both
        });
    }
    disputed.sort_unstable();
    disputed.dedup();
    next.switches.retain(|switch| disputed.binary_search(switch).is_err());
    let backends = [(nobody(next.address), next.port)].into();
    known.push(Vip { switches: disputed, backends, ..next.clone() });
    known.push(next);
    // On none means on all.
    known.retain(|vip| !vip.switches.is_empty());
}

fn balancer(compiler: &Compiler<'_>, routers: &[Router], service: &Service) -> LoadBalancer {
    let pods: Vec<&Machine> = behind(compiler, service);
    let strangers = has_strangers(compiler, service);
    let of_vpc = |name: &str| routers.iter().position(|router| router.name == name);
    let vpc = pods.iter().flat_map(|pod| &pod.interfaces).find_map(|interface| {
        match &compiler.world.switches.get(interface.switch)?.uplink {
            Uplink::Router(name) => of_vpc(name),
            Uplink::Localnet | Uplink::None => None,
        }
    });
    let router = vpc.or_else(|| of_vpc(compiler.world.default_router())).unwrap_or(usize::MAX);
    let addresses = service.addresses.iter();
    let vips =
        addresses.flat_map(|address| service.ports.iter().map(|port| vip(*address, port, &pods, strangers))).collect();
    let name = format!("{}/{}", service.namespace, service.name);
    LoadBalancer { name, switches: serving(compiler, routers, router), routers: Vec::new(), vips }
}

/// The switches of a router but those with `enableLb: false`; none where the controller makes no load balancers.
fn serving(compiler: &Compiler<'_>, routers: &[Router], router: usize) -> Vec<usize> {
    if !compiler.world.controller.balancers && compiler.profile.enforcer == Enforcer::KubeOvn {
        return Vec::new();
    }
    let links = routers.get(router).into_iter().flat_map(|router| &router.links).map(|link| link.switch);
    let without = |switch: &usize| {
        let subnet = compiler.world.switches.get(*switch).and_then(|switch| switch.subnet.as_ref());
        subnet.is_some_and(|subnet| subnet.without_balancers.is_some())
    };
    links.filter(|switch| !without(switch)).collect()
}

/// The pods that the Service's selector selects.
pub(super) fn behind<'w>(compiler: &Compiler<'w>, service: &Service) -> Vec<&'w Machine> {
    let Some(labels) = selected(service) else { return Vec::new() };
    let requirement = |(key, value): (&String, &String)| Requirement {
        key: key.clone(),
        test: LabelTest::In(alloc::vec![value.clone()]),
        place: service.place,
    };
    let selector = Selector { requirements: labels.iter().map(requirement).collect() };
    let found = compiler.roster.pods(&Scope::Namespace(service.namespace.clone()), &selector);
    found.iter().filter_map(|index| compiler.roster.machine(*index)).collect()
}

/// The labels that select pods: without any, somebody else says who is behind the Service (`ServiceSpec.selector`).
pub(super) fn selected(service: &Service) -> Option<&BTreeMap<String, String>> {
    service.selector.as_ref().filter(|labels| !labels.is_empty())
}

/// Whether somebody is behind the Service who is no endpoint: a pod in the network of its node, or whoever somebody else says.
pub(super) fn has_strangers(compiler: &Compiler<'_>, service: &Service) -> bool {
    let Some(labels) = selected(service) else { return true };
    let is_selected = |machine: &&Machine| labels.iter().all(|(key, value)| machine.labels.get(key) == Some(value));
    let here = compiler.world.machines.iter().filter(|machine| machine.namespace == service.namespace);
    here.filter(|machine| machine.pod == Presence::HostNetwork).any(|machine| is_selected(&machine))
}

/// Strangers have an address that nobody has.
fn vip(address: IpAddr, port: &ServicePort, pods: &[&Machine], strangers: bool) -> Vip {
    let protocol = match port.protocol {
        Transport::Tcp => VipProtocol::Tcp,
        Transport::Udp => VipProtocol::Udp,
        Transport::Sctp => VipProtocol::Sctp,
    };
    let backend = |pod: &&Machine| {
        let target = target(port, pod)?;
        let own = pod.interfaces.first()?.addresses.iter().map(|own| own.value);
        own.filter(|own| own.is_ipv4() == address.is_ipv4()).map(|own| (own, target)).next()
    };
    let strangers = strangers.then_some((nobody(address), port.port));
    let backends = pods.iter().filter_map(backend).chain(strangers).collect();
    Vip { backends, ..Vip::of(SocketAddr::new(address, port.port), protocol) }
}

/// The port of a pod; nothing where the pod has no port of that name.
fn target(port: &ServicePort, pod: &Machine) -> Option<u16> {
    match &port.target {
        TargetPort::Number(number) => Some(*number),
        TargetPort::Named(name) => {
            let named = pod.ports.iter().find(|own| own.name == *name && own.protocol == port.protocol);
            named.map(|own| own.number)
        }
    }
}
