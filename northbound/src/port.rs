//! Ports of machines: whose they are, and which addresses they have.

use crate::row::{entry, text, texts};
use ringfence_ovsdb::Row;
use serde_json::{Value, json};
use std::net::IpAddr;

/// What somebody calls a machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Machine {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// A machine's port.
#[derive(Debug, Clone)]
pub(crate) struct Interface {
    pub(crate) machine: Machine,
    pub(crate) port: String,
    pub(crate) switch: String,
    pub(crate) mac: Option<String>,
    pub(crate) addresses: Vec<IpAddr>,
    /// Whether OVN drops what comes from it with another address.
    pub(crate) secured: bool,
}

impl Interface {
    /// A port of type `""`, with the switch that it is on.
    pub(crate) fn of(row: &Row, switch: &str) -> Self {
        let port = text(row, "name").unwrap_or_default().to_owned();
        let (mac, addresses) = addresses(row);
        let secured = !texts(row, "port_security").is_empty();
        Self { machine: machine(row, &port), port, switch: switch.to_owned(), mac, addresses, secured }
    }

    /// As an inventory says it.
    pub(crate) fn to_json(&self, name: Option<&str>) -> Value {
        let mut interface = json!({ "subnet": self.switch, "port": self.port, "addresses": self.addresses });
        let secured = self.secured.then_some(json!(true));
        let extra = [
            ("mac", self.mac.as_ref().map(|mac| json!(mac))),
            ("name", name.map(|name| json!(name))),
            ("portSecurity", secured),
        ];
        for (key, value) in extra.into_iter().filter_map(|(key, value)| Some((key, value?))) {
            if let Some(interface) = interface.as_object_mut() {
                interface.insert(key.to_owned(), value);
            }
        }
        interface
    }
}

/// Kube-OVN says it in `external_ids:pod`, ovn-kubernetes by the namespace there and `NAMESPACE_NAME`; without either,
/// Kube-OVN's `NAME.NAMESPACE` is understood, and any other name stands for itself.
fn machine(row: &Row, port: &str) -> Machine {
    let machine = |namespace: &str, name: &str| Machine { namespace: namespace.to_owned(), name: name.to_owned() };
    let id = |key: &str| entry(row, "external_ids", key);
    if let Some((namespace, name)) = id("pod").and_then(|pod| pod.split_once('/')) {
        return machine(namespace, name);
    }
    let by_namespace = id("namespace")
        .and_then(|namespace| Some(machine(namespace, port.strip_prefix(namespace)?.strip_prefix('_')?)));
    if let Some(found) = by_namespace {
        return found;
    }
    match port.rsplit_once('.') {
        Some((name, namespace)) if !name.is_empty() && !namespace.is_empty() => machine(namespace, name),
        _ => machine("default", port),
    }
}

/// `addresses` first; what `dynamic` stands for is in `dynamic_addresses`, and a port of which nothing else is known says
/// it by `port_security`.
fn addresses(row: &Row) -> (Option<String>, Vec<IpAddr>) {
    for column in ["addresses", "dynamic_addresses", "port_security"] {
        let mut mac = None;
        let mut found: Vec<IpAddr> = Vec::new();
        for word in texts(row, column).iter().flat_map(|text| text.split_whitespace()) {
            let address = word.split('/').next().unwrap_or_default();
            match address.parse() {
                Ok(address) => found.push(address),
                Err(_) if word.len() == 17 && mac.is_none() => mac = Some(word.to_owned()),
                Err(_) => {}
            }
        }
        if !found.is_empty() {
            return (mac, found);
        }
    }
    (None, Vec::new())
}
