//! Selectors that select nothing, names that cannot exist, and ports that mean something else than they say.

use super::super::compiler::Compiler;
use super::party::{Picked, has_ended, pods};
use super::roll::Roll;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::read::{
    LabelTest, NetworkPolicy, Peer, PeerChoice, Placed, PolicyRule, PolicyType, PortChoice, Requirement, Selector,
    Transport, subdomain,
};
use crate::source::Place;
use crate::world::{Machine, NAME_LABEL, Scope};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Labels that Kubernetes and KubeVirt set to the name of something.
const NAMES: [(&str, &str); 4] = [
    ("vm.kubevirt.io/name", "VirtualMachine"),
    ("harvesterhci.io/vmName", "VirtualMachine"),
    ("kubernetes.io/metadata.name", "namespace"),
    ("kubernetes.io/hostname", "node"),
];

/// What is to be said of policies, whoever enforces them.
pub(in super::super) fn remarks(compiler: &Compiler<'_>, policies: &[&NetworkPolicy], out: &mut Vec<Diagnostic>) {
    for policy in policies {
        subject(policy, compiler, out);
        for direction in PolicyType::ALL {
            for rule in policy.spec.rules(direction).unwrap_or(&[]) {
                rule.peers.iter().for_each(|it| peer(it, policy, direction, compiler, out));
            }
        }
    }
}

fn subject(policy: &NetworkPolicy, compiler: &Compiler<'_>, out: &mut Vec<Diagnostic>) {
    let (id, selector) = (policy.id(), &policy.spec.pods);
    let follows = format!("NetworkPolicy `{id}` selects nothing by it and has no effect");
    let before = out.len();
    impossible(selector, &follows, out);
    let here = Scope::Namespace(policy.namespace.clone());
    if out.len() > before || !compiler.roster.pods(&here, selector).is_empty() {
        return;
    }
    let empty = compiler.roster.pods(&here, &Selector::default()).is_empty();
    out.push(match empty {
        true => {
            let namespace = &policy.namespace;
            let message = format!(
                "no pod of namespace `{namespace}` is in the input: NetworkPolicy `{id}` selects nothing and has no effect"
            );
            let help = "write the `namespace` of the pods that it is meant for, or add the pods to the input";
            policy.finding(Code::SelectsNothing, message).help(help)
        }
        false => {
            let message = format!("NetworkPolicy `{id}` selects no pod: it has no effect");
            let finding = Diagnostic::new(Code::SelectsNothing, message).at(policy.spec.places.pods);
            finding.help(match on_the_machine_itself(policy, compiler) {
                Some(machine) => format!(
                    "`{}` has these labels, but its pod has not: write them in `spec.template.metadata.labels`",
                    machine.id()
                ),
                None => "write labels that the pods have; a virtual machine's are those of its template".to_string(),
            })
        }
    });
}

/// A machine whose own labels a selector would select.
fn on_the_machine_itself<'w>(policy: &NetworkPolicy, compiler: &Compiler<'w>) -> Option<&'w Machine> {
    let mut machines = compiler.world.machines.iter().filter(|machine| machine.namespace == policy.namespace);
    machines.find(|machine| !machine.own_labels.is_empty() && policy.spec.pods.selects(&machine.own_labels))
}

fn peer(
    peer: &Peer,
    policy: &NetworkPolicy,
    direction: PolicyType,
    compiler: &Compiler<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let PeerChoice::Pods { namespaces, pods: selector } = &peer.choice else { return };
    let follows = match direction {
        PolicyType::Ingress => "it lets nobody in",
        PolicyType::Egress => "it lets nothing out",
    };
    if let Some(namespaces) = namespaces {
        unlabelled(namespaces, &peer.field, peer.place, compiler, out);
    }
    let before = out.len();
    for selector in namespaces.iter().chain(selector) {
        impossible(selector, &format!("`{}` selects nothing by it, and {follows}", peer.field), out);
    }
    if out.len() > before || !pods(peer, &policy.namespace, compiler).is_empty() {
        return;
    }
    let nowhere = namespaces.as_ref().filter(|selector| compiler.roster.namespaces(selector).next().is_none());
    let (message, help) = match nowhere {
        Some(selector) => (
            format!("`{}` selects {}: {follows}", peer.field, missing(selector)),
            "write labels that a namespace has, or add the Namespace to the input",
        ),
        None if has_ended(peer, &policy.namespace, compiler) => (
            format!(
                "`{}` selects pods that have ended, and no other: for the API {follows}, and Kube-OVN goes on with their \
                 addresses, whoever has them now",
                peer.field
            ),
            "delete these pods, or write labels that other pods have",
        ),
        None => (
            format!("`{}` selects no pod: {follows}", peer.field),
            "write labels that pods have; without `namespaceSelector`, those of the policy's own namespace are meant",
        ),
    };
    out.push(Diagnostic::new(Code::SelectsNothing, message).at(peer.place).help(help));
}

/// What a selector of namespaces asks for in vain.
pub(in super::super) fn missing(selector: &Selector) -> String {
    match selector.requirements.as_slice() {
        [Requirement { key, test: LabelTest::In(names), .. }] if key == "kubernetes.io/metadata.name" => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("namespace {}, which is not in the input", names.join(", "))
        }
        [..] => "no namespace".to_string(),
    }
}

