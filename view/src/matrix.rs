//! Every ordered pair of a world at once, and who cannot be told apart.

mod builder;
mod rows;

use crate::words::{self, Part};
use builder::Builder;
use hashbrown::HashMap;
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::reach::{Classes, Endpoint, Example, PairAnswer, Reach, Verdict};
use rows::{NONE, Rows, Side, print};
use std::collections::BTreeMap;

/// What can be said of pairs that are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The verdict on the filtered part.
    pub verdict: Verdict,
    /// Requests that arrive, of all.
    pub delivered: String,
    /// Requests whose answer comes back, of all.
    pub answered: String,
    /// Requests of which nobody can tell, of all.
    pub undefined: String,
}

impl Cell {
    fn of(answer: &PairAnswer, filter: Filter) -> Self {
        Self {
            verdict: answer.verdict_within(|family| filter.part(family)),
            delivered: words::part(answer, Part::Delivered),
            answered: words::part(answer, Part::Answered),
            undefined: words::part(answer, Part::Undefined),
        }
    }
}

/// All pairs, by index of their endpoints.
///
/// Endpoints that the engine cannot tell apart make one class, and a pair of classes has one cell: a world of ten thousand
/// machines in twenty classes has four hundred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// Endpoints of one kind, on one switch, and alike towards everybody.
    classes: Classes,
    /// By class that asks and class that answers: an index of `kinds`. Of a class with one member the diagonal means nothing.
    rows: Rows,
    /// What there is, each once.
    pub kinds: Vec<Cell>,
}

impl Matrix {
    /// Asks every pair of classes.
    pub fn of(reach: &mut Reach<'_>, filter: Filter) -> Self {
        Self::watched(reach, filter, |_| {})
    }

    /// The same; says how many pairs of endpoints each step was about.
    pub fn watched(reach: &mut Reach<'_>, filter: Filter, mut step: impl FnMut(usize)) -> Self {
        let endpoints = reach.endpoints();
        // Readers tell apart what the engine does not: the kind and the switch.
        let classes = reach.classes().divided(&|index| Some(endpoints.get(index)?.kind as usize));
        let mut switches: HashMap<&str, usize> = HashMap::new();
        for endpoint in endpoints {
            let next = switches.len();
            switches.entry(&endpoint.switch).or_insert(next);
        }
        let classes = classes.divided(&|index| switches.get(endpoints.get(index)?.switch.as_str()).copied());
        let base = reach.classes();
        let bases = classes.members().iter().map(|members| members.first().and_then(|first| base.of(*first)));
        let bases: Vec<_> = bases.map(Option::unwrap_or_default).collect();
        let mut builder = Builder::new(reach, filter, bases.clone());
        for (members, base) in classes.members().iter().zip(bases) {
            step(members.len() * endpoints.len().saturating_sub(1));
            builder.push(base);
        }
        let Builder { rows, kinds, .. } = builder;
        Self { classes, rows, kinds }
    }

    /// The classes of the endpoints.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// Every two classes with different endpoints in them, and what can be said of those.
    pub fn pairs(&self) -> impl Iterator<Item = (Example, &Cell)> {
        let mut row = (usize::MAX, Vec::new());
        self.classes.pairs().filter_map(move |pair| {
            let (from, to) = pair.classes;
            if row.0 != from {
                row = (from, self.rows.all(from));
            }
            Some((pair, self.kinds.get(index(*row.1.get(to)?)?)?))
        })
    }

    /// What can be said of different endpoints of two classes.
    pub fn between(&self, from: usize, to: usize) -> Option<&Cell> {
        self.kinds.get(index(self.cell_of(from, to)?)?)
    }

    fn cell_of(&self, from: usize, to: usize) -> Option<u32> {
        let count = self.classes.len();
        let single = || self.classes.members().get(from).is_none_or(|members| members.len() < 2);
        (from < count && to < count && (from != to || !single())).then(|| self.rows.get(from, to)).flatten()
    }

