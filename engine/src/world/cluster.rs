//! What of a cluster is no machine: nodes and Services.

use crate::read::Transport;
use crate::source::Place;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

/// A node of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its addresses of type `InternalIP`; without any, those on Kube-OVN's join network.
    pub addresses: Vec<IpAddr>,
    /// Where it is declared.
    pub place: Place,
}

/// A Service with an address of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `clusterIPs`.
    pub addresses: Vec<IpAddr>,
    /// `selector`; nothing where somebody else says who is behind it.
    pub selector: Option<BTreeMap<String, String>>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Where it is declared.
    pub place: Place,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServicePort {
    /// The protocol.
    pub protocol: Transport,
    /// The port at the Service's address.
    pub port: u16,
    /// The port at the pods behind it.
    pub target: TargetPort,
}

/// The port at the pods behind a Service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetPort {
    /// A number.
    Number(u16),
    /// The container port of that name.
    Named(String),
}
