//! Subnets with rules of their own.

use super::parts::{self, Cast};
use crate::ovn::topology::SWITCHES;
use crate::random::Random;
use serde_json::{Value, json};

/// The lab's Subnets, those that have something to say.
pub fn subnets(random: &mut Random, cast: Cast) -> Vec<Value> {
    let one = |(index, random): (usize, &mut Random)| random.once_in(index + 2).then(|| subnet(random, cast, index));
    (0..SWITCHES.len()).filter_map(|index| one((index, random))).collect()
}

fn subnet(random: &mut Random, cast: Cast, index: usize) -> Value {
    let lab = SWITCHES[index];
    let (digits, six) = (lab.octet, cast.has_ipv6());
    let both = |four: String, other: String| if six { format!("{four},{other}") } else { four };
    let mut spec = json!({
        "cidrBlock": both(format!("172.20.{digits}.0/24"), format!("fd00:{digits}::/64")),
        "gateway": both(format!("172.20.{digits}.1"), format!("fd00:{digits}::1")),
        "vpc": "ovn-cluster", "provider": "ovn",
    });
    if random.once_in(3) {
        spec["private"] = json!(true);
        let count = random.below(3);
        let allowed: Vec<String> =
            (0..count).map(|_| parts::block(random, cast).0).filter(|cidr| cidr != "0.0.0.0/0").collect();
        if !allowed.is_empty() {
            spec["allowSubnets"] = json!(allowed);
        }
    }
    if random.once_in(4) {
        spec["allowEWTraffic"] = json!(true);
    }
    let count = random.below(4);
    if count > 0 {
        spec["acls"] = (0..count).map(|_| acl(random, cast)).collect();
    }
    json!({ "apiVersion": "kubeovn.io/v1", "kind": "Subnet", "metadata": { "name": lab.name }, "spec": spec })
}

fn acl(random: &mut Random, cast: Cast) -> Value {
    let priority = *random.pick(&[0, 500, 999, 1002, 1500, 1950, 2002, 2500, 3500, 32767]) + random.below(3);
    let direction = *random.pick(&["from-lport", "to-lport"]);
    let action = *random.pick(&["drop", "drop", "allow", "allow-related", "reject", "allow-stateless"]);
    json!({ "direction": direction, "priority": priority.min(32767), "match": matches(random, cast), "action": action })
}

fn matches(random: &mut Random, cast: Cast) -> String {
    let side = *random.pick(&["src", "dst"]);
    let address = match random.below(3) {
        0 if cast.has_ipv6() => format!("ip6.{side} == {}", parts::machine(random).v6),
        1 => format!("ip4.{side} == {}", random.pick(&["172.20.10.0/30", "172.20.20.0/24"])),
        _ => format!("ip4.{side} == {}", parts::machine(random).v4),
    };
    let port = parts::number(random);
    match random.below(6) {
        0 => address,
        1 => format!("{address} && tcp.dst == {port}"),
        2 => format!("{address} && tcp.src == {port}"),
        3 => format!("ip && udp.dst == {port}"),
        4 => format!("{address} && icmp"),
        _ => format!("ip && ({address} || tcp.dst == {port})"),
    }
}
