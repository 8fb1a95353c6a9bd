//! One conversation between two endpoints, walked packet by packet.

mod backend;
mod ways;

pub use backend::{Backend, backends, has_strangers};
pub(super) use ways::Ways;

use crate::ovn::network::{Mac, Network};
use crate::ovn::packet::{Arp, Ip, L4, Packet, Payload, SYN, SYN_ACK};
use crate::ovn::pipeline::Pipeline;
use crate::ovn::walk::{Balancing, Choice, Journey, Pass, Walk};
use crate::reach::{Attachment, Crossing, Endpoint, EndpointKind, Family, L4Header, Route, Topology};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

/// What is asked: two endpoints, a family and a header.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The network.
    pub network: &'a Network,
    /// Its pipelines.
    pub pipelines: &'a [Pipeline],
    /// Who asks.
    pub from: &'a Endpoint,
    /// Who answers.
    pub to: &'a Endpoint,
    /// IPv4 or IPv6.
    pub family: Family,
    /// The header of the request.
    pub header: L4Header,
    /// What else its packets look like.
    pub shape: Shape,
    /// Who answers in the place of a load balancer.
    pub backend: Option<Backend<'a>>,
}

/// The parts of a packet that an ordinary conversation leaves as they are, for both halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// TTL or hop limit on leaving the sender.
    pub ttl: u8,
    /// DSCP, six bits.
    pub dscp: u8,
    /// ECN, two bits.
    pub ecn: u8,
    /// Bit 0: a fragment; bit 1: not the first one.
    pub frag: u8,
    /// IPv6 flow label, twenty bits.
    pub label: u32,
    /// VLAN tag control information; zero for an untagged packet.
    pub vlan_tci: u16,
    /// TCP flags of the request; nothing for a SYN. The answer is always a SYN-ACK.
    pub tcp_flags: Option<u16>,
}

impl Default for Shape {
    /// TTL 64, untagged, unfragmented, everything else zero.
    fn default() -> Self {
        Self { ttl: 64, dscp: 0, ecn: 0, frag: 0, label: 0, vlan_tci: 0, tcp_flags: None }
    }
}

/// Which half of a conversation a packet belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Half {
    /// The first packet.
    Request,
    /// Its answer.
    Reply,
}

impl Half {
    /// `request` or `reply`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Reply => "reply",
        }
    }
}

/// What happened to one half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg<'a> {
    /// Which half.
    pub half: Half,
    /// The question for the next hop's Ethernet address, where one has to be asked.
    pub resolution: Option<Journey>,
    /// The packet itself; nothing where the address could not be learnt.
    pub packet: Option<Journey>,
    /// Each switch with the packet as it enters there.
    pub way: Vec<(Pass<'a>, Packet)>,
    /// Whether a router lets the packet go no further, as its TTL is spent.
    pub expired: bool,
}

impl Leg<'_> {
    /// Whether the packet came through.
    pub fn delivered(&self) -> bool {
        self.packet.as_ref().is_some_and(|journey| journey.delivered)
    }
}

/// A conversation: the request, and the answer where the request arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation<'a> {
    /// The request.
    pub request: Leg<'a>,
    /// The answer; nothing where there is none to give.
    pub reply: Option<Leg<'a>>,
}

impl Conversation<'_> {
    /// Whether the request arrived.
    pub fn delivered(&self) -> bool {
        self.request.delivered()
    }

    /// Whether the answer came back.
    pub fn answered(&self) -> bool {
        self.reply.as_ref().is_some_and(Leg::delivered)
    }

    /// Whether OVN promises all that was decided, so that no other choice leads elsewhere.
    pub fn is_sure(&self) -> bool {
        let legs = core::iter::once(&self.request).chain(&self.reply);
        let journeys = legs.flat_map(|leg| leg.resolution.iter().chain(&leg.packet));
        journeys.flat_map(|journey| &journey.steps).all(|step| step.decision.sure)
    }
}

