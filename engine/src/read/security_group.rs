//! `SecurityGroup` (`kubeovn.io/v1`): what it says, as it is written.
//!
//! The schema of the custom resource knows types and no values: whether a rule makes sense is for Kube-OVN's controller to
//! say (`validateSgRule`), and so for the compiler.

use super::address::commas;
use super::fields::{Fields, Item, Placed};
use super::review::{METADATA, Review};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// A SecurityGroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    /// Its name.
    pub name: Placed<String>,
    /// The whole object.
    pub place: Place,
    /// `tier`.
    pub tier: Option<Placed<i64>>,
    /// Where `allowSameGroupTraffic` is true.
    pub same_group: Option<Place>,
    /// `ingressRules`.
    pub ingress: Vec<SecurityRule>,
    /// `egressRules`.
    pub egress: Vec<SecurityRule>,
    /// Why the API server refuses it; nothing where it takes it.
    pub refusals: Vec<Diagnostic>,
}

/// An item of `ingressRules` or `egressRules`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityRule {
    /// `ipVersion`.
    pub ip_version: Option<Placed<String>>,
    /// `protocol`.
    pub protocol: Option<Placed<String>>,
    /// `priority`.
    pub priority: Option<Placed<i64>>,
    /// `remoteType`.
    pub remote_type: Option<Placed<String>>,
    /// `remoteAddress`.
    pub remote_address: Option<Placed<String>>,
    /// `remoteSecurityGroup`.
    pub remote_group: Option<Placed<String>>,
    /// `portRangeMin` and `portRangeMax`.
    pub ports: [Option<Placed<i64>>; 2],
    /// `localAddress`.
    pub local_address: Option<Placed<String>>,
    /// `sourcePortRangeMin` and `sourcePortRangeMax`.
    pub source_ports: [Option<Placed<i64>>; 2],
    /// `policy`.
    pub policy: Option<Placed<String>>,
    /// For example `spec.ingressRules[0]`.
    pub field: String,
    /// The whole item.
    pub place: Place,
}

const RULE: &[&str] = &[
    "ipVersion",
    "protocol",
    "priority",
    "remoteType",
    "remoteAddress",
    "remoteSecurityGroup",
    "portRangeMin",
    "portRangeMax",
    "localAddress",
    "sourcePortRangeMin",
    "sourcePortRangeMax",
    "policy",
];

impl SecurityGroup {
    /// Every rule, those of `ingressRules` first.
    pub fn rules(&self) -> impl Iterator<Item = &SecurityRule> {
        self.ingress.iter().chain(&self.egress)
    }

    /// Every address or prefix that a rule names.
    pub fn prefixes(&self) -> impl Iterator<Item = IpNet> {
        let texts = self.rules().flat_map(|rule| [&rule.remote_address, &rule.local_address]).flatten();
        texts.flat_map(commas).filter_map(|text| prefix(&text.value))
    }

    /// A finding about it at its name.
    pub(crate) fn finding(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, message).at(self.name.place)
    }
}

fn prefix(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// A SecurityGroup: the lenient reading, beside why the strict one has none.
pub(crate) fn security_group(object: &Fields<'_>, name: Placed<String>) -> SecurityGroup {
    let mut review = Review::default();
    review.only(object, &["apiVersion", "kind", "metadata", "spec", "status"]);
    if let Some(metadata) = object.quiet("metadata") {
        review.only(&metadata, METADATA);
    }
    review.metadata(object, &name);
    let mut found = Vec::new();
    let spec = object.fields("spec", &mut found);
    if let Some(spec) = &spec {
        review.only(spec, &["ingressRules", "egressRules", "allowSameGroupTraffic", "tier"]);
    }
    let spec = spec.as_ref();
    let tier = spec.and_then(|spec| spec.integer("tier", &mut found));
    let same = spec.and_then(|spec| spec.boolean("allowSameGroupTraffic", &mut found));
    let mut rules = |key: &str| {
        let listed = spec.map_or_else(Vec::new, |spec| spec.items(key, &mut found));
        listed.into_iter().filter_map(|item| rule(item, &mut review)).collect()
    };
    let (ingress, egress) = (rules("ingressRules"), rules("egressRules"));
    review.share(&mut found);
    SecurityGroup {
        place: object.place(),
        tier,
        same_group: same.filter(|same| same.value).map(|same| same.place),
        ingress,
        egress,
        refusals: review.refusals(),
        name,
    }
}

fn rule((field, node): Item<'_>, review: &mut Review) -> Option<SecurityRule> {
    let mut found = Vec::new();
    let fields = Fields::of(node, field.clone(), &mut found);
    let Some(fields) = fields else {
        review.share(&mut found);
        return None;
    };
    review.only(&fields, RULE);
    let mut text = |key: &str| fields.text(key, &mut found).filter(|text| !text.value.is_empty());
    let (ip_version, protocol, policy) = (text("ipVersion"), text("protocol"), text("policy"));
    let (remote_type, remote_address) = (text("remoteType"), text("remoteAddress"));
    let (remote_group, local_address) = (text("remoteSecurityGroup"), text("localAddress"));
    let mut number = |key: &str| fields.integer(key, &mut found);
    let priority = number("priority");
    let ports = ["portRangeMin", "portRangeMax"].map(&mut number);
    let source_ports = ["sourcePortRangeMin", "sourcePortRangeMax"].map(&mut number);
    review.share(&mut found);
    let place = node.place;
    Some(SecurityRule {
        ip_version,
        protocol,
        priority,
        remote_type,
        remote_address,
        remote_group,
        ports,
        local_address,
        source_ports,
        policy,
        field,
        place,
    })
}
