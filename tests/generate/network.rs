//! Random rule sets for the lab's topology.
//!
//! Constants are the lab's own addresses, names and ports, so that rows hit something; most matches keep to IP, some do
//! not and then hit ARP as well.

use crate::ovn::topology;
use crate::random::Random;
use ringfence_engine::ovn::acl::{Acl, Action, Direction, Priority, Provenance, Tier};
use ringfence_engine::ovn::network::{Network, PortGroup};

/// A random rule set.
pub fn network(random: &mut Random) -> Network {
    let mut network = topology::network();
    network.options.default_acl_drop = random.once_in(10);
    network.options.use_ct_inv_match = random.once_in(2);
    network.address_sets.insert("as1".into(), vec!["172.20.10.2".into(), "172.20.10.4".into(), "172.20.20.2".into()]);
    network.address_sets.insert("as6".into(), vec!["fd00:10::3".into(), "fd00:20::/64".into()]);
    network.address_sets.insert("none".into(), Vec::new());
    let flavour = Flavour { stateful: random.once_in(2) };
    for (index, most) in [(0, 5), (1, 3)] {
        let rows = random.below(most + 1);
        network.switches[index].acls = (0..rows).map(|_| acl(random, flavour)).collect();
        network.switches[index].load_balancer = random.once_in(12);
    }
    for name in ["pg1", "pg2"] {
        if random.once_in(3) {
            network.port_groups.push(group(random, name, flavour));
        }
    }
    network
}

/// What a rule set is drawn towards.
#[derive(Debug, Clone, Copy)]
struct Flavour {
    stateful: bool,
}

fn group(random: &mut Random, name: &str, flavour: Flavour) -> PortGroup {
    let ports = (1..=7).filter(|_| random.once_in(3)).map(|number| format!("vm{number}")).collect();
    let rows = random.below(3);
    PortGroup { name: name.into(), ports, acls: (0..rows).map(|_| acl(random, flavour)).collect(), doubted: false }
}

fn acl(random: &mut Random, flavour: Flavour) -> Acl {
    let direction = *random.pick(&[Direction::FromLport, Direction::ToLport]);
    let stateless = [Action::Allow, Action::Drop, Action::Drop, Action::Drop, Action::Reject, Action::AllowStateless];
    let stateful =
        [Action::Allow, Action::AllowRelated, Action::AllowRelated, Action::Drop, Action::Drop, Action::Reject];
    let any = [Action::Allow, Action::AllowRelated, Action::AllowStateless, Action::Drop, Action::Reject];
    let action = match (random.once_in(6), flavour.stateful) {
        (true, _) => *random.pick(&any),
        (false, true) => *random.pick(&stateful),
        (false, false) => *random.pick(&stateless),
    };
    Acl {
        direction,
        after_lb: direction == Direction::FromLport && random.once_in(5),
        tier: Tier::default(),
        priority: priority(random),
        matches: matches(random, direction),
        action,
        name: None,
        log: None,
        provenance: Provenance::default(),
    }
}

/// Few enough different ones that some rows meet at one.
fn priority(random: &mut Random) -> Priority {
    let number = if random.once_in(2) { random.below(6) * 100 } else { random.below(32768) };
    Priority::new(number.try_into().unwrap()).unwrap()
}

fn matches(random: &mut Random, direction: Direction) -> String {
    let anchor = if random.once_in(6) { None } else { Some(*random.pick(&["ip4", "ip4", "ip4", "ip", "ip6"])) };
    let parts = random.below(3);
    let atoms: Vec<String> = (0..=parts).map(|_| atom(random, direction)).collect();
    match (anchor, random.below(6)) {
        (Some(anchor), 0) => format!("{anchor} && ({})", atoms.join(" || ")),
        (Some(anchor), _) => format!("{anchor} && {}", atoms.join(" && ")),
        (None, 0) => atoms.join(" || "),
        (None, 1) => format!("!({})", atoms.join(" && ")),
        (None, _) => atoms.join(" && "),
    }
}

fn atom(random: &mut Random, direction: Direction) -> String {
    let machines = topology::machines();
    let (a, b) = (random.pick(&machines).clone(), random.pick(&machines).clone());
    let side = *random.pick(&["src", "dst"]);
    let port = match (direction, random.once_in(5)) {
        (Direction::FromLport, false) | (Direction::ToLport, true) => "inport",
        (Direction::FromLport, true) | (Direction::ToLport, false) => "outport",
    };
    let number = *random.pick(&[80, 443, 9501, 53, 40000, 40001]);
    match random.below(26) {
        0..=3 => format!("ip4.{side} == {}", a.v4),
        4 => format!("ip4.{side} == {{{}, {}}}", a.v4, b.v4),
        5 => format!("ip4.{side} != {}", a.v4),
        6 => format!(
            "ip4.{side} == {}",
            random.pick(&["172.20.10.0/24", "172.20.20.0/24", "172.20.10.4/30", "172.20.0.0/16"])
        ),
        7 => format!("ip4.{side} == ${}", random.pick(&["as1", "as1", "none"])),
        8 => format!("ip6.{side} == {}", a.v6),
        9 => format!("ip6.{side} == {}", random.pick(&["$as6", "fd00:10::/64", "fd00:10::2"])),
        10 => random.pick(&["tcp", "udp", "icmp4", "icmp6", "icmp"]).to_string(),
        11 | 12 => format!("tcp.{side} == {number}"),
        13 | 14 => format!("udp.{side} == {number}"),
        15 => format!("tcp.{side} {} {number}", random.pick(&["!=", "<", ">=", "<=", ">"])),
        16 => format!("udp.{side} != {{{number}, 53}}"),
        17 => {
            random.pick(&["icmp4.type == 8", "icmp4.type == 0", "icmp6.type == 128", "icmp6.type == 129"]).to_string()
        }
        18 => format!("{port} == \"{}\"", a.name),
        19 => format!("{port} == {{\"{}\", \"{}\"}}", a.name, b.name),
        20 => format!("{port} == \"{}\"", topology::SWITCHES[a.switch].router_port()),
        21 => format!("eth.{side} == {}", a.mac),
        22 => random
            .pick(&["arp", "arp.op == 1", "arp.op == 2", "eth.type == 0x800", "eth.bcast", "!eth.mcast"])
            .to_string(),
        23 => random
            .pick(&["tcp.flags == 2", "tcp.flags[4] == 1", "ip.ttl == 64", "ip.ttl == 63", "ip.proto == 17"])
            .to_string(),
        24 => format!("arp.{} == {}", random.pick(&["spa", "tpa"]), a.v4),
        _ => {
            random.pick(&["1", "ip4", "ip.frag == 0", "!ip.is_frag", "tcp.dst = 80", "ip4.src == $nosuch"]).to_string()
        }
    }
}
