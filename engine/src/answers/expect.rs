//! Whether what somebody claims is so: every pair and every header that the claim speaks of.

mod side;

use self::side::{Asked, Side, further};
use super::conversation::{Question, Shape};
use super::explain::telling_backend;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::Network;
use crate::ovn::pipeline::Pipeline;
use crate::reach::{
    Attachment, Endpoint, EndpointKind, Family, FamilyAnswer, L4Header, L4Set, PairAnswer, Ports, Reach, Region,
    Verdict,
};
use crate::read::{Assertion, Expect, Expectation, Protocol, Query};
use crate::source::Place;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

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
    /// Why that conversation ends as it does, in one sentence; nothing before somebody has walked it.
    pub because: Option<String>,
}

/// A conversation like any other.
const ANY: (Family, L4Header) = (Family::Ipv4, L4Header::Tcp(50_000, 80));

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
            // A claim of which nothing could be read is not shown to be so.
            holds: !expectation.assertions.is_empty(),
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

impl Counterexample {
    /// The same with the sentence of its walk, where it has none.
    pub fn walked(mut self, network: &Network, pipelines: &[Pipeline], endpoints: &[Endpoint]) -> Self {
        if self.because.is_some() {
            return self;
        }
        let ends = endpoints.get(self.from).zip(endpoints.get(self.to));
        if let Some((from, to)) = ends.filter(|(from, to)| from.mixed || to.mixed) {
            let id = if from.mixed { &from.id } else { &to.id };
            self.because =
                Some(format!("it cannot be told: rows tell addresses of `{id}` apart that are one part here."));
            return self;
        }
        // Where there is no way at all, it is the same for every header.
        let any = || matches!(ends?.1.attachment, Attachment::Port { .. } | Attachment::Router(_)).then_some(ANY);
        self.because = ends.zip(self.header.or_else(any)).map(|((from, to), (family, header))| {
            let shape = Shape::default();
            let blank = Question { network, pipelines, from, to, family, header, shape, backend: None };
            telling_backend(blank, endpoints).1.because
        });
        self
    }
}

/// The endpoint that is all there is at both ends, where it stands for no more than itself.
fn both_ends<'e>(from: &[usize], to: &[usize], endpoints: &'e [Endpoint]) -> Option<&'e Endpoint> {
    let [only] = from else { return None };
    endpoints.get(*only).filter(|end| from == to && !end.is_several())
}

/// What is told of a word that means nobody.
fn unknown(word: &str, place: Place, endpoints: &[Endpoint]) -> Diagnostic {
    let further = further(word, endpoints);
    let nobody = match further {
        _ if word.is_empty() => "the selector selects nobody".into(),
        Some(end) => format!("`{word}` is a further address of `{}`, which is asked about by its first one", end.id),
        None => format!("`{word}` is no endpoint"),
    };
    let near = super::select::similar(endpoints, word);
    let help = match near.as_slice() {
        _ if word.is_empty() => "write labels that pods of the input have".into(),
        [] if endpoints.is_empty() => "add the manifests that it is about to the input".into(),
        _ if further.is_some() => "name it by its id, or by its first address".into(),
        [] => format!("write one of: {}", names(endpoints)),
        near => format!("did you mean `{}`?", near.join("` or `")),
    };
    let message = format!("{nobody}, so this assertion cannot hold");
    Diagnostic::new(Code::ExpectationFailed, message).at(place).help(help)
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
        let (from, to) =
            (Side::of(&assertion.from, endpoints, namespace), Side::of(&assertion.to, endpoints, namespace));
        let unknown = from.unknown.iter().chain(&to.unknown).map(|word| unknown(word, assertion.place, endpoints));
        let known = findings.len();
        findings.extend(unknown);
        self.holds &= findings.len() == known;
        self.without_pair(assertion, &from.indices(), &to.indices(), endpoints, findings);
        // What is said of one pair is said of all pairs of the same classes.
        let (classes, mut known) = (reach.classes(), HashMap::new());
        let families = Family::ALL.map(|family| (family, asked(&assertion.on, family)));
        // Who stands for several is asked about two of them.
        let is_pair = |from: usize, to: usize| from != to || endpoints.get(from).is_some_and(Endpoint::is_several);
        for (from, to) in from.ends.iter().flat_map(|from| to.ends.iter().map(move |to| (*from, *to))) {
            if !is_pair(from.0, to.0) {
                continue;
            }
            let (asked, mut answer) = (from.1.both(to.1), || from.1.both(to.1).of(reach.pair(from.0, to.0)));
            let class = (classes.of(from.0), classes.of(to.0), asked);
            let wrong = *known.entry(class).or_insert_with(|| wrong(assertion, &families, &answer()));
            if let Some(found) = wrong {
                self.fail(assertion, (from.0, to.0), (found, asked), answer);
            }
        }
    }

    /// Tells of an assertion that is about no pair.
    fn without_pair(
        &mut self,
        assertion: &Assertion,
        from: &[usize],
        to: &[usize],
        endpoints: &[Endpoint],
        findings: &mut Vec<Diagnostic>,
    ) {
        let is_outside = |index: &usize| endpoints.get(*index).is_some_and(|of| of.kind == EndpointKind::External);
        if from == to && from.len() == 1 && from.iter().all(is_outside) {
            let message =
                "nobody can tell who reaches whom outside: no switch lies between addresses that belong to nobody";
            findings.push(Diagnostic::new(Code::ExpectationFailed, message).at(assertion.place));
            self.holds = false;
        } else if let Some(end) = both_ends(from, to, endpoints) {
            let message =
                format!("`{}` is at both ends of this assertion: there is no pair of which it could hold", end.id);
            let finding = Diagnostic::new(Code::ExpectationFailed, message).at(assertion.place);
            findings.push(finding.help("name somebody else in `from` or in `to`"));
            self.holds = false;
        }
    }

    fn fail(
        &mut self,
        assertion: &Assertion,
        (from, to): (usize, usize),
        (found, asked): (Verdict, Asked),
        answer: impl FnOnce() -> PairAnswer,
    ) {
        self.holds = false;
        self.wrong += 1;
        if self.counterexamples.len() < MOST {
            let (header, because) = (example(assertion, &answer()), asked.because());
            let (expected, place) = (assertion.expect, assertion.place);
            self.counterexamples.push(Counterexample { from, to, expected, found, header, place, because });
        }
    }
}

