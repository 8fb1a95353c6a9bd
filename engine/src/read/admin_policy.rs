//! `AdminNetworkPolicy`, `BaselineAdminNetworkPolicy` and `ClusterNetworkPolicy` (`policy.networking.k8s.io`): policies of a
//! cluster's administrator, and what the API server says of them.
//!
//! The rules of refusal are those of the schemas of the custom resources (network-policy-api 0.1.8), in the words of the
//! API server.

mod bound;
mod kind;
mod peer;
mod port;
mod rule;

use super::fields::{Fields, Placed};
use super::network_policy::PolicyType;
use super::policy_port::PolicyPort;
use super::review::{METADATA, Review};
use super::selector::Selector;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use ipnet::IpNet;

pub use kind::{AdminKind, AdminTier};

/// A policy of a cluster's administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminPolicy {
    /// Which of the three kinds.
    pub kind: AdminKind,
    /// Its name.
    pub name: Placed<String>,
    /// The whole object.
    pub place: Place,
    /// `priority`: the smaller, the earlier. A BaselineAdminNetworkPolicy has none, and 0 here.
    pub priority: Placed<i64>,
    /// Whether it is asked before NetworkPolicies or after them.
    pub tier: AdminTier,
    /// The pods that it is about; nothing where that cannot be read: then it is about none.
    pub subject: Option<AdminPods>,
    /// `ingress`.
    pub ingress: Vec<AdminRule>,
    /// `egress`.
    pub egress: Vec<AdminRule>,
    /// Why the API server refuses it; nothing where it takes it.
    pub refusals: Vec<Diagnostic>,
}

/// Pods of namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminPods {
    /// The namespaces.
    pub namespaces: Selector,
    /// The pods in them; without requirements every one.
    pub pods: Selector,
    /// Where the selectors stand.
    pub place: Place,
}

/// An item of `ingress` or `egress`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminRule {
    /// Its place in the list: rules are asked in this order.
    pub index: usize,
    /// `name`.
    pub name: Option<Placed<String>>,
    /// What becomes of a packet.
    pub action: AdminAction,
    /// `from` or `to`.
    pub peers: Vec<AdminPeer>,
    /// `ports` or `protocols`; none means every one.
    pub ports: Vec<PolicyPort>,
    /// For example `spec.ingress[0]`.
    pub field: String,
    /// The whole item.
    pub place: Place,
}

/// What becomes of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdminAction {
    /// `Allow`, in a ClusterNetworkPolicy `Accept`.
    Accept,
    /// `Deny`.
    Deny,
    /// `Pass`: whatever comes after the policies of this tier decides.
    Pass,
}

/// An item of `from` or `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminPeer {
    /// Who it is.
    pub choice: AdminPeerChoice,
    /// For example `spec.ingress[0].from[1]`.
    pub field: String,
    /// Where it stands.
    pub place: Place,
}

/// Who a peer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminPeerChoice {
    /// `namespaces` or `pods`.
    Pods(AdminPods),
    /// `nodes`.
    Nodes(Selector),
    /// `networks`, host bits cleared.
    Networks(Vec<Placed<IpNet>>),
    /// `domainNames`.
    Domains(Vec<Placed<String>>),
}

impl AdminPolicy {
    /// Its kind and name, as messages say it.
    pub fn title(&self) -> String {
        format!("{} `{}`", self.kind.name(), self.name.value)
    }

    /// `AdminNetworkPolicy/name`, as rows say it.
    pub fn object(&self) -> String {
        format!("{}/{}", self.kind.name(), self.name.value)
    }

    /// The rules of a direction.
    pub fn rules(&self, direction: PolicyType) -> &[AdminRule] {
        match direction {
            PolicyType::Ingress => &self.ingress,
            PolicyType::Egress => &self.egress,
        }
    }

    /// Every prefix that a rule names.
    pub fn prefixes(&self) -> impl Iterator<Item = IpNet> {
        let peers = self.ingress.iter().chain(&self.egress).flat_map(|rule| &rule.peers);
        let networks = peers.flat_map(|peer| match &peer.choice {
            AdminPeerChoice::Networks(networks) => networks.as_slice(),
            AdminPeerChoice::Pods(_) | AdminPeerChoice::Nodes(_) | AdminPeerChoice::Domains(_) => &[],
        });
        networks.map(|network| network.value)
    }

    /// A finding about it at its name.
    pub(crate) fn finding(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, message).at(self.name.place)
    }
}

/// A policy: the lenient reading, beside why the strict one has none.
pub(crate) fn admin_policy(kind: AdminKind, object: &Fields<'_>, name: Placed<String>) -> AdminPolicy {
    let mut review = Review::default();
    review.only(object, &["apiVersion", "kind", "metadata", "spec", "status"]);
    if let Some(metadata) = object.quiet("metadata") {
        review.only(&metadata, METADATA);
    }
    review.metadata(object, &name);
    kind.check(object, &name, &mut review);
    let mut found = Vec::new();
    let spec = object.fields("spec", &mut found);
    let unreadable = !found.is_empty();
    review.share(&mut found);
    let mut policy = AdminPolicy {
        kind,
        place: object.place(),
        priority: name.with(0),
        tier: kind.tier(),
        subject: None,
        ingress: Vec::new(),
        egress: Vec::new(),
        refusals: Vec::new(),
        name,
    };
    match &spec {
        Some(spec) => read_spec(spec, &mut policy, &mut review),
        None if unreadable => {}
        None => review.required("spec", "", policy.name.place, "write `spec:` with what the policy is about below it"),
    }
    AdminPolicy { refusals: review.refusals(), ..policy }
}

fn read_spec(spec: &Fields<'_>, policy: &mut AdminPolicy, review: &mut Review) {
    let kind = policy.kind;
    review.only(spec, kind.fields());
    if kind.is_prioritised() {
        policy.priority = priority(spec, review).unwrap_or_else(|| policy.priority.clone());
    }
    if kind == AdminKind::Cluster {
        policy.tier = kind::tier(spec, review).unwrap_or(policy.tier);
    }
    policy.subject = peer::subject(spec, review);
    policy.ingress = rule::rules(spec, kind, PolicyType::Ingress, review);
    policy.egress = rule::rules(spec, kind, PolicyType::Egress, review);
}

/// From 0 to 1000.
fn priority(spec: &Fields<'_>, review: &mut Review) -> Option<Placed<i64>> {
    let mut found = Vec::new();
    let priority = spec.integer("priority", &mut found);
    if priority.is_none() && found.is_empty() {
        review.required("spec.priority", "", spec.place(), "write `priority:` and a number from 0 to 1000");
    }
    review.share(&mut found);
    let priority = priority?;
    bound::number("spec.priority", &priority, 0..=1000, review);
    Some(priority)
}

/// `"object"` and the like in what the API server says of a rule of the schema in CEL.
fn broken(path: &str, rule: &str, place: Place, help: impl Into<String>, review: &mut Review) {
    let path = if path.is_empty() { "<nil>".to_string() } else { path.to_string() };
    review.refuse(format!("{path}: Invalid value: \"object\": {rule}"), place, help);
}