impl<'a> Question<'a> {
    /// The switches on the way.
    pub fn route(&self) -> Route<'a> {
        Route::between(&Topology::of(self.network), self.from, self.to)
    }

    /// Walks the conversation on a network that has seen no packet before. Nothing where there is no way at all:
    /// no route, or no address of that family on one of the two.
    pub fn walk(&self, choice: Choice) -> Option<Conversation<'a>> {
        self.walk_along(&Ways::of(self)?, choice)
    }

    /// The same by ways that are known.
    pub(super) fn walk_along(&self, ways: &Ways<'a>, choice: Choice) -> Option<Conversation<'a>> {
        let mut walk = Walk::new(self.network, self.pipelines, choice);
        let request = self.leg(&mut walk, Half::Request, ways)?;
        let answerable = request.delivered() && self.answer().is_some();
        let reply = answerable.then(|| self.leg(&mut walk, Half::Reply, ways)).flatten();
        Some(Conversation { request, reply })
    }

    /// The crossings of a half, in order.
    pub fn crossings(&self, half: Half) -> Vec<Crossing<'a>> {
        Ways::of(self).map(|ways| ways.of_half(half).to_vec()).unwrap_or_default()
    }

    /// Whether a load balancer sends what is asked back to who asks.
    fn is_turned(&self) -> bool {
        self.backend.is_some_and(|backend| backend.is_own)
    }

    fn leg(&self, walk: &mut Walk<'a>, half: Half, ways: &Ways<'a>) -> Option<Leg<'a>> {
        let crossings = ways.of_half(half);
        let (way, is_spent) = self.way(half, crossings, ways.hops)?;
        let resolution = self.resolve(walk, half, crossings);
        let resolved = resolution.as_ref().is_none_or(|journey| journey.delivered);
        let sent = resolved.then(|| walk.send(&way));
        let expired = is_spent && sent.as_ref().is_some_and(|journey| journey.delivered);
        let packet = sent.map(|journey| Journey { delivered: journey.delivered && !is_spent, ..journey });
        Some(Leg { half, resolution, packet, way, expired })
    }

    /// The packet as it enters each switch, and whether a router behind the last one drops it: one takes one from the TTL, and
    /// passes nothing on that has none left (northd, `build_ip_routing_pre_flows_for_lrouter`, `ip.ttl == {0, 1}`).
    fn way(&self, half: Half, crossings: &[Crossing<'a>], hops: u8) -> Option<(Vec<(Pass<'a>, Packet)>, bool)> {
        let (source, target) = self.parties(half);
        let (src, dst) = self.addresses(half)?;
        let l4 = match half {
            Half::Request => l4(self.served(), self.shape.tcp_flags.unwrap_or(SYN)),
            Half::Reply => l4(self.answer()?, SYN_ACK),
        };
        // How many routers lie behind a router nobody says.
        let first = crossings.first().filter(|crossing| crossing.from.is_none()).map(|_| self.shape.ttl);
        let ttl = |number: u8| first.map(|ttl| ttl.saturating_sub(hops.saturating_mul(number)));
        let packet = |(number, crossing): (u8, &Crossing<'a>)| {
            let eth_src = crossing.from.map_or(source.mac, |link| link.mac);
            let eth_dst = crossing.to.map_or(target.mac, |link| link.mac);
            let Shape { dscp, ecn, frag, label, .. } = self.shape;
            let ip = Ip { src, dst, ttl: ttl(number), dscp, ecn, frag, label, l4: l4.clone() };
            let Crossing { switch, inport, outport, .. } = *crossing;
            let pass = Pass { switch, inport, outport, balancing: Balancing::None };
            (pass, Packet { eth_src, eth_dst, vlan_tci: self.shape.vlan_tci, payload: Payload::Ip(Box::new(ip)) })
        };
        let mut way: Vec<_> = (0..).zip(crossings).map(packet).collect();
        self.balance(half, &mut way);
        let leaves = crossings.last().is_some_and(|crossing| crossing.to.is_some()) && !self.is_turned();
        let is_spent = match crossings {
            [_, _, ..] if ttl(1) == Some(0) => {
                way.truncate(1);
                true
            }
            // The router's own addresses are none beyond it.
            _ => leaves && target.kind != EndpointKind::Gateway && first.is_some_and(|ttl| ttl <= 1),
        };
        Some((way, is_spent))
    }

    /// The address resolution before the first packet of a half: only for IPv4, only by a machine on a switch.
    fn resolve(&self, walk: &mut Walk<'a>, half: Half, crossings: &[Crossing<'a>]) -> Option<Journey> {
        let (source, target) = self.parties(half);
        let first = crossings.first().filter(|crossing| crossing.from.is_none() && self.family == Family::Ipv4)?;
        if [first.inport, first.outport].iter().any(|port| self.is_physical(first.switch, port)) {
            return None;
        }
        let (wanted, owner) = match first.to {
            Some(link) => (link.addresses.iter().copied().find(IpAddr::is_ipv4), link.mac),
            None => (Some(self.addresses(half)?.1), target.mac),
        };
        let (asker, wanted) = (ipv4(Some(self.addresses(half)?.0))?, ipv4(wanted).unwrap_or(0));
        let question = Arp { reverse: false, op: 1, sha: source.mac, spa: asker, tha: Mac([0; 6]), tpa: wanted };
        let answer = Arp { reverse: false, op: 2, sha: owner, spa: wanted, tha: source.mac, tpa: asker };
        let frame = |eth_src, eth_dst, arp| Packet { eth_src, eth_dst, vlan_tci: 0, payload: Payload::Arp(arp) };
        let question = frame(source.mac, Mac::BROADCAST, question);
        let answer = frame(owner, source.mac, answer);
        Some(walk.resolve(first.switch, first.inport, &question, &answer))
    }

    fn is_physical(&self, switch: usize, port: &str) -> bool {
        use crate::ovn::network::PortKind;
        self.pipelines.get(switch).is_some_and(|pipeline| pipeline.port_kind(port) == PortKind::Localnet)
    }

    /// Who sends and who gets the packets of a half, behind a load balancer where there is one.
    fn parties(&self, half: Half) -> (&'a Endpoint, &'a Endpoint) {
        let answerer = self.backend.map_or(self.to, |backend| backend.endpoint);
        match half {
            Half::Request => (self.from, answerer),
            Half::Reply => (answerer, self.from),
        }
    }

    /// The addresses of those: two different ones where one endpoint stands for both.
    fn addresses(&self, half: Half) -> Option<(IpAddr, IpAddr)> {
        let (source, target) = self.parties(half);
        let (src, dst) = (source.address(self.family)?, target.address(self.family)?);
        let is_inner = self.backend.is_none() && self.from.id == self.to.id;
        Some(match half {
            Half::Request if is_inner => (src, self.to.another(self.family).unwrap_or(dst)),
            Half::Reply if is_inner => (self.to.another(self.family).unwrap_or(src), dst),
            Half::Request | Half::Reply => (src, dst),
        })
    }

    /// The header of the request as the one who answers sees it.
    fn served(&self) -> L4Header {
        let Some(backend) = self.backend else { return self.header };
        match self.header {
            L4Header::Tcp(src, _) => L4Header::Tcp(src, backend.port),
            L4Header::Udp(src, _) => L4Header::Udp(src, backend.port),
            L4Header::Sctp(src, _) => L4Header::Sctp(src, backend.port),
            other @ (L4Header::Icmp(..) | L4Header::Other(_)) => other,
        }
    }

    /// The header of the answer; an ICMP message that is no echo request has none.
    pub fn answer(&self) -> Option<L4Header> {
        let (request, reply) = self.family.echo();
        match self.served() {
            L4Header::Tcp(src, dst) => Some(L4Header::Tcp(dst, src)),
            L4Header::Udp(src, dst) => Some(L4Header::Udp(dst, src)),
            L4Header::Sctp(src, dst) => Some(L4Header::Sctp(dst, src)),
            L4Header::Icmp(kind, code) if u16::from(kind) == request => {
                u8::try_from(reply).ok().map(|reply| L4Header::Icmp(reply, code))
            }
            L4Header::Icmp(..) => None,
            L4Header::Other(number) => Some(L4Header::Other(number)),
        }
    }
}

