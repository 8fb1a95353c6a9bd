//! Many rows on one switch: the workloads ACL-1 and ACL-2 of the speed comparisons, draw by draw.
//!
//! In ACL-1 each row names one port and one range of addresses, so that two machines seldom meet a row at all. In ACL-2
//! rows are about port groups and address sets, what no row lets through is dropped, rows share priorities and disagree,
//! and they stand in three tiers.

use crate::random::Random;
use ringfence_engine::ovn::acl::{Acl, Action, Direction, Priority, Provenance, Tier};
use ringfence_engine::ovn::network::{Mac, Network, Options, Port, PortGroup, PortKind, Switch, Version};
use ringfence_engine::reach::{AddressRange, Attachment, Endpoint, EndpointKind, L4Header};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// The ports that rows ask for.
const PORTS: [u16; 6] = [80, 443, 22, 53, 5432, 8080];

/// Where in ACL-2 one group, or one set, comes upon so many ports.
const GROUP: usize = 20;

/// How many addresses and prefixes a set of ACL-2 has.
const SET: usize = 16;

/// A switch with its machines.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The switch `ls0` with ports `lp0.default`, `lp1.default` …
    pub network: Network,
    /// The machines `lp0`, `lp1` …, in this order.
    pub machines: Vec<Endpoint>,
}

impl Rows {
    /// ACL-1: `rows` rows, each for one of `machines` machines, for a version of OVN that has no tiers.
    pub fn acl1(machines: usize, rows: usize, seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let acls = (0..rows).map(|_| first(random, machines)).collect();
        Self::of(
            machines,
            Network { version: Version::V23_03, switches: vec![switch(machines, acls)], ..Network::default() },
        )
    }

    /// ACL-2: the same number of rows about groups and sets, in tiers.
    pub fn acl2(machines: usize, rows: usize, seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let count = (machines / GROUP).max(1);
        let mut network = Network { switches: vec![switch(machines, Vec::new())], ..Network::default() };
        network.options = Options { default_acl_drop: true, ..Options::default() };
        network.port_groups = (0..count)
            .map(|group| PortGroup {
                name: format!("g{group}"),
                ports: (group..machines).step_by(count).map(port).collect(),
                acls: Vec::new(),
                doubted: false,
            })
            .collect();
        for number in 0..count {
            let member = |_| match random.below(4) {
                0 => prefix(random, machines),
                _ => address(random.below(machines)).to_string(),
            };
            let members: BTreeSet<String> = (0..SET).map(member).collect();
            network.address_sets.insert(format!("s{number}"), members.into_iter().collect());
        }
        // Whoever drops by default has to let questions for addresses pass, and half of the groups may ask anybody.
        let asked = [Direction::FromLport, Direction::ToLport].map(|direction| base(direction, "arp".to_owned()));
        // Without a row of their own, the stage after load balancing drops all as well.
        let after = Acl { after_lb: true, ..base(Direction::FromLport, "ip4 || arp".to_owned()) };
        let ask = |group| base(Direction::FromLport, format!("inport == @g{group} && ip4"));
        let mut acls: Vec<Acl> = asked.into_iter().chain([after]).chain((0..count).step_by(2).map(ask)).collect();
        acls.extend((acls.len()..rows).map(|_| second(random, machines, count)));
        network.switches[0].acls = acls;
        Self::of(machines, network)
    }

    fn of(machines: usize, network: Network) -> Self {
        Self { network, machines: (0..machines).map(machine).collect() }
    }
}

/// A header of every kind of request that rows of both workloads can tell apart by protocol and port.
pub fn atoms() -> Vec<L4Header> {
    let ends = |port: u16| [port, port + 1, port + 2, port + 101, port + 1000, port + 1001];
    let firsts: BTreeSet<u16> = [0].into_iter().chain(PORTS.into_iter().flat_map(ends)).collect();
    let tcp = firsts.iter().map(|port| L4Header::Tcp(SOURCE, *port));
    tcp.chain(firsts.iter().map(|port| L4Header::Udp(SOURCE, *port))).collect()
}

/// The source port of requests, which no row asks for.
const SOURCE: u16 = 40_000;

/// A header with one of the ports that rows ask for.
pub fn header(random: &mut Random) -> L4Header {
    let udp = random.below(2) == 1;
    let port = *random.pick(&PORTS);
    if udp { L4Header::Udp(SOURCE, port) } else { L4Header::Tcp(SOURCE, port) }
}

