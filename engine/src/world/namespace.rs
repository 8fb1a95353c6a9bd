//! Namespaces with their labels, those included that only machines and policies speak of.

use super::machine::Machine;
use crate::read::{Object, Reading};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

/// The label that the API server gives every namespace.
pub(crate) const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels, `kubernetes.io/metadata.name` among them.
    pub labels: BTreeMap<String, String>,
    /// Whether it stands in the input itself, so that there are no other labels.
    pub declared: bool,
}

impl Namespace {
    /// A namespace with the labels that somebody gave it.
    pub fn new(name: &str, mut labels: BTreeMap<String, String>) -> Self {
        labels.insert(NAME_LABEL.to_string(), name.to_string());
        Self { name: name.to_string(), labels, declared: true }
    }
}

/// The namespaces that stand in the input themselves.
pub(super) fn namespaces(reading: &Reading) -> BTreeMap<String, Namespace> {
    let mut namespaces = BTreeMap::new();
    for object in &reading.objects {
        if let Object::Namespace(said) = object {
            let name = &said.name.value;
            namespaces.entry(name.clone()).or_insert_with(|| Namespace::new(name, said.labels.clone()));
        }
    }
    namespaces
}

/// The same with every namespace that something else is in.
pub(super) fn with_all_of(
    mut namespaces: BTreeMap<String, Namespace>,
    reading: &Reading,
    machines: &[Machine],
) -> BTreeMap<String, Namespace> {
    let services = reading.objects.iter().filter_map(|object| match object {
        Object::Service(service) => Some(&service.namespace),
        Object::NetworkPolicy(policy) => Some(&policy.namespace),
        _ => None,
    });
    for name in machines.iter().map(|machine| &machine.namespace).chain(services) {
        if !namespaces.contains_key(name) {
            let namespace = Namespace { declared: false, ..Namespace::new(name, BTreeMap::new()) };
            namespaces.insert(name.clone(), namespace);
        }
    }
    namespaces
}
