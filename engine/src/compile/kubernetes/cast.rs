//! Pods as policies see them: addresses, logical ports, named container ports.

use crate::reach::Family;
use crate::read::{Presence, Transport};
use crate::world::{Machine, World};
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The pods of a world, by the indexes of their machines.
pub(super) struct Cast<'w> {
    pods: Vec<Pod<'w>>,
    everybody: Rc<[usize]>,
}

/// One pod.
pub(super) struct Pod<'w> {
    machine: &'w Machine,
    addresses: Vec<(Family, String)>,
}

impl<'w> Cast<'w> {
    /// Everybody.
    pub(super) fn new(world: &'w World) -> Self {
        let running = |(index, machine): (usize, &Machine)| (machine.pod == Presence::Running).then_some(index);
        Self {
            pods: world.machines.iter().map(Pod::of).collect(),
            everybody: world.machines.iter().enumerate().filter_map(running).collect(),
        }
    }

    /// All pods that policies are about.
    pub(super) fn everybody(&self) -> Rc<[usize]> {
        Rc::clone(&self.everybody)
    }

    /// The logical ports of some pods.
    pub(super) fn ports(&self, pods: &[usize]) -> Vec<String> {
        self.each(pods).flat_map(|pod| &pod.machine.interfaces).map(|interface| interface.port.clone()).collect()
    }

    /// The addresses of some pods in one family.
    pub(super) fn addresses(&self, pods: &[usize], family: Family) -> Vec<String> {
        let all = self.each(pods).flat_map(|pod| &pod.addresses);
        all.filter(|(of, _)| *of == family).map(|(_, address)| address.clone()).collect()
    }

    /// The pods that have a container port of a name, by its number.
    pub(super) fn with_port(&self, pods: &[usize], name: &str, protocol: Transport) -> Vec<(u16, Vec<usize>)> {
        let mut found: Vec<(u16, Vec<usize>)> = Vec::new();
        for index in pods {
            let Some(pod) = self.pods.get(*index) else { continue };
            let named = pod.machine.ports.iter().find(|port| port.name == name && port.protocol == protocol);
            if let Some(port) = named {
                let at = found.partition_point(|(number, _)| *number < port.number);
                match found.get_mut(at).filter(|(number, _)| *number == port.number) {
                    Some((_, pods)) => pods.push(*index),
                    None => found.insert(at, (port.number, alloc::vec![*index])),
                }
            }
        }
        found
    }

    fn each(&self, pods: &[usize]) -> impl Iterator<Item = &Pod<'w>> {
        pods.iter().filter_map(|index| self.pods.get(*index))
    }
}

impl<'w> Pod<'w> {
    fn of(machine: &'w Machine) -> Self {
        let addresses = machine.interfaces.iter().flat_map(|interface| &interface.addresses);
        let named = addresses.map(|address| {
            let family = if address.value.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 };
            (family, address.value.to_string())
        });
        Self { machine, addresses: named.collect() }
    }
}
