//! NP-1: large clusters of a regular shape.
//!
//! The order of the draws is part of the workload: figures of other tools on it are known.

use super::{Cluster, map, namespace, pod, policy};
use crate::random::Random;
use serde_json::{Map, Value, json};

const TIERS: [&str; 3] = ["fe", "be", "db"];
const PORTS: [(&str, u16); 6] = [("TCP", 80), ("TCP", 443), ("TCP", 8080), ("TCP", 5432), ("TCP", 6379), ("UDP", 53)];

/// NP-1(pods, policies, seed).
pub fn np1(pods: usize, policies: usize, seed: u64) -> Cluster {
    let random = &mut Random::new(seed);
    let spread = (pods / 50).max(1);
    let namespaces = (0..spread).map(|index| {
        let labels = map([("team", format!("t{}", index % 5).into()), ("env", format!("e{}", index % 3).into())]);
        namespace(&format!("ns-{index}"), labels)
    });
    Cluster {
        namespaces: namespaces.collect(),
        pods: (0..pods).map(|index| member(index, spread, random)).collect(),
        policies: (0..policies).map(|index| one(index, spread, random)).collect(),
    }
}

fn member(index: usize, spread: usize, random: &mut Random) -> Value {
    let labels = map([
        ("app", format!("a{}", (index / spread) % 10).into()),
        ("tier", TIERS[random.below(3)].into()),
        ("ver", format!("v{}", random.below(4)).into()),
    ]);
    let byte = |shift: u32| (index >> shift) & 0xff;
    let address = format!("10.{}.{}.{}", byte(16), byte(8), byte(0));
    pod(&format!("ns-{}", index % spread), &format!("pod-{index}"), labels, Vec::new(), &address)
}

fn one(index: usize, spread: usize, random: &mut Random) -> Value {
    let namespace = format!("ns-{}", random.below(spread));
    let selector = if random.once_in(10) { json!({}) } else { labels("app", &app(random)) };
    let types: &[&str] = match random.below(10) {
        0..6 => &["Ingress"],
        6..9 => &["Egress"],
        _ => &["Ingress", "Egress"],
    };
    let mut spec = map([("podSelector", selector), ("policyTypes", json!(types))]);
    for kind in types {
        let (field, side) = if *kind == "Ingress" { ("ingress", "from") } else { ("egress", "to") };
        let count = 1 + random.below(2);
        let rules: Vec<Value> = (0..count).map(|_| rule(side, random)).collect();
        spec.insert(field.to_owned(), rules.into());
    }
    policy(&namespace, &format!("policy-{index}"), spec)
}

fn rule(side: &str, random: &mut Random) -> Value {
    let peer = match random.below(10) {
        0..5 => json!({"podSelector": labels("tier", TIERS[random.below(3)])}),
        5..8 => {
            let team = format!("t{}", random.below(5));
            json!({"namespaceSelector": labels("team", &team), "podSelector": labels("app", &app(random))})
        }
        _ => {
            let block = random.below(256);
            let hole = random.below(256);
            json!({"ipBlock": {"cidr": format!("172.{block}.0.0/16"), "except": [format!("172.{block}.{hole}.0/24")]}})
        }
    };
    let mut rule: Map<String, Value> = map([(side, json!([peer]))]);
    let ports = ports(random);
    if !ports.is_empty() {
        rule.insert("ports".to_owned(), ports.into());
    }
    rule.into()
}

fn ports(random: &mut Random) -> Vec<Value> {
    match random.below(10) {
        0 | 1 => Vec::new(),
        2 => vec![json!({"protocol": "TCP", "port": 30000, "endPort": 32767})],
        _ => {
            let count = 1 + random.below(3);
            let mut drawn: Vec<usize> = Vec::new();
            for _ in 0..count {
                let port = random.below(6);
                if !drawn.contains(&port) {
                    drawn.push(port);
                }
            }
            drawn.into_iter().map(|port| json!({"protocol": PORTS[port].0, "port": PORTS[port].1})).collect()
        }
    }
}

fn app(random: &mut Random) -> String {
    format!("a{}", random.below(10))
}

fn labels(key: &str, value: &str) -> Value {
    json!({"matchLabels": {key: value}})
}
