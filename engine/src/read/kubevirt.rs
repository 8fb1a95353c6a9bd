//! KubeVirt's machines, as their virt-launcher pods will be: policies see the labels of those pods and no others.

use super::address::{addresses, mac};
use super::fields::{Fields, Out, Placed, word};
use super::machine::{DEFAULT_PROVIDER, Identity, Interface, Machine, Origin, Presence, annotated, labels};
use super::node::Node;
use crate::reach::EndpointKind;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The longest label value, and the longest host name.
const LONGEST: usize = 63;

/// A network of a machine: its name and Kube-OVN's provider of it.
struct Network {
    name: String,
    provider: String,
}

/// A `VirtualMachine`: its template speaks of the pod to come, its own labels of nothing.
pub(crate) fn virtual_machine(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Machine {
    let mut machine = Machine::new(EndpointKind::VirtualMachine, identity, object.place());
    let spec = object.fields("spec", out);
    let template = spec.as_ref().and_then(|spec| spec.fields("template", out));
    let metadata = template.as_ref().and_then(|template| template.fields("metadata", out));
    let instance = template.as_ref().and_then(|template| template.fields("spec", out));
    describe(&mut machine, metadata.as_ref(), instance.as_ref(), out);
    machine.own_labels = labels(object.fields("metadata", out).as_ref(), out);
    if spec.is_some_and(|spec| is_stopped(&spec, out)) {
        machine.pod = Presence::Absent;
    }
    machine
}

/// A `VirtualMachineInstance`, with the addresses of its `status`.
pub(crate) fn instance(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Machine {
    let mut machine = Machine::new(EndpointKind::VirtualMachine, identity, object.place());
    let spec = object.fields("spec", out);
    describe(&mut machine, object.fields("metadata", out).as_ref(), spec.as_ref(), out);
    let Some(status) = object.fields("status", out) else { return machine };
    machine.node = status.text("nodeName", out).map(|node| node.value).filter(|node| !node.is_empty());
    let phase = status.word("phase", out);
    if phase.is_some_and(|phase| matches!(phase.value.as_str(), "Succeeded" | "Failed")) {
        machine.pod = Presence::Absent;
    }
    let networks = spec.map(|spec| networks(&spec, &machine.namespace, out)).unwrap_or_default();
    for (path, item) in status.items("interfaces", out) {
        let Some(seen) = observed(item, &path, &networks, out) else { continue };
        machine.add(seen);
    }
    machine
}

fn describe(machine: &mut Machine, metadata: Option<&Fields<'_>>, spec: Option<&Fields<'_>>, out: &mut Out) {
    machine.labels = labels(metadata, out);
    machine.interfaces = annotated(metadata, &machine.namespace, out);
    let hostname = spec.and_then(|spec| spec.text("hostname", out)).map(|text| text.value);
    given_labels(machine, hostname);
    let networks = spec.map(|spec| networks(spec, &machine.namespace, out)).unwrap_or_default();
    if networks.is_empty() && machine.interfaces.is_empty() {
        // KubeVirt gives a machine that names none the pod network.
        machine.default_interface(DEFAULT_PROVIDER.to_string(), None);
    }
    for Network { name, provider } in networks {
        let blank = Interface::new(Origin::Declared, machine.name.place);
        machine.add(Interface { name: Some(name), provider: Some(provider), ..blank });
    }
}

/// The labels that KubeVirt itself gives a launcher pod (`pkg/virt-controller/services/template.go`): the name is that
/// of the host, which `hostname` may change (`dns.SanitizeHostname`).
fn given_labels(machine: &mut Machine, hostname: Option<String>) {
    let own = machine.name.value.split('.').next().unwrap_or("");
    let own: String = own.chars().take(LONGEST).collect();
    let hostname = hostname.filter(|hostname| !hostname.is_empty()).unwrap_or(own);
    let mut given = alloc::vec![("kubevirt.io", "virt-launcher".to_string()), ("vm.kubevirt.io/name", hostname)];
    if machine.name.value.len() <= LONGEST {
        given.push(("vmi.kubevirt.io/id", machine.name.value.clone()));
    }
    for (key, value) in given {
        machine.given.push(key.to_string());
        machine.labels.insert(key.to_string(), value);
    }
}

/// `running: false`, or a `runStrategy` that keeps it down.
fn is_stopped(spec: &Fields<'_>, out: &mut Out) -> bool {
    let off = spec.boolean("running", out).is_some_and(|running| !running.value);
    let strategy = spec.word("runStrategy", out);
    off || strategy.is_some_and(|strategy| strategy.value == "Halted")
}

fn networks(spec: &Fields<'_>, namespace: &str, out: &mut Out) -> Vec<Network> {
    let listed = spec.items("networks", out);
    let fields = listed.iter().filter_map(|(path, item)| Fields::of(item, path.clone(), out)).collect::<Vec<_>>();
    let network = |network: &Fields<'_>| {
        Some(Network { name: network.text("name", out)?.value, provider: provider(network, namespace, out)? })
    };
    fields.iter().filter_map(network).collect()
}

fn provider(network: &Fields<'_>, namespace: &str, out: &mut Out) -> Option<String> {
    let Some(multus) = network.fields("multus", out) else {
        return network.mentions("pod").then(|| "ovn".to_string());
    };
    let name = multus.text("networkName", out)?.value;
    let (namespace, attachment) = name.split_once('/').unwrap_or((namespace, &name));
    Some(format!("{attachment}.{namespace}.ovn"))
}

fn observed(item: &Node, path: &str, networks: &[Network], out: &mut Out) -> Option<Interface> {
    let fields = Fields::of(item, path, out)?;
    let mut interface = Interface::new(Origin::Observed, fields.place());
    interface.name = fields.text("name", out).map(|text| text.value);
    let network = networks.iter().find(|network| Some(&network.name) == interface.name.as_ref());
    interface.provider = network.map(|network| network.provider.clone());
    interface.mac = fields.text("mac", out).and_then(|text| mac(&text, &fields.path("mac"), out));
    let listed = fields.items("ipAddresses", out);
    let mut texts: Vec<Placed<String>> = listed.iter().filter_map(|(path, item)| word(item, path, out)).collect();
    if texts.is_empty() {
        texts.extend(fields.text("ipAddress", out).filter(|text| !text.value.is_empty()));
    }
    interface.addresses = texts.iter().flat_map(|text| addresses(text, &fields.path("ipAddresses"), out)).collect();
    Some(interface)
}
