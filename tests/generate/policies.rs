//! Clusters with NetworkPolicies, as JSON files that every analyser reads.

use crate::random::Random;
use serde_json::{Value, json};

/// A cluster: three lists of objects.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// A `NamespaceList`.
    pub namespaces: Value,
    /// A `PodList`.
    pub pods: Value,
    /// A `NetworkPolicyList`.
    pub policies: Value,
}

fn list(api: &str, kind: &str, items: Vec<Value>) -> Value {
    json!({ "apiVersion": api, "kind": format!("{kind}List"), "items": items })
}

fn cluster(namespaces: Vec<Value>, pods: Vec<Value>, policies: Vec<Value>) -> Cluster {
    Cluster {
        namespaces: list("v1", "Namespace", namespaces),
        pods: list("v1", "Pod", pods),
        policies: list("networking.k8s.io/v1", "NetworkPolicy", policies),
    }
}

/// A cluster in which the peer is known to be wrong: `Exists` in a `podSelector` beside a `namespaceSelector` is asked of
/// the pods of the policy's own namespace only (`get_peers_with_key`).
pub fn keys_beside_namespaces() -> Cluster {
    let namespace = |name: &str| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": { "team": name } } });
    let pod = |namespace: &str, number: usize| {
        json!({ "apiVersion": "v1", "kind": "Pod",
            "metadata": { "name": "p", "namespace": namespace, "labels": { "app": "a" } },
            "spec": { "containers": [{ "name": "c" }] },
            "status": { "podIP": format!("10.0.0.{number}"), "hostIP": "192.168.49.2", "phase": "Running" } })
    };
    let peer = json!({ "namespaceSelector": { "matchLabels": { "team": "ns-1" } },
        "podSelector": { "matchExpressions": [{ "key": "app", "operator": "Exists" }] } });
    let spec = json!({ "podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{ "from": [peer] }] });
    cluster(
        vec![namespace("ns-0"), namespace("ns-1")],
        vec![pod("ns-0", 1), pod("ns-1", 2)],
        vec![policy("ns-0", 0, spec)],
    )
}

/// The workload NP-1: so many pods in namespaces of fifty, so many policies; every draw in a fixed order.
pub fn np1(pods: usize, policies: usize, seed: u64) -> Cluster {
    let mut random = Random::new(seed);
    let spaces = (pods / 50).max(1);
    let namespace = |i: usize| {
        json!({ "apiVersion": "v1", "kind": "Namespace",
            "metadata": { "name": format!("ns-{i}"), "labels": { "team": format!("t{}", i % 5), "env": format!("e{}", i % 3) } } })
    };
    let namespaces = (0..spaces).map(namespace).collect();
    let mut pod = |i: usize| {
        let tier = *random.pick(&TIERS);
        let labels =
            json!({ "app": format!("a{}", (i / spaces) % 10), "tier": tier, "ver": format!("v{}", random.below(4)) });
        let address = format!("10.{}.{}.{}", i >> 16 & 255, i >> 8 & 255, i & 255);
        json!({ "apiVersion": "v1", "kind": "Pod",
            "metadata": { "name": format!("p{i}"), "namespace": format!("ns-{}", i % spaces), "labels": labels },
            "spec": { "containers": [{ "name": "c" }] },
            "status": { "podIP": address, "hostIP": "192.168.49.2", "phase": "Running" } })
    };
    let pods = (0..pods).map(&mut pod).collect();
    let policies = (0..policies).map(|j| np1_policy(&mut random, j, spaces)).collect();
    cluster(namespaces, pods, policies)
}

const TIERS: [&str; 3] = ["fe", "be", "db"];

fn np1_policy(random: &mut Random, number: usize, spaces: usize) -> Value {
    let namespace = format!("ns-{}", random.below(spaces));
    let selector = match random.below(10) {
        0 => json!({}),
        _ => json!({ "matchLabels": { "app": format!("a{}", random.below(10)) } }),
    };
    let types: &[&str] = match random.below(10) {
        0..6 => &["Ingress"],
        6..9 => &["Egress"],
        _ => &["Ingress", "Egress"],
    };
    let mut spec = json!({ "podSelector": selector, "policyTypes": types });
    for direction in types {
        let rules: Vec<Value> = (0..1 + random.below(2)).map(|_| np1_rule(random, direction)).collect();
        spec[direction.to_lowercase()] = rules.into();
    }
    policy(&namespace, number, spec)
}

fn np1_rule(random: &mut Random, direction: &str) -> Value {
    let peer = match random.below(10) {
        0..5 => json!({ "podSelector": { "matchLabels": { "tier": random.pick(&TIERS) } } }),
        5..8 => {
            let team = format!("t{}", random.below(5));
            let app = format!("a{}", random.below(10));
            json!({ "namespaceSelector": { "matchLabels": { "team": team } }, "podSelector": { "matchLabels": { "app": app } } })
        }
        _ => {
            let block = random.below(256);
            let except = format!("172.{block}.{}.0/24", random.below(256));
            json!({ "ipBlock": { "cidr": format!("172.{block}.0.0/16"), "except": [except] } })
        }
    };
    let mut rule = json!({ peers(direction): [peer] });
    match random.below(10) {
        0..2 => {}
        2 => rule["ports"] = json!([{ "protocol": "TCP", "port": 30000, "endPort": 32767 }]),
        _ => {
            const PORTS: [(&str, u16); 6] =
                [("TCP", 80), ("TCP", 443), ("TCP", 8080), ("TCP", 5432), ("TCP", 6379), ("UDP", 53)];
            let mut drawn: Vec<(&str, u16)> = Vec::new();
            for _ in 0..1 + random.below(3) {
                let port = *random.pick(&PORTS);
                if !drawn.contains(&port) {
                    drawn.push(port);
                }
            }
            let entry = |(protocol, port): (&str, u16)| json!({ "protocol": protocol, "port": port });
            rule["ports"] = drawn.into_iter().map(entry).collect();
        }
    }
    rule
}

fn peers(direction: &str) -> &'static str {
    if direction == "Ingress" { "from" } else { "to" }
}

fn policy(namespace: &str, number: usize, spec: Value) -> Value {
    json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": { "name": format!("np-{number}"), "namespace": namespace }, "spec": spec })
}

/// A small cluster in which policies overlap: every operator, exceptions, named ports, ranges, all three protocols.
pub fn dense(random: &mut Random) -> Cluster {
    let spaces = 2 + random.below(3);
    let namespaces = (0..spaces)
        .map(|i| {
            let labels = labels(random, &["team", "env"]);
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": format!("ns-{i}"), "labels": labels } })
        })
        .collect();
    let pods = (0..6 + random.below(10)).map(|i| dense_pod(random, i, spaces)).collect();
    let policies = (0..1 + random.below(8)).map(|i| dense_policy(random, i, spaces)).collect();
    cluster(namespaces, pods, policies)
}

/// Labels of a few keys, each perhaps.
fn labels(random: &mut Random, keys: &[&str]) -> Value {
    let mut labels = json!({});
    for key in keys {
        if !random.once_in(4) {
            labels[*key] = value(random).into();
        }
    }
    labels
}

fn value(random: &mut Random) -> &'static str {
    const VALUES: [&str; 3] = ["a", "b", "c"];
    VALUES[random.below(3)]
}

