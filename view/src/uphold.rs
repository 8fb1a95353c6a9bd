//! Claims that do not hold, made true: the smallest edits of the rules, each after it was seen what it does.

use crate::loaded::Loaded;
use crate::mend::{Trust, exposure};
use ringfence_engine::answers::check::check;
use ringfence_engine::answers::expect::{Counterexample, Judgement, judge};
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::answers::repair::{Intent, Proposal, Wish, repair};
use ringfence_engine::compile::{Compiled, Settings, load};
use ringfence_engine::diagnostic::{Diagnostic, Severity};
use ringfence_engine::reach::{L4Header, evaluate};
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
        let proposals = match wanted(compiled, open) {
            Some(wanted) => repair(&upheld.loaded.sources, &compile, &wanted.by_id(compiled)),
            None => Err("no edit of a rule makes it true by itself".to_owned()),
        };
        let (mut chosen, mut refusal) = (None, String::new());
        match proposals {
            Ok(proposals) => {
                for proposal in proposals {
                    match now.objection(number, &proposal, &barred) {
                        None => {
                            chosen = Some(proposal);
                            break;
                        }
                        Some(why) => refusal = why,
                    }
                }
            }
            Err(why) => refusal = why,
        }
        match chosen {
            Some(proposal) => {
                let files = edited(&upheld.loaded.sources, &proposal.sources).map(str::to_owned).collect();
                upheld.made.push(Made { claim, what: proposal.title, files });
                upheld.loaded = Loaded::new(proposal.sources, settings);
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
        proposal: &Proposal,
        barred: &impl Fn(&str) -> Option<String>,
    ) -> Option<String> {
        if let Some(why) = edited(&self.loaded.sources, &proposal.sources).find_map(barred) {
            return Some(why);
        }
        if let (Trust::Safe, Some(why)) = (self.trust, exposure(&proposal.matched, &proposal.changes)) {
            return Some(why);
        }
        let after = judged(&proposal.compiled, self.namespace);
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
        let new = self.news(&proposal.compiled)?;
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

/// The names of the texts that an edit changes.
fn edited<'s>(old: &'s Sources, new: &'s Sources) -> impl Iterator<Item = &'s str> {
    let both = old.iter().zip(new.iter());
    both.filter(|((_, old), (_, new))| old.text() != new.text()).map(|((_, old), _)| old.name())
}

/// What somebody would have to wish of a pair.
struct Wanted {
    from: usize,
    to: usize,
    intent: Intent,
    part: Filter,
}

impl Wanted {
    fn by_id<'a>(&self, compiled: &'a Compiled) -> Wish<'a> {
        let id = |index: usize| compiled.endpoints.get(index).map_or("", |endpoint| endpoint.id.as_str());
        Wish { from: id(self.from), to: id(self.to), intent: self.intent, part: self.part }
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
    Some(Wanted { from: found.from, to: found.to, intent, part: part(on.map_or(&[], Vec::as_slice), found) })
}

/// The part of all conversations that an assertion is about; of several parts the one that the example is of.
fn part(on: &[Query], found: &Counterexample) -> Filter {
    let of = |protocol: Protocol| on.iter().find(|query| query.protocol == protocol);
    let port =
        |query: &Query, example: u16| query.port.map(|(first, last)| if first == last { first } else { example });
    let by_example = found.header.and_then(|(_, header)| match header {
        L4Header::Tcp(_, example) => of(Protocol::Tcp).map(|query| Filter::Tcp(port(query, example))),
        L4Header::Udp(_, example) => of(Protocol::Udp).map(|query| Filter::Udp(port(query, example))),
        L4Header::Sctp(_, example) => of(Protocol::Sctp).map(|query| Filter::Sctp(port(query, example))),
        L4Header::Icmp(..) => of(Protocol::Icmp).map(|_| Filter::Icmp),
        L4Header::Other(_) => None,
    });
    by_example.unwrap_or_default()
}