/// What is so where an assertion does not hold of an answer; nothing where it does.
fn wrong(assertion: &Assertion, families: &[(Family, L4Set)], answer: &PairAnswer) -> Option<Verdict> {
    let asked =
        |family| families.iter().find(|(of, _)| *of == family).map_or_else(L4Set::empty, |(_, set)| set.clone());
    let found = answer.verdict_within(asked);
    let beyond = answer.verdict_within(|family| L4Set::full(family).difference(&asked(family)));
    let told = matches!(assertion.expect, Expect::Only | Expect::AtMost) && beyond != Verdict::Closed;
    (!holds(assertion.expect, found, beyond)).then_some(if told { beyond } else { found })
}

fn names(endpoints: &[Endpoint]) -> String {
    let shown: Vec<_> = endpoints.iter().take(8).map(|endpoint| format!("`{}`", endpoint.id)).collect();
    shown.join(", ")
}

/// Whether a verdict is as expected, with that of everything which the assertion is not about.
fn holds(expected: Expect, found: Verdict, beyond: Verdict) -> bool {
    match expected {
        Expect::Open => found == Verdict::Open,
        Expect::Partial => found == Verdict::Partial,
        Expect::OneWay => found == Verdict::OneWay,
        Expect::Closed | Expect::NotReaches => found == Verdict::Closed,
        Expect::Undefined => found == Verdict::Undefined,
        Expect::Only => found == Verdict::Open && beyond == Verdict::Closed,
        Expect::AtMost => beyond == Verdict::Closed,
        Expect::Reaches => matches!(found, Verdict::Open | Verdict::Partial | Verdict::OneWay),
    }
}

/// The headers that an assertion is about.
fn asked(on: &[Query], family: Family) -> L4Set {
    match on {
        [] => L4Set::full(family),
        several => several.iter().fold(L4Set::empty(), |sum, query| sum.union(&one(query, family))),
    }
}

fn one(query: &Query, family: Family) -> L4Set {
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

/// A conversation of which the expectation does not hold: one beyond what is asked where nothing may be there, and of what is
/// not certain first.
fn example(assertion: &Assertion, answer: &PairAnswer) -> Option<(Family, L4Header)> {
    let of = |sets: &dyn Fn(&FamilyAnswer, &L4Set) -> L4Set| {
        let example = |of: &FamilyAnswer| Some((of.family, sets(of, &asked(&assertion.on, of.family)).example()?));
        answer.families.iter().find_map(example)
    };
    let beyond = || {
        let uncertain = of(&|of, part| of.undefined.difference(part));
        uncertain.or_else(|| of(&|of, part| of.delivered.difference(part)))
    };
    let missing =
        |of: &FamilyAnswer, part: &L4Set| part.intersection(&L4Set::answerable(of.family)).difference(&of.answered);
    let within = || {
        let uncertain = of(&|of, part| of.undefined.intersection(part));
        let telling = || match assertion.expect {
            Expect::Open | Expect::Only => of(&missing),
            Expect::OneWay => of(&|of, part| of.answered.intersection(part)),
            Expect::Closed
            | Expect::NotReaches
            | Expect::AtMost
            | Expect::Partial
            | Expect::Reaches
            | Expect::Undefined => of(&|of, part| of.delivered.intersection(part)),
        };
        uncertain.or_else(telling).or_else(|| of(&|_, part| part.clone()))
    };
    match assertion.expect {
        Expect::AtMost => beyond(),
        Expect::Only => beyond().or_else(within),
        _ => within(),
    }
}
