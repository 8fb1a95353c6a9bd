//! Services as load balancers on the switches of a VPC, with the pods behind them; and load balancers of a database.
//!
//! Kube-OVN keeps one load balancer for each VPC and protocol, with the address of every Service that has a pod in the VPC
//! (`pkg/controller/endpoint_slice.go`).

use super::compiler::Compiler;
use super::profile::Enforcer;
use crate::ovn::network::{LoadBalancer, Router, Vip, VipProtocol, nobody};
use crate::read::{LabelTest, Presence, Requirement, Selector, ServicePort, TargetPort, Transport};
use crate::world::{Machine, Scope, Service, Uplink};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use hashbrown::{HashMap, HashSet};

/// The load balancer of each Service, in their order; then one for each further address that has any, on each router.
pub(super) fn balancers(compiler: &Compiler<'_>, routers: &[Router]) -> Vec<LoadBalancer> {
    let services = compiler.world.services.iter().map(|service| balancer(compiler, routers, service));
    services.chain(stated(compiler, routers)).collect()
}

/// The addresses of a database's load balancers on the switches of each router, but those of which a Service says more.
fn stated(compiler: &Compiler<'_>, routers: &[Router]) -> Vec<LoadBalancer> {
    let world = compiler.world;
    if world.balancers.is_empty() {
        return Vec::new();
    }
    let services: HashSet<IpAddr> = world.services.iter().flat_map(|service| service.addresses.clone()).collect();
    // Each switch that a router meets, by name.
    let links =
        routers.iter().enumerate().flat_map(|(router, of)| of.links.iter().map(move |link| (router, link.switch)));
    let places: HashMap<&str, (usize, usize)> =
        links.filter_map(|place| Some((world.switches.get(place.1)?.name.as_str(), place))).collect();
    let mut found: BTreeMap<(usize, IpAddr), Vec<Vip>> = BTreeMap::new();
    for balancer in &world.balancers {
        let mut switches: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (router, switch) in balancer.switches.iter().filter_map(|name| places.get(name.value.as_str())) {
            switches.entry(*router).or_default().push(*switch);
        }
        for (router, switches) in &mut switches {
            switches.sort_unstable();
            switches.dedup();
            for vip in balancer.vips.iter().filter(|vip| !services.contains(&vip.address)) {
                let own = Vip { switches: switches.clone(), ..vip.clone() };
                join(found.entry((*router, vip.address)).or_default(), own);
            }
        }
    }
    let mut count: HashMap<IpAddr, usize> = HashMap::new();
    found.keys().for_each(|(_, address)| *count.entry(*address).or_default() += 1);
    let made = found.into_iter().map(|((router, address), vips)| {
        let switches: BTreeSet<usize> = vips.iter().flat_map(|vip| vip.switches.iter().copied()).collect();
        // Two routers may each have it on a switch, with others behind it.
        let of = routers.get(router).filter(|_| count.get(&address) > Some(&1));
        let name = of.map_or_else(|| format!("vip/{address}"), |router| format!("{}/vip/{address}", router.name));
        LoadBalancer { name, router, switches: switches.into_iter().collect(), vips }
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
    LoadBalancer { name, router, switches: serving(compiler, routers, router), vips }
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
fn behind<'w>(compiler: &Compiler<'w>, service: &Service) -> Vec<&'w Machine> {
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
fn selected(service: &Service) -> Option<&BTreeMap<String, String>> {
    service.selector.as_ref().filter(|labels| !labels.is_empty())
}

/// Whether somebody is behind the Service who is no endpoint: a pod in the network of its node, or whoever somebody else says.
fn has_strangers(compiler: &Compiler<'_>, service: &Service) -> bool {
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
