//! When a rule of an administrator's policy applies, and when it does not.
//!
//! OVN reads `!(tcp.dst == 80)` as "TCP, and not to port 80", for a field brings its protocol along however it is
//! compared. What fails is therefore written out, protocol by protocol.

use super::super::network_policy::roll::family;
use super::super::network_policy::stage::side;
use super::admin_policy::Desk;
use super::peer::symbol;
use crate::reach::Family;
use crate::read::{AdminPeerChoice, AdminRule, PolicyPort, PolicyType, PortChoice, Transport};
use crate::world::Scope;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Some peer, and some port.
pub(super) struct Condition {
    peers: Vec<Test>,
    /// Nothing: every port.
    ports: Option<Vec<Test>>,
}

/// A test and its opposite.
struct Test {
    holds: String,
    fails: String,
}

impl Condition {
    /// Whether nobody and nothing meets it.
    pub(super) fn holds_never(&self) -> bool {
        self.parts().any(<[Test]>::is_empty)
    }

    /// A match for where it holds.
    pub(super) fn holds(&self) -> String {
        let any = |tests: &[Test]| {
            let texts: Vec<&str> = tests.iter().map(|test| test.holds.as_str()).collect();
            if texts.len() == 1 { texts.concat() } else { format!("({})", texts.join(" || ")) }
        };
        self.parts().map(any).collect::<Vec<_>>().join(" && ")
    }

    /// A match for where it does not.
    pub(super) fn fails(&self) -> String {
        let none = |tests: &[Test]| {
            let texts: Vec<String> = tests.iter().map(|test| format!("({})", test.fails)).collect();
            format!("({})", texts.join(" && "))
        };
        format!("({})", self.parts().map(none).collect::<Vec<_>>().join(" || "))
    }

    fn parts(&self) -> impl Iterator<Item = &[Test]> {
        core::iter::once(self.peers.as_slice()).chain(self.ports.as_deref())
    }
}

/// The condition of a rule of a policy that selects some pods.
pub(super) fn conditions(
    group: &str,
    rule: &AdminRule,
    direction: PolicyType,
    pods: &Rc<[usize]>,
    desk: &mut Desk<'_, '_>,
) -> Condition {
    let peers: Vec<Test> =
        rule.peers.iter().flat_map(|peer| of_peer(group, &peer.choice, side(direction), desk)).collect();
    let answering = match direction {
        PolicyType::Ingress => Rc::clone(pods),
        PolicyType::Egress => desk.cast.everybody(),
    };
    let ports = (!rule.ports.is_empty())
        .then(|| rule.ports.iter().flat_map(|port| of_port(group, port, &answering, desk)).collect());
    Condition { peers, ports }
}

fn of_peer(group: &str, choice: &AdminPeerChoice, side: &str, desk: &mut Desk<'_, '_>) -> Vec<Test> {
    match choice {
        AdminPeerChoice::Pods(of) => {
            let pods = desk.compiler.roster.pods(&Scope::Selected(of.namespaces.clone()), &of.pods);
            members(group, &pods, side, desk)
        }
        AdminPeerChoice::Nodes(selector) => {
            let nodes = desk.compiler.world.nodes.iter().filter(|node| selector.selects(&node.labels));
            let addresses = nodes.flat_map(|node| &node.addresses);
            addresses.map(|address| within(family(*address), side, &address.to_string())).collect()
        }
        AdminPeerChoice::Networks(networks) => {
            let of = |net: &ipnet::IpNet| within(family(net.addr()), side, &net.to_string());
            networks.iter().map(|net| of(&net.value)).collect()
        }
        AdminPeerChoice::Domains(_) => Vec::new(),
    }
}

/// Pods, by a set of their addresses for each family.
fn members(group: &str, pods: &[usize], side: &str, desk: &mut Desk<'_, '_>) -> Vec<Test> {
    let mut tests = Vec::new();
    for family in Family::ALL {
        let addresses = desk.cast.addresses(pods, family);
        if !addresses.is_empty() {
            let name = format!("{group}.{}", desk.written.sets.len());
            tests.push(within(family, side, &format!("${name}")));
            desk.written.sets.push((name, addresses));
        }
    }
    tests
}

fn of_port(group: &str, port: &PolicyPort, answering: &[usize], desk: &mut Desk<'_, '_>) -> Vec<Test> {
    let transports = port.protocol.map_or_else(|| Transport::ALL.to_vec(), |protocol| alloc::vec![protocol]);
    let mut tests = Vec::new();
    for transport in transports {
        let symbol = transport.symbol();
        match &port.port {
            PortChoice::All => tests.push(Test { holds: symbol.into(), fails: format!("!{symbol}") }),
            PortChoice::One(number) => tests.push(range(symbol, *number, *number)),
            PortChoice::Range(first, last) => tests.push(range(symbol, *first, *last)),
            PortChoice::Named(name) => {
                for (number, pods) in desk.cast.with_port(answering, name, transport) {
                    let port = range(symbol, number, number);
                    tests.extend(members(group, &pods, "dst", desk).into_iter().map(|of| port.and(&of)));
                }
            }
        }
    }
    tests
}

fn within(family: Family, side: &str, addresses: &str) -> Test {
    let ip = symbol(family);
    Test { holds: format!("{ip}.{side} == {addresses}"), fails: format!("!{ip} || {ip}.{side} != {addresses}") }
}

fn range(symbol: &str, first: u16, last: u16) -> Test {
    if first == last {
        let fails = format!("!{symbol} || {symbol}.dst != {first}");
        return Test { holds: format!("{symbol}.dst == {first}"), fails };
    }
    let fails = format!("!{symbol} || {symbol}.dst < {first} || {symbol}.dst > {last}");
    Test { holds: format!("{first} <= {symbol}.dst <= {last}"), fails }
}

impl Test {
    fn and(&self, other: &Self) -> Self {
        Self {
            holds: format!("({} && {})", self.holds, other.holds),
            fails: format!("{} || {}", self.fails, other.fails),
        }
    }
}
