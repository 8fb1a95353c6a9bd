//! What the ports of a rule add to a match.

use super::roll::Roll;
use super::subject::Subject;
use crate::read::{PolicyPort, PolicyRule, PortChoice, Transport};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The end of a match for one entry of `ports`.
pub(super) struct Suffix<'r> {
    /// Beginning with ` && `, or empty.
    pub(super) text: String,
    /// The entry with its index, where there is one.
    pub(super) entry: Option<(usize, &'r PolicyPort)>,
}

/// One for each port; a named port that no pod of the policy's namespace defines has none.
pub(super) fn suffixes<'r>(rule: &'r PolicyRule, subject: &Subject<'_>, roll: &Roll<'_>) -> Vec<Suffix<'r>> {
    if rule.ports.is_empty() {
        return alloc::vec![Suffix { text: String::new(), entry: None }];
    }
    let entries = rule.ports.iter().enumerate();
    entries
        .filter_map(|(index, port)| {
            let text = suffix(port, &subject.policy.namespace, roll)?;
            Some(Suffix { text, entry: Some((index, port)) })
        })
        .collect()
}

fn suffix(port: &PolicyPort, namespace: &str, roll: &Roll<'_>) -> Option<String> {
    match &port.port {
        PortChoice::All | PortChoice::One(_) | PortChoice::Range(_, _) => numbered(port),
        PortChoice::Named(name) => roll.port(namespace, name).map(|number| one(port, number)),
    }
}

/// What a port adds that is no name.
pub(in crate::compile) fn numbered(port: &PolicyPort) -> Option<String> {
    let protocol = symbol(port);
    match &port.port {
        PortChoice::All => Some(format!(" && {protocol}")),
        PortChoice::One(number) => Some(one(port, *number)),
        // Also where both are one.
        PortChoice::Range(first, last) => Some(format!(" && {first} <= {protocol}.dst <= {last}")),
        PortChoice::Named(_) => None,
    }
}

fn one(port: &PolicyPort, number: u16) -> String {
    format!(" && {}.dst == {number}", symbol(port))
}

fn symbol(port: &PolicyPort) -> &'static str {
    port.protocol.unwrap_or(Transport::Tcp).symbol()
}
