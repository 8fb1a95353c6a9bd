//! What of the inventory every policy asks for, looked up once.

use super::super::compiler::Compiler;
use super::super::profile::ClusterIps;
use crate::reach::Family;
use crate::read::Presence;
use crate::world::{Interface, Machine, Service};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::HashMap;

/// An interface of a pod on a network of Kube-OVN.
pub(in crate::compile) struct Net<'w> {
    /// Its provider.
    pub(in crate::compile) provider: &'w str,
    /// Its logical port.
    pub(in crate::compile) port: &'w str,
    /// Index of its switch.
    pub(in crate::compile) switch: usize,
    /// Its addresses as text.
    pub(in crate::compile) addresses: Vec<(Family, String)>,
}

/// The networks of machines by index, and what names mean.
pub(in crate::compile) struct Roll<'w> {
    nets: Vec<Vec<Net<'w>>>,
    ports: HashMap<(&'w str, &'w str), u16>,
    services: HashMap<&'w str, Vec<&'w Service>>,
}

impl<'w> Roll<'w> {
    /// Of everything that a compiler knows.
    pub(in crate::compile) fn new(compiler: &Compiler<'w>) -> Self {
        let world = compiler.world;
        let on_ovn = |interface: &&Interface| {
            world.switches.get(interface.switch).is_some_and(|switch| switch.provider().is_some())
        };
        let nets = world.machines.iter().map(|machine| machine.interfaces.iter().filter(on_ovn).map(net).collect());
        let mut services: HashMap<&str, Vec<&Service>> = HashMap::new();
        if compiler.profile.cluster_ips == ClusterIps::InSets {
            for service in &world.services {
                services.entry(&service.namespace).or_default().push(service);
            }
        }
        Self { nets: nets.collect(), ports: ports(&world.machines), services }
    }

    /// The networks of a machine, by its index.
    pub(in crate::compile) fn nets(&self, machine: usize) -> &[Net<'w>] {
        self.nets.get(machine).map_or(&[], Vec::as_slice)
    }

    /// The number of a named port (`NamedPort` of Kube-OVN): one for a namespace, of the first pod that defines it,
    /// whatever its protocol.
    pub(in crate::compile) fn port(&self, namespace: &str, name: &str) -> Option<u16> {
        self.ports.get(&(namespace, name)).copied()
    }

    /// The Services that select a machine, where their addresses count as its own.
    pub(in crate::compile) fn services(&self, machine: &Machine) -> impl Iterator<Item = &'w Service> {
        let here = self.services.get(machine.namespace.as_str()).into_iter().flatten().copied();
        here.filter(move |service| {
            let selector = service.selector.iter().flatten();
            let empty = service.selector.as_ref().is_none_or(|selector| selector.is_empty());
            !empty && selector.into_iter().all(|(key, value)| machine.labels.get(key) == Some(value))
        })
    }
}

/// The family of an address.
pub(in crate::compile) fn family(address: IpAddr) -> Family {
    if address.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 }
}

fn net(interface: &Interface) -> Net<'_> {
    let addresses = interface.addresses.iter().map(|address| (family(address.value), address.value.to_string()));
    Net {
        provider: &interface.provider,
        port: &interface.port,
        switch: interface.switch,
        addresses: addresses.collect(),
    }
}

fn ports(machines: &[Machine]) -> HashMap<(&str, &str), u16> {
    let mut ports = HashMap::new();
    for machine in machines.iter().filter(|machine| machine.pod == Presence::Running) {
        for port in &machine.ports {
            ports.entry((machine.namespace.as_str(), port.name.as_str())).or_insert(port.number);
        }
    }
    ports
}
