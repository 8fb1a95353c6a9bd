//! A round in a line for each machine, for people and for files.
//!
//! `vm2: ip4 +.~-->+ +. ip6 +.+++++ +.`: what `vm2` has from each machine, by their numbers, from its gateway, and from each Service,
//! where there are any.
//!
//! | sign | requests |
//! |---|---|
//! | `+` | all are answered |
//! | `>` | all arrive, none is answered |
//! | `-` | none arrives |
//! | `~` | some do, some do not |
//! | `.` | nothing was asked, as of itself |

use super::conversation::{Conversation, Family, Outcome};
use super::{service, topology};
use std::collections::BTreeMap;
use std::ops::Range;

/// The lines of a round.
pub fn lines(outcomes: &BTreeMap<Conversation, Outcome>) -> Vec<String> {
    let askers = outcomes.keys().map(|talk| talk.from + 1).max().unwrap_or(0);
    let line = |from: usize| {
        let families = [(Family::V4, "ip4"), (Family::V6, "ip6")];
        let held = families.iter().filter(|(family, _)| outcomes.keys().any(|talk| talk.family == *family));
        let words = held.map(|(family, name)| format!("{name} {}", signs(outcomes, from, *family)));
        format!("vm{}: {}", from + 1, words.collect::<Vec<_>>().join(" "))
    };
    (0..askers).map(line).collect()
}

fn signs(outcomes: &BTreeMap<Conversation, Outcome>, from: usize, family: Family) -> String {
    let machines = topology::machines().len();
    let others = outcomes.keys().map(|talk| talk.to + 1).max().unwrap_or(0);
    let signs = |range: Range<usize>| range.map(|to| sign(outcomes, from, to, family)).collect::<String>();
    match others > machines {
        true if others > service::first() => {
            let (gateways, services) = (signs(machines..service::first()), signs(service::first()..others));
            format!("{} {gateways} {services}", signs(0..machines))
        }
        true => format!("{} {}", signs(0..machines), signs(machines..others)),
        false => signs(0..others),
    }
}

/// Whether a line of a file is one of these.
pub fn is_line(recorded: &str) -> bool {
    let number = recorded.strip_prefix("vm").and_then(|rest| rest.split_once(": ip"));
    number.is_some_and(|(number, _)| number.parse::<u8>().is_ok())
}

fn sign(outcomes: &BTreeMap<Conversation, Outcome>, from: usize, to: usize, family: Family) -> char {
    let these = |talk: &Conversation| talk.from == from && talk.to == to && talk.family == family;
    let seen: Vec<(bool, bool)> =
        outcomes.iter().filter(|(talk, _)| these(talk)).map(|(_, seen)| (seen.delivered, seen.answered)).collect();
    let all = |what: (bool, bool)| seen.iter().all(|seen| *seen == what);
    match () {
        () if seen.is_empty() => '.',
        () if all((true, true)) => '+',
        () if all((true, false)) => '>',
        () if all((false, false)) => '-',
        () => '~',
    }
}
