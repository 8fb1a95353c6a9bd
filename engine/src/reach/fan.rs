//! What one class has to do with all others.
//!
//! Fans are much alike: whoever asks, most of the others tell him what they would tell a stranger. So a fan is what another one
//! is, which many of them share, and where it differs.

use super::division::{UNSEEN, at};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Which way conversations go between one class and many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The one asks.
    From,
    /// The many ask.
    To,
}

/// An answer of one evaluation: pairs with equal ones have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnswerId(pub(super) u32);

impl AnswerId {
    /// Its number: those of an evaluation are counted from zero.
    pub fn number(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// No answer: nobody was asked.
pub(super) const NONE: AnswerId = AnswerId(UNSEEN);

/// The answers about one class, or about all that are like it in its part, and each of many others.
#[derive(Debug, Clone)]
pub struct Fan {
    /// By class of the others: their group.
    groups: Arc<[u32]>,
    /// By group.
    common: Arc<[AnswerId]>,
    /// Of these groups others, rising.
    own: Vec<(u32, AnswerId)>,
}

impl Fan {
    /// No answer yet about classes in these groups.
    pub(super) fn of_none(groups: Arc<[u32]>) -> Self {
        Self { groups, common: [].into(), own: Vec::new() }
    }

    /// The same answers, but for some groups, in rising order.
    pub(super) fn with(&self, own: Vec<(u32, AnswerId)>) -> Self {
        Self { groups: Arc::clone(&self.groups), common: Arc::clone(&self.common), own }
    }

    /// The same answers in one list.
    pub(super) fn flat(&self) -> Self {
        let mut common = self.common.to_vec();
        for (group, answer) in &self.own {
            let Ok(group) = usize::try_from(*group) else { continue };
            common.resize(common.len().max(group + 1), NONE);
            common.get_mut(group).into_iter().for_each(|common| *common = *answer);
        }
        Self { groups: Arc::clone(&self.groups), common: common.into(), own: Vec::new() }
    }

    /// How many numbers it has by itself.
    pub(super) fn weight(&self) -> usize {
        2 * self.own.len()
    }

    /// The answer about a group.
    pub(super) fn by_group(&self, group: usize) -> Option<AnswerId> {
        self.at(u32::try_from(group).ok()?)
    }

    fn at(&self, group: u32) -> Option<AnswerId> {
        let own = self.own.binary_search_by_key(&group, |(group, _)| *group).ok().and_then(|at| self.own.get(at));
        own.map(|(_, answer)| answer).or_else(|| at(&self.common, group)).copied().filter(|answer| *answer != NONE)
    }

    /// The answer about a class: none where nobody was asked about. A class with one member has nothing to do with itself,
    /// whatever stands there.
    pub fn of(&self, class: usize) -> Option<AnswerId> {
        self.at(*self.groups.get(class)?)
    }

    /// The group of a class of the others: classes in one have the same answer.
    pub fn group(&self, class: usize) -> Option<u32> {
        self.groups.get(class).copied()
    }

    /// Whether another one is the same but for [`Self::own`].
    pub fn is_like(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.groups, &other.groups) && Arc::ptr_eq(&self.common, &other.common)
    }

    /// The groups of which it says something of its own, rising; and what, if anything.
    pub fn own(&self) -> impl Iterator<Item = (u32, Option<AnswerId>)> {
        self.own.iter().map(|(group, answer)| (*group, Some(*answer).filter(|answer| *answer != NONE)))
    }

    /// What it has in common with fans that are like it: the answer about a group, where [`Self::own`] has none.
    pub fn common(&self, group: u32) -> Option<AnswerId> {
        at(&self.common, group).copied().filter(|answer| *answer != NONE)
    }

    /// The answers about all classes, one after the other.
    pub fn all(&self) -> impl Iterator<Item = Option<AnswerId>> + use<> {
        let (groups, all) = (Arc::clone(&self.groups), self.flat().common);
        (0..groups.len()).map(move |class| at(&all, *groups.get(class)?).copied().filter(|answer| *answer != NONE))
    }
}
