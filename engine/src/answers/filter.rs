//! A part of all conversations: one protocol, or one port of it.

use crate::reach::{Family, L4Set, Ports, Region};
use core::fmt;

/// Which conversations are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// TCP to these ports, or to any.
    Tcp(Option<PortRange>),
    /// UDP to these ports, or to any.
    Udp(Option<PortRange>),
    /// SCTP to these ports, or to any.
    Sctp(Option<PortRange>),
    /// Echo requests.
    Icmp,
}

/// Destination ports from the first to the last, which is no smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// A single port.
    pub fn one(port: u16) -> Self {
        Self { first: port, last: port }
    }

    /// Ports from one to another; nothing where the second one is smaller.
    pub fn new(first: u16, last: u16) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The first one.
    pub fn first(self) -> u16 {
        self.first
    }

    /// The last one, where there is more than one.
    pub fn last(self) -> Option<u16> {
        (self.first < self.last).then_some(self.last)
    }

    /// Reads `22` or `8000-8100`.
    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Self::new(first.trim().parse().ok()?, last.trim().parse().ok()?)
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last() {
            Some(last) => write!(out, "{}-{last}", self.first),
            None => write!(out, "{}", self.first),
        }
    }
}

impl Filter {
    /// Reads `all`, `icmp`, `tcp`, `tcp/22`, `tcp/8000-8100`, `udp/53`, `sctp/5060`; upper case and blanks do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (protocol, port) = match text.split_once(['/', ' ', ':']) {
            Some((protocol, port)) => (protocol.trim(), Some(PortRange::parse(port)?)),
            None => (text.as_str(), None),
        };
        match (protocol, port) {
            ("" | "all" | "any" | "ip", None) => Some(Self::All),
            ("icmp" | "ping", None) => Some(Self::Icmp),
            ("tcp", port) => Some(Self::Tcp(port)),
            ("udp", port) => Some(Self::Udp(port)),
            ("sctp", port) => Some(Self::Sctp(port)),
            _ => None,
        }
    }

    /// The headers of a family that belong to it.
    pub fn part(self, family: Family) -> L4Set {
        let to = |ports: Option<PortRange>| {
            ports.map_or_else(Region::full, |own| Region::product(&Ports::full(), &Ports::range(own.first, own.last)))
        };
        match self {
            Self::All => L4Set::full(family),
            Self::Tcp(port) => L4Set { tcp: to(port), ..L4Set::empty() },
            Self::Udp(port) => L4Set { udp: to(port), ..L4Set::empty() },
            Self::Sctp(port) => L4Set { sctp: to(port), ..L4Set::empty() },
            Self::Icmp => L4Set { icmp: L4Set::answerable(family).icmp, ..L4Set::empty() },
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, port) = match self {
            Self::All => ("all", &None),
            Self::Tcp(port) => ("tcp", port),
            Self::Udp(port) => ("udp", port),
            Self::Sctp(port) => ("sctp", port),
            Self::Icmp => ("icmp", &None),
        };
        match port {
            Some(port) => write!(out, "{name}/{port}"),
            None => out.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn what_is_written_is_read() {
        for text in ["all", "tcp", "tcp/22", "udp/53", "sctp/5060", "icmp"] {
            assert_eq!(Filter::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Filter::parse(" TCP 22 "), Some(Filter::Tcp(Some(PortRange::one(22)))));
        let several = Filter::parse("tcp/8000-8100");
        assert_eq!(several, Some(Filter::Tcp(PortRange::new(8000, 8100))));
        assert_eq!(several.map(|filter| filter.to_string()).as_deref(), Some("tcp/8000-8100"));
        assert_eq!(Filter::parse("udp/9-8"), None);
        for text in ["tcp/", "tcp/70000", "icmp/8", "http", "all/3"] {
            assert_eq!(Filter::parse(text), None, "{text}");
        }
    }
}
