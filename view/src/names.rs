//! Who asks whom, in few words.

use crate::cover::{Pairs, Rectangle, cover};
use crate::line::Line;
use std::collections::BTreeSet;

/// Of a longer list of names only the first ones are written.
const MOST_NAMES: usize = 8;
/// Fewer than these are named one by one, though somebody has a word for them.
const FEWEST: usize = 3;

/// Names in their order: of all endpoints, or of classes of them.
#[derive(Debug)]
pub struct Names<'e> {
    ids: Vec<&'e str>,
    /// Who each name stands for, by index of the id.
    members: Vec<Vec<usize>>,
    /// Sets of ids that somebody has a word for.
    crowds: Vec<(String, BTreeSet<usize>)>,
}

impl<'e> Names<'e> {
    /// These names, each for one.
    pub fn new(ids: impl Iterator<Item = &'e str>) -> Self {
        let ids: Vec<_> = ids.collect();
        let members = (0..ids.len()).map(|index| vec![index]).collect();
        Self { ids, members, crowds: Vec::new() }
    }

    /// Classes of these names, by index.
    pub fn grouped(ids: impl Iterator<Item = &'e str>, members: &[Vec<usize>]) -> Self {
        Self { ids: ids.collect(), members: members.to_vec(), crowds: Vec::new() }
    }

    /// The same with words for sets of ids, the best ones first.
    #[must_use]
    pub fn with(mut self, crowds: impl IntoIterator<Item = (String, BTreeSet<usize>)>) -> Self {
        self.crowds = crowds.into_iter().filter(|(_, members)| members.len() >= FEWEST).collect();
        self.crowds.extend(self.numbered());
        self
    }

    /// Who asks whom, in few lines: by rectangles of askers and targets, in the order of their first askers. A line is put
    /// into words when it is asked for.
    pub fn merged(&self, pairs: &Pairs, arrow: &str) -> impl ExactSizeIterator<Item = String> {
        let mut found = self.rectangles(pairs);
        let first = |classes: &BTreeSet<usize>| classes.iter().flat_map(|class| self.members(*class)).min().copied();
        found.sort_by_cached_key(|one| (first(&one.askers), first(&one.targets)));
        found.into_iter().map(move |rectangle| self.who(&rectangle, arrow))
    }

    /// Rectangles that hold these pairs and no others, those of most pairs first.
    pub fn rectangles(&self, pairs: &Pairs) -> Vec<Rectangle> {
        cover(pairs, &|index| self.members(index).len())
    }

    /// The ids of classes, by index.
    pub fn all(&self, classes: &BTreeSet<usize>) -> BTreeSet<usize> {
        classes.iter().flat_map(|class| self.members(*class)).copied().collect()
    }

    /// Whether a class stands for one that does not ask itself.
    pub(crate) fn is_single(&self, class: usize) -> bool {
        self.members(class).len() == 1
    }

    /// Who asks whom in a rectangle.
    pub fn who(&self, rectangle: &Rectangle, arrow: &str) -> String {
        let (askers, targets) = (self.all(&rectangle.askers), self.all(&rectangle.targets));
        let everybody = |some: &BTreeSet<usize>| some.len() == self.ids.len();
        // One that stands for several asks itself.
        let without = |some: &BTreeSet<usize>, others: &BTreeSet<usize>, classes: &BTreeSet<usize>| match others.len()
            == 1
            && classes.iter().all(|class| self.is_single(*class))
        {
            true => some - others,
            false => some.clone(),
        };
        if askers == targets {
            return if everybody(&askers) { "among all".to_owned() } else { format!("among {}", self.names(&askers)) };
        }
        let (from, to) =
            (without(&askers, &targets, &rectangle.targets), without(&targets, &askers, &rectangle.askers));
        // Nobody asks oneself: whoever is alone on one side is not missed on the other.
        let full = |some: &BTreeSet<usize>, others: &BTreeSet<usize>| {
            some.len() > 1 && (everybody(some) || others.len() == 1 && everybody(&(some | others)))
        };
        let from = if full(&from, &to) { "everybody else".to_owned() } else { self.names(&from) };
        let to = if full(&to, &askers) { "everybody else".to_owned() } else { self.names(&to) };
        format!("{from} {arrow} {to}")
    }

