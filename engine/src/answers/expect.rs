//! Whether what somebody claims is so: every pair and every header that the claim speaks of.

use super::select::select_all;
use crate::diagnostic::{Code, Diagnostic};
use crate::reach::{Endpoint, Family, L4Header, L4Set, PairAnswer, Ports, Reach, Region, Verdict};
use crate::read::{Assertion, Expect, Expectation, Protocol, Query};
use crate::source::Place;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The judgement of one claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Name of the expectation.
    pub name: String,
    /// The sentence.
    pub claim: String,
    /// Where it stands.
    pub place: Place,
    /// Whether every assertion holds of every pair.
    pub holds: bool,
    /// Where it does not, at most [`MOST`] of them.
    pub counterexamples: Vec<Counterexample>,
    /// How many pairs there are in all of which it does not hold.
    pub wrong: usize,
}

/// One pair of which an assertion does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// Index of the asker.
    pub from: usize,
    /// Index of the one who is asked.
    pub to: usize,
    /// What is claimed.
    pub expected: Expect,
    /// What is so, for the conversations that the claim is about.
    pub found: Verdict,
    /// A conversation that shows it, where one does.
    pub header: Option<(Family, L4Header)>,
    /// The assertion.
    pub place: Place,
}

/// Counterexamples that are told one by one.
pub const MOST: usize = 10;

/// Judges expectations. A word that means no endpoint is a finding, and the claim does not hold.
pub fn judge(
    expectations: &[Expectation],
    endpoints: &[Endpoint],
    reach: &mut Reach<'_>,
    namespace: &str,
) -> (Vec<Judgement>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut judge = |expectation: &Expectation| {
        let mut judgement = Judgement {
            name: expectation.name.clone(),
            claim: expectation.claim.clone(),
            place: expectation.place,
            holds: true,
            counterexamples: Vec::new(),
            wrong: 0,
        };
        for assertion in &expectation.assertions {
            judgement.add(assertion, endpoints, reach, namespace, &mut findings);
        }
        judgement
    };
    let judgements = expectations.iter().map(&mut judge).collect();
    (judgements, findings)
}

impl Judgement {
    fn add(
        &mut self,
        assertion: &Assertion,
        endpoints: &[Endpoint],
        reach: &mut Reach<'_>,
        namespace: &str,
        findings: &mut Vec<Diagnostic>,
    ) {
        let (from, unknown_from) = select_all(endpoints, &assertion.from, namespace);
        let (to, unknown_to) = select_all(endpoints, &assertion.to, namespace);
        for word in unknown_from.iter().chain(&unknown_to) {
            let message = format!("`{word}` is no endpoint, so this assertion cannot hold");
            let near = super::select::similar(endpoints, word);
            let help = match near.as_slice() {
                [] => format!("write one of: {}", names(endpoints)),
                near => format!("did you mean `{}`?", near.join("` or `")),
            };
            findings.push(Diagnostic::new(Code::ExpectationFailed, message).at(assertion.place).help(help));
            self.holds = false;
        }
        for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))).filter(|(a, b)| a != b) {
            let answer = reach.pair(from, to);
            let found = answer.verdict_within(|family| asked(assertion.on, family));
            if !holds(assertion.expect, found) {
                self.fail(assertion, (from, to), &answer, found);
            }
        }
    }

    fn fail(&mut self, assertion: &Assertion, (from, to): (usize, usize), answer: &PairAnswer, found: Verdict) {
        self.holds = false;
        self.wrong += 1;
        if self.counterexamples.len() < MOST {
            let header = example(assertion, answer);
            let (expected, place) = (assertion.expect, assertion.place);
            self.counterexamples.push(Counterexample { from, to, expected, found, header, place });
        }
    }
}

fn names(endpoints: &[Endpoint]) -> String {
    let shown: Vec<_> = endpoints.iter().take(8).map(|endpoint| format!("`{}`", endpoint.id)).collect();
    shown.join(", ")
}

fn holds(expected: Expect, found: Verdict) -> bool {
    match expected {
        Expect::Open => found == Verdict::Open,
        Expect::Partial => found == Verdict::Partial,
        Expect::OneWay => found == Verdict::OneWay,
        Expect::Closed | Expect::NotReaches => found == Verdict::Closed,
        Expect::Undefined => found == Verdict::Undefined,
        Expect::Reaches => matches!(found, Verdict::Open | Verdict::Partial | Verdict::OneWay),
    }
}

/// The headers that an assertion is about.
fn asked(on: Option<Query>, family: Family) -> L4Set {
    let Some(query) = on else { return L4Set::full(family) };
    let ports = |range: Option<(u16, u16)>| range.map_or_else(Ports::full, |(first, last)| Ports::range(first, last));
    let region = Region::product(&ports(query.sport), &ports(query.port));
    let none = L4Set::empty();
    match query.protocol {
        Protocol::Tcp => L4Set { tcp: region, ..none },
        Protocol::Udp => L4Set { udp: region, ..none },
        Protocol::Sctp => L4Set { sctp: region, ..none },
        Protocol::Icmp => L4Set { icmp: L4Set::answerable(family).icmp, ..none },
    }
}

/// A conversation of which the expectation does not hold.
fn example(assertion: &Assertion, answer: &PairAnswer) -> Option<(Family, L4Header)> {
    answer.families.iter().find_map(|family| {
        let part = asked(assertion.on, family.family);
        let within = |set: &L4Set| set.intersection(&part);
        let missing = part.intersection(&L4Set::answerable(family.family)).difference(&family.answered);
        let telling = match assertion.expect {
            Expect::Open => missing,
            Expect::Closed | Expect::NotReaches => within(&family.delivered),
            Expect::OneWay => within(&family.answered),
            Expect::Partial | Expect::Reaches | Expect::Undefined => within(&family.delivered),
        };
        let header = within(&family.undefined).example().or_else(|| telling.example()).or_else(|| part.example())?;
        Some((family.family, header))
    })
}
