//! `NetworkPolicy` (`networking.k8s.io/v1`): what it says, and what the API server says of it.
//!
//! The rules of refusal are those of `pkg/apis/networking/validation` of Kubernetes, in its words.

mod block;
mod known;
mod peer;
mod port;
mod rule;

use super::fields::{Fields, Out, Placed};
use super::policy_port::PolicyPort;
use super::review::Review;
use super::selector::{Selector, selector};
use super::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use hashbrown::HashMap;
use ipnet::IpNet;
use known::Part;

/// A NetworkPolicy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkPolicy {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: Placed<String>,
    /// The whole object.
    pub place: Place,
    /// Its annotations in `ovn.kubernetes.io`, by what follows the slash.
    pub annotations: HashMap<String, Placed<String>>,
    /// What it says, wrong fields dropped and defaulted.
    pub spec: PolicySpec,
    /// Why the API server refuses it; nothing where it takes it.
    pub refusals: Vec<Diagnostic>,
}

/// What a NetworkPolicy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySpec {
    /// The pods of its namespace that it is about.
    pub pods: Selector,
    /// `ingress`, where it is written.
    pub ingress: Option<Vec<PolicyRule>>,
    /// `egress`, where it is written.
    pub egress: Option<Vec<PolicyRule>>,
    /// `policyTypes`, as the API server defaults it.
    pub types: Vec<PolicyType>,
    /// Where all this stands.
    pub places: SpecPlaces,
}

/// Where the parts of a specification stand; what is not written stands at the policy's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecPlaces {
    /// `podSelector`.
    pub pods: Place,
    /// `ingress`.
    pub ingress: Place,
    /// `egress`.
    pub egress: Place,
    /// `policyTypes`.
    pub types: Place,
}

/// A direction that a NetworkPolicy restricts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// What pods are sent.
    Ingress,
    /// What pods send.
    Egress,
}

/// An item of `ingress` or `egress`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRule {
    /// `from` or `to`; none means everybody.
    pub peers: Vec<Peer>,
    /// `ports`; none means every one.
    pub ports: Vec<PolicyPort>,
    /// For example `spec.ingress[0]`.
    pub field: String,
    /// The whole item.
    pub place: Place,
}

/// An item of `from` or `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Who it is.
    pub choice: PeerChoice,
    /// For example `spec.ingress[0].from[1]`, or `….from[1].ipBlock`.
    pub field: String,
    /// The selectors, or the block.
    pub place: Place,
}

/// Who a peer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerChoice {
    /// Pods of namespaces.
    Pods {
        /// `namespaceSelector`; nothing: the policy's own namespace.
        namespaces: Option<Selector>,
        /// `podSelector`; nothing: every pod.
        pods: Option<Selector>,
    },
    /// Addresses.
    Block {
        /// `cidr`, host bits cleared.
        cidr: IpNet,
        /// `except`, host bits cleared.
        except: Vec<Placed<IpNet>>,
    },
}

impl PolicyType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ingress, Self::Egress];

    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The field with its rules.
    pub fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// The field of a rule with its peers.
    pub fn peers(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }
}

impl PolicySpec {
    /// The rules of a direction, where they are written.
    pub fn rules(&self, direction: PolicyType) -> Option<&[PolicyRule]> {
        match direction {
            PolicyType::Ingress => self.ingress.as_deref(),
            PolicyType::Egress => self.egress.as_deref(),
        }
    }
}

impl PolicySpec {
    /// Every prefix that a rule names.
    pub fn prefixes(&self) -> impl Iterator<Item = IpNet> {
        let rules = [&self.ingress, &self.egress].into_iter().flatten().flatten();
        rules.flat_map(|rule| &rule.peers).flat_map(|peer| match &peer.choice {
            PeerChoice::Pods { .. } => Vec::new(),
            PeerChoice::Block { cidr, except } => {
                core::iter::once(*cidr).chain(except.iter().map(|except| except.value)).collect()
            }
        })
    }
}

impl SpecPlaces {
    /// Where the rules of a direction stand.
    pub fn rules(&self, direction: PolicyType) -> Place {
        match direction {
            PolicyType::Ingress => self.ingress,
            PolicyType::Egress => self.egress,
        }
    }
}

/// The prefix of the annotations that Kube-OVN reads.
const ANNOTATIONS: &str = "ovn.kubernetes.io/";

