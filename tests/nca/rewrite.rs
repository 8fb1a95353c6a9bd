//! The same cluster in words that network-config-analyzer understands as the API does.
//!
//! One deviation is kept from it: within a peer that has a `namespaceSelector`, it looks for the pods of an expression
//! `Exists` or `DoesNotExist` of `podSelector` in the policy's own namespace alone (`docs/peers.md` has an example). The
//! expression is written as `In` or `NotIn` over every value that the label has, which means the same.

use crate::generate::policies::Cluster;
use serde_json::{Value, json};

/// A value that no generated label has.
const NOBODYS: &str = "nobodys";

/// The cluster as it is put to the other one.
pub fn rewritten(cluster: &Cluster) -> Cluster {
    let mut copy = cluster.clone();
    for policy in &mut copy.policies {
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
