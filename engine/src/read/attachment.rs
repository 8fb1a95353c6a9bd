//! `NetworkAttachmentDefinition` (`k8s.cni.cncf.io/v1`): what a network beside the cluster's own is made by.
//!
//! `spec.config` is JSON inside a text: the configuration of one CNI plugin, or of a list of them (`plugins`).

use super::document::Document;
use super::fields::{Fields, Out, Placed};
use super::machine::Identity;
use super::node::{Node, Style, Value};
use super::scalar::place_within;
use super::tree::tree;
use super::words::Words;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Place, Sources, Span};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::de::IgnoredAny;

/// The type of Kube-OVN's plugin, and of its part that only gives addresses.
const KUBE_OVN: &str = "kube-ovn";

/// A NetworkAttachmentDefinition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: Placed<String>,
    /// Its namespace.
    pub namespace: String,
    /// `spec.config`.
    pub config: Option<Placed<String>>,
    /// What that says.
    pub plugin: Plugin,
}

/// Who makes the interfaces of a network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Plugin {
    /// Nothing that is known here: the configuration is missing or broken.
    #[default]
    Unknown,
    /// Kube-OVN: an interface is a logical port on the Subnet of this provider.
    KubeOvn(String),
    /// Another plugin of this type, with addresses from Kube-OVN: no logical port, no row.
    AddressesOnly(String),
    /// Another plugin of this type: Kube-OVN knows nothing of it.
    Foreign(String),
}

impl Attachment {
    /// How Kube-OVN's controller calls the provider of a network that it makes (`getPodAttachmentNet`).
    pub fn provider(&self) -> String {
        format!("{}.{}.ovn", self.name.value, self.namespace)
    }

    /// How it calls one for which it only gives addresses.
    pub fn addresses_provider(&self) -> String {
        format!("{}.{}", self.name.value, self.namespace)
    }

    /// Reads the configuration; what is wrong with it is a diagnostic at its place.
    pub(crate) fn settle(&mut self, sources: &Sources, out: &mut Out) {
        let Some(config) = self.config.clone() else { return };
        match serde_json::from_str::<IgnoredAny>(&config.value) {
            // JSON is YAML too.
            Ok(_) => {
                let document = Document { source: config.place.source, offset: 0, text: &config.value };
                if let Some(value) = tree(&document, &mut Words::default(), &mut Vec::new()) {
                    self.plugin = self.of(&value, &config, sources, out);
                }
            }
            Err(error) => {
                let at = byte(&config.value, error.line(), error.column());
                let place = place_within(sources, config.place, &config.value, Span::new(at, at + 1));
                out.push(broken(&self.name.value, &error, place));
            }
        }
    }

    fn of(&self, value: &Node, config: &Placed<String>, sources: &Sources, out: &mut Out) -> Plugin {
        let name = &self.name.value;
        let plugins: Vec<&Node> = match field(value, "plugins").map(|plugins| &plugins.value) {
            Some(Value::Sequence(plugins)) => plugins.iter().collect(),
            _ => alloc::vec![value],
        };
        let kind = |plugin: &Node| text(plugin, "type");
        let Some(first) = plugins.iter().find_map(|plugin| kind(plugin)) else {
            let message = format!("the configuration of NetworkAttachmentDefinition `{name}` has no `type`");
            let finding = Diagnostic::new(Code::MissingField, message + ": no pod can be attached to it");
            out.push(
                finding.at(config.place).help("write the type of the plugin, for example `\"type\": \"kube-ovn\"`"),
            );
            return Plugin::Unknown;
        };
        if let Some(own) = plugins.iter().find(|plugin| kind(plugin).as_deref() == Some(KUBE_OVN)) {
            return self.own(own, config, sources, out);
        }
        let gives =
            |plugin: &&&Node| field(plugin, "ipam").and_then(|ipam| text(ipam, "type")).as_deref() == Some(KUBE_OVN);
        match plugins.iter().find(gives).and_then(|plugin| kind(plugin)) {
            Some(kind) => Plugin::AddressesOnly(kind),
            None => Plugin::Foreign(first),
        }
    }

    /// A network of Kube-OVN's own. Its plugin asks under the provider that is written, its controller answers under the
    /// one that it makes of the name.
    fn own(&self, plugin: &Node, config: &Placed<String>, sources: &Sources, out: &mut Out) -> Plugin {
        let (expected, name) = (self.provider(), &self.name.value);
        if text(plugin, "server_socket").is_none() {
            let message = format!("the configuration of NetworkAttachmentDefinition `{name}` has no `server_socket`");
            let finding = Diagnostic::new(Code::MissingField, message + ": no pod can be attached to it");
            let help = "write `\"server_socket\": \"/run/openvswitch/kube-ovn-daemon.sock\"`";
            out.push(finding.severity(crate::diagnostic::Severity::Warning).at(config.place).help(help));
        }
        let Some(provider) = text(plugin, "provider") else {
            let message = format!(
                "NetworkAttachmentDefinition `{name}` names no `provider`: its plugin asks about the default network, and \
                 Kube-OVN's controller answers for `{expected}`"
            );
            let help = format!("write `\"provider\": \"{expected}\"`");
            out.push(Diagnostic::new(Code::EnforcerDiffers, message).at(config.place).help(help));
            return Plugin::KubeOvn(expected);
        };
        if provider != expected {
            let at = config
                .value
                .find(&format!("\"{provider}\""))
                .map_or(Span::default(), |at| Span::new(at + 1, at + 1 + provider.len()));
            let place = place_within(sources, config.place, &config.value, at);
            let message = format!(
                "NetworkAttachmentDefinition `{name}` has provider `{provider}`, and Kube-OVN's controller answers for \
                 `{expected}`: pods wait for an address that does not come"
            );
            out.push(Diagnostic::new(Code::EnforcerDiffers, message).at(place).help(format!("write `{expected}`")));
        }
        Plugin::KubeOvn(provider)
    }
}

fn field<'n>(value: &'n Node, key: &str) -> Option<&'n Node> {
    match &value.value {
        Value::Mapping(mapping) => mapping.get(key),
        _ => None,
    }
}

/// A text that counts as absent when it is empty.
fn text(value: &Node, key: &str) -> Option<String> {
    match &field(value, key)?.value {
        Value::Scalar(scalar) if scalar.style == Style::Text && !scalar.text.is_empty() => {
            Some(scalar.text.to_string())
        }
        _ => None,
    }
}

/// The byte of a line and column, both counted from 1.
fn byte(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

fn broken(name: &str, error: &serde_json::Error, place: Place) -> Diagnostic {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    let message = format!(
        "the configuration of NetworkAttachmentDefinition `{name}` is no JSON ({said}): no pod can be attached to it"
    );
    Diagnostic::new(Code::BrokenYaml, message).at(place).help("correct the JSON in `spec.config`")
}

/// A NetworkAttachmentDefinition, its configuration still to be [settled](Attachment::settle).
pub(crate) fn attachment(object: &Fields<'_>, identity: Identity, out: &mut Out) -> Attachment {
    let spec = object.fields("spec", out);
    let config = spec.and_then(|spec| spec.text("config", out)).filter(|config| !config.value.trim().is_empty());
    Attachment { name: identity.name, namespace: identity.namespace, config, plugin: Plugin::Unknown }
}
