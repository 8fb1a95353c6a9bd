//! Fixes of findings, put into the texts, each after it was seen what it does.

use crate::loaded::Loaded;
use crate::report::found;
use ringfence_engine::answers::diff::{Change, Matched, changes, matched};
use ringfence_engine::compile::Settings;
use ringfence_engine::diagnostic::{Code, Diagnostic, Fix, Severity};
use ringfence_engine::source::{SourceId, Sources};
use std::collections::BTreeSet;

/// How much a fix may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// No request arrives, and none is answered, that was not.
    Safe,
    /// Anything.
    All,
}

/// A fix, and the finding that it belongs to.
pub type Made = (Code, Fix);

/// The same of one that was not made, and why.
pub type Left = (Code, Fix, String);

/// What became of the fixes.
pub struct Mended {
    /// The texts with the fixes that were made, in the order of the old ones.
    pub loaded: Loaded,
    /// What was fixed, by place in the old texts.
    pub fixed: Vec<Made>,
    /// What was not.
    pub left: Vec<Left>,
}

/// So many fixes are tried one by one, at most.
const MOST: usize = 64;

/// Makes the fixes of everything that `check` finds, as far as they are trusted. Where all of them together are, that is one
/// evaluation more; else each is tried after the ones before it.
///
/// A fix that may not be made is left with what `barred` says of it.
pub fn mend(
    old: &Loaded,
    settings: &Settings,
    namespace: &str,
    trust: Trust,
    barred: impl Fn(&Fix) -> Option<String>,
) -> Mended {
    let (findings, _) = found(old, &mut old.reach(), namespace);
    let (barred, free): (Vec<_>, Vec<_>) =
        fixes(findings).into_iter().map(|(code, fix)| (barred(&fix), code, fix)).partition(|(why, ..)| why.is_some());
    let (apart, mut left) = apart(free.into_iter().map(|(_, code, fix)| (code, fix)).collect());
    left.extend(barred.into_iter().filter_map(|(why, code, fix)| Some((code, fix, why?))));
    let all: Vec<&Fix> = apart.iter().map(|(_, fix)| fix).collect();
    let whole = Loaded::new(with(&old.sources, &all), settings);
    if objection(old, old, &whole, trust).is_none() {
        return Mended { loaded: whole, fixed: apart, left };
    }
    let (mut kept, mut fixed, mut last) = (Vec::new(), Vec::new(), None);
    for (number, (code, fix)) in apart.iter().enumerate() {
        let told = if number < MOST {
            let tried: Vec<&Fix> = kept.iter().copied().chain([fix]).collect();
            let new = Loaded::new(with(&old.sources, &tried), settings);
            match objection(old, last.as_ref().unwrap_or(old), &new, trust) {
                None => {
                    kept.push(fix);
                    fixed.push((*code, fix.clone()));
                    last = Some(new);
                    continue;
                }
                Some(why) => why,
            }
        } else {
            format!("after {MOST} fixes this one was not tried: run it again")
        };
        left.push((*code, fix.clone(), told));
    }
    let loaded = last.unwrap_or_else(|| Loaded::new(old.sources.clone(), settings));
    left.sort_by_key(|(_, fix, _)| order(fix));
    Mended { loaded, fixed, left }
}

fn order(fix: &Fix) -> (SourceId, usize, usize) {
    (fix.place.source, fix.place.span.start, fix.place.span.end)
}

/// Every fix once, by place.
fn fixes(findings: Vec<Diagnostic>) -> Vec<Made> {
    let of = |found: Diagnostic| found.fix.map(|fix| (found.code, fix));
    let mut fixes: Vec<Made> = findings.into_iter().filter_map(of).collect();
    fixes.sort_by_cached_key(|(code, fix)| (order(fix), fix.replacement.clone(), code.name()));
    fixes.dedup_by(|(_, one), (_, other)| one == other);
    fixes
}

/// The fixes that do not touch one another, and those that touch one of them.
fn apart(fixes: Vec<Made>) -> (Vec<Made>, Vec<Left>) {
    let (mut apart, mut left): (Vec<Made>, _) = (Vec::new(), Vec::new());
    for (code, fix) in fixes {
        let touches = apart.last().is_some_and(|(_, last)| {
            let (last, here) = (last.place, fix.place);
            last.source == here.source && (here.span.start < last.span.end || here.span.start == last.span.start)
        });
        match touches {
            true => left.push((code, fix, "another fix changes the same words: run it again".to_owned())),
            false => apart.push((code, fix)),
        }
    }
    (apart, left)
}

/// The texts with fixes that do not touch one another.
pub fn with(sources: &Sources, fixes: &[&Fix]) -> Sources {
    let mut new = Sources::new();
    for (id, source) in sources.iter() {
        let mut text = source.text().to_owned();
        let mut here: Vec<&&Fix> = fixes.iter().filter(|fix| fix.place.source == id).collect();
        here.sort_by_key(|fix| order(fix));
        for fix in here.iter().rev() {
            let range = fix.place.span.range();
            if text.get(range.clone()).is_some() {
                text.replace_range(range, &fix.replacement);
            }
        }
        match (source.fault(), text == source.text()) {
            (Some(fault), true) => new.add_fault(source.name(), fault.message.clone(), fault.help.clone()),
            _ => new.add(source.name(), text),
        };
    }
    new
}

/// What is to be said against texts; against `first`, with which all of this began, and the `last` that nobody objected to.
fn objection(first: &Loaded, last: &Loaded, new: &Loaded, trust: Trust) -> Option<String> {
    let errors = |loaded: &Loaded, code: Code| {
        let grave = |found: &&Diagnostic| found.severity == Severity::Error && found.code == code;
        loaded.compiled.diagnostics.iter().filter(grave).count()
    };
    if Code::ALL.iter().any(|code| errors(new, *code) > errors(last, *code)) {
        return Some("with it there is another mistake in the text".to_owned());
    }
    if trust == Trust::All {
        return None;
    }
    let matched = matched(&first.compiled.endpoints, &new.compiled.endpoints);
    exposure(&matched, &changes(&matched, &mut first.reach(), &mut new.reach()))
}

/// What is to be said against a change that lets more through, or may.
pub(crate) fn exposure(matched: &Matched, changes: &[Change]) -> Option<String> {
    if !matched.come.is_empty() {
        return Some("with it there are machines that were not there".to_owned());
    }
    let id = |common: usize| matched.common.get(common).map(|common| common.id.as_str());
    let exposed: BTreeSet<(&str, &str)> = changes
        .iter()
        .filter(|change| change.exposes())
        .filter_map(|change| Some((id(change.from)?, id(change.to)?)))
        .collect();
    let (from, to) = exposed.first()?;
    let others = match exposed.len() {
        1 => String::new(),
        more => format!(" and for {} more", more - 1),
    };
    Some(format!("it lets more through, or may, for {from} -> {to}{others}"))
}
