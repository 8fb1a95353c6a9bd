//! The ports of a rule: numbers as they are, names as each pod that answers has them.

use super::cast::Cast;
use crate::read::{PolicyPort, PortChoice, Transport};
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// What one entry of `ports` allows.
pub(super) struct Allowed<'r> {
    /// A test of the transport header; nothing for every one.
    pub(super) test: Option<String>,
    /// Only at these pods; nothing for whoever the rule is about.
    pub(super) at: Option<Rc<[usize]>>,
    /// The entry with its index, where there is one.
    pub(super) entry: Option<(usize, &'r PolicyPort)>,
}

/// What the ports of a rule allow. A named port is that of the pods that answer: `answering`.
pub(super) fn allowed<'r>(ports: &'r [PolicyPort], answering: &[usize], cast: &Cast<'_>) -> Vec<Allowed<'r>> {
    if ports.is_empty() {
        return alloc::vec![Allowed { test: None, at: None, entry: None }];
    }
    ports.iter().enumerate().flat_map(|entry| of_port(entry, answering, cast)).collect()
}

fn of_port<'r>(entry: (usize, &'r PolicyPort), answering: &[usize], cast: &Cast<'_>) -> Vec<Allowed<'r>> {
    let port = entry.1;
    let protocol = port.protocol.unwrap_or(Transport::Tcp);
    let symbol = protocol.symbol();
    let everywhere = |test: String| alloc::vec![Allowed { test: Some(test), at: None, entry: Some(entry) }];
    match &port.port {
        PortChoice::All => everywhere(symbol.into()),
        PortChoice::One(number) => everywhere(format!("{symbol}.dst == {number}")),
        PortChoice::Range(first, last) => everywhere(format!("{first} <= {symbol}.dst <= {last}")),
        PortChoice::Named(name) => {
            let numbers = cast.with_port(answering, name, protocol).into_iter();
            let at = |(number, pods): (u16, Vec<usize>)| Allowed {
                test: Some(format!("{symbol}.dst == {number}")),
                at: Some(pods.into()),
                entry: Some(entry),
            };
            numbers.map(at).collect()
        }
    }
}
