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

/// So many edits are looked for at most: each takes several evaluations of everything.
const MOST: usize = 32;

/// Makes claims true as far as edits are trusted: pair by pair, each time by the first edit after which fewer pairs contradict the
/// claims and each claim that held still does. What is to be safe lets nothing more through, and makes no lint warn. A file that may not be edited is left with what `barred` says of it.
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
    for _ in 0..MOST {
        let compiled = &upheld.loaded.compiled;
        let before = judged(compiled, namespace);
        let open = before.iter().find(|judged| !judged.holds && !given_up.contains(&judged.name));
        let Some((claim, wanted)) = open.map(|judged| (judged.name.clone(), wanted(compiled, judged))) else { break };
        let mut refusal = "no edit of a rule makes it true by itself".to_owned();
        let proposals = wanted.iter().flat_map(|wanted| {
            repair(&upheld.loaded.sources, &compile, &wanted.by_id(compiled)).unwrap_or_else(|why| {
                refusal = why;
                Vec::new()
            })
        });
        let proposals: Vec<Proposal> = proposals.collect();
        let mut chosen = None;
        for proposal in proposals {
            match objection(&upheld.loaded, &before, &proposal, namespace, trust, &barred) {
                None => {
                    chosen = Some(proposal);
                    break;
                }
                Some(why) => refusal = why,
            }
        }
        match chosen {
            Some(proposal) => {
                let files = edited(&upheld.loaded.sources, &proposal.sources).map(str::to_owned).collect();
                upheld.made.push(Made { claim, what: proposal.title, files });
                upheld.loaded = Loaded::new(proposal.sources, settings);
            }
            None => {
                given_up.insert(claim.clone());
                upheld.left.push((claim, refusal));
            }
        }
    }
    upheld
}

fn judged(compiled: &Compiled, namespace: &str) -> Vec<Judgement> {
    let mut reach = evaluate(&compiled.network, &compiled.endpoints);
    judge(&compiled.expectations, &compiled.endpoints, &mut reach, namespace).0
}

/// What is to be said against an edit.
fn objection(
    old: &Loaded,
    before: &[Judgement],
    proposal: &Proposal,
    namespace: &str,
    trust: Trust,
    barred: &impl Fn(&str) -> Option<String>,
) -> Option<String> {
    if let Some(why) = edited(&old.sources, &proposal.sources).find_map(barred) {
        return Some(why);
    }
    if let (Trust::Safe, Some(why)) = (trust, exposure(&proposal.matched, &proposal.changes)) {
        return Some(why);
    }
    let after = judged(&proposal.compiled, namespace);
    let broken = before.iter().zip(&after).find(|(before, after)| before.holds && !after.holds);
    if let Some((broken, _)) = broken {
        return Some(format!("with it `{}` does not hold any more", broken.name));
    }
    let wrong = |all: &[Judgement]| all.iter().map(|judgement| judgement.wrong).sum::<usize>();
    if wrong(&after) >= wrong(before) {
        return Some("it helps no pair for good".to_owned());
    }
    if trust == Trust::All {
        return None;
    }
    let new = news(old, &proposal.compiled)?;
    Some(format!("with it there is what is {}: {}", new.code.name(), new.message))
}

/// A warning that lints have of what is new, and had not of what was there.
fn news(old: &Loaded, new: &Compiled) -> Option<Diagnostic> {
    let lints = |compiled: &Compiled| {
        let mut reach = evaluate(&compiled.network, &compiled.endpoints);
        let all = check(&compiled.network, &compiled.endpoints, &mut reach);
        all.into_iter().filter(|found| found.severity != Severity::Info).collect::<Vec<_>>()
    };
    let known: BTreeSet<String> = lints(&old.compiled).into_iter().map(|found| found.message).collect();
    lints(new).into_iter().find(|found| !known.contains(&found.message))
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
