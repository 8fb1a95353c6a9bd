//! Machines as Kubernetes, KubeVirt and Kube-OVN describe them.

use super::address::{addresses, mac};
use super::fields::{Fields, Out, Placed, word};
use super::machine::{Interface, Machine, Origin, Presence, annotated, labels};
use super::node::Node;
use crate::reach::EndpointKind;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The name and namespace of an object.
pub(crate) struct Identity {
    /// `metadata.name`.
    pub(crate) name: Placed<String>,
    /// `metadata.namespace`, or `default`.
    pub(crate) namespace: String,
}

/// A KubeVirt `VirtualMachine`: its template speaks of the pod to come.
pub(crate) fn virtual_machine(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Machine {
    let template = object.fields("spec", out).and_then(|spec| spec.fields("template", out));
    let metadata = template.as_ref().and_then(|template| template.fields("metadata", out));
    machine(object, identity, metadata.as_ref(), out)
}

/// A KubeVirt `VirtualMachineInstance`, with the addresses of its `status`.
pub(crate) fn instance(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Machine {
    let metadata = object.fields("metadata", out);
    let mut machine = machine(object, identity, metadata.as_ref(), out);
    let networks = networks(object, &machine.namespace, out);
    let Some(status) = object.fields("status", out) else { return machine };
    for (path, item) in status.items("interfaces", out) {
        machine.interfaces.extend(observed(item, &path, &networks, out));
    }
    machine
}

/// A `Pod`; the pod of a virtual machine speaks of the machine.
pub(crate) fn pod(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Machine {
    let metadata = object.fields("metadata", out);
    let owner = metadata.as_ref().and_then(|metadata| owner(metadata, out));
    let mut machine = machine(object, identity, metadata.as_ref(), out);
    match owner {
        Some(owner) => machine.name = owner,
        None => machine.kind = EndpointKind::Pod,
    }
    let host = object.quiet("spec").and_then(|spec| spec.boolean("hostNetwork", out)).is_some_and(|host| host.value);
    if machine.interfaces.is_empty() && !host {
        machine.interfaces.extend(object.fields("status", out).and_then(|status| pod_addresses(&status, out)));
    }
    machine
}

/// A Kube-OVN `IP`; nothing when it belongs to no machine.
pub(crate) fn ip(object: &Fields<'_>, name: &Placed<String>, out: &mut Out) -> Option<Machine> {
    let spec = object.fields("spec", out)?;
    let machine = spec.text("podName", out).filter(|text| !text.value.is_empty())?;
    let namespace = spec.text("namespace", out).map(|text| text.value).filter(|text| !text.is_empty())?;
    let kind = match spec.text("podType", out).map(|text| text.value).as_deref() {
        Some("VirtualMachine") => EndpointKind::VirtualMachine,
        _ => EndpointKind::Pod,
    };
    let mut interface = Interface { port: Some(name.clone()), ..Interface::new(Origin::Declared, name.place) };
    interface.subnet = spec.text("subnet", out).filter(|text| !text.value.is_empty());
    interface.mac = spec
        .text("macAddress", out)
        .filter(|text| !text.value.is_empty())
        .and_then(|text| mac(&text, &spec.path("macAddress"), out));
    for key in ["v4IpAddress", "v6IpAddress"] {
        let text = spec.text(key, out).filter(|text| !text.value.is_empty());
        interface.addresses.extend(text.iter().flat_map(|text| addresses(text, &spec.path(key), out)));
    }
    let place = object.place();
    Some(Machine {
        kind,
        namespace,
        name: machine,
        labels: Default::default(),
        place,
        interfaces: alloc::vec![interface],
        ports: Vec::new(),
        node: None,
        pod: Presence::default(),
    })
}

fn machine(object: &Fields<'_>, identity: Identity, metadata: Option<&Fields<'_>>, out: &mut Out) -> Machine {
    Machine {
        kind: EndpointKind::VirtualMachine,
        namespace: identity.namespace,
        name: identity.name,
        labels: labels(metadata, out),
        place: object.place(),
        interfaces: annotated(metadata, out),
        ports: Vec::new(),
        node: None,
        pod: Presence::default(),
    }
}

/// The virtual machine that owns a virt-launcher pod.
fn owner(metadata: &Fields<'_>, out: &mut Out) -> Option<Placed<String>> {
    let owners = metadata.items("ownerReferences", out);
    let owners = owners.iter().filter_map(|(path, item)| Fields::of(item, path.clone(), out)).collect::<Vec<_>>();
    let machine = owners.iter().find(|owner| owner.get("kind").and_then(Node::word) == Some("VirtualMachineInstance"));
    machine?.text("name", out)
}

fn pod_addresses(status: &Fields<'_>, out: &mut Out) -> Option<Interface> {
    let listed = status.items("podIPs", out);
    let mut texts: Vec<Placed<String>> =
        listed.iter().filter_map(|(path, item)| Fields::of(item, path.clone(), out)?.text("ip", out)).collect();
    if texts.is_empty() {
        texts.extend(status.text("podIP", out));
    }
    let place = texts.first()?.place;
    let found = texts.iter().flat_map(|text| addresses(text, &status.path("podIPs"), out)).collect();
    Some(Interface { addresses: found, ..Interface::new(Origin::Observed, place) })
}

/// The provider of each network of an instance, by the network's name.
fn networks(object: &Fields<'_>, namespace: &str, out: &mut Out) -> Vec<(String, String)> {
    let Some(spec) = object.fields("spec", out) else { return Vec::new() };
    let listed = spec.items("networks", out);
    let fields = listed.iter().filter_map(|(path, item)| Fields::of(item, path.clone(), out)).collect::<Vec<_>>();
    fields
        .iter()
        .filter_map(|network| Some((network.text("name", out)?.value, provider(network, namespace, out)?)))
        .collect()
}

fn provider(network: &Fields<'_>, namespace: &str, out: &mut Out) -> Option<String> {
    let Some(multus) = network.fields("multus", out) else {
        return network.get("pod").map(|_| "ovn".to_string());
    };
    let name = multus.text("networkName", out)?.value;
    let (namespace, attachment) = name.split_once('/').unwrap_or((namespace, &name));
    Some(format!("{attachment}.{namespace}.ovn"))
}

fn observed(item: &Node, path: &str, networks: &[(String, String)], out: &mut Out) -> Option<Interface> {
    let fields = Fields::of(item, path, out)?;
    let mut interface = Interface::new(Origin::Observed, fields.place());
    interface.name = fields.text("name", out).map(|text| text.value);
    let network = networks.iter().find(|(name, _)| Some(name) == interface.name.as_ref());
    interface.provider = network.map(|(_, provider)| provider.clone());
    interface.mac = fields.text("mac", out).and_then(|text| mac(&text, &fields.path("mac"), out));
    let listed = fields.items("ipAddresses", out);
    let mut texts: Vec<Placed<String>> = listed.iter().filter_map(|(path, item)| word(item, path, out)).collect();
    if texts.is_empty() {
        texts.extend(fields.text("ipAddress", out).filter(|text| !text.value.is_empty()));
    }
    interface.addresses = texts.iter().flat_map(|text| addresses(text, &fields.path("ipAddresses"), out)).collect();
    Some(interface)
}
