//! NetworkPolicies.

use super::parts::{self, Cast};
use crate::random::Random;
use serde_json::{Value, json};

/// Up to three.
pub fn policies(random: &mut Random, cast: Cast) -> Vec<Value> {
    let count = random.below(4);
    (0..count).map(|number| policy(random, cast, number)).collect()
}

/// One.
pub fn policy(random: &mut Random, cast: Cast, number: usize) -> Value {
    let mut spec = json!({ "podSelector": parts::pods(random) });
    let types = *random.pick(&[&["Ingress"][..], &["Egress"], &["Ingress", "Egress"], &[]]);
    if !types.is_empty() {
        spec["policyTypes"] = json!(types);
    }
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        if random.once_in(2) {
            let rules = random.below(3);
            spec[direction] = (0..rules).map(|_| rule(random, cast, peers)).collect();
        }
    }
    let mut metadata = json!({ "name": format!("np{number}"), "namespace": parts::namespace(random) });
    if random.once_in(6) {
        metadata["annotations"] = json!({ "ovn.kubernetes.io/network_policy_enforcement": "lax" });
    }
    json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec })
}

fn rule(random: &mut Random, cast: Cast, peers: &str) -> Value {
    let mut rule = json!({});
    if !random.once_in(5) {
        let count = 1 + random.below(2);
        rule[peers] = (0..count).map(|_| peer(random, cast)).collect();
    }
    if random.once_in(2) {
        let count = 1 + random.below(2);
        rule["ports"] = (0..count).map(|_| port(random)).collect();
    }
    rule
}

fn peer(random: &mut Random, cast: Cast) -> Value {
    match random.below(4) {
        0 => json!({ "podSelector": parts::pods(random) }),
        1 => json!({ "namespaceSelector": parts::namespaces(random) }),
        2 => json!({ "namespaceSelector": parts::namespaces(random), "podSelector": parts::pods(random) }),
        _ => {
            let (cidr, except) = parts::block(random, cast);
            let block =
                if except.is_empty() { json!({ "cidr": cidr }) } else { json!({ "cidr": cidr, "except": except }) };
            json!({ "ipBlock": block })
        }
    }
}

fn port(random: &mut Random) -> Value {
    match random.below(6) {
        0 => json!({ "protocol": random.pick(&["TCP", "UDP"]) }),
        1 => json!({ "port": 80, "endPort": 443 }),
        2 => json!({ "protocol": "UDP", "port": 53, "endPort": 80 }),
        3 => json!({ "port": random.pick(&["http", "sql", "nowhere"]) }),
        _ => json!({ "protocol": random.pick(&["TCP", "UDP"]), "port": parts::number(random) }),
    }
}