    /// How many pairs of endpoints there are of each verdict.
    pub fn totals(&self) -> BTreeMap<Verdict, usize> {
        let sizes: Vec<usize> = self.classes.members().iter().map(Vec::len).collect();
        let mut counts = self.rows.count(self.kinds.len(), &sizes);
        for (class, size) in sizes.iter().enumerate() {
            // Nobody asks himself.
            let own = self.rows.get(class, class).and_then(index).and_then(|own| counts.get_mut(own));
            own.into_iter().for_each(|count| *count -= *size as i64);
        }
        let mut totals = BTreeMap::new();
        for (kind, count) in self.kinds.iter().zip(counts).filter(|(_, count)| *count > 0) {
            *totals.entry(kind.verdict).or_default() += usize::try_from(count).unwrap_or_default();
        }
        totals
    }

    /// The number of a pair's kind; none for an endpoint and itself.
    pub fn kind(&self, from: usize, to: usize) -> Option<u32> {
        if from == to {
            return None;
        }
        self.cell_of(self.classes.of(from)?, self.classes.of(to)?)
    }

    /// What can be said of a pair.
    pub fn cell(&self, from: usize, to: usize) -> Option<&Cell> {
        self.kinds.get(index(self.kind(from, to)?)?)
    }

    /// The verdict on a pair.
    pub fn verdict(&self, from: usize, to: usize) -> Option<Verdict> {
        Some(self.cell(from, to)?.verdict)
    }

    /// Endpoints that nothing tells apart: same switch, same kind, and alike towards everybody and among each other.
    /// Groups in the order of their first members, members in the order of their indexes.
    pub fn alike(&self, endpoints: &[Endpoint]) -> Vec<Vec<usize>> {
        let count = self.classes.len();
        let diagonals: Vec<u32> = (0..count).map(|class| self.rows.get(class, class).unwrap_or(NONE)).collect();
        let mut prints = self.rows.prints();
        for (class, (print, own)) in prints.iter_mut().zip(&diagonals).enumerate() {
            *print = print.wrapping_sub(diagonal(class, *own));
        }
        let mut grouped = vec![false; count];
        let mut groups: Vec<Vec<usize>> = Vec::new();
        // Members of a group see each other as some kind; with that kind on the diagonal their rows are equal.
        for kind in 0..self.kinds.len().min(MOST_KINDS) {
            let mut buckets: HashMap<(u64, &str, u8), Vec<usize>> = HashMap::new();
            for (class, members) in self.classes.members().iter().enumerate() {
                let other = || self.cell_of(class, class).is_some_and(|own| index(own) != Some(kind));
                let first = members.first().and_then(|first| endpoints.get(*first));
                let Some(first) = first.filter(|_| !grouped.get(class).copied().unwrap_or(true) && !other()) else {
                    continue;
                };
                let own = diagonal(class, u32::try_from(kind).unwrap_or(NONE));
                let sum = prints.get(class).copied().unwrap_or(0).wrapping_add(own);
                buckets.entry((sum, first.switch.as_str(), first.kind as u8)).or_default().push(class);
            }
            for classes in buckets.into_values().filter(|classes| classes.len() > 1) {
                for class in &classes {
                    if let Some(grouped) = grouped.get_mut(*class) {
                        *grouped = true;
                    }
                }
                groups.push(self.together(&classes));
            }
        }
        let alone = (0..count).filter(|class| !grouped.get(*class).copied().unwrap_or(true));
        groups.extend(alone.map(|class| self.together(&[class])));
        groups.sort_by_key(|members| members.first().copied());
        groups
    }

    fn together(&self, classes: &[usize]) -> Vec<usize> {
        let mut members: Vec<usize> =
            classes.iter().filter_map(|class| self.classes.members().get(*class)).flatten().copied().collect();
        members.sort_unstable();
        members
    }
}

fn index(kind: u32) -> Option<usize> {
    usize::try_from(kind).ok()
}

/// With more kinds of pairs than this, endpoints of the rarer ones stay by themselves.
const MOST_KINDS: usize = 64;

/// What a cell adds, where it stands between somebody and himself.
fn diagonal(class: usize, kind: u32) -> u64 {
    print(class, kind, Side::Row).wrapping_add(print(class, kind, Side::Column))
}