/// Namespaces that a selector selects because nothing is known of their labels.
pub(in super::super) fn unlabelled(
    selector: &Selector,
    who: &str,
    place: Place,
    compiler: &Compiler<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let asks =
        |of: &Requirement| matches!(of.test, LabelTest::NotIn(_) | LabelTest::DoesNotExist) && of.key != NAME_LABEL;
    if !selector.requirements.iter().any(asks) {
        return;
    }
    let unknown = compiler.roster.namespaces(selector).filter(|namespace| !namespace.declared);
    let names: Vec<String> = unknown.map(|namespace| format!("`{}`", namespace.name)).collect();
    if !names.is_empty() {
        let message = format!(
            "`{who}` selects by a label that is missing, and no Namespace {} is in the input: it is taken to have no labels",
            names.join(", ")
        );
        let finding = Diagnostic::new(Code::DanglingReference, message).at(place);
        out.push(finding.help("add the Namespace, with its labels, to the input"));
    }
}

/// Names in a selector that no object can have.
pub(in super::super) fn impossible(selector: &Selector, follows: &str, out: &mut Vec<Diagnostic>) {
    for requirement in &selector.requirements {
        let Some((_, what)) = NAMES.iter().find(|(key, _)| *key == requirement.key) else { continue };
        let LabelTest::In(values) = &requirement.test else { continue };
        if values.iter().all(|value| !subdomain(value).is_empty()) {
            out.extend(values.iter().map(|value| unlike(value, what, requirement, follows)));
        }
    }
}

fn unlike(value: &str, what: &str, requirement: &Requirement, follows: &str) -> Diagnostic {
    let message = format!("no {what} can be called `{value}`, for names in Kubernetes are in lower case: {follows}");
    let finding = Diagnostic::new(Code::ImpossibleName, message).at(requirement.place);
    let lower = value.to_ascii_lowercase();
    if !subdomain(&lower).is_empty() {
        return finding.help("write lower case letters, digits, `-` and `.`");
    }
    let finding = finding.help(format!("did you mean `{lower}`?"));
    let span = requirement.place.span;
    // The place of an expression is all of it.
    let alone = span.end - span.start <= value.len() + 2;
    let plain = lower.starts_with(|first: char| first.is_ascii_lowercase());
    let written = Placed::new(value.to_string(), requirement.place).instead(&lower);
    if alone && plain { finding.fix(requirement.place, written) } else { finding }
}

/// What Kube-OVN makes of named ports.
pub(super) fn ports(
    subject: &Subject<'_>,
    rule: &PolicyRule,
    direction: PolicyType,
    picked: &Picked<'_>,
    compiler: &Compiler<'_>,
    roll: &Roll<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let namespace = &subject.policy.namespace;
    for port in &rule.ports {
        let PortChoice::Named(name) = &port.port else { continue };
        let number = roll.port(namespace, name);
        let meant = |index: &usize| elsewhere(compiler.roster.machine(*index)?, name, port.protocol, number);
        let target = match direction {
            PolicyType::Ingress => subject.machines.iter().find_map(meant),
            PolicyType::Egress => picked.iter().flat_map(|(_, pods)| pods.iter()).find_map(meant),
        };
        out.extend(match (number, target) {
            (None, target) => Some(undefined(name, namespace, target, port.place)),
            (Some(number), Some(target)) => Some(another(name, namespace, number, target, port.place)),
            (Some(_), None) => None,
        });
    }
}

/// A pod with the number of its port, where that is another one.
fn elsewhere<'w>(
    machine: &'w Machine,
    name: &str,
    protocol: Option<Transport>,
    number: Option<u16>,
) -> Option<(&'w Machine, u16)> {
    let of_protocol = |of: Transport| protocol.is_none_or(|protocol| protocol == of);
    let mut meant = machine.ports.iter().filter(|port| port.name == name && of_protocol(port.protocol));
    let other = meant.find(|port| Some(port.number) != number)?;
    Some((machine, other.number))
}

fn undefined(name: &str, namespace: &str, target: Option<(&Machine, u16)>, place: Place) -> Diagnostic {
    match target {
        Some((machine, number)) => {
            let message = format!(
                "port `{name}` is {number} in pod `{}`, but Kube-OVN looks only in `{namespace}`, where no pod defines \
                 it: the entry allows nothing",
                machine.id()
            );
            let finding = Diagnostic::new(Code::EnforcerDiffers, message).at(place);
            finding.help(format!("write `port: {number}`"))
        }
        None => {
            let message =
                format!("no pod of namespace `{namespace}` has a port called `{name}`: the entry allows nothing");
            let help = "write the number of the port, or name it in `ports` of a container";
            Diagnostic::new(Code::SelectsNothing, message).at(place).help(help)
        }
    }
}

fn another(name: &str, namespace: &str, number: u16, target: (&Machine, u16), place: Place) -> Diagnostic {
    let (machine, meant) = target;
    let message = format!(
        "port `{name}` is {meant} in pod `{}`, but Kube-OVN takes one number for all of `{namespace}`, that of the \
         first pod that it sees, and writes {number} here",
        machine.id()
    );
    let finding = Diagnostic::new(Code::EnforcerDiffers, message).at(place);
    finding.help("write the numbers, each as an entry of its own")
}
