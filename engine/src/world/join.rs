//! Objects that speak of one machine, joined: the machine, its template, its instance, its pod, its IP objects.

use super::assume;
use super::attachment::Attachments;
use super::controller::Controller;
use super::locate::Locator;
use super::machine::{Interface, Machine};
use super::namespace::Namespace;
use super::switch::Switch;
use super::workload;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::reach::EndpointKind;
use crate::read::{self, Object, Origin, Placed, Presence, Reading};
use crate::source::Place;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::{HashMap, HashSet};

/// A namespace, a name, and for what stands for several pods its kind: a Deployment may have the name of a pod.
type Key = (String, String, Option<EndpointKind>);

/// Which kind of object speaks; of some kinds only one may speak of a machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Speaker {
    VirtualMachine,
    Instance,
    Pod,
    Workload,
    Ip,
    Inventory,
}

/// The machines of a reading, in the order of their ids; behind them the pods that have ended.
pub(crate) fn machines(
    reading: &Reading,
    switches: &[Switch],
    namespaces: &BTreeMap<String, Namespace>,
    controller: &Controller,
    out: &mut Vec<Diagnostic>,
) -> (Vec<Machine>, Vec<Machine>) {
    let mut spoken: HashMap<(Speaker, Key), Place> = HashMap::new();
    let mut machines: BTreeMap<Key, Machine> = BTreeMap::new();
    let mut locator = Locator::new(switches, namespaces, Attachments::of(reading), controller);
    // Who is done speaks last: a migration leaves the launcher that a machine has left.
    let (done, others): (Vec<_>, Vec<_>) = reading.objects.iter().flat_map(said).partition(is_done);
    for (speaker, said) in others.into_iter().chain(done) {
        let kind = Some(said.kind).filter(|_| speaker == Speaker::Workload);
        let key = (said.namespace.clone(), said.name.value.clone(), kind);
        let ended = said.kind == EndpointKind::VirtualMachine && is_done(&(speaker, said)) && is_known(&spoken, &key);
        let first = *spoken.entry((speaker, key.clone())).or_insert(said.name.place);
        let alone = !matches!(speaker, Speaker::Pod | Speaker::Ip);
        if alone && first != said.name.place {
            out.push(super::twice("machine", &said.name, first));
            continue;
        }
        let machine = machines.entry(key).or_insert_with(|| blank(said));
        if !ended {
            learn(machine, said, switches, &mut locator, out);
        } else if machine.interfaces.iter().all(|interface| interface.addresses.is_empty()) {
            attach(machine, said, switches, &mut locator, out);
        }
    }
    workload::drop_spoken_for(reading, &mut machines);
    let mut machines: Vec<Machine> = machines.into_values().collect();
    let ended = drop_done(&mut machines, out);
    if !controller.keeps_machines {
        drop_stopped(&mut machines, out);
    }
    locator.finish(&machines, out);
    assume::addresses(&mut machines, switches, reading, out);
    for machine in &mut machines {
        finish(machine, switches, out);
        label(machine);
    }
    (machines, ended)
}

/// Whether a pod speaks that has ended.
fn is_done((speaker, said): &(Speaker, &read::Machine)) -> bool {
    *speaker == Speaker::Pod && said.pod == Presence::Absent
}

/// Whether somebody has spoken who knows better than an ended pod whether a machine runs.
fn is_known(spoken: &HashMap<(Speaker, Key), Place>, key: &Key) -> bool {
    let mut speakers = [Speaker::VirtualMachine, Speaker::Instance, Speaker::Pod].into_iter();
    speakers.any(|speaker| spoken.contains_key(&(speaker, key.clone())))
}

/// Pods that have ended are gone, and workloads without replicas have none, nor have Jobs that are done; gives those pods.
fn drop_done(machines: &mut Vec<Machine>, out: &mut Vec<Diagnostic>) -> Vec<Machine> {
    let stays = |machine: &Machine| machine.kind == EndpointKind::VirtualMachine || machine.pod != Presence::Absent;
    let mut idle = machines.iter().filter(|machine| !stays(machine) && machine.kind != EndpointKind::Pod);
    if let Some(first) = idle.next() {
        let others = match idle.count() {
            0 => String::new(),
            1 => "; nor has one other workload".into(),
            more => format!("; nor have {more} other workloads"),
        };
        let why = if first.kind == EndpointKind::Job { "has ended and has" } else { "has no replicas and" };
        let message = format!("{} `{}` {why} no endpoint in this answer{others}", first.kind.name(), first.id());
        out.push(Diagnostic::new(Code::NoEndpoint, message).severity(Severity::Info).at(first.place));
    }
    machines.extract_if(.., |machine| !stays(machine)).filter(|machine| machine.kind == EndpointKind::Pod).collect()
}

