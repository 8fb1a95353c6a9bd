//! The addresses of a rule's peers.

use super::super::compiler::Compiler;
use super::super::network_policy::roll::{Roll, family};
use crate::reach::Family;
use crate::read::{AdminPeer, AdminPeerChoice, AdminRule};
use crate::world::Scope;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use hashbrown::HashSet;

/// The addresses of all peers of a rule, each once, in their order.
pub(super) fn party(rule: &AdminRule, compiler: &Compiler<'_>, roll: &Roll<'_>) -> Vec<(Family, String)> {
    let mut seen = HashSet::new();
    let all = rule.peers.iter().flat_map(|peer| addresses(peer, compiler, roll));
    all.filter(|(_, address)| seen.insert(address.clone())).collect()
}

/// The addresses of a peer. Of domain names none is known: a resolver in the cluster keeps them.
pub(super) fn addresses(peer: &AdminPeer, compiler: &Compiler<'_>, roll: &Roll<'_>) -> Vec<(Family, String)> {
    match &peer.choice {
        AdminPeerChoice::Pods(of) => {
            let pods = compiler.roster.pods(&Scope::Selected(of.namespaces.clone()), &of.pods);
            pods.iter().flat_map(|pod| roll.nets(*pod)).flat_map(|net| net.addresses.clone()).collect()
        }
        AdminPeerChoice::Nodes(selector) => {
            let nodes = compiler.world.nodes.iter().filter(|node| selector.selects(&node.labels));
            let addresses = nodes.flat_map(|node| &node.addresses);
            addresses.map(|address| (family(*address), address.to_string())).collect()
        }
        AdminPeerChoice::Networks(networks) => {
            networks.iter().map(|net| (family(net.value.network()), net.value.to_string())).collect()
        }
        AdminPeerChoice::Domains(_) => Vec::new(),
    }
}
