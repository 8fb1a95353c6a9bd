//! The objects that a document holds, by their kinds.

use super::admin_policy::{AdminKind, AdminPolicy, admin_policy};
use super::attachment::{Attachment, attachment};
use super::broken::INDENT;
use super::cluster::{self, Host, Namespace, Service};
use super::controller::{Flags, deployed};
use super::expectation::{Expectation, expectation};
use super::fields::{Fields, Out, Placed};
use super::inventory::{Inventory, inventory};
use super::kube_ovn::{self, Vpc};
use super::machine::{Identity, Machine};
use super::network_policy::{NetworkPolicy, network_policy};
use super::node::Node;
use super::review::{Review, Rule};
use super::security_group::{SecurityGroup, security_group};
use super::subnet::{Subnet, foreign_group, subnet};
use super::suggest::did_you_mean;
use super::{kubevirt, naming, pod};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::reach::EndpointKind;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// An object of a kind that the program knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// Kube-OVN's `Subnet`.
    Subnet(Box<Subnet>),
    /// KubeVirt's `VirtualMachine`.
    VirtualMachine(Machine),
    /// KubeVirt's `VirtualMachineInstance`.
    VirtualMachineInstance(Machine),
    /// A `Pod`.
    Pod(Machine),
    /// Kube-OVN's `IP`.
    Ip(Machine),
    /// A `NetworkPolicy`.
    NetworkPolicy(Box<NetworkPolicy>),
    /// A `Deployment`, `StatefulSet`, `DaemonSet`, `ReplicaSet`, `Job` or `CronJob`.
    Workload(Machine),
    /// A `Namespace`.
    Namespace(Namespace),
    /// A `Node`.
    Node(Host),
    /// A `Service`.
    Service(Service),
    /// Kube-OVN's `Vpc`.
    Vpc(Vpc),
    /// The flags of the Deployment that runs Kube-OVN's controller.
    Controller(Box<Flags>),
    /// A `NetworkAttachmentDefinition`.
    Attachment(Attachment),
    /// An `AdminNetworkPolicy`, `BaselineAdminNetworkPolicy` or `ClusterNetworkPolicy`.
    AdminPolicy(Box<AdminPolicy>),
    /// Kube-OVN's `SecurityGroup`.
    SecurityGroup(Box<SecurityGroup>),
    /// The program's own `Inventory`.
    Inventory(Box<Inventory>),
    /// The program's own `Expectation`.
    Expectation(Expectation),
}

/// What a kind is to the program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Subnet,
    VirtualMachine,
    Instance,
    Pod,
    Workload(EndpointKind),
    Namespace,
    Node,
    Service,
    Ip,
    NetworkPolicy,
    Vpc,
    Inventory,
    Expectation,
    AdminPolicy(AdminKind),
    SecurityGroup,
    Attachment,
    /// It has no rules, and nothing of it is needed.
    Silent,
    /// It makes pods that are not evaluated.
    Unread,
}

