//! What an object says about a machine and its interfaces.

use super::address::{addresses, commas, mac};
use super::fields::{Fields, Out, Placed};
use super::policy_port::Transport;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::network::Mac;
use crate::reach::EndpointKind;
use crate::source::Place;
use alloc::collections::BTreeMap;
use alloc::format;
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
    /// The keys of those that the object itself does not have: its controller gives them to the pod.
    pub given: Vec<String>,
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
    /// The controller that it belongs to.
    pub owner: Option<Owner>,
    /// Whether it never has a second pod.
    pub alone: bool,
    /// Labels that stand on the object and not on its pods, so that no selector sees them.
    pub own_labels: BTreeMap<String, String>,
}

/// The name and namespace of an object.
pub(crate) struct Identity {
    /// `metadata.name`.
    pub(crate) name: Placed<String>,
    /// `metadata.namespace`, or `default`.
    pub(crate) namespace: String,
}

/// The controller of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
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
    /// Whether OVN lets it send with no address but its own.
    pub secured: bool,
    /// Whether OVN answers its questions for an address.
    pub leased: bool,
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
    /// Every pod has one.
    Assumed,
}

impl Machine {
    /// A machine of which nothing but the name is known yet.
    pub(crate) fn new(kind: EndpointKind, identity: Identity, place: Place) -> Self {
        Self {
            kind,
            namespace: identity.namespace,
            name: identity.name,
            labels: BTreeMap::new(),
            given: Vec::new(),
            place,
            interfaces: Vec::new(),
            ports: Vec::new(),
            node: None,
            pod: Presence::default(),
            owner: None,
            alone: false,
            own_labels: BTreeMap::new(),
        }
    }

    /// Adds what else is said of an interface: of a known one when the provider or the name is the same.
    pub(crate) fn add(&mut self, said: Interface) {
        let same = |known: &&mut Interface| {
            (said.provider.is_some() && known.provider == said.provider)
                || (said.name.is_some() && known.name == said.name)
        };
        let Some(known) = self.interfaces.iter_mut().find(same) else { return self.interfaces.push(said) };
        known.name = known.name.take().or(said.name);
        known.provider = known.provider.take().or(said.provider);
        known.mac = known.mac.take().or(said.mac);
        if known.addresses.is_empty() {
            (known.addresses, known.origin) = (said.addresses, said.origin);
        }
    }

    /// The interface in the default network, with the addresses that a pod reports where nothing else is said of them.
    pub(crate) fn default_interface(&mut self, provider: String, observed: Option<Interface>) {
        let known = self.interfaces.iter().any(|known| known.provider.as_deref() == Some(&provider));
        if self.pod == Presence::HostNetwork || (known && observed.is_none()) {
            return;
        }
        // What a pod reports may be the address of another network plugin.
        let interface = observed.unwrap_or_else(|| Interface::new(Origin::Assumed, self.name.place));
        self.add(Interface { provider: Some(provider), ..interface });
    }
}

/// Kube-OVN's provider of the cluster's default network.
pub(crate) const DEFAULT_PROVIDER: &str = "ovn";

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
            secured: false,
            leased: false,
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

/// What the annotations of Multus are called.
const NETWORKS: &str = "k8s.v1.cni.cncf.io/networks";
const DEFAULT_NETWORK: &str = "v1.multus-cni.io/default-network";

/// Kube-OVN's provider of the network that a pod has first. Kube-OVN adds the cluster's where Multus is told no other
/// (`getPodKubeovnNets`).
pub(crate) fn default_provider(metadata: Option<&Fields<'_>>, namespace: &str) -> String {
    let annotations = metadata.and_then(|metadata| metadata.quiet("annotations"));
    let text = annotations.and_then(|annotations| annotations.text(DEFAULT_NETWORK, &mut Vec::new()));
    let named = text.and_then(|text| attachments(&text.value, namespace).into_iter().next());
    named.map_or_else(|| DEFAULT_PROVIDER.to_string(), |attachment| format!("{attachment}.ovn"))
}

