//! A machine with its interfaces, each on a switch.

use crate::ovn::network::Mac;
use crate::reach::EndpointKind;
use crate::read::{NamedPort, Placed, Presence};
use crate::source::Place;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

/// A virtual machine or pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Which of both it is.
    pub kind: EndpointKind,
    /// Labels that stand on the object itself and not on its pods: no selector sees them.
    pub own_labels: BTreeMap<String, String>,
    /// The labels that selectors see.
    pub labels: BTreeMap<String, String>,
    /// The keys of those that no object has: a controller is known to give them to pods.
    pub given: Vec<String>,
    /// Where it is declared first.
    pub place: Place,
    /// Its interfaces that are on a switch.
    pub interfaces: Vec<Interface>,
    /// The ports of its containers that have a name.
    pub ports: Vec<NamedPort>,
    /// The node that it runs on, where it is known.
    pub node: Option<String>,
    /// Whether it has a pod that policies can select.
    pub pod: Presence,
    /// Whether it never has a second pod.
    pub alone: bool,
    /// What makes its pod anew, with another address; nothing where it keeps its own.
    pub maker: Option<String>,
}

/// An interface on a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// What tells it apart from the machine's others.
    pub name: String,
    /// Index of the switch in [`World::switches`](super::World::switches).
    pub switch: usize,
    /// Name of the logical port.
    pub port: String,
    /// Its addresses.
    pub addresses: Vec<Placed<IpAddr>>,
    /// Its Ethernet address, where it is known.
    pub mac: Option<Mac>,
    /// Kube-OVN's provider of its network: `ovn`, or `<attachment>.<namespace>.ovn`; empty on a bare switch.
    pub provider: String,
    /// The SecurityGroups that it belongs to.
    pub security_groups: Vec<Placed<String>>,
    /// Whether OVN lets it send with no address but its own.
    pub secured: bool,
    /// Whether OVN answers its questions for an address.
    pub leased: bool,
    /// Where it is declared.
    pub place: Place,
}

impl Machine {
    /// `namespace/name`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// `namespace/name`, with `:interface` when there are several.
    pub fn endpoint_id(&self, interface: &Interface) -> String {
        match self.interfaces.as_slice() {
            [_] | [] => self.id(),
            [..] => format!("{}:{}", self.id(), interface.name),
        }
    }
}
