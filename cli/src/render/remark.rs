//! What is noteworthy about pairs, one line for each group of pairs of which the same can be said.

use super::glyph;
use crate::console::Script;
use ringfence_engine::reach::{Endpoint, Example, Verdict};
use ringfence_view::cover::Pairs;
use ringfence_view::matrix::{Cell, Matrix};
use ringfence_view::names::Names;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// More lines than this help nobody.
const MOST: usize = 12;
/// Pairs by what can be said of them.
#[derive(Debug)]
pub(crate) struct Remarks<'e> {
    endpoints: &'e [Endpoint],
    names: Names<'e>,
    /// For each saying: which class asks which.
    groups: BTreeMap<(Rank, String), Pairs>,
    /// The first pair of the gravest group.
    first: Option<((Rank, String), Example)>,
}

/// What deserves attention first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Undefined,
    OneWay,
    Partial,
}

impl<'e> Remarks<'e> {
    /// What there is to say about these endpoints.
    pub(crate) fn of(endpoints: &'e [Endpoint], matrix: &Matrix) -> Self {
        let names = endpoints.iter().map(|endpoint| endpoint.id.as_str());
        let names = Names::grouped(names, matrix.classes().members());
        let mut remarks = Self { endpoints, names, groups: BTreeMap::new(), first: None };
        matrix.pairs().for_each(|(pair, cell)| remarks.note(pair, cell));
        remarks
    }

    /// Notes a pair of classes, if there is anything to say about it.
    fn note(&mut self, pair: Example, cell: &Cell) {
        let Some(saying) = saying(cell) else { return };
        let graver = |(known, first): &((Rank, String), Example)| {
            (known, (first.from, first.to)) > (&saying, (pair.from, pair.to))
        };
        if self.first.as_ref().is_none_or(graver) {
            self.first = Some((saying.clone(), pair));
        }
        self.groups.entry(saying).or_default().entry(pair.classes.0).or_default().insert(pair.classes.1);
    }

    /// The lines, gravest first.
    pub(crate) fn write(&self, out: &mut dyn Write, script: Script) -> io::Result<()> {
        let mut left = MOST;
        let mut more = 0;
        for ((rank, saying), pairs) in &self.groups {
            let verdict = rank.verdict();
            let style = glyph::style(verdict);
            let lines = self.names.merged(pairs, glyph::arrow(script));
            more += lines.len().saturating_sub(left);
            for who in lines.take(left) {
                writeln!(out, "{style}{}{style:#} {who}: {saying}", verdict.name())?;
                left -= 1;
            }
        }
        if more > 0 {
            let groups = if more == 1 { "group" } else { "groups" };
            writeln!(out, "and {more} more {groups} of pairs: `-o wide` lists every pair")?;
        }
        Ok(())
    }

    /// The first pair of the gravest group.
    pub(crate) fn example(&self) -> Option<(&'e str, &'e str)> {
        let (_, pair) = self.first.as_ref()?;
        Some((self.id(pair.from), self.id(pair.to)))
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

fn saying(cell: &Cell) -> Option<(Rank, String)> {
    let Cell { verdict, delivered, answered, undefined } = cell;
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
