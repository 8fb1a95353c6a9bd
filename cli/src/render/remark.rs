//! What is noteworthy about pairs, one line for each group of pairs of which the same can be said.

use super::glyph;
use crate::console::Script;
use ringfence_engine::reach::{Endpoint, Verdict};
use ringfence_view::names::{Names, Pairs};
use ringfence_view::pair::{PairRow, Words};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// More lines than this help nobody.
const MOST: usize = 12;
/// More pairs than this are not remembered.
const MOST_PAIRS: usize = 500_000;

/// Pairs by what can be said of them.
#[derive(Debug)]
pub(crate) struct Remarks<'e> {
    endpoints: &'e [Endpoint],
    /// For each saying: who asks whom.
    groups: BTreeMap<(Rank, String), Pairs>,
    noted: usize,
    forgotten: usize,
}

/// What deserves attention first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Undefined,
    OneWay,
    Partial,
}

impl<'e> Remarks<'e> {
    /// Nothing noted yet about these endpoints.
    pub(crate) fn new(endpoints: &'e [Endpoint]) -> Self {
        Self { endpoints, groups: BTreeMap::new(), noted: 0, forgotten: 0 }
    }

    /// Notes a pair, if there is anything to say about it.
    pub(crate) fn note(&mut self, row: &PairRow<'_>) {
        let Some(saying) = saying(&row.words) else { return };
        self.noted += 1;
        if self.noted > MOST_PAIRS {
            self.forgotten += 1;
        } else {
            self.groups.entry(saying).or_default().entry(row.ends.0).or_default().insert(row.ends.1);
        }
    }

    /// The lines, gravest first.
    pub(crate) fn write(&self, out: &mut dyn Write, script: Script) -> io::Result<()> {
        let lines: Vec<_> = self.lines(script);
        for (style, line) in lines.iter().take(MOST) {
            writeln!(out, "{style}{line}")?;
        }
        if lines.len() > MOST {
            writeln!(out, "and {} more groups of pairs: `-o wide` lists every pair", lines.len() - MOST)?;
        }
        if self.forgotten > 0 {
            writeln!(out, "{} more pairs are not told here", self.forgotten)?;
        }
        Ok(())
    }

    /// The first pair of the gravest group.
    pub(crate) fn example(&self) -> Option<(&'e str, &'e str)> {
        let (from, targets) = self.groups.values().next()?.first_key_value()?;
        Some((self.id(*from), self.id(*targets.first()?)))
    }

    fn lines(&self, script: Script) -> Vec<(String, String)> {
        let names = Names::new(self.endpoints.iter().map(|endpoint| endpoint.id.as_str()));
        let mut lines = Vec::new();
        for ((rank, saying), pairs) in &self.groups {
            let verdict = rank.verdict();
            let style = glyph::style(verdict);
            let head = format!("{style}{}{style:#}", verdict.name());
            for who in names.merged(pairs, glyph::arrow(script)) {
                lines.push((head.clone(), format!(" {who}: {saying}")));
            }
        }
        lines
    }

    fn id(&self, index: usize) -> &'e str {
        self.endpoints.get(index).map_or("?", |endpoint| &endpoint.id)
    }
}

impl Rank {
    fn verdict(self) -> Verdict {
        match self {
            Self::Undefined => Verdict::Undefined,
            Self::OneWay => Verdict::OneWay,
            Self::Partial => Verdict::Partial,
        }
    }
}

fn saying(words: &Words) -> Option<(Rank, String)> {
    let Words { verdict, delivered, answered, undefined } = words;
    match verdict {
        Verdict::Open | Verdict::Closed => None,
        Verdict::Undefined => Some((Rank::Undefined, format!("nobody can tell what becomes of {undefined}"))),
        Verdict::OneWay if delivered == "all" => {
            Some((Rank::OneWay, "every request arrives, and every answer is lost".to_owned()))
        }
        Verdict::OneWay => Some((Rank::OneWay, format!("{delivered} arrives, and every answer is lost"))),
        Verdict::Partial if delivered == answered => {
            Some((Rank::Partial, format!("{delivered} arrives and is answered")))
        }
        Verdict::Partial => Some((Rank::Partial, format!("{delivered} arrives, {answered} is answered"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringfence_engine::ovn::network::Mac;
    use ringfence_engine::reach::{Attachment, EndpointKind};

    fn told(pairs: &[(usize, usize)]) -> String {
        let endpoint = |id: &str| Endpoint {
            id: id.into(),
            kind: EndpointKind::Pod,
            attachment: Attachment::Router(0),
            switch: String::new(),
            mac: Mac::BROADCAST,
            addresses: Vec::new(),
            place: None,
        };
        let endpoints = ["a", "b", "c", "d"].map(endpoint);
        let mut remarks = Remarks::new(&endpoints);
        for ends in pairs {
            let [delivered, answered, undefined] = ["all", "none", "none"].map(str::to_owned);
            let words = Words { verdict: Verdict::OneWay, delivered, answered, undefined };
            remarks.note(&PairRow { ends: *ends, from: "", to: "", words: words.into() });
        }
        remarks.lines(Script::Ascii).into_iter().map(|(_, line)| line.split(':').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn pairs_are_told_together() {
        assert_eq!(told(&[(0, 1), (0, 2)]), " a -> b, c");
        assert_eq!(told(&[(0, 2), (1, 2)]), " a, b -> c");
        assert_eq!(told(&[(0, 1), (0, 2), (0, 3)]), " a -> everybody else");
        assert_eq!(told(&[(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)]), " among a, b, c");
        assert_eq!(told(&[(0, 1), (1, 0), (0, 3), (1, 3)]), " a, b -> a, b, d");
    }
}
