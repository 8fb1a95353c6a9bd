//! The conversations that an assertion is about.

use super::expectation::LEFT_OUT;
use super::fields::{Fields, Out, Placed, unknown_value, words};
use super::node::Node;
use crate::diagnostic::{Code, Diagnostic};
use alloc::format;
use alloc::string::{String, ToString};
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

/// `on: tcp`, `on: tcp/80`, `on: {tcp: 80}`, `on: {tcp: [80, 443], udp: 53}`, `on: {udp: any, sport: 1024-65535}`, `on: icmp`.
pub(super) fn queries(node: &Node, path: &str, out: &mut Out) -> Option<Vec<Query>> {
    let names: Vec<&str> = Protocol::ALL.iter().map(|protocol| protocol.name()).collect();
    if let Some(word) = node.word() {
        let (name, port) = word.split_once('/').map_or((word, None), |(name, port)| (name, Some(port)));
        let is = |protocol: &Protocol| protocol.name() == name && (port.is_none() || *protocol != Protocol::Icmp);
        let Some(protocol) = Protocol::ALL.iter().copied().find(is) else {
            let text = Placed::new(word.to_string(), node.place);
            out.push(unknown_value(&text, path, &names, LEFT_OUT));
            return None;
        };
        let port = match port {
            Some(port) => Some(range(&Placed::new(port.to_string(), node.place), path, out)?),
            None => None,
        };
        return Some([Query { protocol, port, sport: None }].to_vec());
    }
    let on = Fields::of(node, path, out)?;
    on.nothing_but(&["tcp", "udp", "sctp", "icmp", "sport"], LEFT_OUT, out);
    let sports = match on.get("sport") {
        Some(_) => ranges(&on, "sport", out)?,
        None => [None].to_vec(),
    };
    let mut queries = Vec::new();
    for protocol in Protocol::ALL.iter().copied().filter(|protocol| on.get(protocol.name()).is_some()) {
        let ports = match protocol {
            Protocol::Icmp => [None].to_vec(),
            Protocol::Tcp | Protocol::Udp | Protocol::Sctp => ranges(&on, protocol.name(), out)?,
        };
        for port in ports {
            queries.extend(sports.iter().map(|sport| Query { protocol, port, sport: *sport }));
        }
    }
    if queries.is_empty() {
        out.push(on.missing("tcp", LEFT_OUT, "write a protocol and a port, for example `{tcp: 80}`"));
        return None;
    }
    Some(queries)
}

/// One port or several: a number, a range, or a list of them.
fn ranges(on: &Fields<'_>, key: &str, out: &mut Out) -> Option<Vec<Option<(u16, u16)>>> {
    let path = on.path(key);
    words(on.get(key)?, &path, out).iter().map(|text| Some(Some(range(text, &path, out)?))).collect()
}

fn range(text: &Placed<String>, path: &str, out: &mut Out) -> Option<(u16, u16)> {
    if text.value == "any" {
        return Some((0, u16::MAX));
    }
    let (first, last) = text.value.split_once('-').unwrap_or((&text.value, &text.value));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Some((first, last)),
        _ => {
            let message = format!("`{path}` is `{}`, which is no port; this assertion is left out", text.value);
            let help = "write a number from 0 to 65535, two with a dash between them, or `any`";
            out.push(Diagnostic::new(Code::OutOfRange, message).at(text.place).help(help));
            None
        }
    }
}