fn dense_pod(random: &mut Random, number: usize, spaces: usize) -> Value {
    let mut ports = vec![json!({ "containerPort": 9999 })];
    for name in ["http", "dns"] {
        if !random.once_in(3) {
            let protocol = if name == "dns" { *random.pick(&["UDP", "TCP"]) } else { "TCP" };
            let number = *random.pick(&[80, 8080, 53, 90]);
            ports.push(json!({ "name": name, "containerPort": number, "protocol": protocol }));
        }
    }
    json!({ "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": format!("p{number}"), "namespace": format!("ns-{}", random.below(spaces)),
            "labels": labels(random, &["app", "tier", "ver"]) },
        "spec": { "containers": [{ "name": "c", "ports": ports }] },
        "status": { "podIP": format!("10.0.{}.{}", number / 4, number + 1), "hostIP": "192.168.49.2", "phase": "Running" } })
}

fn dense_policy(random: &mut Random, number: usize, spaces: usize) -> Value {
    let namespace = format!("ns-{}", random.below(spaces));
    // The API takes any order, network-config-analyzer 2.1.0 this one only.
    const TYPES: [&[&str]; 3] = [&["Ingress"], &["Egress"], &["Ingress", "Egress"]];
    let types = *random.pick(&TYPES);
    let mut spec = json!({ "podSelector": selector(random, &["app", "tier", "ver"]) });
    for direction in types {
        if !random.once_in(8) {
            let rules: Vec<Value> = (0..random.below(4)).map(|_| dense_rule(random, direction)).collect();
            spec[direction.to_lowercase()] = rules.into();
        }
    }
    // What the API defaults to is as good as what is written: Ingress always, Egress where there is such a rule.
    let has_egress = spec["egress"].as_array().is_some_and(|rules| !rules.is_empty());
    if !(types.contains(&"Ingress") && has_egress == types.contains(&"Egress") && random.once_in(3)) {
        spec["policyTypes"] = json!(types);
    }
    policy(&namespace, number, spec)
}

