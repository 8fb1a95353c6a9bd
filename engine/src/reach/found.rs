//! What is found of a pair: the header sets of each family, or why there are none.

use super::arena::{L4Arena, L4Id};
use super::conversation::{Exchange, Solver, Talk, Tracker};
use super::endpoint::{AddressRange, Attachment, Endpoint};
use super::fan::AnswerId;
use super::interner::Interner;
use super::l4::{Family, L4Set};
use super::route::{Carried, Route};
use super::verdict::NoPath;
use crate::ovn::network::Network;
use crate::ovn::walk::Choice;
use core::net::IpAddr;
use fixedbitset::FixedBitSet;
use hashbrown::HashSet;

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

/// What the answer about a pair is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Answer {
    pub found: Found,
    /// The families that both ends have: all that is known where the way is not.
    pub common: [bool; 2],
}

/// The answers of all conversations that were had for many.
#[derive(Debug, Clone)]
pub(super) struct Answers(Interner<Answer>);

impl Answers {
    /// None yet.
    pub fn new() -> Self {
        Self(Interner::new())
    }

    /// The number of an answer.
    pub fn number(&mut self, answer: Answer) -> AnswerId {
        AnswerId(self.0.number(answer).0)
    }

    /// An answer by its number.
    pub fn get(&self, AnswerId(number): AnswerId) -> Option<&Answer> {
        self.0.get(number)
    }
}

impl<'n> Solver<'n> {
    /// What becomes of conversations from one endpoint to another, and what there is in common.
    pub(super) fn answer(&mut self, from: usize, to: usize) -> Answer {
        Answer { found: self.solve(from, to), common: Family::ALL.map(|family| self.share(from, to, family)) }
    }

    /// Whether both have a family.
    pub(super) fn share(&self, from: usize, to: usize, family: Family) -> bool {
        [from, to].iter().all(|index| self.endpoints.get(*index).is_some_and(|endpoint| endpoint.has(family)))
    }

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
        let none = Exchange { delivered: L4Arena::EMPTY, answered: L4Arena::EMPTY };
        let ends = self.endpoints.get(talk.from).zip(self.endpoints.get(talk.to));
        let found = match ends.map(|(from, to)| route.carried(&self.topology, from, to, talk.family)) {
            Some(Carried::Surely) => self.passed(route, talk),
            // What the rows stop is stopped whatever the routers do.
            Some(Carried::Perhaps) => (none, self.passed(route, talk).1),
            Some(Carried::Nowhere) | None => (none, none),
        };
        match ends.filter(|_| self.disputed.contains(talk.to)) {
            Some((from, to)) => {
                let taken = self.topology.taken(route, from, to, talk.family);
                self.disputed(talk, taken, found)
            }
            None => found,
        }
    }

    /// Without what load balancers may take: nobody knows whether it comes there.
    fn disputed(&mut self, talk: Talk, taken: L4Set, (must, may): (Exchange, Exchange)) -> (Exchange, Exchange) {
        let taken = self.arena.intern(taken);
        let possible = self.whatever(talk, taken, Tracker::Balancer);
        let [delivered, answered] =
            [must.delivered, must.answered].map(|certain| self.arena.difference(certain, taken));
        (Exchange { delivered, answered }, self.either(may, possible))
    }

    fn passed(&mut self, route: Route<'n>, talk: Talk) -> (Exchange, Exchange) {
        self.lost = route != Route::Direct && self.is_mixed(talk.from, talk.to);
        if !self.lost {
            let exchanges = self.asked(route, talk);
            if !self.lost {
                return exchanges;
            }
        }
        // What is tracked decides in both directions: where that is not known, nothing is.
        let whole = |headers| Exchange { delivered: headers, answered: headers };
        (whole(L4Arena::EMPTY), whole(self.arena.full(talk.family)))
    }

    /// Whether rows tell apart those for whom one of two endpoints stands.
    pub(super) fn is_mixed(&self, from: usize, to: usize) -> bool {
        [from, to].iter().any(|end| self.endpoints.get(*end).is_some_and(|endpoint| endpoint.mixed))
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

/// Those with an address that a load balancer has, too; none is one itself.
pub(super) fn disputed(network: &Network, endpoints: &[Endpoint]) -> FixedBitSet {
    let vips = network.load_balancers.iter().flat_map(|balancer| &balancer.vips);
    let vips: HashSet<IpAddr> = vips.map(|vip| vip.address).collect();
    let is_disputed = |(_, endpoint): &(usize, &Endpoint)| {
        let is_balancer = matches!(endpoint.attachment, Attachment::Balancer(_));
        let mut ranges = endpoint.addresses.iter();
        let has = |range: &AddressRange| match range.first == range.last {
            true => vips.contains(&range.first),
            false => vips.iter().any(|vip| range.first <= *vip && *vip <= range.last),
        };
        !is_balancer && ranges.any(has)
    };
    let those = endpoints.iter().enumerate().filter(|_| !vips.is_empty()).filter(is_disputed);
    those.map(|(index, _)| index).collect()
}
