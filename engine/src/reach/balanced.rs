//! Conversations with a load balancer, for all headers at once.
//!
//! The asker's switch sees the balancer's address in its first stage and the backend's from the second one on
//! (`ovn-northd(8)`, "Ingress Table: LB"). The address is of no switch, so the request goes by the router even to a backend
//! of the same switch; the answer takes the straight way. The connection is tracked at the asker's port, whatever the
//! rows of its switch want. Which backend gets a connection is not promised: certain is what holds of each of them.

use super::arena::{L4Arena, L4Id};
use super::conversation::{At, End, Exchange, FIRST_TTL, Remembered, Solver, Talk, Tracker, Tracks};
use super::endpoint::{Attachment, Endpoint};
use super::l4::{Family, L4Set};
use super::region::{Ports, Region};
use super::route::{Carried, Crossing, Route, leave};
use super::scene::Half;
use crate::ovn::network::{PortKind, Vip, VipProtocol};
use crate::ovn::pipeline::Stage;
use crate::ovn::walk::Choice;
use alloc::vec::Vec;
use core::net::IpAddr;

/// A connection to a balancer and the backend that gets it, by the indexes of their endpoints.
#[derive(Clone, Copy)]
struct Service {
    family: Family,
    choice: Choice,
    client: usize,
    balancer: usize,
    backend: usize,
    /// Whether the client is the backend itself.
    is_own: bool,
    protocol: VipProtocol,
    /// The balancer's port and the backend's.
    ports: (u16, u16),
}

impl<'n> Solver<'n> {
    /// What is certain of connections to a load balancer, and what is possible.
    pub fn balanced(&mut self, index: usize, talk: Talk) -> (Exchange, Exchange) {
        let none = Exchange { delivered: L4Arena::EMPTY, answered: L4Arena::EMPTY };
        let network = self.network;
        let Some(balancer) = network.load_balancers.get(index) else { return (none, none) };
        let of_family = |vip: &&Vip| vip.address.is_ipv4() == (talk.family == Family::Ipv4);
        let (mut must, mut may) = (none, none);
        let Some((switch, _)) = self.endpoints.get(talk.from).and_then(Endpoint::port) else { return (none, none) };
        let Some((router, _)) = self.topology.links(switch).first().copied() else { return (none, none) };
        let vips = balancer.vips.iter().filter(of_family).filter(|vip| vip.is_on(switch));
        if vips.clone().any(Vip::is_whole) {
            let all = self.arena.full(talk.family);
            return (none, self.whatever(talk, all, Tracker::Rows));
        }
        for vip in vips {
            let (certain, possible) = self.vip(router, vip, talk);
            must = self.either(must, certain);
            may = self.either(may, possible);
        }
        (must, may)
    }

    fn vip(&mut self, router: usize, vip: &Vip, talk: Talk) -> (Exchange, Exchange) {
        let none = Exchange { delivered: L4Arena::EMPTY, answered: L4Arena::EMPTY };
        let mut found: Option<(Exchange, Exchange)> = None;
        for (address, port) in &vip.backends {
            let Some(backend) = self.at_address(router, *address) else {
                let asked = self.arena.intern(only(vip.protocol, vip.port));
                let possible = self.whatever(talk, asked, Tracker::Balancer);
                found = Some(self.mixed(found, (none, possible)));
                continue;
            };
            let service = Service {
                family: talk.family,
                choice: Choice::Strict,
                client: talk.from,
                balancer: talk.to,
                backend,
                is_own: false,
                protocol: vip.protocol,
                ports: (vip.port, *port),
            };
            let served = self.endpoints.get(talk.from).map_or(&[][..], |client| client.served_by(talk.from == backend));
            for is_own in served {
                let service = Service { is_own: *is_own, ..service };
                self.certain = true;
                let certain = self.serve(service);
                let possible =
                    if self.certain { certain } else { self.serve(Service { choice: Choice::Generous, ..service }) };
                // What is remembered in one case may be what stops the answer in the other.
                let (must, may) = (self.both(certain, possible), self.either(certain, possible));
                let carried = match self.routed(service) {
                    Carried::Surely => (must, may),
                    Carried::Perhaps => (none, may),
                    Carried::Nowhere => (none, none),
                };
                found = Some(self.mixed(found, carried));
            }
        }
        found.unwrap_or((none, none))
    }

