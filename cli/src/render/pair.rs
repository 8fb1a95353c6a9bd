//! A pair of endpoints as one row of words, for every form that lists pairs.

use super::words::{self, Part};
use crate::memo::Memo;
use ringfence_engine::reach::{Endpoint, PairAnswer, Verdict};
use std::rc::Rc;

/// An endpoint to another, and what comes of it.
pub(crate) type Answered = (usize, usize, PairAnswer);

/// The titles of the columns, in lower case.
pub(crate) const TITLES: [&str; 6] = ["from", "to", "verdict", "delivered", "answered", "undefined"];

/// What can be said of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// The verdict.
    pub(crate) verdict: Verdict,
    /// Requests that arrive.
    pub(crate) delivered: String,
    /// Requests whose answer comes back.
    pub(crate) answered: String,
    /// Requests of which nobody can tell.
    pub(crate) undefined: String,
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
pub(crate) struct PairRow<'e> {
    /// The indexes of both.
    pub(crate) ends: (usize, usize),
    /// Who asks.
    pub(crate) from: &'e str,
    /// Who answers.
    pub(crate) to: &'e str,
    /// What can be said.
    pub(crate) words: Rc<Words>,
}

impl PairRow<'_> {
    /// The cells, in the order of [`TITLES`].
    pub(crate) fn cells(&self) -> [&str; 6] {
        let Words { verdict, delivered, answered, undefined } = &*self.words;
        [self.from, self.to, verdict.name(), delivered, answered, undefined]
    }
}

/// Pairs as rows.
pub(crate) fn rows<'e>(
    endpoints: &'e [Endpoint],
    pairs: impl Iterator<Item = Answered>,
) -> impl Iterator<Item = PairRow<'e>> {
    let mut memo = Memo::new();
    pairs.filter_map(move |(from, to, answer)| {
        let words = memo.of(&answer, Words::of);
        Some(PairRow { ends: (from, to), from: &endpoints.get(from)?.id, to: &endpoints.get(to)?.id, words })
    })
}
