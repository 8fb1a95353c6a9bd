//! The conversations that an assertion is about.

use super::fields::{Fields, Out, Placed, unknown_value};
use super::node::Node;
use crate::diagnostic::{Code, Diagnostic};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

/// A protocol, with ports where it is narrower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// The protocol.
    pub protocol: Protocol,
    /// Destination ports from the first to the last; nothing: every one.
    pub port: Option<(u16, u16)>,
    /// Source ports from the first to the last; nothing: every one.
    pub sport: Option<(u16, u16)>,
}

/// A protocol that an assertion can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
    /// An echo request, ICMP or ICMPv6 after the family.
    Icmp,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: &'static [Self] = &[Self::Tcp, Self::Udp, Self::Sctp, Self::Icmp];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
            Self::Icmp => "icmp",
        }
    }
}

/// `on: tcp`, `on: {tcp: 80}`, `on: {tcp: 80, udp: 53}`, `on: {udp: any, sport: 1024-65535}`, `on: icmp`.
pub(super) fn queries(node: &Node, path: &str, out: &mut Out) -> Option<Vec<Query>> {
    let names: Vec<&str> = Protocol::ALL.iter().map(|protocol| protocol.name()).collect();
    if let Some(word) = node.word() {
        let text = Placed::new(word.to_string(), node.place);
        let protocol = Protocol::ALL.iter().copied().find(|protocol| protocol.name() == word);
        if protocol.is_none() {
            out.push(unknown_value(&text, path, &names, "; this assertion is left out"));
        }
        return Some([Query { protocol: protocol?, port: None, sport: None }].to_vec());
    }
    let on = Fields::of(node, path, out)?;
    on.only(&["tcp", "udp", "sctp", "icmp", "sport"], out);
    let sport = match on.get("sport") {
        Some(_) => Some(ports(&on, "sport", out)?),
        None => None,
    };
    let named = || Protocol::ALL.iter().copied().filter(|protocol| on.get(protocol.name()).is_some());
    if named().next().is_none() {
        out.push(on.missing(
            "tcp",
            "; this assertion is left out",
            "write a protocol and a port, for example `{tcp: 80}`",
        ));
        return None;
    }
    let mut query = |protocol: Protocol| {
        let port = match protocol {
            Protocol::Icmp => None,
            Protocol::Tcp | Protocol::Udp | Protocol::Sctp => Some(ports(&on, protocol.name(), out)?),
        };
        Some(Query { protocol, port, sport })
    };
    named().map(&mut query).collect()
}

fn ports(on: &Fields<'_>, key: &str, out: &mut Out) -> Option<(u16, u16)> {
    let text = on.word(key, out)?;
    if text.value == "any" {
        return Some((0, u16::MAX));
    }
    let (first, last) = text.value.split_once('-').unwrap_or((&text.value, &text.value));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Some((first, last)),
        _ => {
            let message =
                format!("`{}` is `{}`, which is no port; this assertion is left out", on.path(key), text.value);
            let help = "write a number from 0 to 65535, two with a dash between them, or `any`";
            out.push(Diagnostic::new(Code::OutOfRange, message).at(text.place).help(help));
            None
        }
    }
}
