//! Words that an editor can complete and explain, whatever the world.

use crate::protocol::Word;
use ringfence_engine::ovn::matching::{Definition, Level, Symbol};
use ringfence_engine::ovn::network::Version;
use serde::Serialize;
use std::collections::BTreeMap;

/// All words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vocabulary {
    /// Of the match language.
    pub symbols: Vec<Word>,
    /// Of this world.
    pub names: Vec<Word>,
    /// Keys of Kubernetes objects.
    pub keys: Vec<Word>,
    /// What may follow a key.
    pub values: BTreeMap<&'static str, Vec<Word>>,
}

/// The words, with the names of a world.
pub fn vocabulary(names: Vec<Word>) -> Vocabulary {
    Vocabulary { symbols: symbols(), names, keys: keys(), values: values() }
}

fn word(label: &str, kind: &str, detail: &str, info: &str) -> Word {
    Word { label: label.to_owned(), kind: kind.to_owned(), detail: detail.to_owned(), info: info.to_owned() }
}

fn symbols() -> Vec<Word> {
    let known = Symbol::all(Version::Main).filter(|symbol| !symbol.name().starts_with("__"));
    let told = known.map(|symbol| {
        let what = match symbol.definition() {
            Definition::Predicate(means) => format!("means {means}"),
            _ => match symbol.level() {
                Level::Nominal => format!("{} bits, compared by == and !=", symbol.width()),
                Level::Ordinal => format!("{} bits, compared by ==, !=, < and >, masks allowed", symbol.width()),
                Level::Boolean => "true or false by itself".to_owned(),
            },
        };
        let needs =
            symbol.prerequisite().map(|needs| format!("; needs {needs}, which is added by itself")).unwrap_or_default();
        word(symbol.name(), "property", &format!("{what}{needs}"), plainly(symbol.name()))
    });
    told.collect()
}

/// The common symbols in plain words.
fn plainly(name: &str) -> &'static str {
    match name {
        "ip4.src" => "The IPv4 address of the sender.",
        "ip4.dst" => {
            "The IPv4 address of the receiver. In from-lport, before load balancing, that of a Service counts."
        }
        "ip6.src" => "The IPv6 address of the sender.",
        "ip6.dst" => "The IPv6 address of the receiver.",
        "tcp.dst" => "The port that is asked; of an answer, the port of the one who asked.",
        "tcp.src" => "The port of the sender; of an answer, the port that was asked.",
        "udp.dst" => "The port that is asked.",
        "udp.src" => "The port of the sender.",
        "inport" => "The port by which the packet enters the switch: `inport == \"name\"` or `inport == @group`.",
        "outport" => "The port by which the packet leaves the switch. Not yet known in from-lport.",
        "ip" => "Every IPv4 and IPv6 packet, ARP not.",
        "arp" => "Address resolution of IPv4. It is not IP: rows on `ip` do not stop it.",
        "icmp4" => "ICMP, ping among it.",
        "icmp6" => "ICMPv6; neighbour discovery is part of it, and always allowed by OVN.",
        _ => "",
    }
}

fn keys() -> Vec<Word> {
    let keys = [
        ("apiVersion", ""),
        ("kind", ""),
        ("metadata", ""),
        ("name", ""),
        ("namespace", ""),
        ("labels", ""),
        ("annotations", ""),
        ("spec", ""),
        ("acls", "rows of a Subnet"),
        ("direction", "from-lport or to-lport"),
        ("priority", "0 to 32767, the higher wins"),
        ("match", "an OVN match expression"),
        ("action", "what the row does"),
        ("cidrBlock", ""),
        ("gateway", ""),
        ("excludeIps", ""),
        ("private", "closed to other subnets"),
        ("allowSubnets", "exceptions of private"),
        ("allowEWTraffic", "within the subnet"),
        ("enableLb", ""),
        ("provider", ""),
        ("protocol", ""),
        ("vpc", ""),
        ("podSelector", "whom the policy selects"),
        ("policyTypes", "Ingress, Egress"),
        ("ingress", "what may come in"),
        ("egress", "what may go out"),
        ("from", ""),
        ("to", ""),
        ("ports", ""),
        ("port", ""),
        ("endPort", ""),
        ("ipBlock", ""),
        ("cidr", ""),
        ("except", ""),
        ("namespaceSelector", ""),
        ("matchLabels", ""),
        ("matchExpressions", ""),
        ("key", ""),
        ("operator", ""),
        ("values", ""),
        ("subject", ""),
        ("tier", ""),
        ("ingressRules", ""),
        ("egressRules", ""),
        ("vms", "machines of an Inventory"),
        ("address", ""),
        ("subnet", ""),
        ("assertions", "of an Expectation"),
        ("expect", ""),
        ("claim", ""),
    ];
    keys.into_iter()
        .map(|(key, detail)| Word { label: format!("{key}:"), ..word(key, "keyword", detail, "") })
        .collect()
}

fn values() -> BTreeMap<&'static str, Vec<Word>> {
    let list = |words: &[(&str, &str)]| words.iter().map(|(label, detail)| word(label, "enum", detail, "")).collect();
    [
        (
            "kind",
            list(&[
                ("Subnet", "kubeovn.io/v1"),
                ("NetworkPolicy", "networking.k8s.io/v1"),
                ("SecurityGroup", "kubeovn.io/v1"),
                ("AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1"),
                ("BaselineAdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1"),
                ("ClusterNetworkPolicy", "policy.networking.k8s.io/v1alpha2"),
                ("Inventory", "ringfence/v1"),
                ("Expectation", "ringfence/v1"),
                ("VirtualMachine", "kubevirt.io/v1"),
                ("Pod", "v1"),
                ("Deployment", "apps/v1"),
                ("Service", "v1"),
                ("Namespace", "v1"),
                ("Vpc", "kubeovn.io/v1"),
                ("IP", "kubeovn.io/v1"),
                ("Node", "v1"),
            ]),
        ),
        (
            "apiVersion",
            list(&[
                ("kubeovn.io/v1", "Subnet, Vpc, SecurityGroup, IP"),
                ("networking.k8s.io/v1", "NetworkPolicy"),
                ("ringfence/v1", "Inventory, Expectation"),
                ("kubevirt.io/v1", "VirtualMachine"),
                ("v1", "Pod, Service, Namespace, Node"),
                ("apps/v1", "Deployment"),
            ]),
        ),
        ("direction", list(&[("from-lport", "leaving the VM"), ("to-lport", "arriving at the VM")])),
        (
            "action",
            list(&[
                ("allow", "pass"),
                ("allow-related", "pass, and the switch tracks connections: answers come back"),
                ("allow-stateless", "pass without tracking"),
                ("drop", "silently"),
                ("reject", "and tell the sender"),
            ]),
        ),
        ("operator", list(&[("In", ""), ("NotIn", ""), ("Exists", ""), ("DoesNotExist", "")])),
        (
            "protocol",
            list(&[
                ("TCP", ""),
                ("UDP", ""),
                ("SCTP", ""),
                ("IPv4", "of a Subnet"),
                ("IPv6", "of a Subnet"),
                ("Dual", "of a Subnet"),
            ]),
        ),
        (
            "expect",
            list(&[
                ("open", ""),
                ("partial", ""),
                ("one-way", ""),
                ("closed", ""),
                ("undefined", ""),
                ("reaches", ""),
                ("not-reaches", ""),
            ]),
        ),
    ]
    .into()
}
