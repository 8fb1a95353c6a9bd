//! A part of all conversations: one protocol, or one port of it.

use crate::reach::{Family, L4Set, Ports, Region};
use core::fmt;

/// Which conversations are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// TCP to this port, or to any.
    Tcp(Option<u16>),
    /// UDP to this port, or to any.
    Udp(Option<u16>),
    /// SCTP to this port, or to any.
    Sctp(Option<u16>),
    /// Echo requests.
    Icmp,
}

impl Filter {
    /// Reads `all`, `icmp`, `tcp`, `tcp/22`, `udp/53`, `sctp/5060`; upper case and blanks do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (protocol, port) = match text.split_once(['/', ' ', ':']) {
            Some((protocol, port)) => (protocol.trim(), Some(port.trim().parse().ok()?)),
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
        let to = |port: Option<u16>| {
            port.map_or_else(Region::full, |port| Region::product(&Ports::full(), &Ports::range(port, port)))
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
        assert_eq!(Filter::parse(" TCP 22 "), Some(Filter::Tcp(Some(22))));
        for text in ["tcp/", "tcp/70000", "icmp/8", "http", "all/3"] {
            assert_eq!(Filter::parse(text), None, "{text}");
        }
    }
}
