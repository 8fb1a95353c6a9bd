//! Small clusters with everything that a policy can say.
//!
//! Values come from pools so small that selectors select, ranges overlap and names resolve. Blocks keep off the pods'
//! own addresses: whether a block means a pod is where implementations may differ, and the corpus asks it by itself.

use super::{Cluster, map, namespace, pod, policy};
use crate::random::Random;
use serde_json::{Map, Value, json};

const TRANSPORTS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const NUMBERS: [u16; 8] = [53, 80, 81, 443, 5432, 8080, 9090, 65535];
const NAMES: [&str; 4] = ["web", "dns", "metrics", "sync"];
const BLOCKS: [&str; 7] = [
    "172.16.0.0/12",
    "172.17.0.0/16",
    "172.17.4.0/22",
    "172.17.5.0/24",
    "172.17.5.9/32",
    "192.168.0.0/17",
    "8.0.0.0/7",
];
const HOLES: [&str; 6] =
    ["172.17.4.0/23", "172.17.5.0/25", "172.17.5.9/32", "172.18.0.0/16", "192.168.7.0/24", "192.168.7.64/26"];

/// Labels and the values that they may have.
const LABELS: [(&str, &[&str]); 4] =
    [("app", &["a", "b", "c"]), ("tier", &["fe", "be", "db"]), ("ver", &["v1", "v2"]), ("example.org/on-call", &[""])];
const TEAMS: [(&str, &[&str]); 2] = [("team", &["red", "blue"]), ("env", &["prod", "test"])];

/// A cluster of 8 to 24 pods in 2 to 4 namespaces, with 3 to 14 policies.
pub fn dense(random: &mut Random) -> Cluster {
    let spread = 2 + random.below(3);
    let pods = 8 + random.below(17);
    let policies = 3 + random.below(12);
    let namespaces = (0..spread).map(|index| {
        let name = format!("ns-{index}");
        let mut labels = labels(&TEAMS, random);
        labels.insert("kubernetes.io/metadata.name".to_owned(), name.clone().into());
        namespace(&name, labels)
    });
    Cluster {
        namespaces: namespaces.collect(),
        pods: (0..pods).map(|index| member(index, spread, random)).collect(),
        policies: (0..policies).map(|index| one(index, spread, random)).collect(),
    }
}

/// Each key three times in four.
fn labels(of: &[(&str, &[&str])], random: &mut Random) -> Map<String, Value> {
    let mut labels = Map::new();
    for (key, values) in of {
        if !random.once_in(4) {
            labels.insert((*key).to_owned(), (*random.pick(values)).into());
        }
    }
    labels
}

fn member(index: usize, spread: usize, random: &mut Random) -> Value {
    let namespace = format!("ns-{}", random.below(spread));
    let mut ports = Vec::new();
    for name in NAMES {
        if random.once_in(2) {
            let (protocol, number) = (*random.pick(&TRANSPORTS), *random.pick(&NUMBERS));
            ports.push(json!({"name": name, "protocol": protocol, "containerPort": number}));
        }
    }
    let labels = labels(&LABELS, random);
    pod(&namespace, &format!("pod-{index}"), labels, ports, &format!("10.244.{}.{}", random.below(3), index + 2))
}

fn one(index: usize, spread: usize, random: &mut Random) -> Value {
    let namespace = format!("ns-{}", random.below(spread));
    let pods = if random.once_in(5) { json!({}) } else { selector(&LABELS, random) };
    let mut spec = map([("podSelector", pods)]);
    let (ingress, egress) = (random.below(5) < 3, random.below(5) < 3);
    // What the API server sets where nothing is said.
    let silent = ingress && random.once_in(3);
    let mut types = Vec::new();
    for (wanted, kind, field, side) in [(ingress, "Ingress", "ingress", "from"), (egress, "Egress", "egress", "to")] {
        if !wanted {
            continue;
        }
        types.push(kind);
        let least = usize::from(silent && kind == "Egress");
        let count = least + random.below(4);
        let rules: Vec<Value> = (0..count).map(|_| rule(side, random)).collect();
        if count > 0 || random.once_in(2) {
            spec.insert(field.to_owned(), rules.into());
        }
    }
    if silent && !egress && random.once_in(3) {
        // No rule for it: not a direction of the policy.
        spec.insert("egress".to_owned(), json!([]));
    }
    if !silent && !types.is_empty() {
        spec.insert("policyTypes".to_owned(), json!(types));
    }
    policy(&namespace, &format!("policy-{index}"), spec)
}

