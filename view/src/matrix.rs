//! Every ordered pair of a world at once, and who cannot be told apart.

use crate::words::{self, Part};
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::reach::{Endpoint, PairAnswer, PairKey, Reach, Verdict};
use std::collections::HashMap;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    size: usize,
    /// Row by row: an index of `kinds`. The diagonal means nothing.
    cells: Vec<u16>,
    /// What there is, each once.
    pub kinds: Vec<Cell>,
}

impl Matrix {
    /// Asks every pair.
    pub fn of(reach: &mut Reach<'_>, filter: Filter) -> Self {
        let size = reach.endpoints().len();
        let mut known: HashMap<PairKey, u16> = HashMap::new();
        let mut numbers: HashMap<Cell, u16> = HashMap::new();
        let mut kinds = Vec::new();
        let mut cells = vec![0; size.saturating_mul(size)];
        for (index, cell) in cells.iter_mut().enumerate() {
            let (from, to) = (index / size, index % size);
            if from == to {
                continue;
            }
            let key = reach.key(from, to);
            *cell = *known.entry(key).or_insert_with(|| {
                let made = Cell::of(&reach.pair(from, to), filter);
                *numbers.entry(made).or_insert_with_key(|made| {
                    kinds.push(made.clone());
                    u16::try_from(kinds.len() - 1).unwrap_or(u16::MAX)
                })
            });
        }
        Self { size, cells, kinds }
    }

    /// How many endpoints there are.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The number of a pair's kind; none for an endpoint and itself.
    pub fn kind(&self, from: usize, to: usize) -> Option<u16> {
        let inside = from != to && from < self.size && to < self.size;
        inside.then(|| self.cells.get(from * self.size + to).copied()).flatten()
    }

    /// What can be said of a pair.
    pub fn cell(&self, from: usize, to: usize) -> Option<&Cell> {
        self.kinds.get(usize::from(self.kind(from, to)?))
    }

    /// The verdict on a pair.
    pub fn verdict(&self, from: usize, to: usize) -> Option<Verdict> {
        Some(self.cell(from, to)?.verdict)
    }

    /// Endpoints that nothing tells apart: same switch, same kind, and alike towards everybody and among each other.
    /// Groups in the order of their first members, members in the order of their indexes.
    pub fn alike(&self, endpoints: &[Endpoint]) -> Vec<Vec<usize>> {
        let prints = self.prints();
        let mut group_of: Vec<Option<usize>> = vec![None; self.size];
        let mut groups: Vec<Vec<usize>> = Vec::new();
        // Members of a group see each other as some kind; with that kind on the diagonal their rows are equal.
        for kind in 0..self.kinds.len().min(MOST_KINDS) {
            let mut buckets: HashMap<(u64, &str, u8), Vec<usize>> = HashMap::new();
            for (index, endpoint) in endpoints.iter().enumerate().take(self.size) {
                if group_of.get(index).copied().flatten().is_some() {
                    continue;
                }
                let own = print(index, index, kind as u64);
                let sum = prints.get(index).copied().unwrap_or(0).wrapping_add(own);
                buckets.entry((sum, endpoint.switch.as_str(), endpoint.kind as u8)).or_default().push(index);
            }
            for members in buckets.into_values().filter(|members| members.len() > 1) {
                for member in &members {
                    if let Some(group) = group_of.get_mut(*member) {
                        *group = Some(groups.len());
                    }
                }
                groups.push(members);
            }
        }
        let alone = (0..self.size).filter(|index| group_of.get(*index).copied().flatten().is_none());
        groups.extend(alone.map(|index| vec![index]));
        groups.sort_by_key(|members| members.first().copied());
        groups
    }

    /// For each endpoint, a number for its row and column without the diagonal.
    fn prints(&self) -> Vec<u64> {
        let mut prints = vec![0u64; self.size];
        for (index, cell) in self.cells.iter().enumerate() {
            let (from, to) = (index / self.size.max(1), index % self.size.max(1));
            if from == to {
                continue;
            }
            if let Some(sum) = prints.get_mut(from) {
                *sum = sum.wrapping_add(mix(to as u64, u64::from(*cell), 1));
            }
            if let Some(sum) = prints.get_mut(to) {
                *sum = sum.wrapping_add(mix(from as u64, u64::from(*cell), 2));
            }
        }
        prints
    }
}

/// With more kinds of pairs than this, endpoints of the rarer ones stay by themselves.
const MOST_KINDS: usize = 64;

/// What a cell adds to the sums of its row and of its column, when both belong to one endpoint.
fn print(from: usize, to: usize, kind: u64) -> u64 {
    mix(to as u64, kind, 1).wrapping_add(mix(from as u64, kind, 2))
}

/// Scatters three small numbers (the finalizer of SplitMix64).
fn mix(place: u64, kind: u64, side: u64) -> u64 {
    let mut bits = place.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ kind.rotate_left(32) ^ (side << 60);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
