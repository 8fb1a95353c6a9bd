//! Pods, and the workloads that make pods of a template.

use super::address::addresses;
use super::fields::{Fields, Out, Placed};
use super::machine::{
    Identity, Interface, Machine, NamedPort, Origin, Owner, Presence, annotated, default_provider, labels,
};
use super::node::Node;
use super::policy_port::Transport;
use crate::reach::EndpointKind;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A `Pod`; the pod of a virtual machine speaks of the machine.
pub(crate) fn pod(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Machine {
    let metadata = object.fields("metadata", out);
    let owner = metadata.as_ref().and_then(|metadata| owner(metadata, out));
    let mut machine = Machine::new(EndpointKind::Pod, identity, object.place());
    match owner {
        Some(owner) if owner.kind == "VirtualMachineInstance" => {
            machine.name = Placed::new(owner.name, machine.name.place);
            machine.kind = EndpointKind::VirtualMachine;
        }
        other => machine.owner = other,
    }
    describe(&mut machine, metadata.as_ref(), object.fields("spec", out).as_ref(), out);
    let status = object.fields("status", out);
    let phase = status.as_ref().and_then(|status| status.word("phase", out));
    if phase.is_some_and(|phase| matches!(phase.value.as_str(), "Succeeded" | "Failed")) {
        machine.pod = Presence::Absent;
    }
    let observed = status.as_ref().and_then(|status| pod_addresses(status, out));
    machine.default_interface(default_provider(metadata.as_ref(), &machine.namespace), observed);
    machine
}

/// A `Deployment`, `StatefulSet`, `DaemonSet`, `ReplicaSet`, `Job` or `CronJob`: one machine for all of its pods.
pub(crate) fn workload(kind: EndpointKind, object: &Fields<'_>, identity: Identity, out: &mut Out) -> Machine {
    let mut machine = Machine::new(kind, identity, object.place());
    machine.owner = object.fields("metadata", out).and_then(|metadata| owner(&metadata, out));
    let spec = object.fields("spec", out);
    let job = spec.as_ref().and_then(|spec| spec.fields("jobTemplate", out)?.fields("spec", out));
    let spec = if kind == EndpointKind::CronJob { job } else { spec };
    let replicas = spec.as_ref().and_then(|spec| spec.integer("replicas", out)).map(|replicas| replicas.value);
    let is_done = kind == EndpointKind::Job && is_ended(object, out);
    if replicas == Some(0) || is_done {
        machine.pod = Presence::Absent;
    }
    // Every other controller starts a pod while the one before it still ends, and a Deployment rolls out beside it.
    machine.alone = kind == EndpointKind::StatefulSet && replicas == Some(1);
    let template = spec.as_ref().and_then(|spec| spec.fields("template", out));
    let metadata = template.as_ref().and_then(|template| template.fields("metadata", out));
    let pod = template.as_ref().and_then(|template| template.fields("spec", out));
    describe(&mut machine, metadata.as_ref(), pod.as_ref(), out);
    machine.default_interface(default_provider(metadata.as_ref(), &machine.namespace), None);
    machine
}

/// Whether a Job has made its last pod: one of its conditions says that it is complete, or has failed.
fn is_ended(job: &Fields<'_>, out: &mut Out) -> bool {
    let Some(status) = job.fields("status", out) else { return false };
    let conditions = status.items("conditions", out);
    let mut conditions = conditions.iter().filter_map(|(path, item)| Fields::of(item, path.clone(), out));
    let word = |of: &Fields<'_>, key: &str| of.get(key).and_then(Node::word).unwrap_or_default().to_string();
    conditions.any(|of| word(&of, "status") == "True" && ["Complete", "Failed"].contains(&word(&of, "type").as_str()))
}

/// What a pod's metadata and spec say, wherever they stand.
fn describe(machine: &mut Machine, metadata: Option<&Fields<'_>>, spec: Option<&Fields<'_>>, out: &mut Out) {
    machine.labels = labels(metadata, out);
    machine.interfaces = annotated(metadata, &machine.namespace, out);
    let Some(spec) = spec else { return };
    machine.node = spec.word("nodeName", out).map(|node| node.value);
    machine.ports = named_ports(spec, out);
    if spec.boolean("hostNetwork", out).is_some_and(|host| host.value) {
        machine.pod = Presence::HostNetwork;
    }
}

/// `containerPort`s with a name: of sidecars, which are the init containers that start anew, and of containers
/// (`AddNamedPortByPod` of Kube-OVN).
fn named_ports(spec: &Fields<'_>, out: &mut Out) -> Vec<NamedPort> {
    let mut ports = Vec::new();
    let sidecar = |fields: &Fields<'_>| fields.get("restartPolicy").and_then(Node::word) == Some("Always");
    let mut mappings = |key: &str| -> Vec<Fields<'_>> {
        spec.items(key, out).into_iter().filter_map(|(path, item)| Fields::of(item, path, out)).collect()
    };
    let (sidecars, containers) = (mappings("initContainers"), mappings("containers"));
    for container in sidecars.iter().filter(|container| sidecar(container)).chain(&containers) {
        let listed = container.items("ports", out);
        ports.extend(listed.iter().filter_map(|(path, item)| named_port(&Fields::of(item, path.clone(), out)?, out)));
    }
    ports
}

fn named_port(port: &Fields<'_>, out: &mut Out) -> Option<NamedPort> {
    let name = port.text("name", out)?.value;
    let number = port.integer("containerPort", out)?;
    let protocol = port.text("protocol", out).and_then(|text| Transport::from_name(&text.value));
    Some(NamedPort { name, number: number.value.try_into().ok()?, protocol: protocol.unwrap_or(Transport::Tcp) })
}

/// The controller that an object belongs to.
fn owner(metadata: &Fields<'_>, out: &mut Out) -> Option<Owner> {
    let owners = metadata.items("ownerReferences", out);
    let owners = owners.iter().filter_map(|(path, item)| Fields::of(item, path.clone(), out)).collect::<Vec<_>>();
    let kind = |owner: &Fields<'_>| owner.get("kind").and_then(Node::word).unwrap_or("").to_string();
    let machine = owners.iter().find(|owner| kind(owner) == "VirtualMachineInstance");
    let owner = machine.or_else(|| owners.first())?;
    Some(Owner { kind: kind(owner), name: owner.text("name", out)?.value })
}

fn pod_addresses(status: &Fields<'_>, out: &mut Out) -> Option<Interface> {
    let listed = status.items("podIPs", out);
    let mut texts: Vec<Placed<String>> =
        listed.iter().filter_map(|(path, item)| Fields::of(item, path.clone(), out)?.text("ip", out)).collect();
    if texts.is_empty() {
        texts.extend(status.text("podIP", out).filter(|text| !text.value.is_empty()));
    }
    let place = texts.first()?.place;
    let found = texts.iter().flat_map(|text| addresses(text, &status.path("podIPs"), out)).collect();
    Some(Interface { addresses: found, ..Interface::new(Origin::Observed, place) })
}
