//! A port of a rule (`ValidateNetworkPolicyPort`).

use super::known::{self, Part};
use crate::read::fields::{Fields, Out, Placed};
use crate::read::naming;
use crate::read::node::{Node, Resolved, Value};
use crate::read::policy_port::{PolicyPort, PortChoice, Transport};
use crate::read::review::Review;
use crate::read::suggest::nearest;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const OUTSIDE: &str = "must be between 1 and 65535, inclusive";

/// What `port` says: `IntOrString`.
enum Written {
    Number(Placed<i64>),
    Name(Placed<String>),
}

/// A port; one that means nothing is left out.
pub(super) fn port(node: &Node, path: &str, review: &mut Review) -> Option<PolicyPort> {
    let every = PolicyPort { protocol: Some(Transport::Tcp), port: PortChoice::All, place: node.place };
    if node.is_null() {
        return Some(every);
    }
    let mut found = Vec::new();
    let fields = Fields::of(node, path, &mut found);
    review.share(&mut found);
    let fields = fields?;
    known::check(&fields, &Part::Port, review);
    let protocol = protocol(&fields, review);
    let written = written(&fields, &mut found);
    let end = fields.integer("endPort", &mut found);
    let readable = found.is_empty();
    review.share(&mut found);
    let choice = match written {
        None => whole(&fields, end.as_ref(), review),
        Some(Written::Number(first)) => numbers(&fields, &first, end.as_ref(), review)?,
        Some(Written::Name(name)) => named(&fields, &name, end.as_ref(), review)?,
    };
    // A wrong value must not become every port, nor another protocol.
    readable.then_some(PolicyPort { protocol: Some(protocol?), port: choice, ..every })
}

/// The protocol, TCP where none is written; nothing where the one that is written is wrong.
fn protocol(fields: &Fields<'_>, review: &mut Review) -> Option<Transport> {
    const NAMES: [&str; 3] = ["TCP", "UDP", "SCTP"];
    let mut found = Vec::new();
    let Some(text) = fields.text("protocol", &mut found) else {
        let readable = found.is_empty();
        review.share(&mut found);
        return readable.then_some(Transport::Tcp);
    };
    let known = Transport::from_name(&text.value);
    if known.is_none() {
        let path = fields.path("protocol");
        match nearest(&text.value, NAMES).filter(|near| near.eq_ignore_ascii_case(&text.value)) {
            Some(near) => {
                review.unsupported(&path, &text, &NAMES, format!("write `{near}`"));
                review.fix(text.place, text.instead(near));
            }
            None => review.unsupported(&path, &text, &NAMES, "write `TCP`, `UDP` or `SCTP`; others cannot be named"),
        }
    }
    known
}

fn written(fields: &Fields<'_>, out: &mut Out) -> Option<Written> {
    let node = fields.get("port")?;
    match &node.value {
        Value::Scalar(scalar) if matches!(scalar.resolve(), Resolved::Integer(_) | Resolved::Large) => {
            fields.integer("port", out).map(Written::Number)
        }
        Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) => {
            let text = fields.text("port", out).map(Written::Name);
            if let (None, Some(found)) = (&text, out.last_mut()) {
                found.help = Some("write a whole number, or the name of a container port".to_string());
            }
            text
        }
    }
}

fn whole(fields: &Fields<'_>, end: Option<&Placed<i64>>, review: &mut Review) -> PortChoice {
    if let Some(end) = end {
        let detail = "may not be specified when `port` is not specified";
        let help = "write the first port as `port`";
        review.invalid_value(&fields.path("endPort"), &end.value.to_string(), detail, end.place, help);
    }
    PortChoice::All
}

fn numbers(
    fields: &Fields<'_>,
    first: &Placed<i64>,
    end: Option<&Placed<i64>>,
    review: &mut Review,
) -> Option<PortChoice> {
    let from = in_range(&fields.path("port"), first, review);
    let Some(end) = end else { return from.map(PortChoice::One) };
    let path = fields.path("endPort");
    if end.value < first.value {
        let detail = "must be greater than or equal to `port`";
        let help = format!("write the larger one, {}, as `endPort`", first.value);
        review.invalid_value(&path, &end.value.to_string(), detail, end.place, help);
    }
    let (from, to) = (from?, in_range(&path, end, review));
    // Without the wrong end it is one port.
    let range = to.filter(|to| *to >= from).map(|to| PortChoice::Range(from, to));
    Some(range.unwrap_or(PortChoice::One(from)))
}

fn in_range(path: &str, number: &Placed<i64>, review: &mut Review) -> Option<u16> {
    let port = u16::try_from(number.value).ok().filter(|port| *port > 0);
    if port.is_none() {
        review.invalid_value(path, &number.value.to_string(), OUTSIDE, number.place, "write a number from 1 to 65535");
    }
    port
}

fn named(
    fields: &Fields<'_>,
    name: &Placed<String>,
    end: Option<&Placed<i64>>,
    review: &mut Review,
) -> Option<PortChoice> {
    if let Some(end) = end {
        let detail = "may not be specified when `port` is non-numeric";
        let help = "write the first port as a number, or leave `endPort` out";
        review.invalid_value(&fields.path("endPort"), &end.value.to_string(), detail, end.place, help);
    }
    let number = name.value.parse::<u16>().ok();
    let faults = naming::port_name(&name.value);
    for fault in &faults {
        match number {
            Some(number) => {
                review.invalid(&fields.path("port"), name, fault, format!("write `{number}` without quotes"));
                review.fix(name.place, number.to_string());
            }
            None => {
                review.invalid(&fields.path("port"), name, fault, "write a number, or the name of a container port")
            }
        }
    }
    let meant = || number.filter(|number| *number > 0).map(PortChoice::One);
    if faults.is_empty() { Some(PortChoice::Named(String::clone(&name.value))) } else { meant() }
}
