//! The same cluster in words that network-config-analyzer understands as the API does.
//!
//! Two deviations are kept from it, of which `docs/peers.md` has examples. Without `policyTypes`, it takes `egress: []` for
//! a policy of type Egress, where the API server does so for a list that is not empty: the list is left out. And within a peer that has a `namespaceSelector`, it looks for the pods of an expression
//! `Exists` or `DoesNotExist` of `podSelector` in the policy's own namespace alone. The
//! expression is written as `In` or `NotIn` over every value that the label has, which means the same.

use crate::generate::policies::Cluster;
use serde_json::{Value, json};

/// A value that no generated label has.
const NOBODYS: &str = "nobodys";

/// The cluster with a mark before the names of its pods.
pub fn marked(cluster: &Cluster, mark: &str) -> Cluster {
    let mut copy = cluster.clone();
    for pod in &mut copy.pods {
        let name = format!("{mark}{}", pod["metadata"]["name"].as_str().unwrap());
        pod["metadata"]["name"] = name.into();
    }
    copy
}

/// The cluster as it is put to the other one.
pub fn rewritten(cluster: &Cluster) -> Cluster {
    let mut copy = cluster.clone();
    for policy in &mut copy.policies {
        let spec = policy["spec"].as_object_mut().unwrap();
        if !spec.contains_key("policyTypes") && spec.get("egress") == Some(&json!([])) {
            spec.remove("egress");
        }
        for (field, side) in [("ingress", "from"), ("egress", "to")] {
            let Some(rules) = policy["spec"].get_mut(field).and_then(Value::as_array_mut) else { continue };
            let peers = rules.iter_mut().filter_map(|rule| rule.get_mut(side).and_then(Value::as_array_mut)).flatten();
            for peer in peers.filter(|peer| peer.get("namespaceSelector").is_some()) {
                let listed = peer.pointer_mut("/podSelector/matchExpressions").and_then(Value::as_array_mut);
                listed.into_iter().flatten().for_each(|expression| replace(expression, cluster));
            }
        }
    }
    copy
}

fn replace(expression: &mut Value, cluster: &Cluster) {
    let operator = match expression["operator"].as_str() {
        Some("Exists") => "In",
        Some("DoesNotExist") => "NotIn",
        _ => return,
    };
    let key = expression["key"].as_str().unwrap().to_owned();
    let mut values = cluster.values(&key);
    values.push(NOBODYS.to_owned());
    *expression = json!({"key": key, "operator": operator, "values": values});
}
