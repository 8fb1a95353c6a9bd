//! Who asks whom, in few words.

use crate::line::Line;
use std::collections::{BTreeMap, BTreeSet};

/// Of a longer list of names only the first ones are written.
const MOST_NAMES: usize = 8;

/// For each asker: whom it asks, by index.
pub type Pairs = BTreeMap<usize, BTreeSet<usize>>;

/// The names of all endpoints, in the order of their indexes.
#[derive(Debug)]
pub struct Names<'e> {
    ids: Vec<&'e str>,
}

impl<'e> Names<'e> {
    /// These names.
    pub fn new(ids: impl Iterator<Item = &'e str>) -> Self {
        Self { ids: ids.collect() }
    }

    /// Who asks whom, in few lines: askers that ask the same targets; then askers that ask the same targets and each
    /// other, where nobody asks oneself.
    pub fn merged(&self, pairs: &Pairs, arrow: &str) -> Vec<String> {
        let mut same: BTreeMap<BTreeSet<usize>, BTreeSet<usize>> = BTreeMap::new();
        for (from, targets) in pairs {
            same.entry(targets.clone()).or_default().insert(*from);
        }
        let alone = |askers: &BTreeSet<usize>| askers.len() == 1;
        let mut groups: BTreeMap<BTreeSet<usize>, BTreeSet<usize>> = BTreeMap::new();
        for (mut targets, askers) in same {
            if alone(&askers) {
                targets.extend(&askers);
            }
            groups.entry(targets).or_default().extend(askers);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, askers)| askers.first().copied());
        groups.into_iter().map(|(targets, askers)| self.who(&askers, targets, arrow)).collect()
    }

    fn who(&self, askers: &BTreeSet<usize>, mut targets: BTreeSet<usize>, arrow: &str) -> String {
        let everybody = targets.len() == self.ids.len();
        if *askers == targets {
            return if everybody { "among all".to_owned() } else { format!("among {}", self.names(askers)) };
        }
        if everybody {
            return format!("{} {arrow} everybody else", self.names(askers));
        }
        if let [asker] = askers.iter().collect::<Vec<_>>().as_slice() {
            targets.remove(asker);
        }
        format!("{} {arrow} {}", self.names(askers), self.names(&targets))
    }

    fn names(&self, indexes: &BTreeSet<usize>) -> String {
        let shown: Vec<_> = indexes.iter().take(MOST_NAMES).map(|index| Line(self.id(*index)).to_string()).collect();
        match indexes.len().saturating_sub(MOST_NAMES) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }

    fn id(&self, index: usize) -> &'e str {
        self.ids.get(index).copied().unwrap_or("?")
    }
}