    /// What may become of connections that go to nobody knows whom: the rows before the balancer are asked.
    pub(super) fn whatever(&mut self, talk: Talk, asked: L4Id, tracker: Tracker) -> Exchange {
        let passed = self.before(Talk { choice: Choice::Generous, ..talk }, asked, tracker).unwrap_or(L4Arena::EMPTY);
        Exchange { delivered: passed, answered: passed }
    }

    fn before(&mut self, talk: Talk, asked: L4Id, tracker: Tracker) -> Option<L4Id> {
        let (switch, port) = self.endpoints.get(talk.from)?.port()?;
        let (_, link) = self.topology.links(switch).first()?;
        let out = leave(switch, port, link);
        self.meet(switch);
        if !self.resolves(Some(out), talk) {
            return None;
        }
        let parties = self.parties(switch)?;
        let (source, target) = (parties.endpoint(talk.from)?, parties.endpoint(talk.to)?);
        let Talk { family, choice, .. } = talk;
        let at = At { switch, source, target, family, half: Half::Request, ttl: FIRST_TTL, choice };
        let entering = self.tracks(at, PortKind::Vif, End::Entering, None, tracker);
        // What connection tracking does not see the balancer does not see either.
        let asked = if tracker == Tracker::Balancer { self.arena.intersection(asked, entering.new) } else { asked };
        Some(self.admitted(at, Stage::FromLport, entering, asked))
    }

    /// One more backend: certain is what holds of each, possible what holds of one.
    fn mixed(&mut self, found: Option<(Exchange, Exchange)>, next: (Exchange, Exchange)) -> (Exchange, Exchange) {
        match found {
            Some((must, may)) => (self.both(must, next.0), self.either(may, next.1)),
            None => next,
        }
    }

    pub(super) fn either(&mut self, one: Exchange, other: Exchange) -> Exchange {
        Exchange {
            delivered: self.arena.union(one.delivered, other.delivered),
            answered: self.arena.union(one.answered, other.answered),
        }
    }

    fn both(&mut self, one: Exchange, other: Exchange) -> Exchange {
        Exchange {
            delivered: self.arena.intersection(one.delivered, other.delivered),
            answered: self.arena.intersection(one.answered, other.answered),
        }
    }

    /// The endpoint with an address on a switch of a router.
    fn at_address(&mut self, router: usize, address: IpAddr) -> Option<usize> {
        let (endpoints, topology) = (self.endpoints, &self.topology);
        let map = self.by_address.get_or_insert_with(|| {
            let local = endpoints.iter().enumerate().flat_map(|(index, endpoint)| {
                let Attachment::Port { switch, .. } = &endpoint.attachment else { return Vec::new() };
                let links = topology.links(*switch).iter();
                let addresses = || endpoint.addresses.iter().map(|range| range.first);
                links.flat_map(|(router, _)| addresses().map(|address| ((*router, address), index))).collect()
            });
            local.collect()
        });
        map.get(&(router, address)).copied()
    }

    /// What the router between the client and the backend does with the packets.
    fn routed(&self, service: Service) -> Carried {
        let Service { family, client, backend, .. } = service;
        let links = self.ways(service).filter(|_| !service.is_own).and_then(|(out, back)| {
            let ends = [self.endpoints.get(client)?, self.endpoints.get(backend)?];
            let links = [(out.switch, out.to?), (back.switch, back.from?)];
            Some(Carried::between(&self.topology, links, ends, family))
        });
        links.unwrap_or(Carried::Surely)
    }

    /// One connection from end to end.
    fn serve(&mut self, service: Service) -> Exchange {
        let none = Exchange { delivered: L4Arena::EMPTY, answered: L4Arena::EMPTY };
        let Some((out, back)) = self.ways(service) else { return none };
        [out.switch, back.switch].into_iter().for_each(|switch| self.meet(switch));
        let ask = Talk { from: service.client, to: service.backend, family: service.family, choice: service.choice };
        if !self.resolves(Some(out), ask) {
            return none;
        }
        let found = if service.is_own { self.turned_back(service, out) } else { self.sent_on(service, out, back) };
        let Some((delivered, answers)) = found else { return none };
        let answered = self.arena.answers(service.family, answers);
        Exchange {
            delivered: self.moved(service, delivered, Turn::Back),
            answered: self.moved(service, answered, Turn::Back),
        }
    }

