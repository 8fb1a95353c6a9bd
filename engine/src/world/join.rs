//! Objects that speak of one machine, joined: the machine, its template, its instance, its pod, its IP objects.

use super::machine::{Interface, Machine};
use super::switch::Switch;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::reach::EndpointKind;
use crate::read::{self, Object, Origin, Placed, Reading};
use crate::source::Place;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A namespace and a name.
type Key = (String, String);

/// Which kind of object speaks; of some kinds only one may speak of a machine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Speaker {
    VirtualMachine,
    Instance,
    Pod,
    Ip,
    Inventory,
}

/// The machines of a reading, in the order of their ids.
pub(crate) fn machines(reading: &Reading, switches: &[Switch], out: &mut Vec<Diagnostic>) -> Vec<Machine> {
    let mut spoken: BTreeMap<(Speaker, Key), Place> = BTreeMap::new();
    let mut machines: BTreeMap<Key, Machine> = BTreeMap::new();
    for (speaker, said) in reading.objects.iter().flat_map(said) {
        let key = (said.namespace.clone(), said.name.value.clone());
        let first = *spoken.entry((speaker, key.clone())).or_insert(said.name.place);
        let alone = !matches!(speaker, Speaker::Pod | Speaker::Ip);
        if alone && first != said.name.place {
            out.push(super::twice("machine", &said.name, first));
            continue;
        }
        let machine = machines.entry(key).or_insert_with(|| blank(said));
        learn(machine, said, switches, out);
    }
    let mut machines: Vec<Machine> = machines.into_values().collect();
    for machine in &mut machines {
        finish(machine, switches, out);
    }
    machines
}

fn said(object: &Object) -> Vec<(Speaker, &read::Machine)> {
    match object {
        Object::VirtualMachine(machine) => alloc::vec![(Speaker::VirtualMachine, machine)],
        Object::VirtualMachineInstance(machine) => alloc::vec![(Speaker::Instance, machine)],
        Object::Pod(machine) => alloc::vec![(Speaker::Pod, machine)],
        Object::Ip(machine) => alloc::vec![(Speaker::Ip, machine)],
        Object::Inventory(inventory) => {
            inventory.machines.iter().map(|machine| (Speaker::Inventory, machine)).collect()
        }
        Object::Subnet(_) | Object::Expectation(_) | Object::NotEvaluated { .. } => Vec::new(),
    }
}

fn blank(said: &read::Machine) -> Machine {
    Machine {
        namespace: said.namespace.clone(),
        name: said.name.value.clone(),
        kind: said.kind,
        labels: BTreeMap::new(),
        place: said.name.place,
        interfaces: Vec::new(),
    }
}

fn learn(machine: &mut Machine, said: &read::Machine, switches: &[Switch], out: &mut Vec<Diagnostic>) {
    if said.kind == EndpointKind::VirtualMachine {
        machine.kind = said.kind;
    }
    for (key, value) in &said.labels {
        machine.labels.entry(key.clone()).or_insert_with(|| value.clone());
    }
    for interface in &said.interfaces {
        if let Some(switch) = locate(said, interface, switches, out) {
            merge(machine, switch, interface, switches, out);
        }
    }
}

/// The switch of an interface: by the subnet's name, by the provider, by an address.
fn locate(
    said: &read::Machine,
    interface: &read::Interface,
    switches: &[Switch],
    out: &mut Vec<Diagnostic>,
) -> Option<usize> {
    if let Some(subnet) = &interface.subnet {
        let known = switches.iter().position(|switch| switch.name == subnet.value);
        if known.is_some() {
            return known;
        }
        out.push(dangling(said, subnet, switches));
    }
    let provided = candidates(interface, switches);
    let holding: Vec<usize> = provided
        .iter()
        .copied()
        .filter(|index| {
            let switch = switches.get(*index);
            switch.is_some_and(|switch| interface.addresses.iter().any(|address| switch.contains(address.value)))
        })
        .collect();
    match (holding.as_slice(), provided.as_slice()) {
        ([only], _) => Some(*only),
        ([first, ..], _) => {
            out.push(ambiguous(said, interface, *first, switches));
            Some(*first)
        }
        ([], [only]) if interface.provider.is_some() => Some(*only),
        ([], _) => {
            if interface.origin == Origin::Declared && interface.subnet.is_none() {
                out.extend(homeless(said, interface));
            }
            None
        }
    }
}