/// The interfaces that annotations speak of, one for each provider.
///
/// Kube-OVN's `<provider>.kubernetes.io/ip_address`, `…/mac_address`, `…/logical_switch`, `…/security_groups`,
/// `…/port_security`, `…/ip_pool`, and the networks that Multus attaches.
pub(crate) fn annotated(metadata: Option<&Fields<'_>>, namespace: &str, out: &mut Out) -> Vec<Interface> {
    let Some(annotations) = metadata.and_then(|metadata| metadata.fields("annotations", out)) else {
        return Vec::new();
    };
    let mut interfaces: Vec<Interface> = Vec::new();
    for (key, _, node) in annotations.entries() {
        let Some((provider, what)) = key.split_once(".kubernetes.io/") else { continue };
        let known = ["ip_address", "ip_pool", "mac_address", "logical_switch", "security_groups", "port_security"];
        if !known.contains(&what) || node.is_null() {
            continue;
        }
        let path = annotations.path(key);
        let Some(text) = super::fields::text(node, &path, out) else { continue };
        let Some(interface) = of_provider(&mut interfaces, provider, text.place) else { continue };
        match what {
            "ip_address" => interface.addresses = addresses(&text, &path, out),
            "ip_pool" if states(&annotations, &format!("{provider}.kubernetes.io/ip_address")) => {}
            "ip_pool" => interface.addresses = pooled(&text, &path, out),
            "mac_address" => interface.mac = mac(&text, &path, out),
            "security_groups" => interface.security_groups = commas(&text),
            "port_security" => interface.secured = text.value == "true",
            _ => interface.subnet = Some(text),
        }
    }
    for text in [DEFAULT_NETWORK, NETWORKS].iter().filter_map(|key| annotations.text(key, out)) {
        for attachment in attachments(&text.value, namespace) {
            of_provider(&mut interfaces, &format!("{attachment}.ovn"), text.place);
        }
    }
    interfaces
}

/// The interface of a provider among those that are sorted by it; a new one where there is none.
fn of_provider<'i>(interfaces: &'i mut Vec<Interface>, provider: &str, place: Place) -> Option<&'i mut Interface> {
    let at = interfaces.partition_point(|known| known.provider.as_deref() < Some(provider));
    if interfaces.get(at).is_none_or(|known| known.provider.as_deref() != Some(provider)) {
        let interface = Interface::new(Origin::Declared, place);
        interfaces.insert(at, Interface { provider: Some(provider.to_string()), ..interface });
    }
    interfaces.get_mut(at)
}

/// Whether an annotation has a text that is not empty.
fn states(annotations: &Fields<'_>, key: &str) -> bool {
    annotations.get(key).and_then(super::node::Node::word).is_some_and(|text| !text.is_empty())
}

/// The first address of each family of a pool: `a,b`, or of both families `a,A;b,B`. A name is that of an `IPPool`.
fn pooled(text: &Placed<String>, path: &str, out: &mut Out) -> Vec<Placed<IpAddr>> {
    let parts = commas(&text.with(text.value.replace(';', ",")));
    let mut firsts: Vec<Placed<IpAddr>> = Vec::new();
    for part in &parts {
        let Ok(address) = part.value.parse::<IpAddr>() else { return Vec::new() };
        if firsts.iter().all(|first| first.value.is_ipv4() != address.is_ipv4()) {
            firsts.push(part.with(address));
        }
    }
    if let Some(first) = firsts.first().filter(|_| parts.len() > firsts.len()) {
        let message = format!(
            "`{path}` has several addresses, of which a pod has any: `{}` is assumed, and rules about the others are not \
             looked at",
            first.value
        );
        let finding = Diagnostic::new(Code::AssumedAddress, message).severity(Severity::Warning).at(text.place);
        out.push(finding.help("write rules about the Subnet or about labels, which hold for each of them"));
    }
    firsts
}

/// `<name>.<namespace>` of each network: `a, ns/b@eth1`, or JSON objects with `name` and `namespace`.
fn attachments(text: &str, namespace: &str) -> Vec<String> {
    let named = |name: &str, namespace: &str| format!("{name}.{namespace}");
    if !text.trim_start().starts_with('[') {
        let entries = text.split(',').map(|entry| entry.trim().split('@').next().unwrap_or(""));
        let entries = entries.filter(|entry| !entry.is_empty());
        return entries
            .map(|entry| entry.split_once('/').unwrap_or((namespace, entry)))
            .map(|(space, name)| named(name, space))
            .collect();
    }
    // Field by field: the text is JSON inside a scalar, and nothing but these two fields of it matters.
    let field = |object: &str, key: &str| {
        let (_, rest) = object.split_once(&format!("\"{key}\""))?;
        let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        value.split('"').next().map(ToString::to_string)
    };
    let objects = text.split('}').filter(|object| object.contains('{'));
    let pair = |object: &str| {
        Some((field(object, "name")?, field(object, "namespace").unwrap_or_else(|| namespace.to_string())))
    };
    objects.filter_map(pair).map(|(name, space)| named(&name, &space)).collect()
}

fn strings<'n>(fields: &Fields<'n>, out: &mut Out) -> Vec<(&'n str, Placed<String>)> {
    fields
        .entries()
        .filter(|(_, _, node)| !node.is_null())
        .filter_map(|(key, _, node)| Some((key, super::fields::text(node, &fields.path(key), out)?)))
        .collect()
}