/// Kinds with their API groups.
const KINDS: &[(&str, &str, Kind)] = &[
    ("Subnet", "kubeovn.io", Kind::Subnet),
    ("VirtualMachine", "kubevirt.io", Kind::VirtualMachine),
    ("VirtualMachineInstance", "kubevirt.io", Kind::Instance),
    ("Pod", "", Kind::Pod),
    ("Deployment", "apps", Kind::Workload(EndpointKind::Deployment)),
    ("StatefulSet", "apps", Kind::Workload(EndpointKind::StatefulSet)),
    ("DaemonSet", "apps", Kind::Workload(EndpointKind::DaemonSet)),
    ("ReplicaSet", "apps", Kind::Workload(EndpointKind::ReplicaSet)),
    ("Job", "batch", Kind::Workload(EndpointKind::Job)),
    ("CronJob", "batch", Kind::Workload(EndpointKind::CronJob)),
    ("Namespace", "", Kind::Namespace),
    ("Node", "", Kind::Node),
    ("Service", "", Kind::Service),
    ("IP", "kubeovn.io", Kind::Ip),
    ("Vpc", "kubeovn.io", Kind::Vpc),
    ("Inventory", "ringfence", Kind::Inventory),
    ("Expectation", "ringfence", Kind::Expectation),
    ("NetworkPolicy", "networking.k8s.io", Kind::NetworkPolicy),
    ("SecurityGroup", "kubeovn.io", Kind::SecurityGroup),
    ("AdminNetworkPolicy", "policy.networking.k8s.io", Kind::AdminPolicy(AdminKind::Admin)),
    ("BaselineAdminNetworkPolicy", "policy.networking.k8s.io", Kind::AdminPolicy(AdminKind::Baseline)),
    ("ClusterNetworkPolicy", "policy.networking.k8s.io", Kind::AdminPolicy(AdminKind::Cluster)),
    ("Vlan", "kubeovn.io", Kind::Silent),
    ("ProviderNetwork", "kubeovn.io", Kind::Silent),
    ("NetworkAttachmentDefinition", "k8s.cni.cncf.io", Kind::Attachment),
    ("ReplicationController", "", Kind::Unread),
    ("VirtualMachineInstanceReplicaSet", "kubevirt.io", Kind::Unread),
    ("VirtualMachinePool", "pool.kubevirt.io", Kind::Unread),
];

/// The objects of a document, lists unpacked.
pub(crate) fn objects(root: &Node, objects: &mut Vec<Object>, out: &mut Out) {
    unpack(root, None, objects, out);
}

/// `implied`: the `apiVersion` and kind that the items of a typed list have. Nesting is limited by the tree.
fn unpack(node: &Node, implied: Option<(&str, &str)>, objects: &mut Vec<Object>, out: &mut Out) {
    if node.is_null() {
        return;
    }
    let mut unread = Vec::new();
    let Some(fields) = Fields::of(node, "", &mut unread) else {
        let message = format!("an object must be a mapping, and this is {}; it is left out", node.name());
        let help = "begin with `apiVersion: ..` and `kind: ..`, each on a line of its own";
        out.push(Diagnostic::new(Code::NotAnObject, message).at(node.place).help(help));
        return;
    };
    let stated = fields.get("kind").and_then(|kind| Some(Placed::new(kind.word()?.to_string(), kind.place)));
    let kind = match (stated, implied) {
        (Some(kind), _) => kind,
        (None, Some((_, kind))) => Placed::new(kind.to_string(), fields.place()),
        (None, None) => return out.push(without_kind(&fields)),
    };
    let api = fields.get("apiVersion").and_then(Node::word).or(implied.map(|(api, _)| api));
    match kind.value.strip_suffix("List").filter(|_| fields.get("items").is_some()) {
        Some(item) => {
            let implied = Some((api.unwrap_or(""), item)).filter(|_| !item.is_empty());
            for (_, item) in fields.items("items", out) {
                unpack(item, implied, objects, out);
            }
        }
        None => {
            if kind.value == "Deployment" {
                objects.extend(deployed(&fields, out).map(Box::new).map(Object::Controller));
            }
            objects.extend(object(&fields, kind, api, out));
        }
    }
}

fn without_kind(fields: &Fields<'_>) -> Diagnostic {
    let message = "the document has no `kind`; it is left out";
    let help = "begin with `apiVersion: kubeovn.io/v1` and `kind: Subnet`, or whatever it is";
    let near = fields.entries().find(|(key, _, _)| key.eq_ignore_ascii_case("kind"));
    match near {
        Some((key, place, _)) => {
            let message = format!("the document has no `kind`, but `{key}`; it is left out");
            Diagnostic::new(Code::NotAnObject, message).at(place).help("write `kind`")
        }
        None => Diagnostic::new(Code::NotAnObject, message).at(fields.place()).help(help),
    }
}

