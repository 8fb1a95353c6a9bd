//! One request and its answer, as probed.

use super::service;
use super::topology::{self, Machine, SWITCHES};
use std::fmt;

/// Which internet protocol carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Talk {
    /// A SYN; a SYN-ACK is the answer.
    Tcp {
        /// The asker's port.
        sport: u16,
        /// The listener's port.
        dport: u16,
    },
    /// A datagram, and one back with the ports swapped.
    Udp {
        /// The asker's port.
        sport: u16,
        /// The listener's port.
        dport: u16,
    },
    /// An ICMP echo request and its reply.
    Echo,
}

/// One request from a machine to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conversation {
    /// Who asks: index of the machine.
    pub from: usize,
    /// Who should answer: index in [`topology::targets`], and behind those of a Service.
    pub to: usize,
    /// Over which protocol of the internet.
    pub family: Family,
    /// What is said.
    pub talk: Talk,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Outcome {
    /// The request arrived.
    pub delivered: bool,
    /// The answer arrived.
    pub answered: bool,
    /// Somebody refused in the name of the other side: a TCP reset or an ICMP unreachable came.
    pub refused: bool,
}

/// Everything that is said between two machines in one round.
///
/// No port is both an asker's and a listener's such that one conversation looks like the answer to another:
/// a tracked connection would let it pass.
pub const TALKS: [(Family, Talk); 10] = [
    (Family::V4, Talk::Tcp { sport: 40000, dport: 80 }),
    (Family::V4, Talk::Tcp { sport: 40001, dport: 9501 }),
    (Family::V4, Talk::Tcp { sport: 9501, dport: 443 }),
    (Family::V4, Talk::Udp { sport: 40000, dport: 53 }),
    (Family::V4, Talk::Udp { sport: 40001, dport: 9501 }),
    (Family::V4, Talk::Udp { sport: 9501, dport: 80 }),
    (Family::V4, Talk::Echo),
    (Family::V6, Talk::Tcp { sport: 40000, dport: 80 }),
    (Family::V6, Talk::Udp { sport: 40000, dport: 53 }),
    (Family::V6, Talk::Echo),
];

/// Every conversation of a round between this many machines.
pub fn all(machines: usize) -> Vec<Conversation> {
    let pairs = (0..machines).flat_map(|from| (0..machines).map(move |to| (from, to))).filter(|(from, to)| from != to);
    let talks = |(from, to)| TALKS.into_iter().map(move |(family, talk)| Conversation { from, to, family, talk });
    pairs.flat_map(talks).collect()
}

/// A ping of each machine to the router's address on its own switch, in both families.
pub fn with_gateways() -> Vec<Conversation> {
    let machines = topology::machines();
    let pings = |(from, machine): (usize, &Machine)| {
        let to = machines.len() + machine.switch;
        [Family::V4, Family::V6].map(|family| Conversation { from, to, family, talk: Talk::Echo })
    };
    machines.iter().enumerate().flat_map(pings).collect()
}

impl Conversation {
    /// Whether the router is asked: what it hears is not seen, only what it answers.
    pub fn is_with_gateway(&self) -> bool {
        let machines = SWITCHES.iter().map(|subnet| usize::from(subnet.machines)).sum();
        (machines..service::first()).contains(&self.to)
    }
}

impl fmt::Display for Talk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { sport, dport } => write!(out, "tcp {sport} -> {dport}"),
            Self::Udp { sport, dport } => write!(out, "udp {sport} -> {dport}"),
            Self::Echo => out.write_str("ping"),
        }
    }
}

impl fmt::Display for Conversation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = match self.family {
            Family::V4 => "ip4",
            Family::V6 => "ip6",
        };
        if let Some(number) = self.to.checked_sub(service::first()) {
            return write!(out, "vm{} -> service {} {family} {}", self.from + 1, number + 1, self.talk);
        }
        match self.is_with_gateway() {
            true => write!(out, "vm{} -> its gateway {family} {}", self.from + 1, self.talk),
            false => write!(out, "vm{} -> vm{} {family} {}", self.from + 1, self.to + 1, self.talk),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match (self.delivered, self.answered) {
            (true, true) => "answered",
            (true, false) => "delivered only",
            (false, false) => "not delivered",
            (false, true) => "answered without being delivered",
        };
        out.write_str(word)?;
        out.write_str(if self.refused { ", refused" } else { "" })
    }
}
