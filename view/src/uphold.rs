//! Claims that do not hold, made true: the smallest edits of the rules, each after it was seen what it does.

use crate::loaded::Loaded;
use crate::mend::{Trust, exposure};
use ringfence_engine::answers::check::check;
use ringfence_engine::answers::diff::{changes, matched};
use ringfence_engine::answers::expect::{Judgement, judge};
use ringfence_engine::answers::filter::{Filter, PortRange};
use ringfence_engine::answers::repair::{Intent, Load, Proposal, Wish, is_so, repair};
use ringfence_engine::compile::{Compiled, Settings, load};
use ringfence_engine::diagnostic::{Diagnostic, Severity};
use ringfence_engine::reach::evaluate;
use ringfence_engine::read::{Expect, Protocol, Query};
use ringfence_engine::source::Sources;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// What became of the claims.
pub struct Upheld {
    /// The texts with the edits that were made.
    pub loaded: Loaded,
    /// The edits.
    pub made: Vec<Made>,
    /// Claims that do not hold still, each with why nothing was edited for it.
    pub left: Vec<(String, String)>,
}

/// An edit for a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The name of the claim.
    pub claim: String,
    /// What was done, in a few words.
    pub what: String,
    /// The files that were edited.
    pub files: Vec<String>,
}

/// So many edits are made at most: each takes several evaluations of everything.
const MOST: usize = 16;

/// Makes claims true as far as edits are trusted: pair by pair, each time by the first edit after which fewer pairs contradict the
/// claims and each claim that held still does. What is to be safe lets nothing more through, and makes no lint warn. A file
/// that may not be edited is left with what `barred` says of it.
pub fn uphold(
    old: Loaded,
    settings: &Settings,
    namespace: &str,
    trust: Trust,
    barred: impl Fn(&str) -> Option<String>,
) -> Upheld {
    let mut upheld = Upheld { loaded: old, made: Vec::new(), left: Vec::new() };
    let compile = |sources: &Sources| load(sources, settings);
    let mut given_up = BTreeSet::new();
    for left in (0..MOST).rev() {
        let now = Now::of(&upheld.loaded, namespace, trust, left);
        let compiled = &upheld.loaded.compiled;
        let mut open = now.judgements.iter().enumerate();
        let Some((number, open)) = open.find(|(number, judged)| !judged.holds && !given_up.contains(number)) else {
            break;
        };
        let claim = open.name.clone();
        let candidates = match wanted(compiled, open) {
            Some(wanted) => wanted.candidates(&upheld.loaded, &compile),
            None => Err(NO_EDIT.to_owned()),
        };
        let (mut chosen, mut refusal) = (None, String::new());
        match candidates {
            Ok(candidates) => {
                for candidate in candidates {
                    match now.objection(number, &candidate, &barred) {
                        None => {
                            chosen = Some(candidate);
                            break;
                        }
                        Some(why) => refusal = why,
                    }
                }
            }
            Err(why) => refusal = why,
        }
        match chosen {
            Some(chosen) => {
                let changed = upheld.loaded.sources.changed(&chosen.sources);
                let files = changed.map(|(old, _)| old.name().to_owned()).collect();
                upheld.made.push(Made { claim, what: chosen.titles.join("; "), files });
                upheld.loaded = Loaded::new(chosen.sources, settings);
            }
            None => {
                given_up.insert(number);
                upheld.left.push((claim, refusal));
            }
        }
    }
    for (number, judged) in judged(&upheld.loaded.compiled, namespace).into_iter().enumerate() {
        if !judged.holds && !given_up.contains(&number) {
            upheld.left.push((judged.name, format!("after {MOST} edits no more is looked for: run it again")));
        }
    }
    upheld
}

/// What is so before an edit.
struct Now<'a> {
    loaded: &'a Loaded,
    judgements: Vec<Judgement>,
    /// What lints warn of, once that is asked.
    warnings: OnceCell<BTreeSet<String>>,
    namespace: &'a str,
    trust: Trust,
    /// How many edits may follow.
    left: usize,
}

impl<'a> Now<'a> {
    fn of(loaded: &'a Loaded, namespace: &'a str, trust: Trust, left: usize) -> Self {
        let judgements = judged(&loaded.compiled, namespace);
        Self { loaded, judgements, warnings: OnceCell::new(), namespace, trust, left }
    }

    /// What is to be said against an edit for the claim with that number.
    fn objection(
        &self,
        number: usize,
        candidate: &Candidate,
        barred: &impl Fn(&str) -> Option<String>,
    ) -> Option<String> {
        let mut changed = self.loaded.sources.changed(&candidate.sources);
        if let Some(why) = changed.find_map(|(old, _)| barred(old.name())) {
            return Some(why);
        }
        if let (Trust::Safe, Some(why)) = (self.trust, candidate.exposure(&self.loaded.compiled)) {
            return Some(why);
        }
        let after = judged(&candidate.compiled, self.namespace);
        let broken = self.judgements.iter().zip(&after).find(|(before, after)| before.holds && !after.holds);
        if let Some((broken, _)) = broken {
            return Some(format!("with it `{}` does not hold any more", broken.name));
        }
        let wrong = |all: &[Judgement]| all.iter().map(|judgement| judgement.wrong).sum::<usize>();
        if wrong(&after) >= wrong(&self.judgements) {
            return Some("it helps no pair for good".to_owned());
        }
        let of_claim = |all: &[Judgement]| all.get(number).map_or(0, |judgement| judgement.wrong);
        let (before, more) = (of_claim(&self.judgements), of_claim(&after));
        if more.div_ceil(before.saturating_sub(more).max(1)) > self.left {
            return Some(format!(
                "pair by pair it takes too many edits, as {before} pairs contradict it: write one rule for all of them"
            ));
        }
        if self.trust == Trust::All {
            return None;
        }
        let new = self.news(&candidate.compiled)?;
        Some(format!("with it there is what is {}: {}", new.code.name(), new.message))
    }

