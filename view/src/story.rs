//! What `explain` tells: a question, the answer to it, and the pair that it belongs to.

use crate::words::{self, Part};
use ringfence_engine::answers::conversation::{Question, Shape, backends, has_strangers};
use ringfence_engine::answers::explain::{Explanation, describe_header, explain};
use ringfence_engine::answers::filter::{Filter, PortRange};
use ringfence_engine::compile::Compiled;
use ringfence_engine::ovn::pipeline::Pipeline;
use ringfence_engine::reach::{Endpoint, Family, FamilyAnswer, L4Header, L4Set, PairAnswer, Verdict};
use std::collections::BTreeSet;

/// What somebody wants to know of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// What becomes of this header.
    One(L4Header),
    /// What becomes of every header; a telling one is shown.
    Whole,
}

impl Wanted {
    /// The conversation that stands for a filter; for everything, a telling one.
    pub fn of(filter: Filter, family: Family) -> Self {
        let port = |ports: Option<PortRange>| ports.map_or(SERVER, PortRange::first);
        match filter {
            Filter::All => Self::Whole,
            Filter::Tcp(to) => Self::One(L4Header::Tcp(CLIENT, port(to))),
            Filter::Udp(to) => Self::One(L4Header::Udp(CLIENT, port(to))),
            Filter::Sctp(to) => Self::One(L4Header::Sctp(CLIENT, port(to))),
            Filter::Icmp => Self::One(L4Header::Icmp(u8::try_from(family.echo().0).unwrap_or(8), 0)),
        }
    }
}

/// What somebody asks about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// One header, or the whole.
    pub wanted: Wanted,
    /// What else the packets look like.
    pub shape: Shape,
    /// The family, where there is one to choose.
    pub family: Family,
}

/// A conversation with its explanation.
#[derive(Debug)]
pub struct Story<'a> {
    /// What is asked of the engine.
    pub question: Question<'a>,
    /// What it answers.
    pub explanation: Explanation,
    /// Everything that can be said of the pair.
    pub pair: PairAnswer,
    /// What was wanted.
    pub wanted: Wanted,
}

/// The port of a server that is asked where nothing else is known.
const SERVER: u16 = 80;
/// The port of a client.
pub const CLIENT: u16 = 50_000;

impl<'a> Story<'a> {
    /// Asks about a conversation between two endpoints.
    pub fn new(
        compiled: &'a Compiled,
        pipelines: &'a [Pipeline],
        (from, to): (&'a Endpoint, &'a Endpoint),
        pair: PairAnswer,
        Asked { wanted, shape, family }: Asked,
    ) -> Self {
        let (family, header) = match wanted {
            Wanted::One(header) => (family, header),
            Wanted::Whole => telling(&pair).unwrap_or((family, L4Header::Tcp(CLIENT, SERVER))),
        };
        let blank = Question { network: &compiled.network, pipelines, from, to, family, header, shape, backend: None };
        let (question, explanation) = telling_backend(compiled, blank);
        Self { explanation, question, pair, wanted }
    }

    /// The verdict on what was wanted.
    pub fn verdict(&self) -> Verdict {
        match self.wanted {
            Wanted::One(_) => self.explanation.verdict,
            Wanted::Whole => self.pair.verdict(),
        }
    }

    /// The answer in one sentence; where the whole pair is wanted, with an example.
    pub fn because(&self) -> String {
        match self.wanted {
            Wanted::Whole if !self.pair.families.is_empty() => {
                format!("{}; for example, {}", self.on_the_whole(), self.explanation.because)
            }
            Wanted::One(_) | Wanted::Whole => self.explanation.because.clone(),
        }
    }

    /// The pair in words, without a final period.
    pub fn on_the_whole(&self) -> String {
        let (from, to) = (&self.question.from.id, &self.question.to.id);
        let part = |part| words::part(&self.pair, part);
        let (delivered, answered) = (part(Part::Delivered), part(Part::Answered));
        match self.pair.verdict() {
            Verdict::Open => format!("everything that {from} sends to {to} arrives, and every request is answered"),
            Verdict::Partial if delivered == answered => {
                format!("of what {from} sends to {to}, this arrives and is answered: {delivered}")
            }
            Verdict::Partial => {
                format!("of what {from} sends to {to}, {delivered} arrives, and {answered} is answered")
            }
            Verdict::OneWay if delivered == "all" => {
                format!("everything that {from} sends to {to} arrives, and every answer is lost")
            }
            Verdict::OneWay => format!("of what {from} sends to {to}, {delivered} arrives, and every answer is lost"),
            Verdict::Closed => format!("nothing that {from} sends to {to} arrives"),
            Verdict::Undefined => {
                // A single packet that is clear all the same: it is the whole that is too much.
                let why = match self.explanation.verdict {
                    Verdict::Undefined => "depends on something that OVN does not promise",
                    _ => "cannot be told as a whole: rows divide protocols and ports into too many kinds (RF217)",
                };
                format!("what becomes of {} from {from} to {to} {why}", part(Part::Undefined))
            }
        }
    }

    /// The header that is shown, in words.
    pub fn shown(&self) -> String {
        describe_header(self.question.header, self.question.family)
    }
}

/// The same question about the first backend of a load balancer with which the conversation fails, else about the
/// first one. Where it becomes of it what it does not with another one, nobody can tell.
fn telling_backend<'a>(compiled: &'a Compiled, blank: Question<'a>) -> (Question<'a>, Explanation) {
    let (network, endpoints, ends) = (&compiled.network, &compiled.endpoints, (blank.from, blank.to));
    let known = backends(network, endpoints, ends, blank.family, blank.header);
    let mut asked: Vec<(Question<'_>, Explanation)> = known
        .iter()
        .map(|backend| Question { backend: Some(*backend), ..blank })
        .map(|question| (question, explain(&question)))
        .collect();
    if asked.is_empty() || has_strangers(network, endpoints, ends, blank.family, blank.header) {
        asked.push((blank, explain(&blank)));
    }
    let fates: BTreeSet<(Verdict, bool)> =
        asked.iter().map(|(_, explanation)| (explanation.verdict, explanation.delivered)).collect();
    let telling = asked.iter().position(|(_, explanation)| explanation.verdict != Verdict::Open);
    let (question, mut explanation) = asked.swap_remove(telling.unwrap_or(0));
    if fates.len() > 1 && explanation.verdict != Verdict::Undefined {
        explanation.verdict = Verdict::Undefined;
        explanation.because = format!(
            "which backend gets this connection is not promised, and they fare differently; with one of them: {}",
            explanation.because
        );
    }
    (question, explanation)
}

/// A header that says most about a pair: one of which nobody can tell, else one whose answer is lost, else one that
/// does not arrive, else one that works.
fn telling(pair: &PairAnswer) -> Option<(Family, L4Header)> {
    let counted = |answer: &FamilyAnswer| L4Set::answerable(answer.family);
    let unanswered =
        |answer: &FamilyAnswer| answer.delivered.intersection(&counted(answer)).difference(&answer.answered);
    let kinds: [&dyn Fn(&FamilyAnswer) -> L4Set; 5] = [
        &|answer| L4Set::clone(&answer.undefined),
        &unanswered,
        &|answer| counted(answer).difference(&answer.delivered),
        &|answer| L4Set::clone(&answer.answered),
        &|answer| L4Set::clone(&answer.delivered),
    ];
    let example = |set: &&dyn Fn(&FamilyAnswer) -> L4Set| {
        pair.families.iter().find_map(|answer| Some((answer.family, set(answer).example()?)))
    };
    kinds.iter().find_map(example)
}