fn object(fields: &Fields<'_>, kind: Placed<String>, api: Option<&str>, out: &mut Out) -> Option<Object> {
    let Some((_, group, known)) = KINDS.iter().find(|(name, _, _)| *name == kind.value) else {
        out.push(unknown_kind(&kind));
        return None;
    };
    if let Some(api) = api.filter(|api| !belongs(api, group)) {
        // Others may have a kind of that name. What is in a group of Kubernetes' own was there once, or is a slip.
        let severity = if is_own(api) { Severity::Error } else { Severity::Info };
        out.push(foreign_group(&kind, api, &canonical(*known, group)).severity(severity));
        return None;
    }
    // No cluster knows the kind in such a version: what it would mean there is nobody's guess.
    if let Some(api) = api.filter(|api| !is_served(*known, api, group)) {
        out.push(foreign_group(&kind, api, &canonical(*known, group)).severity(Severity::Error));
        return None;
    }
    if api.is_none() && *group != "ringfence" {
        let help = format!("write `apiVersion: {}`", canonical(*known, group));
        out.push(fields.missing("apiVersion", "; the object is taken nonetheless", &help).severity(Severity::Warning));
    }
    let metadata = fields.fields("metadata", out);
    let name = metadata.as_ref().and_then(|metadata| metadata.word("name", out));
    if *known == Kind::Inventory {
        return Some(Object::Inventory(Box::new(inventory(fields, out))));
    }
    let Some(name) = name else {
        let flat = fields.get("metadata").is_none() && fields.get("name").is_some();
        let help = if flat { INDENT } else { "write `metadata:` with `name: ..` below it" };
        out.push(fields.missing("metadata.name", "; the object is left out", help));
        return None;
    };
    let namespace = metadata.and_then(|metadata| metadata.word("namespace", out));
    out.extend(impossible(*known, &kind.value, &name, namespace.as_ref()));
    let namespace = namespace.map_or_else(|| "default".to_string(), |text| text.value);
    let identity = Identity { name, namespace };
    typed(*known, fields, kind, identity, out)
}

/// Why the API server takes no object of that name; whose other fields it is asked about has a review of its own.
fn impossible(known: Kind, kind: &str, name: &Placed<String>, namespace: Option<&Placed<String>>) -> Vec<Diagnostic> {
    let Some(rule) = known.rule() else { return Vec::new() };
    let mut review = Review::default();
    review.name(name, rule);
    if let Some(namespace) = namespace.filter(|_| known.has_namespace()) {
        review.namespace(namespace);
    }
    let mut refusals = review.refusals();
    // What becomes of a Subnet is for the profile to say.
    for refusal in refusals.iter_mut().filter(|_| known != Kind::Subnet) {
        refusal.message = format!("{}; this {kind} is taken here all the same", refusal.message);
    }
    refusals
}

impl Kind {
    /// What its names must be.
    fn rule(self) -> Option<Rule> {
        match self {
            Self::Subnet
            | Self::VirtualMachine
            | Self::Instance
            | Self::Pod
            | Self::Workload(_)
            | Self::Node
            | Self::Ip
            | Self::Vpc
            | Self::Attachment => Some(naming::subdomain),
            Self::Namespace | Self::Service => Some(naming::label),
            Self::NetworkPolicy
            | Self::AdminPolicy(_)
            | Self::SecurityGroup
            | Self::Inventory
            | Self::Expectation
            | Self::Silent
            | Self::Unread => None,
        }
    }

    fn has_namespace(self) -> bool {
        !matches!(self, Self::Subnet | Self::Node | Self::Ip | Self::Vpc | Self::Namespace)
    }
}

