//! Text into typed objects, each with its place.
//!
//! Reading never fails as a whole: what can be read is an [`Object`], the rest is a diagnostic. YAML 1.2 (and with
//! it JSON) with several documents and any `List`; nesting, aliases and size are limited.

mod acl;
mod address;
mod admin_policy;
mod attachment;
mod balancer;
mod broken;
mod cluster;
mod controller;
mod document;
mod expectation;
mod fields;
mod folding;
mod inventory;
#[cfg(feature = "json")]
mod json;
mod kube_ovn;
mod kubevirt;
mod machine;
mod naming;
mod network_policy;
mod node;
mod object;
mod pod;
mod policy_port;
mod query;
mod review;
mod scalar;
mod security_group;
mod selector;
mod subnet;
mod suggest;
mod tree;
mod twins;
mod words;

pub use acl::{AclEntry, Fault, Stray};
pub use admin_policy::{
    AdminAction, AdminKind, AdminPeer, AdminPeerChoice, AdminPods, AdminPolicy, AdminRule, AdminTier,
};
pub use attachment::{Attachment, Plugin};
pub use balancer::Balancer;
pub use cluster::{ClusterIp, Host, Namespace, Service, ServicePort, TargetPort};
pub use controller::{Enforcement, Flags};
pub use expectation::{Assertion, Expect, Expectation, Flaw, Party};
pub use fields::Placed;
pub use inventory::{AddressSet, BareSwitch, Group, Inventory};
pub use kube_ovn::{Peering, StaticRoute, Vpc};
pub(crate) use machine::DEFAULT_PROVIDER;
pub use machine::{Interface, Machine, NamedPort, Origin, Owner, Presence};
pub(crate) use naming::subdomain;
pub use network_policy::{NetworkPolicy, Peer, PeerChoice, PolicyRule, PolicySpec, PolicyType, SpecPlaces};
pub(crate) use node::{Entry, Mapping, Node, Value};
pub use object::Object;
pub use policy_port::{PolicyPort, PortChoice, Transport};
pub use query::{Protocol, Query};
pub(crate) use scalar::{FLOW, quoted, written};
pub use scalar::{edit_whole, edit_within, place_within};
pub use security_group::{SecurityGroup, SecurityRule};
pub use selector::{LabelTest, Requirement, Selector};
pub use subnet::Subnet;
pub(crate) use suggest::did_you_mean;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Place, Source, SourceId, Sources, Span};
use alloc::format;
use alloc::vec::Vec;
use words::Words;

/// Longer texts are refused.
pub const LARGEST: usize = 64 << 20;

/// More diagnostics of one source are counted, not shown.
const FINDINGS: usize = 500;

/// What the sources say.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Every object of a known kind, in the order of the sources.
    pub objects: Vec<Object>,
    /// What could not be read, or not as it is written.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads every source.
pub fn read(sources: &Sources) -> Reading {
    let (mut reading, mut words) = (Reading::default(), Words::default());
    for (id, source) in sources.iter() {
        let mut out = Vec::new();
        let before = reading.objects.len();
        read_source(id, source, &mut words, &mut reading.objects, &mut out);
        for object in reading.objects.iter_mut().skip(before) {
            if let Object::Attachment(attachment) = object {
                attachment.settle(sources, &mut out);
            }
        }
        reading.diagnostics.append(&mut limited(id, source, out));
    }
    twins::leave_last(&mut reading);
    reading
}

/// The documents of a text as trees, as far as they can be read.
pub(crate) fn trees(text: &str) -> Vec<Node> {
    let mut sources = Sources::new();
    let id = sources.add("", text);
    let documents = sources.get(id).map_or_else(Vec::new, |source| document::documents(id, source));
    let (mut words, mut out) = (Words::default(), Vec::new());
    documents.iter().filter_map(|document| tree::tree(document, &mut words, &mut out)).collect()
}

fn read_source(id: SourceId, source: &Source, words: &mut Words, objects: &mut Vec<Object>, out: &mut Vec<Diagnostic>) {
    let start = Place { source: id, span: Span::default() };
    if let Some(fault) = source.fault() {
        let place = Place { source: id, span: Span::new(fault.at, fault.at) };
        out.push(Diagnostic::new(Code::UnreadableFile, fault.message.clone()).at(place).help(fault.help.clone()));
        return;
    }
    if source.text().len() > LARGEST {
        let message =
            format!("the file has {} bytes, and at most {LARGEST} are read; it is left out", source.text().len());
        let help = "split the file at a `---` line";
        out.push(Diagnostic::new(Code::UnreadableFile, message).at(start).help(help));
        return;
    }
    for document in document::documents(id, source) {
        if let Some(root) = tree::tree(&document, words, out) {
            object::objects(&root, objects, out);
        }
    }
}

fn limited(id: SourceId, source: &Source, mut out: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if out.len() > FINDINGS {
        let more = out.len() - FINDINGS;
        out.truncate(FINDINGS);
        let end = source.text().len();
        let place = Place { source: id, span: Span::new(end, end) };
        let are = if more == 1 { "finding in this file is" } else { "findings in this file are" };
        out.push(Diagnostic::new(Code::TooManyFindings, format!("{more} more {are} not shown")).at(place));
    }
    out
}
