//! SecurityGroups, of the names that the machines of the cast `secured` have.

use super::parts::{self, Cast};
use crate::random::Random;
use serde_json::{Value, json};

/// Those of the names that are there.
pub fn groups(random: &mut Random, cast: Cast) -> Vec<Value> {
    if cast != Cast::Secured {
        return Vec::new();
    }
    let names: Vec<&str> = ["front", "back", "late"].into_iter().filter(|_| !random.once_in(3)).collect();
    names.iter().map(|name| group(random, name, &names)).collect()
}

fn group(random: &mut Random, name: &str, names: &[&str]) -> Value {
    let tier = u8::from(name == "late");
    let mut spec = json!({ "tier": tier, "allowSameGroupTraffic": random.once_in(2) });
    // No two groups have rules of one priority: OVN does not promise which of them counts.
    let places = 5 * names.iter().position(|known| *known == name).unwrap_or(0);
    for direction in ["ingressRules", "egressRules"] {
        let count = random.below(3);
        spec[direction] = (0..count).map(|number| rule(random, places + number, tier, names)).collect();
    }
    json!({ "apiVersion": "kubeovn.io/v1", "kind": "SecurityGroup", "metadata": { "name": name }, "spec": spec })
}

fn rule(random: &mut Random, number: usize, tier: u8, names: &[&str]) -> Value {
    let six = random.once_in(3);
    let policies: &[&str] = if tier == 0 { &["allow", "allow", "drop", "pass"] } else { &["allow", "drop"] };
    let mut rule = json!({
        "ipVersion": if six { "ipv6" } else { "ipv4" }, "priority": 10 * number + 1 + random.below(10),
        "protocol": random.pick(&["all", "all", "tcp", "udp", "icmp"]), "policy": random.pick(policies),
    });
    if random.once_in(3) {
        rule["remoteType"] = json!("securityGroup");
        rule["remoteSecurityGroup"] = json!(random.pick(names));
    } else {
        rule["remoteType"] = json!("address");
        let machine = parts::machine(random);
        rule["remoteAddress"] = match (six, random.below(3)) {
            (true, 0) => json!(machine.v6),
            (true, _) => json!(random.pick(&["::/0", "fd00:10::/64"])),
            (false, 0) => json!(machine.v4),
            (false, _) => json!(random.pick(&["0.0.0.0/0", "172.20.10.0/24", "172.20.20.0/24"])),
        };
    }
    let (first, last) = *random.pick(&[(80, 80), (1, 443), (50, 9501), (9501, 9501)]);
    rule["portRangeMin"] = json!(first);
    rule["portRangeMax"] = json!(last);
    rule
}
