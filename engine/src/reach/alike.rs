//! Pairs of endpoints whose conversations are the same: equal ways, and nothing on them that a row could tell apart.

use super::conversation::{Key, Solver, What};
use super::forest::Trees;
use super::l4::Family;
use super::likeness::{Likeness, Likes};
use super::route::{Carried, Crossing, Route};
use super::scene::Scene;
use crate::ovn::acl::Direction;
use crate::ovn::network::PortKind;
use crate::ovn::pipeline::Stage;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// All that a conversation depends on, the endpoints' names aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Alike {
    /// Which families both ends have.
    families: [bool; 2],
    direct: bool,
    hops: u8,
    crossings: [Option<Passage>; 2],
    /// What routers do with packets of each family.
    carried: [Carried; 2],
}

/// All that one crossing depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Passage {
    switch: usize,
    /// What the ports of both ends lead to.
    kinds: [PortKind; 2],
    there: Likes,
    back: Likes,
    /// As the switch sees whoever asks for the Ethernet address of its router, each way.
    routers: [Option<Likes>; 2],
}

impl<'n> Solver<'n> {
    /// What the conversation of a pair depends on; nothing where that cannot be told.
    pub fn alike(&mut self, route: Route<'n>, from: usize, to: usize) -> Option<Alike> {
        let is_known = !matches!(route, Route::Balanced(_) | Route::Unknown(_) | Route::Apart);
        if !is_known || self.is_mixed(from, to) || self.disputed.contains(to) {
            return None;
        }
        let has = |family| Some(self.endpoints.get(from)?.has(family) && self.endpoints.get(to)?.has(family));
        let families = [has(Family::Ipv4)?, has(Family::Ipv6)?];
        let mut crossings = [None; 2];
        for (slot, crossing) in crossings.iter_mut().zip(route.crossings()) {
            *slot = Some(self.passage(crossing, from, to)?);
        }
        let (source, target) = (self.endpoints.get(from)?, self.endpoints.get(to)?);
        let carried = Family::ALL.map(|family| route.carried(&self.topology, source, target, family));
        Some(Alike { families, direct: route == Route::Direct, hops: route.hops(), crossings, carried })
    }

    fn passage(&mut self, crossing: Crossing<'n>, from: usize, to: usize) -> Option<Passage> {
        let switch = crossing.switch;
        self.sees(switch);
        let parties = self.parties.get(switch)?.as_ref()?;
        let likeness = self.likenesses.get_mut(switch)?.as_mut()?.as_mut()?;
        let (source, target) = (parties.endpoint(from)?, parties.endpoint(to)?);
        let mut router = |link: Option<_>, asker| match link {
            None => Some(None),
            Some(link) => likeness.pair(asker, parties.router(link)?).map(Some),
        };
        let routers = [router(crossing.to, source)?, router(crossing.from, target)?];
        Some(Passage {
            switch,
            kinds: [parties.kind(source), parties.kind(target)],
            there: likeness.pair(source, target)?,
            back: likeness.pair(target, source)?,
            routers,
        })
    }

    /// Sees to it that it is known what the rows of a switch can see.
    pub(super) fn sees(&mut self, switch: usize) {
        self.meet(switch);
        if self.likenesses.get(switch).is_some_and(Option::is_none) {
            let made = self.likeness(switch);
            if let Some(slot) = self.likenesses.get_mut(switch) {
                *slot = Some(made);
            }
        }
    }

    /// What the rows of a switch can see; nothing where they look at what changes from pair to pair.
    fn likeness(&mut self, switch: usize) -> Option<Likeness> {
        let scenes: [&[Scene]; 2] =
            [&[Scene::Ip(Family::Ipv4), Scene::ArpRequest, Scene::ArpReply], &[Scene::Ip(Family::Ipv6)]];
        // Packets of a family that nobody has are never asked about.
        let used = |family| self.endpoints.iter().any(|endpoint| endpoint.has(family));
        let used = [used(Family::Ipv4), used(Family::Ipv6)];
        let mut asked: [Vec<Arc<Trees>>; 2] = [Vec::new(), Vec::new()];
        for ((asked, scenes), _) in asked.iter_mut().zip(scenes).zip(used).filter(|(_, used)| *used) {
            for scene in scenes {
                for mode in self.sensitive.modes(*scene)? {
                    let stages = Stage::ALL.map(What::Stage).into_iter();
                    let whats = stages.chain(Direction::ALL.map(What::Stateless));
                    asked.extend(whats.filter_map(|what| self.trees(Key { switch, what, mode })));
                }
            }
        }
        let mut sides = [self.sides(switch, Family::Ipv4)?, self.sides(switch, Family::Ipv6)?];
        let made = Likeness::of(&mut sides, &self.predicates, |kind, builder| {
            asked.get(kind).into_iter().flatten().flat_map(|trees| &trees.all).for_each(|tree| builder.add(tree));
        });
        Family::ALL.into_iter().zip(sides).for_each(|(family, sides)| self.keep_sides(switch, family, sides));
        Some(made)
    }
}