fn typed(known: Kind, fields: &Fields<'_>, kind: Placed<String>, identity: Identity, out: &mut Out) -> Option<Object> {
    match known {
        Kind::Subnet => subnet(fields, identity.name, out).map(Box::new).map(Object::Subnet),
        Kind::VirtualMachine => Some(Object::VirtualMachine(kubevirt::virtual_machine(fields, identity, out))),
        Kind::Instance => Some(Object::VirtualMachineInstance(kubevirt::instance(fields, identity, out))),
        Kind::Pod => Some(Object::Pod(pod::pod(fields, identity, out))),
        Kind::Workload(kind) => Some(Object::Workload(pod::workload(kind, fields, identity, out))),
        Kind::Namespace => Some(Object::Namespace(cluster::namespace(fields, identity, out))),
        Kind::Node => Some(Object::Node(cluster::host(fields, identity, out))),
        Kind::Service => Some(Object::Service(cluster::service(fields, identity, out))),
        Kind::Vpc => Some(Object::Vpc(kube_ovn::vpc(fields, identity.name, out))),
        Kind::Attachment => Some(Object::Attachment(attachment(fields, identity, out))),
        Kind::Ip => {
            let machine = kube_ovn::ip(fields, &identity.name, out);
            if machine.is_none() {
                let message = format!("IP `{}` belongs to no machine; it is left out", identity.name.value);
                out.push(super::fields::note(Code::NoEndpoint, message, identity.name.place));
            }
            machine.map(Object::Ip)
        }
        Kind::NetworkPolicy => {
            let policy = network_policy(fields, identity.name, identity.namespace);
            Some(Object::NetworkPolicy(Box::new(policy)))
        }
        Kind::Inventory => Some(Object::Inventory(Box::new(inventory(fields, out)))),
        Kind::Expectation => Some(Object::Expectation(expectation(fields, identity.name, out))),
        Kind::AdminPolicy(kind) => Some(Object::AdminPolicy(Box::new(admin_policy(kind, fields, identity.name)))),
        Kind::SecurityGroup => Some(Object::SecurityGroup(Box::new(security_group(fields, identity.name)))),
        Kind::Unread => {
            let message = format!(
                "{} `{}` is not evaluated: its pods have no endpoint in this answer unless they are in the input themselves",
                kind.value, identity.name.value
            );
            let finding = Diagnostic::new(Code::KindNotEvaluated, message).severity(Severity::Warning).at(kind.place);
            out.push(finding.help("add its pods, or its machines, to the input"));
            None
        }
        Kind::Silent => {
            let message = format!("nothing of {} `{}` is needed for this answer", kind.value, identity.name.value);
            out.push(super::fields::note(Code::KindNotEvaluated, message, kind.place));
            None
        }
    }
}

/// A kind near a known one is a slip, any other is none of the program's business.
fn unknown_kind(kind: &Placed<String>) -> Diagnostic {
    let message = format!("`{}` is none of the kinds that are evaluated; it is left out", kind.value);
    let diagnostic = Diagnostic::new(Code::UnknownKind, message).at(kind.place);
    match did_you_mean(&kind.value, KINDS.iter().map(|(name, _, _)| *name)) {
        Some(help) => diagnostic.severity(Severity::Error).help(help),
        None => diagnostic,
    }
}

/// Whether an `apiVersion` is of a group, in any version.
fn belongs(api: &str, group: &str) -> bool {
    api.split_once('/').map_or("", |(group, _)| group) == group
        || (group == "ringfence" && api.starts_with("ringfence"))
}

/// Whether an `apiVersion` is of a group in which nobody but Kubernetes has kinds.
fn is_own(api: &str) -> bool {
    let group = api.split_once('/').map_or("", |(group, _)| group);
    ["", "core", "extensions", "apps", "batch", "networking.k8s.io"].contains(&group)
}

/// Whether a cluster serves a kind of a group in a version: each has one, KubeVirt and CronJobs an older one too. Of policies of
/// administrators, which had several, their review says it.
fn is_served(known: Kind, api: &str, group: &str) -> bool {
    api == canonical(known, group)
        || matches!(known, Kind::AdminPolicy(_)) && api.starts_with("policy.networking.k8s.io/v1")
        || matches!(group, "ringfence" | "pool.kubevirt.io")
        || matches!((group, api), ("kubevirt.io", "kubevirt.io/v1alpha3"))
        || matches!((known, api), (Kind::Workload(EndpointKind::CronJob), "batch/v1beta1"))
}

fn canonical(known: Kind, group: &str) -> String {
    match (known, group) {
        (Kind::AdminPolicy(kind), _) => kind.api().to_string(),
        (_, "") => "v1".to_string(),
        _ => format!("{group}/v1"),
    }
}
