//! The addresses and prefixes that rules speak of.

use crate::read::{Object, Reading};
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// Every address and prefix in a rule of the input.
pub(super) fn literals(reading: &Reading) -> Vec<IpNet> {
    let mut found = Vec::new();
    for object in &reading.objects {
        match object {
            Object::Subnet(subnet) => {
                found.extend(subnet.acls.iter().flat_map(|acl| words(&acl.matches.value)));
                found.extend(subnet.allow_subnets.iter().map(|prefix| prefix.value));
            }
            Object::Inventory(inventory) => {
                let switches = inventory.switches.iter().flat_map(|switch| &switch.acls);
                let groups = inventory.port_groups.iter().flat_map(|group| &group.acls);
                found.extend(switches.chain(groups).flat_map(|acl| words(&acl.matches.value)));
                let sets = inventory.address_sets.iter().flat_map(|set| &set.addresses);
                found.extend(sets.flat_map(|address| words(&address.value)));
            }
            Object::NetworkPolicy(policy) => found.extend(policy.spec.prefixes()),
            Object::AdminPolicy(policy) => found.extend(policy.prefixes()),
            Object::SecurityGroup(group) => found.extend(group.prefixes()),
            Object::VirtualMachine(_)
            | Object::VirtualMachineInstance(_)
            | Object::Pod(_)
            | Object::Workload(_)
            | Object::Ip(_)
            | Object::Namespace(_)
            | Object::Node(_)
            | Object::Service(_)
            | Object::Vpc(_)
            | Object::Attachment(_)
            | Object::Controller(_)
            | Object::Expectation(_) => {}
        }
    }
    found
}

/// The words of a match that are addresses or prefixes.
fn words(text: &str) -> impl Iterator<Item = IpNet> {
    let part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/');
    text.split(move |c: char| !part(c)).filter_map(|word| {
        let whole = |address: IpAddr| IpNet::from(address);
        word.parse().ok().or_else(|| word.parse().ok().map(whole))
    })
}