/// A NetworkPolicy: the lenient reading, beside why the strict one has none.
pub(crate) fn network_policy(object: &Fields<'_>, name: Placed<String>, namespace: String) -> NetworkPolicy {
    let mut review = Review::default();
    known::check(object, &Part::Object, &mut review);
    review.metadata(object, &name);
    let mut found = Vec::new();
    let annotations = annotations(object, &mut found);
    let spec = object.fields("spec", &mut found);
    review.share(&mut found);
    let spec = spec_of(spec.as_ref(), name.place, &mut review);
    NetworkPolicy { namespace, name, place: object.place(), annotations, spec, refusals: review.refusals() }
}

fn annotations(object: &Fields<'_>, out: &mut Out) -> HashMap<String, Placed<String>> {
    let written = object.quiet("metadata").and_then(|metadata| metadata.fields("annotations", out));
    let Some(written) = written else { return HashMap::new() };
    let texts = written.entries().filter_map(|(key, _, node)| {
        // A value that is not there is the empty one.
        let text = match node.is_null() {
            true => Placed::new(String::new(), node.place),
            false => super::fields::text(node, &format!("metadata.annotations[{key}]"), out)?,
        };
        Some((key.strip_prefix(ANNOTATIONS)?.to_string(), text))
    });
    texts.collect()
}

fn spec_of(spec: Option<&Fields<'_>>, name: Place, review: &mut Review) -> PolicySpec {
    let place = |key: &str| spec.and_then(|spec| spec.get(key)).map_or(name, |node| node.place);
    let places = SpecPlaces {
        pods: place("podSelector"),
        ingress: place("ingress"),
        egress: place("egress"),
        types: place("policyTypes"),
    };
    if let Some(spec) = spec {
        known::check(spec, &Part::Spec, review);
    }
    let pods = spec.and_then(|spec| spec.get("podSelector"));
    let pods = pods.map_or_else(Selector::default, |node| selector(node, "spec.podSelector", review));
    let mut rules = |direction| spec.and_then(|spec| rule::rules(spec, direction, review));
    let (ingress, egress) = (rules(PolicyType::Ingress), rules(PolicyType::Egress));
    let written = spec.map_or_else(Vec::new, |spec| types(spec, review));
    let types = if written.is_empty() { defaulted(egress.as_deref()) } else { written };
    PolicySpec { pods, ingress, egress, types, places }
}

/// `SetDefaults_NetworkPolicy`: ingress always, egress where there is a rule for it.
fn defaulted(egress: Option<&[PolicyRule]>) -> Vec<PolicyType> {
    let egress = egress.filter(|rules| !rules.is_empty()).map(|_| PolicyType::Egress);
    core::iter::once(PolicyType::Ingress).chain(egress).collect()
}

fn types(spec: &Fields<'_>, review: &mut Review) -> Vec<PolicyType> {
    let mut found = Vec::new();
    let listed = spec.items("policyTypes", &mut found);
    let texts: Vec<(&str, Placed<String>)> = listed
        .iter()
        .filter_map(|(path, item)| Some((path.as_str(), super::fields::text(item, path, &mut found)?)))
        .collect();
    review.share(&mut found);
    if let (true, Some(node)) = (listed.len() > PolicyType::ALL.len(), spec.get("policyTypes")) {
        let quoted: Vec<String> = texts.iter().map(|(_, text)| format!("\"{}\"", text.value)).collect();
        let value = format!("[]networking.PolicyType{{{}}}", quoted.join(", "));
        let help = "write each of `Ingress` and `Egress` once at most";
        review.invalid_value("spec.policyTypes", &value, "may not specify more than two policyTypes", node.place, help);
    } else {
        for (path, text) in texts.iter().filter(|(_, text)| named(&text.value).is_none()) {
            unsupported(path, text, review);
        }
    }
    texts.iter().filter_map(|(_, text)| named(&text.value)).collect()
}

fn named(text: &str) -> Option<PolicyType> {
    PolicyType::ALL.into_iter().find(|direction| direction.name() == text)
}

fn unsupported(path: &str, text: &Placed<String>, review: &mut Review) {
    const NAMES: [&str; 2] = ["Egress", "Ingress"];
    match nearest(&text.value, NAMES) {
        Some(near) => {
            review.unsupported(path, text, &NAMES, format!("write `{near}`"));
            review.fix(text.place, text.instead(near));
        }
        None => review.unsupported(path, text, &NAMES, "write `Ingress` or `Egress`"),
    }
}

impl NetworkPolicy {
    /// `namespace/name`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.namespace, self.name.value)
    }

    /// A finding about it at its name.
    pub(crate) fn finding(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, message).at(self.name.place)
    }
}
