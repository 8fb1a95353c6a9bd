//! Who asks and who answers.

use super::l4::Family;
use crate::ovn::network::{Link, Mac};
use crate::source::Place;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

/// What an endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointKind {
    /// A KubeVirt virtual machine.
    VirtualMachine,
    /// A pod.
    Pod,
    /// All pods of a Deployment.
    Deployment,
    /// All pods of a StatefulSet.
    StatefulSet,
    /// All pods of a DaemonSet.
    DaemonSet,
    /// All pods of a ReplicaSet.
    ReplicaSet,
    /// All pods of a Job.
    Job,
    /// All pods of a CronJob.
    CronJob,
    /// A Service at its own address.
    Service,
    /// A node of the cluster.
    Node,
    /// Addresses of a subnet on which no machine is known.
    Address,
    /// The address of a router on a switch.
    Gateway,
    /// Addresses outside every switch of this world.
    External,
}

impl EndpointKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::VirtualMachine,
        Self::Pod,
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::ReplicaSet,
        Self::Job,
        Self::CronJob,
        Self::Service,
        Self::Node,
        Self::Address,
        Self::Gateway,
        Self::External,
    ];

    /// The one with that name in reports.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::VirtualMachine => "VirtualMachine",
            Self::Pod => "Pod",
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
            Self::Service => "Service",
            Self::Node => "Node",
            Self::Address => "Address",
            Self::Gateway => "Gateway",
            Self::External => "External",
        }
    }
}

/// Addresses from `first` to `last`, both included and of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// The lowest address.
    pub first: IpAddr,
    /// The highest address.
    pub last: IpAddr,
}

/// Where an endpoint's packets enter and leave the switches of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attachment {
    /// At a port of a switch, by index in [`Network::switches`](crate::ovn::network::Network::switches) and name.
    Port {
        /// Index of the switch.
        switch: usize,
        /// Name of the port.
        port: String,
    },
    /// At a router (index in [`Network::routers`](crate::ovn::network::Network::routers)): itself, or behind it.
    Router(usize),
    /// At the addresses of a load balancer, by index in
    /// [`Network::load_balancers`](crate::ovn::network::Network::load_balancers).
    Balancer(usize),
}

/// One interface of one machine, or a set of addresses that no rule tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `namespace/name` or `namespace/name:interface`; unique in a world.
    pub id: String,
    /// What it is.
    pub kind: EndpointKind,
    /// Where it is attached.
    pub attachment: Attachment,
    /// Name of the switch it belongs to; empty for what is outside.
    pub switch: String,
    /// Its Ethernet address, as other machines of the switch see it.
    pub mac: Mac,
    /// Its addresses, sorted and disjoint; a machine has single addresses, the first of each family counts.
    pub addresses: Vec<AddressRange>,
    /// Where it is declared.
    pub place: Option<Place>,
    /// Whether rows tell its addresses apart all the same, as there are too many parts: then nothing of it is certain.
    pub mixed: bool,
    /// Whether there is never more than one of those for whom its kind stands.
    pub alone: bool,
}

impl EndpointKind {
    /// Whether it is a machine by itself: a virtual machine or a pod.
    pub fn is_machine(self) -> bool {
        matches!(self, Self::VirtualMachine | Self::Pod)
    }

    /// Whether such endpoints stand for several with ports of their own: replicas of a workload, or addresses of a subnet.
    pub fn is_several(self) -> bool {
        match self {
            Self::Deployment
            | Self::StatefulSet
            | Self::DaemonSet
            | Self::ReplicaSet
            | Self::Job
            | Self::CronJob
            | Self::Address => true,
            Self::VirtualMachine | Self::Pod | Self::Service | Self::Node | Self::Gateway | Self::External => false,
        }
    }
}

impl Endpoint {
    /// Whether a router has a route to one of its addresses at a link of its switch.
    pub(super) fn is_routed(&self, link: &Link) -> bool {
        self.addresses.iter().any(|range| link.routes(range.first))
    }

    /// Whether it has an address.
    pub(super) fn is_at(&self, address: IpAddr) -> bool {
        self.addresses.iter().any(|range| range.first <= address && address <= range.last)
    }

    /// Whether it has a route to one of those of a family.
    pub(super) fn is_routed_in(&self, family: Family, link: &Link) -> bool {
        let own = self.addresses.iter().filter(|range| range.first.is_ipv4() == (family == Family::Ipv4));
        own.into_iter().any(|range| link.routes(range.first))
    }

    /// How a backend of a load balancer may serve it: whether as itself. Of several that stand behind one endpoint it may be the
    /// one who asks, or another.
    pub(crate) fn served_by(&self, is_backend: bool) -> &'static [bool] {
        match (is_backend, self.is_several()) {
            (false, _) => &[false],
            (true, false) => &[true],
            (true, true) => &[true, false],
        }
    }

    /// Whether it stands for several that talk among each other by their switch. What is outside talks past every switch.
    pub fn is_several(&self) -> bool {
        let has_several = |family| has_several(self.addresses.iter().copied(), family);
        self.kind.is_several()
            && !self.alone
            && (self.kind != EndpointKind::Address || Family::ALL.into_iter().any(has_several))
    }
}

/// Whether ranges are more than one address of a family.
pub(crate) fn has_several(ranges: impl Iterator<Item = AddressRange>, family: Family) -> bool {
    let mut own = ranges.filter(|range| range.first.is_ipv4() == (family == Family::Ipv4));
    own.next().is_some_and(|range| range.first != range.last || own.next().is_some())
}