fn l4(header: L4Header, flags: u16) -> L4 {
    match header {
        L4Header::Tcp(src, dst) => L4::Tcp { src, dst, flags },
        L4Header::Udp(src, dst) => L4::Udp { src, dst },
        L4Header::Sctp(src, dst) => L4::Sctp { src, dst },
        L4Header::Icmp(kind, code) => L4::Icmp { kind, code, about: None },
        L4Header::Other(number) => L4::Other(number),
    }
}

fn ipv4(address: Option<IpAddr>) -> Option<u32> {
    match address? {
        IpAddr::V4(address) => Some(address.to_bits()),
        IpAddr::V6(_) => None,
    }
}

impl Endpoint {
    /// The switch and port at which it is attached; nothing for a router and what lies behind one.
    pub fn port(&self) -> Option<(usize, &str)> {
        match &self.attachment {
            Attachment::Port { switch, port } => Some((*switch, port)),
            Attachment::Router(_) | Attachment::Balancer(_) => None,
        }
    }

    /// The address of another one of those for whom it stands: its last one; of replicas the one beside it, which no rule
    /// singles out either.
    fn another(&self, family: Family) -> Option<IpAddr> {
        let mut own = self.addresses.iter().rev().map(|range| range.last);
        let last = own.find(|address| address.is_ipv4() == (family == Family::Ipv4));
        last.map(|last| match last {
            _ if Some(last) != self.address(family) => last,
            IpAddr::V4(only) => IpAddr::V4((only.to_bits() ^ 1).into()),
            IpAddr::V6(only) => IpAddr::V6((only.to_bits() ^ 1).into()),
        })
    }
}