    /// The headers that get to a backend elsewhere, and those of its answers that come back.
    fn sent_on(&mut self, service: Service, out: Crossing<'n>, back: Crossing<'n>) -> Option<(L4Id, L4Id)> {
        let (delivered, near, far) = self.request(service, out, back)?;
        let answers = self.arena.answers(service.family, delivered);
        let answered = self.reply(service, answers, (out, back), (near, far)).unwrap_or(L4Arena::EMPTY);
        Some((delivered, answered))
    }

    /// The same where the client is the backend: the balancer turns the packets back to the port that they came from, those of
    /// the request with its own address as their source. The rows behind the balancer are not asked (`ovn-northd(8)`, "Ingress
    /// Table: Hairpin").
    fn turned_back(&mut self, service: Service, out: Crossing<'n>) -> Option<(L4Id, L4Id)> {
        let Service { family, choice, .. } = service;
        let parties = self.parties(out.switch)?;
        let (client, balancer) = (parties.endpoint(service.client)?, parties.endpoint(service.balancer)?);
        let turned = parties.turned(service.client, service.balancer)?;
        let at = |half, source, target| At { switch: out.switch, source, target, family, half, ttl: FIRST_TTL, choice };
        let (there, back) = (at(Half::Request, client, balancer), at(Half::Request, turned.balancer, client));
        let moved = self.balanced_to(service, there);
        let entering = self.all_new(family);
        let (delivered, mut memory) = self.leave(back, moved, entering, None, Tracker::Balancer);
        // What rows keep from being looked up there may be known by what remembers the asker's own address.
        if self.arena.difference(delivered, memory.leaving) != L4Arena::EMPTY {
            self.certain = false;
            memory.leaving = if choice == Choice::Generous { delivered } else { memory.leaving };
        }
        let answers = self.arena.answers(family, delivered);
        let (there, back) = (at(Half::Reply, client, balancer), at(Half::Reply, turned.client, client));
        let entering = self.tracks(there, PortKind::Vif, End::Entering, Some(memory.leaving), Tracker::Balancer);
        let tracked = self.arena.difference(answers, entering.untracked);
        let entered = self.admitted(there, Stage::FromLport, entering, tracked);
        Some((delivered, self.come_back(back, (entered, entering), memory.entering)))
    }

    /// The answers that leave by the port that asked: what is not looked up there does not get the balancer's address back.
    fn come_back(&mut self, at: At, (entered, entering): (L4Id, Tracks), remembered: L4Id) -> L4Id {
        let leaving = self.tracks(at, PortKind::Vif, End::Leaving(entering), Some(remembered), Tracker::Balancer);
        self.arena.intersection(entered, leaving.known)
    }

    /// What comes to the balancer, and goes on from it to the backend's port.
    fn balanced_to(&mut self, service: Service, at: At) -> L4Id {
        let entering = self.tracks(at, PortKind::Vif, End::Entering, None, Tracker::Balancer);
        let asked = self.arena.intern(only(service.protocol, service.ports.0));
        let asked = self.arena.intersection(asked, entering.new);
        let asked = self.admitted(at, Stage::FromLport, entering, asked);
        self.moved(service, asked, Turn::There)
    }

    /// Behind a balancer every header is that of a new connection.
    fn all_new(&mut self, family: Family) -> Tracks {
        let none = L4Arena::EMPTY;
        Tracks { untracked: none, new: self.arena.full(family), known: none, invalid: none, forgotten: none }
    }

    /// From the client to the router, and from there to the backend.
    fn ways(&self, service: Service) -> Option<(Crossing<'n>, Crossing<'n>)> {
        let port = |index: usize| match &self.endpoints.get(index)?.attachment {
            Attachment::Port { switch, port } => Some((*switch, port.as_str())),
            Attachment::Router(_) | Attachment::Balancer(_) => None,
        };
        let ((near, client), (far, backend)) = (port(service.client)?, port(service.backend)?);
        let link = |switch: usize| self.topology.links(switch).first().map(|(_, link)| *link);
        Some((leave(near, client, link(near)?), leave(far, backend, link(far)?).reversed()))
    }

