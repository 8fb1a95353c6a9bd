//! What policies are made of, drawn so that it hits something of the cast.

use crate::ovn::topology::{self, Machine};
use crate::random::Random;
use serde_json::{Value, json};

/// Whose machines a world is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cast {
    /// Both families.
    Dual,
    /// Both families, and machines in SecurityGroups.
    Secured,
    /// IPv4 alone.
    Ipv4,
}

impl Cast {
    /// The folder below `worlds/lab`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dual => "dual",
            Self::Secured => "secured",
            Self::Ipv4 => "ipv4",
        }
    }

    /// Whether a prefix of IPv6 means anything.
    pub fn has_ipv6(self) -> bool {
        self != Self::Ipv4
    }
}

/// A namespace of the cast.
pub fn namespace(random: &mut Random) -> &'static str {
    let name: &&str = random.pick(&["default", "default", "prod"]);
    name
}

/// Labels of pods.
pub fn pods(random: &mut Random) -> Value {
    random
        .pick(&[
            json!({}),
            json!({}),
            json!({ "matchLabels": { "app": "web" } }),
            json!({ "matchLabels": { "app": "db" } }),
            json!({ "matchLabels": { "app": "batch" } }),
            json!({ "matchLabels": { "tier": "front" } }),
            json!({ "matchLabels": { "app": "web", "tier": "back" } }),
            json!({ "matchLabels": { "app": "none" } }),
            json!({ "matchExpressions": [{ "key": "app", "operator": "In", "values": ["web", "db"] }] }),
            json!({ "matchExpressions": [{ "key": "tier", "operator": "NotIn", "values": ["front"] }] }),
        ])
        .clone()
}

/// Labels of namespaces.
pub fn namespaces(random: &mut Random) -> Value {
    random
        .pick(&[
            json!({}),
            json!({ "matchLabels": { "env": "prod" } }),
            json!({ "matchLabels": { "env": "dev" } }),
            json!({ "matchExpressions": [{ "key": "env", "operator": "Exists" }] }),
        ])
        .clone()
}

/// A machine of the lab.
pub fn machine(random: &mut Random) -> Machine {
    random.pick(&topology::machines()).clone()
}

/// A prefix that holds some machines, with what is taken out of it.
pub fn block(random: &mut Random, cast: Cast) -> (String, Vec<String>) {
    let one = machine(random);
    if cast.has_ipv6() && random.once_in(3) {
        let prefix = random.pick(&["fd00:10::/64", "fd00:20::/64", "fd00::/16", "fd00:10::4/126"]).to_string();
        let host = format!("{}/128", one.v6);
        let inside = prefix.starts_with("fd00::/") || (prefix.ends_with("/64") && host.starts_with(&prefix[..7]));
        return (prefix, if inside && random.once_in(2) { vec![host] } else { Vec::new() });
    }
    let host = format!("{}/32", one.v4);
    match random.below(4) {
        0 => (host, Vec::new()),
        1 => ("172.20.0.0/16".into(), if random.once_in(2) { vec![host] } else { Vec::new() }),
        2 => {
            (random.pick(&["172.20.10.0/30", "172.20.10.4/30", "172.20.20.0/24", "172.20.10.0/24"]).to_string(), vec![])
        }
        _ => ("0.0.0.0/0".into(), vec![host]),
    }
}

/// A port of the conversations, or a range.
pub fn number(random: &mut Random) -> u16 {
    *random.pick(&[80, 443, 9501, 53])
}