/// ACL-1 as one file of YAML: a Subnet and an Inventory.
pub fn acl1(machines: usize, rows: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text = String::from(
        "# rows\napiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: ls0}\nspec:\n  cidrBlock: 10.0.0.0/8\n  gateway: 10.255.255.254\n  acls:\n",
    );
    for _ in 0..rows {
        let Acl { direction, priority, matches, action, .. } = first(&mut random, machines);
        let priority = priority.get();
        let _ = writeln!(
            text,
            "    - {{direction: {direction}, priority: {priority}, match: '{matches}', action: {action}}}"
        );
    }
    text.push_str("---\napiVersion: ringfence/v1\nkind: Inventory\nvms:\n");
    for machine in 0..machines {
        // The address with the number zero is the network's own.
        let _ = writeln!(text, "  - {{name: lp{machine}, address: {}, subnet: ls0}}", address(machine + 1));
    }
    text
}

fn address(machine: usize) -> Ipv4Addr {
    let [_, high, middle, low] = u32::try_from(machine).unwrap().to_be_bytes();
    Ipv4Addr::new(10, high, middle, low)
}

fn port(machine: usize) -> String {
    format!("lp{machine}.default")
}

fn switch(machines: usize, acls: Vec<Acl>) -> Switch {
    let ports = (0..machines).map(|machine| Port::new(port(machine), PortKind::Vif)).collect();
    Switch { name: "ls0".into(), ports, acls, ..Switch::default() }
}

fn machine(number: usize) -> Endpoint {
    let own = address(number);
    let [_, high, middle, low] = own.octets();
    Endpoint {
        id: format!("lp{number}"),
        kind: EndpointKind::VirtualMachine,
        attachment: Attachment::Port { switch: 0, port: port(number) },
        switch: "ls0".into(),
        mac: Mac([2, 0, 0, high, middle, low]),
        addresses: vec![AddressRange { first: own.into(), last: own.into() }],
        place: None,
        mixed: false,
        alone: false,
    }
}

/// A row of ACL-1. The order of the draws is part of the workload.
fn first(random: &mut Random, machines: usize) -> Acl {
    let inbound = random.below(2) == 0;
    let (direction, port, peer) = sides(inbound);
    let at = random.below(machines);
    let block = random.below(64);
    let length = *random.pick(&[24u32, 26, 28, 32]);
    let (third, fourth) = (random.below(4), random.below(256));
    let fourth = u32::try_from(fourth).unwrap() & (u32::MAX << (32 - length));
    let range = format!("10.{}.{third}.{fourth}/{length}", block >> 4 & 3);
    let ports = ports(random);
    let priority = 1000 + random.below(1000);
    let action = *random.pick(&[Action::AllowRelated, Action::Drop, Action::Allow]);
    row(
        direction,
        Tier::default(),
        priority,
        format!("{port} == \"lp{at}.default\" && ip4 && {peer} == {range} && {ports}"),
        action,
    )
}

/// A row of ACL-2.
fn second(random: &mut Random, machines: usize, groups: usize) -> Acl {
    let (direction, port, peer) = sides(random.below(4) > 0);
    let group = random.below(groups);
    let range = match random.below(3) {
        0 => prefix(random, machines),
        _ => format!("$s{}", random.below(groups)),
    };
    let ports = ports(random);
    let tier = Tier::of(*random.pick(&[0, 1, 2]));
    let priority = 1000 + 10 * random.below(50);
    let action = *random.pick(&[Action::AllowRelated, Action::AllowRelated, Action::Allow, Action::Drop]);
    row(direction, tier, priority, format!("{port} == @g{group} && ip4 && {peer} == {range} && {ports}"), action)
}

/// A row that every other one of ACL-2 comes before.
fn base(direction: Direction, matches: String) -> Acl {
    row(direction, Tier::of(2), 900, matches, Action::AllowRelated)
}

fn sides(inbound: bool) -> (Direction, &'static str, &'static str) {
    if inbound { (Direction::ToLport, "outport", "ip4.src") } else { (Direction::FromLport, "inport", "ip4.dst") }
}

/// A range of addresses in which there are machines.
fn prefix(random: &mut Random, machines: usize) -> String {
    let length = *random.pick(&[24u32, 26, 28]);
    let [first, second, third, fourth] = address(random.below(machines)).octets();
    format!("{first}.{second}.{third}.{}/{length}", u32::from(fourth) & (u32::MAX << (32 - length)))
}

fn ports(random: &mut Random) -> String {
    let protocol = *random.pick(&["tcp", "udp"]);
    let number = *random.pick(&PORTS);
    match random.below(4) {
        0 | 1 => format!("{protocol}.dst == {number}"),
        2 => format!("{protocol}.dst == {{{number}, {}, {}}}", number + 1, number + 1000),
        _ => format!("{protocol}.dst >= {number} && {protocol}.dst <= {}", number + 100),
    }
}

fn row(direction: Direction, tier: Tier, priority: usize, matches: String, action: Action) -> Acl {
    Acl {
        direction,
        after_lb: false,
        tier,
        priority: Priority::new(priority.try_into().unwrap()).unwrap(),
        matches,
        action,
        name: None,
        log: None,
        provenance: Provenance::default(),
    }
}