/// With `--keep-vm-ip=false` the port of a machine goes with its pod.
fn drop_stopped(machines: &mut Vec<Machine>, out: &mut Vec<Diagnostic>) {
    machines.retain(|machine| {
        let kept = machine.pod != Presence::Absent;
        if !kept {
            let message = format!(
                "`{}` is stopped and keeps neither port nor address with `--keep-vm-ip=false`; it has no endpoint in this \
                 answer",
                machine.id()
            );
            let finding = Diagnostic::new(Code::NoEndpoint, message).severity(Severity::Info).at(machine.place);
            out.push(finding.help("start it to see what the rules do to it"));
        }
        kept
    });
}

/// A virtual machine's pod is called as KubeVirt calls it, even where only a table or an address speaks of it.
fn label(machine: &mut Machine) {
    if machine.kind == EndpointKind::VirtualMachine {
        let name = machine.name.clone();
        for (key, value) in [("vm.kubevirt.io/name", name), ("kubevirt.io", "virt-launcher".to_string())] {
            machine.labels.entry(key.to_string()).or_insert_with(|| {
                machine.given.push(key.to_string());
                value
            });
        }
    }
}

fn said(object: &Object) -> Vec<(Speaker, &read::Machine)> {
    match object {
        Object::VirtualMachine(machine) => alloc::vec![(Speaker::VirtualMachine, machine)],
        Object::VirtualMachineInstance(machine) => alloc::vec![(Speaker::Instance, machine)],
        Object::Pod(machine) => alloc::vec![(Speaker::Pod, machine)],
        Object::Workload(machine) => alloc::vec![(Speaker::Workload, machine)],
        Object::Ip(machine) => alloc::vec![(Speaker::Ip, machine)],
        Object::Inventory(inventory) => {
            inventory.machines.iter().map(|machine| (Speaker::Inventory, machine)).collect()
        }
        Object::Subnet(_)
        | Object::Namespace(_)
        | Object::Node(_)
        | Object::Service(_)
        | Object::Vpc(_)
        | Object::Attachment(_)
        | Object::Controller(_)
        | Object::NetworkPolicy(_)
        | Object::AdminPolicy(_)
        | Object::SecurityGroup(_)
        | Object::Expectation(_) => Vec::new(),
    }
}

/// What an object says of machines.
pub(super) fn machines_of(object: &Object) -> impl Iterator<Item = &read::Machine> {
    said(object).into_iter().map(|(_, machine)| machine)
}

fn blank(said: &read::Machine) -> Machine {
    Machine {
        namespace: said.namespace.clone(),
        name: said.name.value.clone(),
        kind: said.kind,
        own_labels: BTreeMap::new(),
        labels: BTreeMap::new(),
        given: Vec::new(),
        place: said.name.place,
        interfaces: Vec::new(),
        ports: Vec::new(),
        node: None,
        pod: said.pod,
        alone: said.alone,
        maker: None,
    }
}

fn learn(
    machine: &mut Machine,
    said: &read::Machine,
    switches: &[Switch],
    locator: &mut Locator<'_>,
    out: &mut Vec<Diagnostic>,
) {
    // The pods of a StatefulSet keep their addresses.
    let owner = said.owner.as_ref().filter(|owner| owner.kind != "StatefulSet");
    machine.maker = machine.maker.take().or(owner.map(|owner| format!("{} {}", owner.kind, owner.name)));
    if said.kind == EndpointKind::VirtualMachine {
        machine.kind = said.kind;
    }
    for (key, value) in &said.labels {
        let is_first = !machine.labels.contains_key(key);
        machine.labels.entry(key.clone()).or_insert_with(|| value.clone());
        if !said.given.contains(key) {
            machine.given.retain(|known| known != key);
        } else if is_first {
            machine.given.push(key.clone());
        }
    }
    machine.own_labels.extend(said.own_labels.clone());
    machine.ports.extend(said.ports.iter().filter(|port| !machine.ports.contains(port)).cloned().collect::<Vec<_>>());
    machine.node = machine.node.take().or_else(|| said.node.clone());
    machine.pod = machine.pod.max(said.pod);
    attach(machine, said, switches, locator, out);
}

/// What an object says of interfaces.
fn attach(
    machine: &mut Machine,
    said: &read::Machine,
    switches: &[Switch],
    locator: &mut Locator<'_>,
    out: &mut Vec<Diagnostic>,
) {
    // Interfaces of one object are different ones; those of another object may be the same.
    let before = machine.interfaces.len();
    for interface in &said.interfaces {
        if let Some(switch) = locator.locate(said, interface) {
            merge(machine, before, switch, interface, switches, out);
        }
    }
}

