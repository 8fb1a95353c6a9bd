//! Classes that are alike in one part of a conversation: as those who ask, or as those who answer.
//!
//! A conversation depends on the places of both ends, and on what the rows say wherever they are asked; there, each end is
//! seen as a lens sees it. So all classes of one place which no lens tells apart ask alike, or answer alike: who may come in
//! to somebody does not matter where he asks.

use super::classes::Classes;
use super::scene::Party;
use alloc::sync::Arc;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// All classes in one part of conversations.
#[derive(Debug, Clone)]
pub(super) struct Division {
    /// By class: its group.
    pub of: Arc<[u32]>,
    pub groups: Vec<Group>,
    /// What the groups look like, in the order of what is looked at.
    facets: Vec<(Look, Arc<Facet>)>,
}

/// Classes that are alike in this part: an endpoint in one of them, and another one where there is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub first: usize,
    second: Option<usize>,
}

/// What groups are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// Where they are.
    Place,
    /// As what a lens sees them in a role.
    Lens(usize, Party),
}

/// What all groups look like.
#[derive(Debug)]
pub(super) struct Facet {
    /// By group.
    pub of: Vec<u32>,
    /// By what they look like: the groups.
    members: Vec<Vec<usize>>,
}

/// What those look like whom a lens does not see.
pub(super) const UNSEEN: u32 = u32::MAX;

impl Group {
    /// Somebody of this group, and somebody else of the other one.
    pub fn pair(&self, other: &Self) -> Option<(usize, usize)> {
        let others = |one: usize| [Some(other.first), other.second].into_iter().flatten().find(|other| *other != one);
        [Some(self.first), self.second].into_iter().flatten().find_map(|one| Some((one, others(one)?)))
    }
}

impl Division {
    /// So many classes, all of them alike.
    pub fn of_one(classes: usize) -> Self {
        Self { of: alloc::vec![0; classes].into(), groups: Vec::new(), facets: Vec::new() }
    }

    /// Tells apart what looks different, by the first endpoint of each class.
    pub fn divide(&mut self, classes: &Classes, look: Look, looks: impl Fn(usize) -> Option<u32>) {
        let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
        let (mut of, mut groups) = (Vec::with_capacity(self.of.len()), Vec::<Group>::new());
        // By new group: the one before, and what it looks like.
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        for (members, old) in classes.members().iter().zip(&*self.of) {
            let first = members.first().copied().unwrap_or(usize::MAX);
            let (looks, next) = (looks(first).unwrap_or(UNSEEN), groups.len());
            let number = *numbers.entry((*old, looks)).or_insert(u32::try_from(next).unwrap_or(UNSEEN));
            of.push(number);
            if usize::try_from(number) == Ok(next) {
                groups.push(Group { first, second: None });
                olds.push(*old);
                news.push(looks);
            }
            let group = usize::try_from(number).ok().and_then(|number| groups.get_mut(number));
            if let Some(Group { first, second }) = group {
                *second = second.or_else(|| members.iter().copied().find(|member| member != first));
            }
        }
        // Where nobody is told apart who was not before, groups keep their numbers.
        if groups.len() != self.groups.len() {
            for (_, facet) in &mut self.facets {
                let of = olds.iter().map(|old| at(&facet.of, *old).copied().unwrap_or(UNSEEN));
                *facet = Facet::of(of.collect());
            }
        }
        if let Err(place) = self.place(look) {
            self.facets.insert(place, (look, Facet::of(news)));
        }
        (self.of, self.groups) = (of.into(), groups);
    }

    /// What the groups look like; nothing where they are not told apart so.
    pub fn facet(&self, look: Look) -> Option<&Arc<Facet>> {
        self.facets.get(self.place(look).ok()?).map(|(_, facet)| facet)
    }

    /// What a group looks like.
    pub fn look(&self, look: Look, group: usize) -> u32 {
        self.facet(look).and_then(|facet| facet.of.get(group)).copied().unwrap_or(UNSEEN)
    }

    /// Where a facet stands, or would stand.
    fn place(&self, look: Look) -> Result<usize, usize> {
        self.facets.binary_search_by_key(&look, |(known, _)| *known)
    }
}

impl Facet {
    fn of(of: Vec<u32>) -> Arc<Self> {
        let mut members: Vec<Vec<usize>> = Vec::new();
        for (group, looks) in of.iter().enumerate().filter(|(_, looks)| **looks != UNSEEN) {
            let Ok(looks) = usize::try_from(*looks) else { continue };
            members.resize_with(members.len().max(looks + 1), Vec::new);
            members.get_mut(looks).into_iter().for_each(|members| members.push(group));
        }
        Arc::new(Self { of, members })
    }

    /// Everything that somebody looks like, with the groups that do.
    pub fn all(&self) -> impl Iterator<Item = (u32, &[usize])> {
        (0..).zip(self.members.iter().map(Vec::as_slice))
    }

    /// The groups that look so.
    pub fn members(&self, looks: u32) -> &[usize] {
        at(&self.members, looks).map_or(&[], Vec::as_slice)
    }
}

/// What stands there, by a number that is kept small.
pub(super) fn at<T>(list: &[T], number: u32) -> Option<&T> {
    list.get(usize::try_from(number).ok()?)
}
