//! Who asks whom, in few words.

use crate::line::Line;
use std::collections::{BTreeMap, BTreeSet};

/// Of a longer list of names only the first ones are written.
const MOST_NAMES: usize = 8;

/// For each asker: whom it asks, by index of the name.
pub type Pairs = BTreeMap<usize, BTreeSet<usize>>;

/// Names in their order: of all endpoints, or of classes of them.
#[derive(Debug)]
pub struct Names<'e> {
    ids: Vec<&'e str>,
    /// Who each name stands for, by index of the id.
    members: Vec<Vec<usize>>,
}

impl<'e> Names<'e> {
    /// These names, each for one.
    pub fn new(ids: impl Iterator<Item = &'e str>) -> Self {
        let ids: Vec<_> = ids.collect();
        let members = (0..ids.len()).map(|index| vec![index]).collect();
        Self { ids, members }
    }

    /// Classes of these names, by index.
    pub fn grouped(ids: impl Iterator<Item = &'e str>, members: &[Vec<usize>]) -> Self {
        Self { ids: ids.collect(), members: members.to_vec() }
    }

    /// Who asks whom, in few lines: askers that ask the same targets; then askers that ask the same targets and each
    /// other, where nobody asks oneself.
    pub fn merged(&self, pairs: &Pairs, arrow: &str) -> Vec<String> {
        let mut same: BTreeMap<BTreeSet<usize>, BTreeSet<usize>> = BTreeMap::new();
        for (from, targets) in pairs {
            same.entry(targets.clone()).or_default().insert(*from);
        }
        let mut groups: BTreeMap<BTreeSet<usize>, BTreeSet<usize>> = BTreeMap::new();
        for (mut targets, askers) in same {
            if self.single(&askers).is_some() {
                targets.extend(&askers);
            }
            groups.entry(targets).or_default().extend(askers);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, askers)| askers.iter().flat_map(|asker| self.members(*asker)).min().copied());
        groups.into_iter().map(|(targets, askers)| self.who(&askers, targets, arrow)).collect()
    }

    fn who(&self, askers: &BTreeSet<usize>, mut targets: BTreeSet<usize>, arrow: &str) -> String {
        let everybody = targets.len() == self.members.len();
        if *askers == targets {
            return if everybody { "among all".to_owned() } else { format!("among {}", self.names(askers)) };
        }
        if everybody {
            return format!("{} {arrow} everybody else", self.names(askers));
        }
        if let Some(asker) = self.single(askers) {
            targets.remove(&asker);
        }
        format!("{} {arrow} {}", self.names(askers), self.names(&targets))
    }

    /// The name of a set that stands for one alone.
    fn single(&self, names: &BTreeSet<usize>) -> Option<usize> {
        let first = names.first().copied()?;
        (names.len() == 1 && self.members(first).len() == 1).then_some(first)
    }

    fn names(&self, indexes: &BTreeSet<usize>) -> String {
        let mut first: Vec<usize> =
            indexes.iter().flat_map(|index| self.members(*index).iter().take(MOST_NAMES)).copied().collect();
        first.sort_unstable();
        let shown: Vec<_> = first.iter().take(MOST_NAMES).map(|index| Line(self.id(*index)).to_string()).collect();
        let all: usize = indexes.iter().map(|index| self.members(*index).len()).sum();
        match all.saturating_sub(MOST_NAMES) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }

    fn members(&self, index: usize) -> &[usize] {
        self.members.get(index).map_or(&[], Vec::as_slice)
    }

    fn id(&self, index: usize) -> &'e str {
        self.ids.get(index).copied().unwrap_or("?")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(names: &Names<'_>, pairs: &[(usize, usize)]) -> String {
        let mut all = Pairs::new();
        for (from, to) in pairs {
            all.entry(*from).or_default().insert(*to);
        }
        names.merged(&all, "->").join("; ")
    }

    #[test]
    fn pairs_are_told_together() {
        let names = Names::new(["a", "b", "c", "d"].into_iter());
        assert_eq!(told(&names, &[(0, 1), (0, 2)]), "a -> b, c");
        assert_eq!(told(&names, &[(0, 2), (1, 2)]), "a, b -> c");
        assert_eq!(told(&names, &[(0, 1), (0, 2), (0, 3)]), "a -> everybody else");
        assert_eq!(told(&names, &[(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)]), "among a, b, c");
        assert_eq!(told(&names, &[(0, 1), (1, 0), (0, 3), (1, 3)]), "a, b -> a, b, d");
    }

    #[test]
    fn a_class_stands_for_its_members() {
        let names = Names::grouped(["a", "b", "c", "d"].into_iter(), &[vec![0, 2], vec![1], vec![3]]);
        assert_eq!(told(&names, &[(0, 0)]), "among a, c");
        assert_eq!(told(&names, &[(0, 1)]), "a, c -> b");
        assert_eq!(told(&names, &[(0, 0), (0, 1), (0, 2)]), "a, c -> everybody else");
        assert_eq!(told(&names, &[(1, 0), (1, 2)]), "b -> everybody else");
        assert_eq!(told(&names, &[(0, 1), (0, 2)]), "a, c -> b, d");
        assert_eq!(told(&names, &[(0, 0), (0, 1), (1, 0)]), "among a, b, c");
    }
}
