//! What `explain` tells: a question, the answer to it, and the pair that it belongs to.

use crate::words::{self, Part};
use ringfence_engine::answers::conversation::{Question, Shape};
use ringfence_engine::answers::explain::{Explanation, describe_header, telling_backend};
use ringfence_engine::answers::filter::{Filter, PortRange};
use ringfence_engine::compile::Compiled;
use ringfence_engine::ovn::pipeline::Pipeline;
use ringfence_engine::reach::{Endpoint, Family, FamilyAnswer, L4Header, L4Set, PairAnswer, Verdict};

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
    fn new(
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
        let (question, explanation) = telling_backend(blank, &compiled.endpoints);
        Self { explanation, question, pair, wanted }
    }

    /// The same of who names no family: told is the first of these in which it does not work, with what is so in the other.
    pub fn of_families(
        compiled: &'a Compiled,
        pipelines: &'a [Pipeline],
        ends: (&'a Endpoint, &'a Endpoint),
        pair: &PairAnswer,
        (families, asked): (&[Family], &dyn Fn(Family) -> Asked),
    ) -> Self {
        let tell = |family| Self::new(compiled, pipelines, ends, pair.clone(), asked(family));
        let [first, second] = [0, 1].map(|at| families.get(at).copied());
        let mut told = tell(first.unwrap_or(Family::Ipv4));
        if let (Wanted::One(_), Some(second)) = (told.wanted, second) {
            let mut other = tell(second);
            if told.verdict() != other.verdict() {
                if told.verdict() == Verdict::Open {
                    std::mem::swap(&mut told, &mut other);
                }
                let (this, that) = (told.question.family.name(), other.question.family.name());
                let note = format!("this is so over {this}; over {that} it is {}.", other.verdict().name());
                told.explanation.notes.insert(0, note);
            }
        }
        told
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
            Wanted::Whole if self.is_of_kinds() => {
                format!("{}; for example, {}", self.on_the_whole(), self.explanation.because)
            }
            Wanted::One(_) | Wanted::Whole => self.explanation.because.clone(),
        }
    }

    /// Whether there is more to be said of the whole pair than of an example: where there is no way, or none that is known, there is not.
    pub fn is_of_kinds(&self) -> bool {
        self.pair.no_path.is_none()
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
