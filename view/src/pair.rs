//! A pair of endpoints as one row of words, for every form that lists pairs.

use crate::memo::Memo;
use crate::words::{self, Part};
use ringfence_engine::reach::{Endpoint, PairAnswer, Verdict};
use std::rc::Rc;

/// An endpoint to another, and what comes of it.
pub type Answered = (usize, usize, PairAnswer);

/// The titles of the columns, in lower case.
pub const TITLES: [&str; 6] = ["from", "to", "verdict", "delivered", "answered", "undefined"];

/// What can be said of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The verdict.
    pub verdict: Verdict,
    /// Requests that arrive.
    pub delivered: String,
    /// Requests whose answer comes back.
    pub answered: String,
    /// Requests of which nobody can tell.
    pub undefined: String,
}

impl Words {
    fn of(answer: &PairAnswer) -> Self {
        Self {
            verdict: answer.verdict(),
            delivered: words::part(answer, Part::Delivered),
            answered: words::part(answer, Part::Answered),
            undefined: words::part(answer, Part::Undefined),
        }
    }
}

/// One pair in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairRow<'e> {
    /// The indexes of both.
    pub ends: (usize, usize),
    /// Who asks.
    pub from: &'e str,
    /// Who answers.
    pub to: &'e str,
    /// What can be said.
    pub words: Rc<Words>,
}

impl PairRow<'_> {
    /// The cells, in the order of [`TITLES`].
    pub fn cells(&self) -> [&str; 6] {
        let Words { verdict, delivered, answered, undefined } = &*self.words;
        [self.from, self.to, verdict.name(), delivered, answered, undefined]
    }
}

/// Pairs as rows.
pub fn rows<'e>(endpoints: &'e [Endpoint], pairs: impl Iterator<Item = Answered>) -> impl Iterator<Item = PairRow<'e>> {
    let mut memo = Memo::new();
    pairs.filter_map(move |(from, to, answer)| {
        let words = memo.of(&answer, Words::of);
        Some(PairRow { ends: (from, to), from: &endpoints.get(from)?.id, to: &endpoints.get(to)?.id, words })
    })
}
