//! `reach -o json`.

use super::diagnostic::Diagnostic;
use super::l4;
use super::{VERSION, lines};
use crate::loaded::Loaded;
use crate::memo::Memo;
use crate::pair::Answered;
use ringfence_engine::reach::{self, AddressRange, PairAnswer};
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use std::cell::Cell;
use std::io::{self, Write};

#[derive(Serialize)]
#[serde(bound = "I: Iterator<Item = Answered>")]
struct Reach<'a, I: Iterator<Item = Answered>> {
    ringfence: &'static str,
    profile: &'static str,
    endpoints: Vec<Endpoint<'a>>,
    pairs: Pairs<'a, I>,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    id: &'a str,
    kind: &'static str,
    switch: &'a str,
    addresses: Vec<String>,
}

#[derive(Serialize)]
struct Pair<'a> {
    from: &'a str,
    to: &'a str,
    verdict: &'static str,
    delivered: &'a RawValue,
    answered: &'a RawValue,
    undefined: &'a RawValue,
}

/// What is written of a pair besides its ends.
struct Sets {
    verdict: &'static str,
    delivered: Box<RawValue>,
    answered: Box<RawValue>,
    undefined: Box<RawValue>,
}

/// What is remembered of sets that were written, in bytes. Tests of single bits make some of megabytes.
const REMEMBERED: usize = 1 << 26;

/// Pairs that are asked for while they are written: however many there are, one is held at a time.
struct Pairs<'a, I> {
    endpoints: &'a [reach::Endpoint],
    pairs: Cell<Option<I>>,
}

impl<I: Iterator<Item = Answered>> Serialize for Pairs<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        let (mut memo, mut written) = (Memo::new(), 0);
        for (from, to, answer) in self.pairs.take().into_iter().flatten() {
            let Some((from, to)) = self.endpoints.get(from).zip(self.endpoints.get(to)) else { continue };
            if written > REMEMBERED {
                (memo, written) = (Memo::new(), 0);
            }
            let sets = memo.of(&answer, |answer| {
                let sets = Sets::of(answer);
                written += sets.as_ref().map_or(0, Sets::len);
                sets
            });
            let sets = sets.as_ref().as_ref().map_err(S::Error::custom)?;
            sequence.serialize_element(&Pair {
                from: &from.id,
                to: &to.id,
                verdict: sets.verdict,
                delivered: &sets.delivered,
                answered: &sets.answered,
                undefined: &sets.undefined,
            })?;
        }
        sequence.end()
    }
}

impl Sets {
    fn of(answer: &PairAnswer) -> serde_json::Result<Self> {
        Ok(Self {
            verdict: answer.verdict().name(),
            delivered: to_raw_value(&l4::sets(answer, |family| &family.delivered))?,
            answered: to_raw_value(&l4::sets(answer, |family| &family.answered))?,
            undefined: to_raw_value(&l4::sets(answer, |family| &family.undefined))?,
        })
    }

    /// In bytes.
    fn len(&self) -> usize {
        [&self.delivered, &self.answered, &self.undefined].map(|set| set.get().len()).iter().sum()
    }
}

impl<'a> Endpoint<'a> {
    fn of(endpoint: &'a reach::Endpoint) -> Self {
        Self {
            id: &endpoint.id,
            kind: endpoint.kind.name(),
            switch: &endpoint.switch,
            addresses: endpoint.addresses.iter().map(address).collect(),
        }
    }
}

/// `172.20.10.2`, or `172.20.10.4-172.20.10.9` for a range.
pub fn address(range: &AddressRange) -> String {
    if range.first == range.last { range.first.to_string() } else { format!("{}-{}", range.first, range.last) }
}

/// Writes the document.
pub fn write(out: &mut dyn Write, loaded: &Loaded, pairs: impl Iterator<Item = Answered>) -> io::Result<()> {
    let endpoints = &loaded.compiled.endpoints;
    let document = Reach {
        ringfence: VERSION,
        profile: loaded.compiled.profile.name,
        endpoints: endpoints.iter().map(Endpoint::of).collect(),
        pairs: Pairs { endpoints, pairs: Cell::new(Some(pairs)) },
        diagnostics: Diagnostic::all(&loaded.sources, &loaded.compiled.diagnostics),
    };
    lines::write(out, &document)
}