    /// Ids in words: one by one, by what somebody calls them, or by those that are left out.
    fn names(&self, ids: &BTreeSet<usize>) -> String {
        let (told, left_out) = (self.listed(ids), self.ids.len().saturating_sub(ids.len()));
        if self.crowds.is_empty() || !(1..=MOST_NAMES).contains(&left_out) || ids.len() < FEWEST {
            return told;
        }
        let missing: BTreeSet<usize> = (0..self.ids.len()).filter(|id| !ids.contains(id)).collect();
        let but = format!("everybody but {}", self.listed(&missing));
        if but.chars().count() < told.chars().count() { but } else { told }
    }

    fn listed(&self, ids: &BTreeSet<usize>) -> String {
        let mut left = ids.clone();
        let mut told = Vec::new();
        loop {
            let inside = self.crowds.iter().filter(|(_, members)| members.is_subset(ids));
            // Of those that add as much, the first.
            let adds = |(at, (_, members)): &(usize, &(String, BTreeSet<usize>))| {
                (members.intersection(&left).count(), std::cmp::Reverse(*at))
            };
            let Some((_, (name, members))) = inside.enumerate().max_by_key(adds) else { break };
            if members.intersection(&left).count() < FEWEST {
                break;
            }
            told.push(format!("all {} ×{}", Line(name), members.len()));
            left = &left - members;
        }
        told.extend(left.iter().take(MOST_NAMES).map(|id| Line(self.id(*id)).to_string()));
        match left.len().saturating_sub(MOST_NAMES) {
            0 => told.join(", "),
            more => format!("{} and {more} more", told.join(", ")),
        }
    }

    /// Ids that differ by a number at their end alone: `shop/web-1`, `shop/web-2`.
    fn numbered(&self) -> Vec<(String, BTreeSet<usize>)> {
        let stem = |id: &'e str| id.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let mut stems: Vec<(String, BTreeSet<usize>)> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        for (index, id) in self.ids.iter().enumerate().filter(|(_, id)| stem(id).len() < id.len()) {
            let at = *places.entry(stem(id)).or_insert_with(|| {
                stems.push((format!("{}*", stem(id)), BTreeSet::new()));
                stems.len() - 1
            });
            if let Some((_, members)) = stems.get_mut(at) {
                members.insert(index);
            }
        }
        let others = |name: &str, members: &BTreeSet<usize>| {
            let stem = name.trim_end_matches('*');
            self.ids.iter().filter(|id| id.starts_with(stem)).count() > members.len()
        };
        stems.retain(|(name, members)| members.len() >= FEWEST && !name.ends_with("/*") && !others(name, members));
        stems
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
        names.merged(&all, "->").collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn pairs_are_told_together() {
        let names = Names::new(["a", "b", "c", "d"].into_iter());
        assert_eq!(told(&names, &[(0, 1), (0, 2)]), "a -> b, c");
        assert_eq!(told(&names, &[(0, 2), (1, 2)]), "a, b -> c");
        assert_eq!(told(&names, &[(0, 1), (0, 2), (0, 3)]), "a -> everybody else");
        assert_eq!(told(&names, &[(0, 3), (1, 3), (2, 3)]), "everybody else -> d");
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

    #[test]
    fn sets_have_the_names_that_people_gave_them() {
        let ids = ["db", "n/web-1", "n/web-2", "n/web-3", "x", "y", "z"];
        let crowd = ("of n".to_owned(), BTreeSet::from([1, 2, 3, 4]));
        let names = Names::new(ids.into_iter()).with([crowd]);
        assert_eq!(told(&names, &[(1, 0), (2, 0), (3, 0)]), "all n/web-* ×3 -> db");
        assert_eq!(told(&names, &[(1, 0), (2, 0), (3, 0), (4, 0)]), "all of n ×4 -> db");
        assert_eq!(told(&names, &[(1, 0), (2, 0)]), "n/web-1, n/web-2 -> db");
        assert_eq!(told(&names, &[(0, 1), (0, 2), (0, 3), (0, 4), (0, 5)]), "db -> all of n ×4, y");
    }
}