    /// A warning of what is new that was none before.
    fn news(&self, new: &Compiled) -> Option<Diagnostic> {
        let known = self.warnings.get_or_init(|| warnings(&self.loaded.compiled).map(|found| found.message).collect());
        warnings(new).find(|found| !known.contains(&found.message))
    }
}

fn judged(compiled: &Compiled, namespace: &str) -> Vec<Judgement> {
    let mut reach = evaluate(&compiled.network, &compiled.endpoints);
    judge(&compiled.expectations, &compiled.endpoints, &mut reach, namespace).0
}

fn warnings(compiled: &Compiled) -> impl Iterator<Item = Diagnostic> + use<> {
    let mut reach = evaluate(&compiled.network, &compiled.endpoints);
    let all = check(&compiled.network, &compiled.endpoints, &mut reach);
    all.into_iter().filter(|found| found.severity != Severity::Info)
}

const NO_EDIT: &str = "no edit of a rule makes it true by itself";

/// What somebody would have to wish of a pair.
struct Wanted {
    from: String,
    to: String,
    intent: Intent,
    /// Of each of these conversations.
    parts: Vec<Filter>,
}

/// Texts in which it is so.
struct Candidate {
    /// What was done, in a few words for each edit.
    titles: Vec<String>,
    sources: Sources,
    compiled: Compiled,
}

impl Candidate {
    fn of(before: &[String], proposal: Proposal) -> Self {
        let mut titles = before.to_vec();
        if !titles.contains(&proposal.title) {
            titles.push(proposal.title);
        }
        Self { titles, sources: proposal.sources, compiled: proposal.compiled }
    }

    /// What is to be said against it, as it lets more through.
    fn exposure(&self, old: &Compiled) -> Option<String> {
        let matched = matched(&old.endpoints, &self.compiled.endpoints);
        let mut before = evaluate(&old.network, &old.endpoints);
        let mut after = evaluate(&self.compiled.network, &self.compiled.endpoints);
        exposure(&matched, &changes(&matched, &mut before, &mut after))
    }
}

impl Wanted {
    fn wish(&self, part: Filter) -> Wish<'_> {
        Wish { from: &self.from, to: &self.to, intent: self.intent, part }
    }

    /// Repairs of the first part that is not so, each with the best one of every later part behind it.
    fn candidates(&self, old: &Loaded, compile: Load<'_>) -> Result<Vec<Candidate>, String> {
        let mut parts = self.parts.iter().copied();
        let mut open = parts.by_ref().filter(|part| is_so(&old.compiled, &self.wish(*part)) != Ok(true));
        let first = open.next().ok_or(NO_EDIT)?;
        let mut candidates: Vec<Candidate> = repair(&old.sources, compile, &self.wish(first))?
            .into_iter()
            .map(|proposal| Candidate::of(&[], proposal))
            .collect();
        for part in parts {
            let (mut next, mut refusal) = (Vec::new(), String::new());
            for candidate in candidates {
                if is_so(&candidate.compiled, &self.wish(part))? {
                    next.push(candidate);
                    continue;
                }
                match repair(&candidate.sources, compile, &self.wish(part)) {
                    Ok(more) => {
                        next.extend(more.into_iter().take(1).map(|more| Candidate::of(&candidate.titles, more)))
                    }
                    Err(why) => refusal = why,
                }
            }
            if next.is_empty() {
                return Err(refusal);
            }
            candidates = next;
        }
        Ok(candidates)
    }
}

/// What would help the first pair that contradicts a claim.
fn wanted(compiled: &Compiled, judgement: &Judgement) -> Option<Wanted> {
    let found = judgement.counterexamples.first()?;
    let intent = match found.expected {
        Expect::Open | Expect::Reaches => Intent::Connect,
        Expect::Closed | Expect::NotReaches => Intent::Separate,
        // More than one edit, or nothing that anybody wishes for.
        Expect::Partial | Expect::OneWay | Expect::Undefined | Expect::Only | Expect::AtMost => return None,
    };
    let assertions = compiled.expectations.iter().flat_map(|expectation| &expectation.assertions);
    let on = assertions.into_iter().find(|assertion| assertion.place == found.place).map(|assertion| &assertion.on);
    let mut parts: Vec<Filter> = on.into_iter().flatten().map(part).collect();
    if parts.is_empty() {
        parts.push(Filter::All);
    }
    let id = |index: usize| compiled.endpoints.get(index).map(|endpoint| endpoint.id.clone());
    Some(Wanted { from: id(found.from)?, to: id(found.to)?, intent, parts })
}

/// The conversations that a query of an assertion is about.
fn part(query: &Query) -> Filter {
    let whole = |(first, last)| (first, last) == (0, u16::MAX);
    let ports = query.port.filter(|ports| !whole(*ports)).and_then(|(first, last)| PortRange::new(first, last));
    match query.protocol {
        Protocol::Tcp => Filter::Tcp(ports),
        Protocol::Udp => Filter::Udp(ports),
        Protocol::Sctp => Filter::Sctp(ports),
        Protocol::Icmp => Filter::Icmp,
    }
}