fn rule(side: &str, random: &mut Random) -> Value {
    let mut rule = Map::new();
    if !random.once_in(6) {
        let count = random.below(4);
        let peers: Vec<Value> = (0..count).map(|_| peer(random)).collect();
        rule.insert(side.to_owned(), peers.into());
    }
    if !random.once_in(4) {
        let count = random.below(4);
        let ports: Vec<Value> = (0..count).map(|_| port(random)).collect();
        rule.insert("ports".to_owned(), ports.into());
    }
    rule.into()
}

fn peer(random: &mut Random) -> Value {
    match random.below(10) {
        0..4 => json!({"podSelector": selector(&LABELS, random)}),
        4..6 => json!({"namespaceSelector": selector(&TEAMS, random)}),
        6..8 => {
            json!({"namespaceSelector": selector(&TEAMS, random), "podSelector": selector(&LABELS, random)})
        }
        8 => json!({"namespaceSelector": {}}),
        _ => json!({"ipBlock": block(random)}),
    }
}

fn block(random: &mut Random) -> Value {
    if random.once_in(6) {
        // Everything outside.
        return json!({"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", *random.pick(&HOLES)]});
    }
    let cidr = *random.pick(&BLOCKS);
    let except: Vec<&str> = HOLES.into_iter().filter(|hole| within(hole, cidr) && random.once_in(2)).collect();
    if except.is_empty() && random.once_in(2) { json!({"cidr": cidr}) } else { json!({"cidr": cidr, "except": except}) }
}

/// Whether a prefix lies in another one and is smaller.
fn within(inner: &str, outer: &str) -> bool {
    let parse = |text: &str| {
        let (address, length) = text.split_once('/').unwrap();
        let bits = u32::from(address.parse::<std::net::Ipv4Addr>().unwrap());
        (bits, length.parse::<u32>().unwrap())
    };
    let ((inner, longer), (outer, shorter)) = (parse(inner), parse(outer));
    longer > shorter && (inner ^ outer).leading_zeros() >= shorter
}

fn port(random: &mut Random) -> Value {
    let mut port = Map::new();
    if !random.once_in(4) {
        port.insert("protocol".to_owned(), (*random.pick(&TRANSPORTS)).into());
    }
    match random.below(8) {
        0 => {}
        1..4 => {
            port.insert("port".to_owned(), (*random.pick(&NAMES)).into());
        }
        4 | 5 => {
            let (first, last) = (*random.pick(&NUMBERS), *random.pick(&NUMBERS));
            port.insert("port".to_owned(), first.min(last).into());
            port.insert("endPort".to_owned(), first.max(last).into());
        }
        _ => {
            port.insert("port".to_owned(), (*random.pick(&NUMBERS)).into());
        }
    }
    port.into()
}

/// One or two requirements.
fn selector(of: &[(&str, &[&str])], random: &mut Random) -> Value {
    let mut selector = Map::new();
    let shape = random.below(4);
    if shape != 1 {
        let (key, values) = random.pick(of);
        selector.insert("matchLabels".to_owned(), json!({*key: *random.pick(values)}));
    }
    if shape == 1 || shape == 2 {
        let count = 1 + random.below(2);
        let expressions: Vec<Value> = (0..count).map(|_| expression(of, random)).collect();
        selector.insert("matchExpressions".to_owned(), expressions.into());
    }
    selector.into()
}

fn expression(of: &[(&str, &[&str])], random: &mut Random) -> Value {
    let (key, values) = *random.pick(of);
    match random.below(4) {
        0 => json!({"key": key, "operator": "Exists"}),
        1 => json!({"key": key, "operator": "DoesNotExist"}),
        other => {
            let mut some: Vec<&str> = values.iter().copied().filter(|_| random.once_in(2)).collect();
            if some.is_empty() {
                some.push(values[0]);
            }
            json!({"key": key, "operator": if other == 2 { "In" } else { "NotIn" }, "values": some})
        }
    }
}
