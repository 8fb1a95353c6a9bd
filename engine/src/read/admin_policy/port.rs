//! The ports of a rule: `ports` of the first version, `protocols` of the second.

use super::peer::mapping;
use super::{AdminKind, bound, broken};
use crate::read::fields::Fields;
use crate::read::node::Node;
use crate::read::policy_port::{PolicyPort, PortChoice, Transport};
use crate::read::review::Review;
use crate::read::suggest::nearest;
use alloc::vec::Vec;

/// A port; one that means nothing is left out.
pub(super) fn port(node: &Node, path: &str, kind: AdminKind, review: &mut Review) -> Option<PolicyPort> {
    let fields = mapping(node, path, review)?;
    let (protocol, port) = match kind {
        AdminKind::Admin | AdminKind::Baseline => first_version(&fields, path, review)?,
        AdminKind::Cluster => second_version(&fields, path, review)?,
    };
    Some(PolicyPort { protocol, port, place: node.place })
}

type Meant = (Option<Transport>, PortChoice);

fn first_version(fields: &Fields<'_>, path: &str, review: &mut Review) -> Option<Meant> {
    const KEYS: &[&str] = &["portNumber", "portRange", "namedPort"];
    review.only(fields, KEYS);
    match bound::only_one(fields, path, KEYS, review)? {
        ("namedPort", _) => named(fields, "namedPort", review),
        ("portNumber", node) => {
            let fields = mapping(node, &fields.path("portNumber"), review)?;
            review.only(&fields, &["protocol", "port"]);
            let protocol = protocol(&fields, review);
            let number = number(&fields, "port", review)?;
            Some((Some(protocol?), PortChoice::One(number)))
        }
        (key, node) => {
            let fields = mapping(node, &fields.path(key), review)?;
            review.only(&fields, &["protocol", "start", "end"]);
            let protocol = protocol(&fields, review);
            let range = range(&fields, review)?;
            Some((Some(protocol?), range))
        }
    }
}

fn second_version(fields: &Fields<'_>, path: &str, review: &mut Review) -> Option<Meant> {
    const KEYS: &[&str] = &["tcp", "udp", "sctp", "destinationNamedPort"];
    review.only(fields, KEYS);
    let (protocol, node) = match bound::only_one(fields, path, KEYS, review)? {
        ("destinationNamedPort", _) => return named(fields, "destinationNamedPort", review),
        ("udp", node) => (Transport::Udp, node),
        ("sctp", node) => (Transport::Sctp, node),
        (_, node) => (Transport::Tcp, node),
    };
    let path = fields.path(protocol.symbol());
    let fields = mapping(node, &path, review)?;
    review.only(&fields, &["destinationPort"]);
    let Some((key, node)) = bound::only_one(&fields, &path, &["destinationPort"], review) else {
        return Some((Some(protocol), PortChoice::All));
    };
    let path = fields.path(key);
    let fields = mapping(node, &path, review)?;
    review.only(&fields, &["number", "range"]);
    let choice = match bound::only_one(&fields, &path, &["number", "range"], review)? {
        ("number", _) => {
            let number = number(&fields, "number", review)?;
            PortChoice::One(number)
        }
        (key, node) => {
            let fields = mapping(node, &fields.path(key), review)?;
            review.only(&fields, &["start", "end"]);
            range(&fields, review)?
        }
    };
    Some((Some(protocol), choice))
}

/// A name stands for a port of whatever protocol.
fn named(fields: &Fields<'_>, key: &str, review: &mut Review) -> Option<Meant> {
    let mut found = Vec::new();
    let text = fields.text(key, &mut found);
    review.share(&mut found);
    Some((None, PortChoice::Named(text?.value)))
}

/// The protocol, TCP where none is written; nothing where the one that is written is wrong.
fn protocol(fields: &Fields<'_>, review: &mut Review) -> Option<Transport> {
    const NAMES: [&str; 3] = ["TCP", "UDP", "SCTP"];
    let mut found = Vec::new();
    let text = fields.text("protocol", &mut found);
    let readable = found.is_empty();
    review.share(&mut found);
    let Some(text) = text else { return readable.then_some(Transport::Tcp) };
    let known = Transport::from_name(&text.value);
    if known.is_none() {
        review.unsupported(&fields.path("protocol"), &text, &NAMES, "write `TCP`, `UDP` or `SCTP`");
        if let Some(near) = nearest(&text.value, NAMES).filter(|near| near.eq_ignore_ascii_case(&text.value)) {
            review.fix(text.place, text.instead(near));
        }
    }
    known
}

fn number(fields: &Fields<'_>, key: &str, review: &mut Review) -> Option<u16> {
    let mut found = Vec::new();
    let number = fields.integer(key, &mut found);
    if number.is_none() && found.is_empty() {
        review.required(&fields.path(key), "", fields.place(), "write a number from 1 to 65535");
    }
    review.share(&mut found);
    let number = number?;
    bound::number(&fields.path(key), &number, 1..=65535, review);
    u16::try_from(number.value).ok().filter(|port| *port > 0)
}

fn range(fields: &Fields<'_>, review: &mut Review) -> Option<PortChoice> {
    let (start, end) = (number(fields, "start", review), number(fields, "end", review));
    let (start, end) = (start?, end?);
    if start > end {
        let path = fields.path("");
        let path = path.trim_end_matches('.');
        broken(path, "Start must be less than End", fields.place(), "exchange `start` and `end`", review);
        return None;
    }
    Some(PortChoice::Range(start, end))
}