/// Of these operators network-config-analyzer 2.1.0 is wrong in a `podSelector` beside a `namespaceSelector`.
const VALUED: [&str; 2] = ["In", "NotIn"];
const OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];

fn selector(random: &mut Random, keys: &[&str]) -> Value {
    selector_of(random, keys, &OPERATORS)
}

fn selector_of(random: &mut Random, keys: &[&str], operators: &[&str]) -> Value {
    let mut selector = json!({});
    if random.once_in(2) {
        selector["matchLabels"] = json!({ (*random.pick(keys)): value(random) });
    }
    if random.once_in(2) {
        let expressions: Vec<Value> = (0..1 + random.below(2)).map(|_| expression(random, keys, operators)).collect();
        selector["matchExpressions"] = expressions.into();
    }
    selector
}

fn expression(random: &mut Random, keys: &[&str], operators: &[&str]) -> Value {
    let (key, operator) = (*random.pick(keys), *random.pick(operators));
    let mut expression = json!({ "key": key, "operator": operator });
    if matches!(operator, "In" | "NotIn") {
        let mut values = vec![value(random), value(random)];
        values.dedup();
        expression["values"] = json!(values);
    }
    expression
}

fn dense_rule(random: &mut Random, direction: &str) -> Value {
    let mut rule = json!({});
    if !random.once_in(5) {
        let found: Vec<Value> = (0..1 + random.below(3)).map(|_| dense_peer(random)).collect();
        rule[peers(direction)] = found.into();
    }
    if !random.once_in(3) {
        let found: Vec<Value> = (0..1 + random.below(3)).map(|_| dense_port(random)).collect();
        rule["ports"] = found.into();
    }
    rule
}

/// Blocks lie outside the cluster: whether one means a pod by its address is not for an analyser of objects to say.
fn dense_peer(random: &mut Random) -> Value {
    match random.below(8) {
        0..3 => json!({ "podSelector": selector(random, &["app", "tier", "ver"]) }),
        3..5 => json!({ "namespaceSelector": selector(random, &["team", "env"]) }),
        5..7 => json!({ "namespaceSelector": selector(random, &["team", "env"]),
            "podSelector": selector_of(random, &["app", "tier", "ver"], &VALUED) }),
        _ => {
            let block = random.below(3);
            let mut ip = json!({ "cidr": format!("172.16.{}.0/{}", block * 8, 20 + random.below(5)) });
            if random.once_in(2) {
                ip["except"] =
                    json!([format!("172.16.{}.{}/{}", block * 8, random.below(4) * 64, 26 + random.below(5))]);
            }
            json!({ "ipBlock": ip })
        }
    }
}

fn dense_port(random: &mut Random) -> Value {
    let protocol = *random.pick(&["TCP", "UDP", "SCTP"]);
    let mut port = match random.below(6) {
        0 => {
            return json!({ "protocol": *random.pick(&["TCP", "UDP"]), "port": *random.pick(&["http", "dns", "none"]) });
        }
        1 => json!({}),
        2 => {
            let first = 50 + random.below(60);
            json!({ "port": first, "endPort": first + random.below(100) })
        }
        _ => json!({ "port": *random.pick(&[53, 80, 90, 8080]) }),
    };
    if port == json!({}) || !random.once_in(3) {
        port["protocol"] = protocol.into();
    }
    port
}