fn merge(
    machine: &mut Machine,
    before: usize,
    switch: usize,
    said: &read::Interface,
    switches: &[Switch],
    out: &mut Vec<Diagnostic>,
) {
    let addresses = believable(said, switch, switches);
    let port = port(machine, switch, said, switches);
    let name = said.name.clone().or_else(|| switches.get(switch).map(|switch| switch.name.clone())).unwrap_or_default();
    let stated = said.port.is_some() || said.provider.is_some();
    let same = |known: &&mut Interface| known.switch == switch && (!stated || known.port == port);
    let known = machine.interfaces.iter_mut().take(before).find(same);
    let Some(known) = known else {
        let mac = said.mac.as_ref().map(|mac| mac.value);
        let own = switches.get(switch).and_then(Switch::provider);
        let provider = own.map(|own| said.provider.clone().unwrap_or_else(|| own.to_string())).unwrap_or_default();
        let security_groups = said.security_groups.clone();
        machine.interfaces.push(Interface {
            name,
            switch,
            port,
            addresses,
            mac,
            provider,
            security_groups,
            secured: said.secured,
            leased: said.leased,
            place: said.place,
        });
        return;
    };
    known.secured |= said.secured;
    known.leased |= said.leased;
    known.mac = known.mac.or(said.mac.as_ref().map(|mac| mac.value));
    for group in &said.security_groups {
        if known.security_groups.iter().all(|have| have.value != group.value) {
            known.security_groups.push(group.clone());
        }
    }
    for address in &addresses {
        if known.addresses.iter().all(|have| have.value != address.value) {
            known.addresses.push(address.clone());
            out.extend(second_address(known, address));
        }
    }
}

/// What a guest reports besides the addresses of its subnet are networks of its own.
fn believable(said: &read::Interface, switch: usize, switches: &[Switch]) -> Vec<Placed<IpAddr>> {
    let inside = |address: IpAddr| switches.get(switch).is_some_and(|switch| switch.contains(address));
    let all = said.addresses.iter();
    all.filter(|address| said.origin != Origin::Observed || inside(address.value)).cloned().collect()
}

/// `PodNameToPortName` of Kube-OVN; on a bare switch the machine's own name.
fn port(machine: &Machine, switch: usize, said: &read::Interface, switches: &[Switch]) -> String {
    if let Some(port) = &said.port {
        return port.value.clone();
    }
    let own = switches.get(switch).and_then(Switch::provider);
    match (own, said.provider.as_deref().or(own)) {
        (None, _) | (_, None) => match &said.name {
            Some(interface) => format!("{}-{interface}", machine.name),
            None => machine.name.clone(),
        },
        (Some(_), Some("ovn")) => format!("{}.{}", machine.name, machine.namespace),
        (Some(_), Some(provider)) => format!("{}.{}.{provider}", machine.name, machine.namespace),
    }
}

fn finish(machine: &mut Machine, switches: &[Switch], out: &mut Vec<Diagnostic>) {
    for interface in &machine.interfaces {
        if interface.addresses.is_empty() {
            let name = switches.get(interface.switch).map_or("", |switch| &switch.name);
            let message =
                format!("no address of `{}` on `{name}` is known; it has no endpoint in this answer", machine.id());
            let help = "add its address: `vms: [{name: .., address: ..}]` in an `Inventory`, or its `IP` object";
            out.push(Diagnostic::new(Code::NoEndpoint, message).at(interface.place).help(help));
        }
    }
    machine.interfaces.retain(|interface| !interface.addresses.is_empty());
    machine
        .interfaces
        .sort_by(|one, other| (one.switch, &one.name, &one.port).cmp(&(other.switch, &other.name, &other.port)));
    rename(machine);
}

/// Interfaces of one name are told apart by their ports.
fn rename(machine: &mut Machine) {
    let mut seen = HashSet::new();
    for interface in &mut machine.interfaces {
        if !seen.insert(interface.name.clone()) {
            interface.name.clone_from(&interface.port);
        }
    }
}

fn second_address(known: &Interface, address: &Placed<IpAddr>) -> Option<Diagnostic> {
    let first = known.addresses.iter().find(|have| have.value.is_ipv4() == address.value.is_ipv4())?;
    (first.value != address.value).then(|| {
        let message = format!(
            "port `{}` has `{}` here and `{}` elsewhere; the first one counts",
            known.port, address.value, first.value
        );
        let conflict = Diagnostic::new(Code::Conflict, message).severity(Severity::Warning).at(address.place);
        conflict.label(first.place, "the address that counts").help("remove the one that is out of date".to_string())
    })
}
