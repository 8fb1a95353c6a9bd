//! What of a cluster is no machine: `Namespace`, `Node` and `Service`.

use super::address::addresses;
use super::fields::{Fields, Out, Placed};
use super::machine::{Identity, labels};
use super::policy_port::Transport;
use crate::source::Place;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

/// A `Namespace`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: Placed<String>,
    /// Its labels as written.
    pub labels: BTreeMap<String, String>,
}

/// A `Node`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name.
    pub name: Placed<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its addresses of type `InternalIP`.
    pub internal: Vec<Placed<IpAddr>>,
    /// Its addresses on Kube-OVN's join network.
    pub joined: Vec<Placed<IpAddr>>,
}

/// A `Service`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: Placed<String>,
    /// Its namespace.
    pub namespace: String,
    /// Whether it has addresses of its own, and which.
    pub addresses: ClusterIp,
    /// `selector`; nothing where somebody else says who is behind it.
    pub selector: Option<BTreeMap<String, String>>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
}

/// The addresses of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterIp {
    /// None of its own: headless, or a name of something outside.
    None,
    /// The cluster will choose.
    Chosen,
    /// These.
    Known(Vec<Placed<IpAddr>>),
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
    /// Where it is written.
    pub place: Place,
}

/// The port at the pods behind a Service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetPort {
    /// A number.
    Number(u16),
    /// The container port of that name.
    Named(String),
}

/// A `Namespace`.
pub(crate) fn namespace(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Namespace {
    Namespace { name: identity.name, labels: labels(object.fields("metadata", out).as_ref(), out) }
}

/// A `Node`.
pub(crate) fn host(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Host {
    let metadata = object.fields("metadata", out);
    let annotations = metadata.as_ref().and_then(|metadata| metadata.fields("annotations", out));
    let joined = annotations.and_then(|annotations| {
        let text = annotations.text("ovn.kubernetes.io/ip_address", out)?;
        Some(addresses(&text, &annotations.path("ovn.kubernetes.io/ip_address"), out))
    });
    let status = object.fields("status", out);
    let listed = status.as_ref().map(|status| status.items("addresses", out)).unwrap_or_default();
    let mut internal = Vec::new();
    for (path, item) in listed {
        let Some(address) = Fields::of(item, path, out) else { continue };
        if address.word("type", out).is_some_and(|kind| kind.value == "InternalIP") {
            let text = address.text("address", out);
            internal.extend(text.iter().flat_map(|text| addresses(text, &address.path("address"), out)));
        }
    }
    let labels = labels(metadata.as_ref(), out);
    Host { name: identity.name, labels, internal, joined: joined.unwrap_or_default() }
}

/// A `Service`.
pub(crate) fn service(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Service {
    let Identity { name, namespace } = identity;
    let mut service = Service { name, namespace, addresses: ClusterIp::Chosen, selector: None, ports: Vec::new() };
    let Some(spec) = object.fields("spec", out) else { return service };
    service.addresses = cluster_ip(&spec, out);
    let selector = spec.fields("selector", out);
    service.selector = selector.map(|selector| {
        let text = |(key, _, node): (&str, Place, &super::node::Node)| {
            Some((key.to_string(), super::fields::text(node, &selector.path(key), out)?.value))
        };
        selector.entries().filter_map(text).collect()
    });
    let listed = spec.items("ports", out);
    service.ports = listed.iter().filter_map(|(path, item)| port(&Fields::of(item, path.clone(), out)?, out)).collect();
    service
}

fn cluster_ip(spec: &Fields<'_>, out: &mut Out) -> ClusterIp {
    if spec.word("type", out).is_some_and(|kind| kind.value == "ExternalName") {
        return ClusterIp::None;
    }
    let listed = spec.items("clusterIPs", out);
    let mut texts: Vec<Placed<String>> =
        listed.iter().filter_map(|(path, item)| super::fields::text(item, path, out)).collect();
    if texts.is_empty() {
        texts.extend(spec.text("clusterIP", out).filter(|text| !text.value.is_empty()));
    }
    match texts.as_slice() {
        [] => ClusterIp::Chosen,
        [first, ..] if first.value == "None" => ClusterIp::None,
        _ => ClusterIp::Known(texts.iter().flat_map(|text| addresses(text, &spec.path("clusterIP"), out)).collect()),
    }
}

fn port(port: &Fields<'_>, out: &mut Out) -> Option<ServicePort> {
    let number: u16 = port.integer("port", out)?.value.try_into().ok()?;
    let protocol = port.text("protocol", out).and_then(|text| Transport::from_name(&text.value));
    let target = port.word("targetPort", out).map(|text| text.value);
    let target = match target {
        None => TargetPort::Number(number),
        Some(text) => text.parse().map_or(TargetPort::Named(text), TargetPort::Number),
    };
    Some(ServicePort { protocol: protocol.unwrap_or(Transport::Tcp), port: number, target, place: port.place() })
}
