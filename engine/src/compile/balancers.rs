//! Services as load balancers on the switches of a VPC, with the pods behind them.
//!
//! Kube-OVN keeps one load balancer for each VPC and protocol, with the address of every Service that has a pod in the VPC
//! (`pkg/controller/endpoint_slice.go`).

use super::compiler::Compiler;
use super::profile::Enforcer;
use crate::ovn::network::{LoadBalancer, Router, Vip, VipProtocol};
use crate::read::{LabelTest, Requirement, Selector, ServicePort, TargetPort, Transport};
use crate::world::{Machine, Scope, Service, Uplink};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

/// The load balancer of each Service, in their order.
pub(super) fn balancers(compiler: &Compiler<'_>, routers: &[Router]) -> Vec<LoadBalancer> {
    compiler.world.services.iter().map(|service| balancer(compiler, routers, service)).collect()
}

fn balancer(compiler: &Compiler<'_>, routers: &[Router], service: &Service) -> LoadBalancer {
    let pods: Vec<&Machine> = behind(compiler, service);
    let of_vpc = |name: &str| routers.iter().position(|router| router.name == name);
    let vpc = pods.iter().flat_map(|pod| &pod.interfaces).find_map(|interface| {
        match &compiler.world.switches.get(interface.switch)?.uplink {
            Uplink::Router(name) => of_vpc(name),
            Uplink::Localnet | Uplink::None => None,
        }
    });
    let router = vpc.or_else(|| of_vpc(compiler.world.default_router())).unwrap_or(usize::MAX);
    let addresses = service.addresses.iter();
    let vips = addresses.flat_map(|address| service.ports.iter().map(|port| vip(*address, port, &pods))).collect();
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
    let Some(labels) = &service.selector else { return Vec::new() };
    let requirement = |(key, value): (&alloc::string::String, &alloc::string::String)| Requirement {
        key: key.clone(),
        test: LabelTest::In(BTreeSet::from([value.clone()])),
        place: service.place,
    };
    let selector = Selector { requirements: labels.iter().map(requirement).collect() };
    let found = compiler.roster.pods(&Scope::Namespace(service.namespace.clone()), &selector);
    found.iter().filter_map(|index| compiler.roster.machine(*index)).collect()
}

fn vip(address: IpAddr, port: &ServicePort, pods: &[&Machine]) -> Vip {
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
    Vip { address, protocol, port: port.port, backends: pods.iter().filter_map(backend).collect() }
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