/// The switches of the interface's provider; every switch, when no provider is named or known.
fn candidates(interface: &read::Interface, switches: &[Switch]) -> Vec<usize> {
    let of = |provider: &str| -> Vec<usize> {
        // The same attachment twice on one machine has the name of the interface at its end.
        let is = |own: &str| own == provider || provider.strip_prefix(own).is_some_and(|rest| rest.starts_with('.'));
        switches
            .iter()
            .enumerate()
            .filter(|(_, switch)| switch.provider().is_some_and(is))
            .map(|(index, _)| index)
            .collect()
    };
    let provided = interface.provider.as_deref().map(of).unwrap_or_default();
    if provided.is_empty() { (0..switches.len()).collect() } else { provided }
}

fn merge(machine: &mut Machine, switch: usize, said: &read::Interface, switches: &[Switch], out: &mut Vec<Diagnostic>) {
    let port = port(machine, switch, said, switches);
    let name = said.name.clone().or_else(|| switches.get(switch).map(|switch| switch.name.clone())).unwrap_or_default();
    let stated = said.port.is_some() || said.provider.is_some();
    let known = machine.interfaces.iter_mut().find(|known| known.switch == switch && (!stated || known.port == port));
    let Some(known) = known else {
        let mac = said.mac.as_ref().map(|mac| mac.value);
        let (addresses, place) = (said.addresses.clone(), said.place);
        machine.interfaces.push(Interface { name, switch, port, addresses, mac, place });
        return;
    };
    known.mac = known.mac.or(said.mac.as_ref().map(|mac| mac.value));
    for address in &said.addresses {
        if known.addresses.iter().all(|have| have.value != address.value) {
            known.addresses.push(address.clone());
            out.extend(second_address(known, address));
        }
    }
}

/// `PodNameToPortName` of Kube-OVN; on a bare switch the machine's own name.
fn port(machine: &Machine, switch: usize, said: &read::Interface, switches: &[Switch]) -> String {
    if let Some(port) = &said.port {
        return port.value.clone();
    }
    let own = switches.get(switch).and_then(Switch::provider);
    match (own, said.provider.as_deref().or(own)) {
        (None, _) | (_, None) => machine.name.clone(),
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
}

fn dangling(said: &read::Machine, subnet: &Placed<String>, switches: &[Switch]) -> Diagnostic {
    let names = switches.iter().map(|switch| switch.name.as_str());
    let message =
        format!("`{}/{}` is on subnet `{}`, which is not in the input", said.namespace, said.name.value, subnet.value);
    let diagnostic = Diagnostic::new(Code::DanglingReference, message).at(subnet.place);
    match read::did_you_mean(&subnet.value, names) {
        Some(help) => diagnostic.help(help),
        None => diagnostic.help("add the Subnet to the input, or correct the name"),
    }
}

fn ambiguous(said: &read::Machine, interface: &read::Interface, first: usize, switches: &[Switch]) -> Diagnostic {
    let name = switches.get(first).map_or("", |switch| &switch.name);
    let message =
        format!("the address of `{}/{}` lies in several subnets; `{name}` is taken", said.namespace, said.name.value);
    Diagnostic::new(Code::Conflict, message)
        .severity(Severity::Warning)
        .at(interface.place)
        .help("name the one with `subnet: ..`")
}

fn homeless(said: &read::Machine, interface: &read::Interface) -> Option<Diagnostic> {
    let id = format!("{}/{}", said.namespace, said.name.value);
    let (message, help) = match interface.addresses.first() {
        Some(address) => (
            format!(
                "no subnet in the input holds `{}`, the address of `{id}`; it has no endpoint in this answer",
                address.value
            ),
            "add the Subnet to the input, or correct the address",
        ),
        None => (
            format!("neither address nor subnet of `{id}` is known; it has no endpoint in this answer"),
            "add `address: ..`",
        ),
    };
    Some(Diagnostic::new(Code::NoEndpoint, message).at(interface.place).help(help))
}

fn second_address(known: &Interface, address: &Placed<core::net::IpAddr>) -> Option<Diagnostic> {
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