    fn request(
        &mut self,
        service: Service,
        out: Crossing<'n>,
        back: Crossing<'n>,
    ) -> Option<(L4Id, Remembered, Remembered)> {
        let near = self.parties(out.switch)?;
        let (client, balancer) = (near.endpoint(service.client)?, near.endpoint(service.balancer)?);
        let backend = near.routed(service.backend)?;
        let far = self.parties(back.switch)?;
        let (source, target) = (far.routed(service.client)?, far.endpoint(service.backend)?);
        let at = |switch, source, target, ttl| {
            let Service { family, choice, .. } = service;
            At { switch, source, target, family, half: Half::Request, ttl, choice }
        };
        // Before the balancer, then behind it.
        let first = at(out.switch, client, balancer, FIRST_TTL);
        let moved = self.balanced_to(service, first);
        let second = At { target: backend, ..first };
        let entering = self.all_new(service.family);
        let entered = self.admitted(second, Stage::FromLportAfterLb, entering, moved);
        let (left, near) = self.leave(second, entered, entering, None, Tracker::Rows);
        let third = at(back.switch, source, target, FIRST_TTL - 1);
        let (entered, entering) = self.enter(third, left, None);
        let (left, far) = self.leave(third, entered, entering, None, Tracker::Rows);
        Some((left, near, far))
    }

    /// The straight way back.
    fn reply(
        &mut self,
        service: Service,
        answers: L4Id,
        (out, back): (Crossing<'n>, Crossing<'n>),
        (near, far): (Remembered, Remembered),
    ) -> Option<L4Id> {
        let Service { family, choice, client, backend, .. } = service;
        let at = |switch, source, target, ttl| At { switch, source, target, family, half: Half::Reply, ttl, choice };
        let talk = Talk { from: backend, to: client, family, choice };
        if out.switch == back.switch {
            let parties = self.parties(out.switch)?;
            let here = at(out.switch, parties.endpoint(backend)?, parties.endpoint(client)?, FIRST_TTL);
            let straight = Crossing { inport: back.outport, outport: out.inport, from: None, to: None, ..out };
            if !self.resolves(Some(straight), talk) {
                return None;
            }
            let entered = self.enter(here, answers, Some(far));
            return Some(self.come_back(here, entered, near.entering));
        }
        if !self.resolves(Some(back.reversed()), talk) {
            return None;
        }
        let parties = self.parties(back.switch)?;
        let first = at(back.switch, parties.endpoint(backend)?, parties.endpoint(client)?, FIRST_TTL);
        let (entered, entering) = self.enter(first, answers, Some(far));
        let (left, _) = self.leave(first, entered, entering, Some(far), Tracker::Rows);
        let parties = self.parties(out.switch)?;
        let second = at(out.switch, parties.endpoint(backend)?, parties.endpoint(client)?, FIRST_TTL - 1);
        let entered = self.enter(second, left, Some(near));
        Some(self.come_back(second, entered, near.entering))
    }

    /// The same headers with the other destination port.
    fn moved(&mut self, service: Service, headers: L4Id, turn: Turn) -> L4Id {
        let (from, to) = match turn {
            Turn::There => service.ports,
            Turn::Back => (service.ports.1, service.ports.0),
        };
        let set = self.arena.get(headers);
        let region = match service.protocol {
            VipProtocol::Tcp => &set.tcp,
            VipProtocol::Udp => &set.udp,
            VipProtocol::Sctp => &set.sctp,
        };
        let sources = region.rectangles().into_iter().filter(|(_, target)| target.contains(from));
        let sources = sources.fold(Ports::EMPTY, |all, (source, _)| all.union(&source));
        let region = Region::product(&sources, &Ports::range(to, to));
        self.arena.intern(of_protocol(service.protocol, region))
    }
}

/// Which side of a load balancer.
#[derive(Clone, Copy)]
enum Turn {
    There,
    Back,
}

/// Everything to a port.
pub(super) fn only(protocol: VipProtocol, port: u16) -> L4Set {
    of_protocol(protocol, Region::product(&Ports::full(), &Ports::range(port, port)))
}

fn of_protocol(protocol: VipProtocol, region: Region) -> L4Set {
    match protocol {
        VipProtocol::Tcp => L4Set { tcp: region, ..L4Set::empty() },
        VipProtocol::Udp => L4Set { udp: region, ..L4Set::empty() },
        VipProtocol::Sctp => L4Set { sctp: region, ..L4Set::empty() },
    }
}

impl Route<'_> {
    /// The load balancer of the route.
    pub fn balancer(self) -> Option<usize> {
        match self {
            Self::Balanced(balancer) => Some(balancer),
            Self::Direct | Self::Switched(_) | Self::Routed(..) | Self::Unknown(_) | Self::Apart => None,
        }
    }
}
