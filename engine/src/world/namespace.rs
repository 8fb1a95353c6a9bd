//! Namespaces with their labels, those included that only machines and policies speak of.

use super::World;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

/// The label that the API server gives every namespace.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels, `kubernetes.io/metadata.name` among them.
    pub labels: BTreeMap<String, String>,
}

impl Namespace {
    /// A namespace with the labels that somebody gave it.
    pub fn new(name: &str, mut labels: BTreeMap<String, String>) -> Self {
        labels.insert(NAME_LABEL.to_string(), name.to_string());
        Self { name: name.to_string(), labels }
    }
}

/// The namespaces that something in the world is in.
pub(super) fn inhabited(world: &World) -> BTreeMap<String, Namespace> {
    let mut namespaces = world.namespaces.clone();
    let machines = world.machines.iter().map(|machine| &machine.namespace);
    for name in machines.chain(world.network_policies.iter().map(|policy| &policy.namespace)) {
        if !namespaces.contains_key(name) {
            namespaces.insert(name.clone(), Namespace::new(name, BTreeMap::new()));
        }
    }
    namespaces
}
