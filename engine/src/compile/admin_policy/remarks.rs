//! Selectors that select nothing, whoever enforces them.

use super::super::compiler::Compiler;
use super::super::network_policy::{impossible, missing, unlabelled};
use crate::diagnostic::{Code, Diagnostic};
use crate::read::{AdminPeer, AdminPeerChoice, AdminPods, AdminPolicy, PolicyType, Selector};
use crate::source::Place;
use crate::world::Scope;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What is to be said of policies, whoever enforces them.
pub(in super::super) fn remarks(compiler: &Compiler<'_>, policies: &[&AdminPolicy], out: &mut Vec<Diagnostic>) {
    for policy in policies {
        if let Some(subject) = &policy.subject {
            pods(subject, &policy.title(), "it has no effect", compiler, out);
        }
        let rules = PolicyType::ALL.into_iter().flat_map(|direction| policy.rules(direction));
        for peer in rules.flat_map(|rule| &rule.peers) {
            of_peer(peer, compiler, out);
        }
    }
}

fn of_peer(peer: &AdminPeer, compiler: &Compiler<'_>, out: &mut Vec<Diagnostic>) {
    const FOLLOWS: &str = "the rule is about nobody by it";
    let who = format!("`{}`", peer.field);
    match &peer.choice {
        AdminPeerChoice::Pods(of) => pods(of, &who, FOLLOWS, compiler, out),
        AdminPeerChoice::Nodes(selector) => {
            impossible(selector, &format!("{who} selects nothing by it"), out);
            if !compiler.world.nodes.iter().any(|node| selector.selects(&node.labels)) {
                let message = format!("{who} selects no node of the input: {FOLLOWS}");
                let help = "write labels that nodes have, or add the Nodes to the input";
                out.push(nothing(message, peer.place, help));
            }
        }
        AdminPeerChoice::Networks(_) | AdminPeerChoice::Domains(_) => {}
    }
}

fn pods(of: &AdminPods, who: &str, follows: &str, compiler: &Compiler<'_>, out: &mut Vec<Diagnostic>) {
    unlabelled(&of.namespaces, who.trim_matches('`'), of.place, compiler, out);
    let before = out.len();
    for selector in [&of.namespaces, &of.pods] {
        impossible(selector, &format!("{who} selects nothing by it, and {follows}"), out);
    }
    let selected = compiler.roster.pods(&Scope::Selected(of.namespaces.clone()), &of.pods);
    if out.len() > before || !selected.is_empty() {
        return;
    }
    let (what, help) = what(&of.namespaces, compiler);
    out.push(nothing(format!("{who} selects {what}: {follows}"), of.place, help));
}

fn what(namespaces: &Selector, compiler: &Compiler<'_>) -> (String, &'static str) {
    match compiler.roster.namespaces(namespaces).next() {
        None => (missing(namespaces), "write labels that a namespace has, or add the Namespace to the input"),
        Some(_) => {
            let help = "write labels that the pods have; a virtual machine's are those of its template";
            ("no pod".to_string(), help)
        }
    }
}

fn nothing(message: String, place: Place, help: &str) -> Diagnostic {
    Diagnostic::new(Code::SelectsNothing, message).at(place).help(help)
}
