//! Objects of one kind and name, of which a cluster has one: `kubectl apply` goes through them in their order, and what the
//! last one says is there in the end.

use super::fields::Placed;
use super::{Object, Reading};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::reach::EndpointKind;
use crate::source::Place;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// What tells an object from others: its kind, its namespace where it has one, its name.
type Identity<'o> = (&'static str, &'o str, &'o Placed<String>);

/// Leaves the last one of each name.
pub(super) fn leave_last(reading: &mut Reading) {
    let mut last: HashMap<(&str, &str, &str), Place> = HashMap::new();
    let (mut kept, mut found) = (Vec::new(), Vec::new());
    for object in reading.objects.iter().rev() {
        let another = identity(object).and_then(|(kind, namespace, name)| {
            let known = last.insert((kind, namespace, &name.value), name.place)?;
            Some(twice(kind, name, known))
        });
        kept.push(another.is_none());
        found.extend(another);
    }
    drop(last);
    reading.objects.retain(|_| kept.pop().unwrap_or(true));
    reading.diagnostics.extend(found.into_iter().rev());
}

fn twice(kind: &str, name: &Placed<String>, last: Place) -> Diagnostic {
    let message = format!("{kind} `{}` is declared twice; the last one counts, as for `kubectl apply`", name.value);
    let conflict = Diagnostic::new(Code::Conflict, message).severity(Severity::Error).at(name.place);
    conflict.label(last, "it is declared here again").help("rename or remove one of them")
}

/// Nothing for what may stand several times, or speaks of something with another name.
fn identity(object: &Object) -> Option<Identity<'_>> {
    Some(match object {
        Object::Subnet(subnet) => ("Subnet", "", &subnet.name),
        Object::VirtualMachine(machine) => ("VirtualMachine", &machine.namespace, &machine.name),
        Object::VirtualMachineInstance(machine) => ("VirtualMachineInstance", &machine.namespace, &machine.name),
        Object::Pod(pod) if pod.kind == EndpointKind::Pod => ("Pod", &pod.namespace, &pod.name),
        Object::Workload(workload) => (workload.kind.name(), &workload.namespace, &workload.name),
        Object::NetworkPolicy(policy) => ("NetworkPolicy", &policy.namespace, &policy.name),
        Object::AdminPolicy(policy) => (policy.kind.name(), "", &policy.name),
        Object::SecurityGroup(group) => ("SecurityGroup", "", &group.name),
        Object::Namespace(namespace) => ("Namespace", "", &namespace.name),
        Object::Node(node) => ("Node", "", &node.name),
        Object::Service(service) => ("Service", &service.namespace, &service.name),
        Object::Vpc(vpc) => ("Vpc", "", &vpc.name),
        Object::Attachment(attachment) => ("NetworkAttachmentDefinition", &attachment.namespace, &attachment.name),
        Object::Pod(_) | Object::Ip(_) | Object::Controller(_) | Object::Inventory(_) | Object::Expectation(_) => {
            return None;
        }
    })
}
