//! Which rows of a lens are met by what comes to it.

use super::Lens;
use crate::ovn::pipeline::AclId;
use crate::reach::arena::{L4Arena, L4Id};
use crate::reach::passing::Passing;
use crate::reach::scene::Party;

impl Lens {
    /// Notes which rows are met by headers that come from one party to another.
    pub fn note(&mut self, source: usize, target: usize, coming: L4Id, arena: &mut L4Arena) {
        let Some(classes) = self.class(Party::Source, source).zip(self.class(Party::Target, target)) else { return };
        let before = self.came.get(&classes).map_or(L4Arena::EMPTY, |came| came.may);
        let news = arena.difference(coming, before);
        if news != L4Arena::EMPTY {
            let came = arena.union(before, news);
            self.came.insert(classes, Passing { must: came, may: came });
            let mut met = core::mem::take(&mut self.met);
            // Rows that are too complex are told by whoever asks what comes through.
            _ = self.walk(classes, news, &mut met, arena);
            self.met = met;
        }
    }

    /// The rows of the database that some header is noted to have got to and matched.
    pub fn met(&self) -> impl Iterator<Item = AclId> {
        self.acls(&self.met)
    }
}
