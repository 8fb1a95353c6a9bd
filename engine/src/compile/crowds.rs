//! Sets of machines that people have a word for: a namespace, a label, a port group of an inventory.

use crate::ovn::network::Network;
use crate::reach::{Attachment, Endpoint};
use crate::world::World;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashSet;

/// A set of endpoints with a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crowd {
    /// The name, as it follows `all`: `of shop`, `app=web`, `app=web of shop`, `of group pg1`.
    pub name: String,
    /// The endpoints, by index and in order; at least two.
    pub members: Vec<usize>,
}

/// The crowds of a world, those first that say most: namespaces, then labels, then port groups.
pub(super) fn crowds(world: &World, network: &Network, endpoints: &[Endpoint]) -> Vec<Crowd> {
    let namespaces = namespaces(world);
    let labels = labels(world);
    let mut crowds: Vec<Crowd> = namespaces
        .into_iter()
        .map(|(namespace, members)| Crowd { name: format!("of {namespace}"), members })
        .chain(labels)
        .chain(groups(world, network, endpoints))
        .filter(|crowd| crowd.members.len() > 1)
        .collect();
    // Of two names for the same set the first one is enough.
    let mut seen = HashSet::new();
    crowds.retain(|crowd| seen.insert(crowd.members.clone()));
    crowds
}

/// The machines' interfaces, in the order in which they are the first endpoints.
fn interfaces(world: &World) -> impl Iterator<Item = (usize, &crate::world::Machine)> {
    let of = |machine: &crate::world::Machine| machine.interfaces.len();
    world.machines.iter().flat_map(move |machine| core::iter::repeat_n(machine, of(machine))).enumerate()
}

fn namespaces(world: &World) -> BTreeMap<&str, Vec<usize>> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, machine) in interfaces(world) {
        found.entry(&machine.namespace).or_default().push(index);
    }
    found
}

/// Those that somebody wrote: by one that a controller gives to pods nobody calls them. A label of machines of one namespace only
/// needs no word about it.
fn labels(world: &World) -> Vec<Crowd> {
    let mut found: BTreeMap<(&str, &str), BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
    for (index, machine) in interfaces(world) {
        let written = machine.labels.iter().filter(|(key, _)| !machine.given.contains(*key));
        for (key, value) in written {
            found.entry((key, value)).or_default().entry(&machine.namespace).or_default().push(index);
        }
    }
    let mut crowds = Vec::new();
    for ((key, value), namespaces) in found {
        let label = format!("{key}={value}");
        let mut members: Vec<usize> = namespaces.values().flatten().copied().collect();
        members.sort_unstable();
        crowds.push(Crowd { name: label.clone(), members });
        if namespaces.len() > 1 {
            let part = |(namespace, members)| Crowd { name: format!("{label} of {namespace}"), members };
            crowds.extend(namespaces.into_iter().map(part));
        }
    }
    crowds
}

/// The port groups that somebody wrote; those of Kube-OVN have names that nobody knows.
fn groups<'w>(
    world: &'w World,
    network: &'w Network,
    endpoints: &'w [Endpoint],
) -> impl Iterator<Item = Crowd> + use<'w> {
    let written: HashSet<&str> = world.port_groups.iter().map(|group| group.name.value.as_str()).collect();
    let groups = network.port_groups.iter().filter(move |group| written.contains(group.name.as_str()));
    groups.map(|group| {
        let ports: HashSet<&str> = group.ports.iter().map(String::as_str).collect();
        let inside = |(index, endpoint): (usize, &Endpoint)| match &endpoint.attachment {
            Attachment::Port { port, .. } if ports.contains(port.as_str()) => Some(index),
            Attachment::Port { .. } | Attachment::Router(_) | Attachment::Balancer(_) => None,
        };
        let members = endpoints.iter().enumerate().filter_map(inside).collect();
        Crowd { name: format!("of group {}", group.name), members }
    })
}
