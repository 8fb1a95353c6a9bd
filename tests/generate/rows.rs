//! Many rows on one switch: the workload ACL-1 of the speed comparisons, draw by draw, as a Subnet and its machines.

use crate::random::Random;
use std::fmt::Write as _;

/// The ports that rows ask for.
const PORTS: [u32; 6] = [80, 443, 22, 53, 5432, 8080];

/// `rows` rows, each for one of `machines` machines, one file of YAML.
pub fn acl1(machines: usize, rows: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text = String::from(
        "# rows\napiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: ls0}\nspec:\n  cidrBlock: 10.0.0.0/8\n  gateway: 10.255.255.254\n  acls:\n",
    );
    for _ in 0..rows {
        let (direction, priority, matches, action) = row(&mut random, machines);
        let _ = writeln!(
            text,
            "    - {{direction: {direction}, priority: {priority}, match: '{matches}', action: {action}}}"
        );
    }
    text.push_str("---\napiVersion: ringfence/v1\nkind: Inventory\nvms:\n");
    for machine in 0..machines {
        let _ = writeln!(text, "  - {{name: lp{machine}, address: {}, subnet: ls0}}", address(machine));
    }
    text
}

fn address(machine: usize) -> String {
    let number = machine + 1;
    format!("10.{}.{}.{}", number >> 16 & 0xff, number >> 8 & 0xff, number & 0xff)
}

fn row(random: &mut Random, machines: usize) -> (&'static str, usize, String, &'static str) {
    let inbound = random.below(2) == 0;
    let (direction, port, peer) =
        if inbound { ("to-lport", "outport", "ip4.src") } else { ("from-lport", "inport", "ip4.dst") };
    let at = random.below(machines);
    let block = random.below(64);
    let length = *random.pick(&[24u32, 26, 28, 32]);
    let (third, fourth) = (random.below(4), random.below(256));
    let fourth = u32::try_from(fourth).unwrap() & (u32::MAX << (32 - length));
    let address = format!("10.{}.{third}.{fourth}/{length}", block >> 4 & 3);
    let protocol = *random.pick(&["tcp", "udp"]);
    let number = *random.pick(&PORTS);
    let ports = match random.below(4) {
        0 | 1 => format!("{protocol}.dst == {number}"),
        2 => format!("{protocol}.dst == {{{number}, {}, {}}}", number + 1, number + 1000),
        _ => format!("{protocol}.dst >= {number} && {protocol}.dst <= {}", number + 100),
    };
    let priority = 1000 + random.below(1000);
    let action = *random.pick(&["allow-related", "drop", "allow"]);
    let matches = format!("{port} == \"lp{at}.default\" && ip4 && {peer} == {address} && {ports}");
    (direction, priority, matches, action)
}
