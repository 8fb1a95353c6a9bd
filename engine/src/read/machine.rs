//! What an object says about a machine and its interfaces.

use super::address::{addresses, mac};
use super::fields::{Fields, Out, Placed};
use super::policy_port::Transport;
use crate::ovn::network::Mac;
use crate::reach::EndpointKind;
use crate::source::Place;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

/// One object's word on one machine. Several objects may speak of the same machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Virtual machine or pod.
    pub kind: EndpointKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name; for the pod of a virtual machine the machine's.
    pub name: Placed<String>,
    /// The labels that selectors see: those of the pod.
    pub labels: BTreeMap<String, String>,
    /// The whole object.
    pub place: Place,
    /// What is said about its interfaces.
    pub interfaces: Vec<Interface>,
    /// The ports of its containers that have a name.
    pub ports: Vec<NamedPort>,
    /// The node that it runs on.
    pub node: Option<String>,
    /// Whether it has a pod, as far as this object knows.
    pub pod: Presence,
}

/// A container port with a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedPort {
    /// `name`.
    pub name: String,
    /// `containerPort`.
    pub number: u16,
    /// `protocol`, TCP where none is written.
    pub protocol: Transport,
}

/// Whether a machine has a pod. Policies select pods; rules about addresses and ports hold without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Presence {
    /// Nothing says that it has not.
    #[default]
    Running,
    /// It is stopped, or done.
    Absent,
    /// Its pod is in the network of its node: no port, no policy.
    HostNetwork,
}

/// One object's word on one interface; everything may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name among the machine's interfaces.
    pub name: Option<String>,
    /// Kube-OVN's provider: `ovn`, or `<attachment>.<namespace>.ovn`.
    pub provider: Option<String>,
    /// The subnet by name.
    pub subnet: Option<Placed<String>>,
    /// Its addresses.
    pub addresses: Vec<Placed<IpAddr>>,
    /// Its Ethernet address.
    pub mac: Option<Placed<Mac>>,
    /// The name of its logical port, where it is said outright.
    pub port: Option<Placed<String>>,
    /// The SecurityGroups that it belongs to.
    pub security_groups: Vec<Placed<String>>,
    /// Whether somebody wrote it down or the cluster observed it.
    pub origin: Origin,
    /// Where.
    pub place: Place,
}

/// How an interface came to be in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Written down: it must fit.
    Declared,
    /// Seen in a `status`: it may belong to a network that Kube-OVN does not know.
    Observed,
}

impl Interface {
    /// An interface of which nothing is known yet.
    pub(crate) fn new(origin: Origin, place: Place) -> Self {
        Self {
            name: None,
            provider: None,
            subnet: None,
            addresses: Vec::new(),
            mac: None,
            port: None,
            security_groups: Vec::new(),
            origin,
            place,
        }
    }
}

/// The labels of a `metadata` mapping.
pub(crate) fn labels(metadata: Option<&Fields<'_>>, out: &mut Out) -> BTreeMap<String, String> {
    let Some(labels) = metadata.and_then(|metadata| metadata.fields("labels", out)) else { return BTreeMap::new() };
    strings(&labels, out).into_iter().map(|(key, value)| (key.to_string(), value.value)).collect()
}

/// The interfaces that Kube-OVN's annotations speak of, one for each provider.
///
/// `<provider>.kubernetes.io/ip_address`, `…/mac_address` and `…/logical_switch`.
pub(crate) fn annotated(metadata: Option<&Fields<'_>>, out: &mut Out) -> Vec<Interface> {
    let Some(annotations) = metadata.and_then(|metadata| metadata.fields("annotations", out)) else {
        return Vec::new();
    };
    let mut interfaces: BTreeMap<&str, Interface> = BTreeMap::new();
    for (key, _, node) in annotations.entries() {
        let Some((provider, what)) = key.split_once(".kubernetes.io/") else { continue };
        if !matches!(what, "ip_address" | "mac_address" | "logical_switch") || node.is_null() {
            continue;
        }
        let path = annotations.path(key);
        let Some(text) = super::fields::text(node, &path, out) else { continue };
        let blank =
            || Interface { provider: Some(provider.to_string()), ..Interface::new(Origin::Declared, text.place) };
        let interface = interfaces.entry(provider).or_insert_with(blank);
        match what {
            "ip_address" => interface.addresses = addresses(&text, &path, out),
            "mac_address" => interface.mac = mac(&text, &path, out),
            _ => interface.subnet = Some(text),
        }
    }
    interfaces.into_values().collect()
}

fn strings<'n>(fields: &Fields<'n>, out: &mut Out) -> Vec<(&'n str, Placed<String>)> {
    fields
        .entries()
        .filter(|(_, _, node)| !node.is_null())
        .filter_map(|(key, _, node)| Some((key, super::fields::text(node, &fields.path(key), out)?)))
        .collect()
}
