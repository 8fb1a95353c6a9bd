//! Clusters with NetworkPolicies, as the three lists that `kubectl get -o json` gives.
//!
//! [`np1`] is the workload NP-1 of the speed comparisons, draw by draw; [`dense`] puts everything that a policy can say
//! onto few pods.

mod dense;
mod np1;

pub use dense::dense;
pub use np1::np1;

use serde_json::{Map, Value, json};

/// A cluster, item by item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cluster {
    /// `Namespace`s.
    pub namespaces: Vec<Value>,
    /// `Pod`s.
    pub pods: Vec<Value>,
    /// `NetworkPolicy`s.
    pub policies: Vec<Value>,
}

impl Cluster {
    /// The lists by the names of their files.
    pub fn files(&self) -> [(&'static str, String); 3] {
        let list = |version: &str, kind: &str, items: &[Value]| {
            let list = json!({"apiVersion": version, "kind": kind, "items": items});
            list.to_string()
        };
        [
            ("namespaces.json", list("v1", "NamespaceList", &self.namespaces)),
            ("pods.json", list("v1", "PodList", &self.pods)),
            ("policies.json", list("networking.k8s.io/v1", "NetworkPolicyList", &self.policies)),
        ]
    }

    /// Every value that a label of pods has somewhere.
    pub fn values(&self, key: &str) -> Vec<String> {
        let labels = self.pods.iter().filter_map(|pod| pod["metadata"]["labels"][key].as_str());
        let mut values: Vec<String> = labels.map(str::to_owned).collect();
        values.sort();
        values.dedup();
        values
    }
}

/// Pods `x/a`, `x/b` and `y/c`, each with a label of its name, and one policy.
pub fn small(within: &str, spec: Map<String, Value>) -> Cluster {
    let member =
        |(name, home, address): (&str, &str, &str)| pod(home, name, map([("pod", name.into())]), Vec::new(), address);
    let pods = [("a", "x", "10.0.0.1"), ("b", "x", "10.0.0.2"), ("c", "y", "10.0.1.1")];
    Cluster {
        namespaces: ["x", "y"].map(|name| namespace(name, Map::new())).to_vec(),
        pods: pods.map(member).to_vec(),
        policies: vec![policy(within, "policy", spec)],
    }
}

/// A namespace.
fn namespace(name: &str, labels: Map<String, Value>) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}

/// A running pod without an owner.
fn pod(namespace: &str, name: &str, labels: Map<String, Value>, ports: Vec<Value>, address: &str) -> Value {
    let mut container = json!({"name": "main", "image": "registry.example/main"});
    if !ports.is_empty() {
        container["ports"] = Value::from(ports);
    }
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": labels},
        "spec": {"containers": [container]},
        "status": {"phase": "Running", "hostIP": "192.168.49.2", "podIP": address, "podIPs": [{"ip": address}]},
    })
}

/// A policy.
fn policy(namespace: &str, name: &str, spec: Map<String, Value>) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": namespace, "name": name},
        "spec": spec,
    })
}

/// `{key: value, ..}`.
fn map<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
