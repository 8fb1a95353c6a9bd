//! The ways of both halves of a conversation.

use super::{Half, Question};
use crate::ovn::network::Link;
use crate::reach::{Carried, Crossing, Route, Topology};
use alloc::vec::Vec;

/// By which switches the two halves of a conversation go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::answers) struct Ways<'a> {
    there: Vec<Crossing<'a>>,
    back: Vec<Crossing<'a>>,
    /// How many routers lie between two crossings.
    pub(super) hops: u8,
    /// What these do with the packets.
    pub(in crate::answers) carried: Carried,
}

impl<'a> Ways<'a> {
    /// Nothing where there is no way at all.
    pub(in crate::answers) fn of(question: &Question<'a>) -> Option<Self> {
        let topology = Topology::of(question.network);
        let route = Route::between(&topology, question.from, question.to);
        let carried = match route.carried(&topology, question.from, question.to, question.family) {
            Carried::Surely if question.is_taken(&topology, route) => Carried::Perhaps,
            carried => carried,
        };
        match route {
            _ if carried == Carried::Nowhere => None,
            Route::Apart | Route::Unknown(_) => None,
            Route::Balanced(_) => Self::balanced(question, &topology),
            Route::Direct | Route::Switched(_) | Route::Routed(..) => Some(Self {
                there: route.crossings().collect(),
                back: route.crossings().rev().map(Crossing::reversed).collect(),
                hops: route.hops(),
                carried,
            }),
        }
    }

    /// The request to a load balancer goes by the router even to a backend of the same switch; its answer does not. What an
    /// endpoint asks of itself is turned back to its port, both ways. Of what goes to nobody knows whom the beginning is known.
    fn balanced(question: &Question<'a>, topology: &Topology<'a>) -> Option<Self> {
        let (near, client) = question.from.port()?;
        let link = |switch: usize| topology.links(switch).first().map(|(_, link)| *link);
        let way = |switch, port, link| Crossing { switch, inport: port, outport: "", from: None, to: Some(link) };
        let leave = |switch, port, link: &'a Link| Crossing { outport: &link.port, ..way(switch, port, link) };
        let Some(backend) = question.backend.map(|backend| backend.endpoint) else {
            let there = question.has_strangers().then(|| Some([leave(near, client, link(near)?)].to_vec()))??;
            return Some(Self { there, back: Vec::new(), hops: 1, carried: Carried::Perhaps });
        };
        let (far, server) = backend.port()?;
        if question.is_turned() {
            let here = [Crossing { outport: client, ..leave(near, client, link(near)?) }].to_vec();
            return Some(Self { there: here.clone(), back: here, hops: 1, carried: Carried::Surely });
        }
        let links = [(near, link(near)?), (far, link(far)?)];
        let carried = Carried::between(topology, links, [question.from, backend], question.family);
        if carried == Carried::Nowhere {
            return None;
        }
        let (out, back) = (leave(near, client, link(near)?), leave(far, server, link(far)?));
        let straight = Crossing { switch: far, inport: server, outport: client, from: None, to: None };
        let home = if near == far { [straight].to_vec() } else { [back, out.reversed()].to_vec() };
        Some(Self { there: [out, back.reversed()].to_vec(), back: home, hops: 1, carried })
    }

    /// The crossings of a half, in order.
    pub(in crate::answers) fn of_half(&self, half: Half) -> &[Crossing<'a>] {
        match half {
            Half::Request => &self.there,
            Half::Reply => &self.back,
        }
    }
}
