//! Policies of administrators: AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy.

use super::parts::{self, Cast};
use crate::random::Random;
use serde_json::{Value, json};

/// Some of each kind, no two of one kind with one priority.
pub fn policies(random: &mut Random, cast: Cast) -> Vec<Value> {
    let mut policies = Vec::new();
    let admins = random.below(3);
    policies.extend((0..admins).map(|number| {
        let spec = json!({ "priority": 10 * number + random.below(10) });
        policy(random, cast, "AdminNetworkPolicy", &format!("anp{number}"), spec)
    }));
    if random.once_in(3) {
        policies.push(policy(random, cast, "BaselineAdminNetworkPolicy", "default", json!({})));
    }
    if random.once_in(3) {
        let tier = *random.pick(&["Admin", "Baseline"]);
        // ClusterNetworkPolicies of 200 and more lie below every AdminNetworkPolicy.
        let spec = json!({ "priority": 200 + random.below(100), "tier": tier });
        policies.push(policy(random, cast, "ClusterNetworkPolicy", "cnp0", spec));
    }
    policies
}

fn policy(random: &mut Random, cast: Cast, kind: &str, name: &str, mut spec: Value) -> Value {
    spec["subject"] = selected(random);
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        let count = random.below(3);
        if count > 0 {
            spec[direction] = (0..count).map(|number| rule(random, cast, kind, (peers, number))).collect();
        }
    }
    let version = if kind == "ClusterNetworkPolicy" { "v1alpha2" } else { "v1alpha1" };
    let group = format!("policy.networking.k8s.io/{version}");
    json!({ "apiVersion": group, "kind": kind, "metadata": { "name": name }, "spec": spec })
}

fn selected(random: &mut Random) -> Value {
    match random.once_in(2) {
        true => json!({ "namespaces": parts::namespaces(random) }),
        false => {
            json!({ "pods": { "namespaceSelector": parts::namespaces(random), "podSelector": parts::pods(random) } })
        }
    }
}

fn rule(random: &mut Random, cast: Cast, kind: &str, (peers, number): (&str, usize)) -> Value {
    let actions: &[&str] = match kind {
        "AdminNetworkPolicy" => &["Allow", "Deny", "Deny", "Pass"],
        "BaselineAdminNetworkPolicy" => &["Allow", "Deny"],
        _ => &["Accept", "Deny", "Deny", "Pass"],
    };
    let mut rule = json!({ "name": format!("r{number}"), "action": random.pick(actions) });
    let networks = peers == "to" && random.once_in(3);
    let peer = if networks { json!({ "networks": [parts::block(random, cast).0] }) } else { selected(random) };
    rule[peers] = json!([peer]);
    if random.once_in(2) {
        let (port, upper) = (parts::number(random), random.once_in(3));
        let protocol = *random.pick(&["TCP", "UDP"]);
        match (kind, upper) {
            ("ClusterNetworkPolicy", true) => {
                rule["protocols"] = json!([{ protocol.to_lowercase(): { "destinationPort": { "range": { "start": 50, "end": port.max(60) } } } }]);
            }
            ("ClusterNetworkPolicy", false) => {
                rule["protocols"] = json!([{ protocol.to_lowercase(): { "destinationPort": { "number": port } } }]);
            }
            (_, true) => {
                rule["ports"] = json!([{ "portRange": { "protocol": protocol, "start": 50, "end": port.max(60) } }])
            }
            (_, false) => rule["ports"] = json!([{ "portNumber": { "protocol": protocol, "port": port } }]),
        }
    }
    rule
}
