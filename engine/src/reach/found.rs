//! What is found of a pair: the header sets of each family, or why there are none.

use super::arena::{L4Arena, L4Id};
use super::conversation::{Exchange, Solver, Talk};
use super::l4::Family;
use super::route::Route;
use super::verdict::NoPath;
use crate::ovn::walk::Choice;

/// The header sets of a pair by family, or why there are none.
pub(super) type Found = Result<[Option<Sets>; 2], NoPath>;

/// The header sets of a pair in one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sets {
    pub family: Family,
    pub delivered: L4Id,
    pub answered: L4Id,
    pub undefined: L4Id,
}

impl<'n> Solver<'n> {
    /// What becomes of conversations from one endpoint to another.
    pub(super) fn solve(&mut self, from: usize, to: usize) -> Found {
        let (source, target) = self.endpoints.get(from).zip(self.endpoints.get(to)).ok_or(NoPath::Apart)?;
        let route = self.route(from, to).ok_or(NoPath::Apart)?;
        let common = |family| source.has(family) && target.has(family);
        if !Family::ALL.into_iter().any(common) {
            return Err(NoPath::NoCommonFamily);
        }
        match route {
            Route::Apart => return Err(NoPath::Apart),
            Route::Unknown(why) => return Err(NoPath::Unknown(why)),
            Route::Direct | Route::Switched(_) | Route::Routed(..) | Route::Balanced(_) => {}
        }
        Ok(Family::ALL.map(|family| common(family).then(|| self.family_sets(route, from, to, family))))
    }

    fn family_sets(&mut self, route: Route<'n>, from: usize, to: usize, family: Family) -> Sets {
        let (must, may) = self.exchanges(route, Talk { from, to, family, choice: Choice::Strict });
        let arena = &mut self.arena;
        let delivered = arena.difference(may.delivered, must.delivered);
        let answered = arena.difference(may.answered, must.answered);
        let undefined = arena.union(delivered, answered);
        Sets { family, delivered: must.delivered, answered: must.answered, undefined }
    }

    /// What is certain and what is possible.
    fn exchanges(&mut self, route: Route<'n>, talk: Talk) -> (Exchange, Exchange) {
        self.lost = false;
        let exchanges = self.asked(route, talk);
        if !self.lost {
            return exchanges;
        }
        // What is tracked decides in both directions: where that is not known, nothing is.
        let whole = |headers| Exchange { delivered: headers, answered: headers };
        (whole(L4Arena::EMPTY), whole(self.arena.full(talk.family)))
    }

    fn asked(&mut self, route: Route<'n>, talk: Talk) -> (Exchange, Exchange) {
        if let Some(balancer) = route.balancer() {
            return self.balanced(balancer, talk);
        }
        let (must, certain) = self.exchange(route, talk);
        let generous = Talk { choice: Choice::Generous, ..talk };
        let may = if certain { must } else { self.exchange(route, generous).0 };
        (must, may)
    }
}
