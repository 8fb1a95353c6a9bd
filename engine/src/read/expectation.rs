//! The program's own `Expectation`: a sentence about connections, and what it says about pairs.

use super::fields::{Fields, Out, Placed, unknown_value, words};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// An `Expectation` document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Its name.
    pub name: String,
    /// The sentence that is checked, word for word.
    pub claim: String,
    /// Where the sentence is from.
    pub source: Option<String>,
    /// A word beside it.
    pub note: Option<String>,
    /// The name in the source.
    pub place: Place,
    /// What it says about pairs.
    pub assertions: Vec<Assertion>,
}

/// A statement about each ordered pair of different endpoints out of `from` and `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Who asks: short names, ids, addresses, prefixes, or `*`.
    pub from: Vec<String>,
    /// Who answers.
    pub to: Vec<String>,
    /// The conversations that it is about; nothing: all of them.
    pub on: Option<Query>,
    /// What must be so.
    pub expect: Expect,
    /// The whole assertion.
    pub place: Place,
}

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

/// What an assertion expects of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The verdict `open`: everything is delivered and answered.
    Open,
    /// The verdict `partial`.
    Partial,
    /// The verdict `one-way`: delivered, not answered.
    OneWay,
    /// The verdict `closed`.
    Closed,
    /// The verdict `undefined`.
    Undefined,
    /// Something is delivered, answered or not.
    Reaches,
    /// Nothing is delivered.
    NotReaches,
}

impl Expect {
    /// Every expectation.
    pub const ALL: &'static [Self] =
        &[Self::Open, Self::Partial, Self::OneWay, Self::Closed, Self::Undefined, Self::Reaches, Self::NotReaches];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Partial => "partial",
            Self::OneWay => "one-way",
            Self::Closed => "closed",
            Self::Undefined => "undefined",
            Self::Reaches => "reaches",
            Self::NotReaches => "not-reaches",
        }
    }
}

/// An expectation; an assertion that is wrong is left out with a diagnostic.
pub(crate) fn expectation(object: &Fields<'_>, name: Placed<String>, out: &mut Out) -> Expectation {
    object.only(&["apiVersion", "kind", "metadata", "claim", "source", "note", "assertions"], out);
    if object.get("assertions").is_none() {
        let help = "write `assertions:` with a list of `{from: .., to: .., expect: ..}`";
        out.push(object.missing("assertions", "; this expectation says nothing", help));
    }
    let listed = object.items("assertions", out);
    let assertions =
        listed.iter().filter_map(|(path, item)| assertion(&Fields::of(item, path.clone(), out)?, out)).collect();
    Expectation {
        claim: object.word("claim", out).map_or_else(|| name.value.clone(), |text| text.value.trim().to_string()),
        source: object.word("source", out).map(|text| text.value),
        note: object.word("note", out).map(|text| text.value),
        place: name.place,
        name: name.value,
        assertions,
    }
}

fn assertion(fields: &Fields<'_>, out: &mut Out) -> Option<Assertion> {
    fields.only(&["from", "to", "on", "expect"], out);
    let from = ends(fields, "from", out);
    let to = ends(fields, "to", out);
    let expect = expect(fields, out);
    let on = match fields.get("on") {
        Some(_) => Some(query(fields, out)?),
        None => None,
    };
    Some(Assertion { from: from?, to: to?, on, expect: expect?, place: fields.place() })
}

fn ends(fields: &Fields<'_>, key: &str, out: &mut Out) -> Option<Vec<String>> {
    let Some(node) = fields.get(key) else {
        out.push(fields.missing(
            key,
            "; this assertion is left out",
            "write the name of an endpoint, a list of names, or `\"*\"` for all",
        ));
        return None;
    };
    let before = out.len();
    let found = words(node, &fields.path(key), out);
    if found.is_empty() && out.len() == before {
        let message = format!("`{}` is an empty list; this assertion is left out", fields.path(key));
        out.push(
            Diagnostic::new(Code::MissingField, message)
                .at(node.place)
                .help("name an endpoint, or write `\"*\"` for all"),
        );
    }
    (!found.is_empty()).then(|| found.into_iter().map(|text| text.value).collect())
}

fn expect(fields: &Fields<'_>, out: &mut Out) -> Option<Expect> {
    let names: Vec<&str> = Expect::ALL.iter().map(|expect| expect.name()).collect();
    let Some(text) = fields.word("expect", out) else {
        if fields.get("expect").is_none() {
            out.push(fields.missing(
                "expect",
                "; this assertion is left out",
                "write a verdict, for example `open` or `closed`",
            ));
        }
        return None;
    };
    let expect = Expect::ALL.iter().copied().find(|expect| expect.name() == text.value);
    if expect.is_none() {
        out.push(unknown_value(&text, &fields.path("expect"), &names, "; this assertion is left out"));
    }
    expect
}

/// `on: tcp`, `on: {tcp: 80}`, `on: {udp: any, sport: 1024-65535}`, `on: icmp`.
fn query(fields: &Fields<'_>, out: &mut Out) -> Option<Query> {
    let names: Vec<&str> = Protocol::ALL.iter().map(|protocol| protocol.name()).collect();
    let node = fields.get("on")?;
    if let Some(word) = node.word() {
        let text = Placed::new(word.to_string(), node.place);
        let protocol = Protocol::ALL.iter().copied().find(|protocol| protocol.name() == word);
        if protocol.is_none() {
            out.push(unknown_value(&text, &fields.path("on"), &names, "; this assertion is left out"));
        }
        return Some(Query { protocol: protocol?, port: None, sport: None });
    }
    let on = fields.fields("on", out)?;
    on.only(&["tcp", "udp", "sctp", "icmp", "sport"], out);
    let Some(protocol) = Protocol::ALL.iter().copied().find(|protocol| on.get(protocol.name()).is_some()) else {
        out.push(on.missing(
            "tcp",
            "; this assertion is left out",
            "write a protocol and a port, for example `{tcp: 80}`",
        ));
        return None;
    };
    let port = match protocol {
        Protocol::Icmp => None,
        Protocol::Tcp | Protocol::Udp | Protocol::Sctp => Some(ports(&on, protocol.name(), out)?),
    };
    let sport = match on.get("sport") {
        Some(_) => Some(ports(&on, "sport", out)?),
        None => None,
    };
    Some(Query { protocol, port, sport })
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
