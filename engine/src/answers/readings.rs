//! What the other reading of refused objects would give.

use super::diff::{Change, changes, matched};
use crate::compile::{Compiled, Settings, Strictness, load};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::reach::evaluate;
use crate::source::Sources;
use alloc::format;

/// With more endpoints than this the question is not asked.
const MOST_ENDPOINTS: usize = 300;

/// Where the API server refuses something: in how many pairs the other reading differs, with one of them.
pub fn other_reading(sources: &Sources, settings: &Settings, compiled: &Compiled) -> Option<Diagnostic> {
    let refused = |found: &&Diagnostic| found.code == Code::ApiRefused && found.severity != Severity::Info;
    let place = compiled.diagnostics.iter().find(refused)?.place;
    if compiled.endpoints.len() > MOST_ENDPOINTS {
        return None;
    }
    let (strictness, how) = match settings.strictness {
        Strictness::Strict => (Strictness::Lenient, "read leniently (wrong fields dropped and defaulted)"),
        Strictness::Lenient => (Strictness::Strict, "read strictly (what the API server refuses has no effect)"),
    };
    let other = load(sources, &Settings { strictness, ..*settings });
    let mut this = evaluate(&compiled.network, &compiled.endpoints);
    let mut that = evaluate(&other.network, &other.endpoints);
    let matched = matched(&compiled.endpoints, &other.endpoints);
    let changes = changes(&matched, &mut this, &mut that);
    // Some differ in what no verdict says: requests that nobody answers.
    let differs = |change: &&Change| {
        let (is, would) = change.verdicts();
        is != would
    };
    let message = match changes.iter().find(differs).or(changes.first()) {
        None => format!("{how}, no pair would be answered otherwise"),
        Some(change) => {
            let id = |index: usize| matched.common.get(index).map_or("?", |common| common.id.as_str());
            let (is, would) = change.verdicts();
            let count = match changes.len() {
                1 => "1 pair".into(),
                more => format!("{more} pairs"),
            };
            let (from, to) = (id(change.from), id(change.to));
            let (is, would) = (is.name(), would.name());
            let differ = match is == would {
                true => format!("is {is} in both, but not for the same packets"),
                false => format!("would be {would} and is {is}"),
            };
            format!("{how}, {count} would be answered otherwise: {from} → {to} {differ}")
        }
    };
    Some(Diagnostic::new(Code::ApiRefused, message).severity(Severity::Info).at_maybe(place))
}
