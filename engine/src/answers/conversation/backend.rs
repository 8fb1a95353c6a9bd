//! Where a load balancer sends what it is asked.

use super::{Half, Question, SYN, l4};
use crate::ovn::network::{Network, Router, Vip, VipProtocol};
use crate::ovn::packet::{Packet, Payload};
use crate::ovn::walk::{Balancing, Pass};
use crate::reach::{Attachment, Endpoint, Family, L4Header, Route, Topology};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

/// Where a load balancer sends a connection.
#[derive(Debug, Clone, Copy)]
pub struct Backend<'a> {
    /// Who answers.
    pub endpoint: &'a Endpoint,
    /// At which port.
    pub port: u16,
    /// Whether it is who asks himself, to whom his packets are sent back.
    pub is_own: bool,
}

/// Where a load balancer may send a request with this header: every backend that is an endpoint. Who asks may be one of them; of
/// several that stand behind one endpoint, another may be, too.
pub fn backends<'a>(
    network: &Network,
    endpoints: &'a [Endpoint],
    (from, to): (&Endpoint, &Endpoint),
    family: Family,
    header: L4Header,
) -> Vec<Backend<'a>> {
    let found = listed(network, (from, to), family, header).flat_map(|(router, address, port)| {
        let Some(endpoint) = at_address(network, endpoints, (router, address)) else { return Vec::new() };
        let served = from.served_by(endpoint.id == from.id);
        served.iter().map(|is_own| Backend { endpoint, port, is_own: *is_own }).collect()
    });
    found.collect()
}

/// Whether one of these is no endpoint.
pub fn has_strangers(
    network: &Network,
    endpoints: &[Endpoint],
    ends: (&Endpoint, &Endpoint),
    family: Family,
    header: L4Header,
) -> bool {
    listed(network, ends, family, header)
        .any(|(router, address, _)| at_address(network, endpoints, (router, address)).is_none())
}

/// The backends of a load balancer for a request with this header, each with the router that gets there.
fn listed(
    network: &Network,
    (from, to): (&Endpoint, &Endpoint),
    family: Family,
    header: L4Header,
) -> impl Iterator<Item = (usize, IpAddr, u16)> {
    let client = from.port().map(|(switch, _)| switch);
    let balancer = match to.attachment {
        Attachment::Balancer(balancer) => network.load_balancers.get(balancer),
        Attachment::Port { .. } | Attachment::Router(_) => None,
    };
    let asked = match header {
        L4Header::Tcp(_, port) => Some((VipProtocol::Tcp, port)),
        L4Header::Udp(_, port) => Some((VipProtocol::Udp, port)),
        L4Header::Sctp(_, port) => Some((VipProtocol::Sctp, port)),
        L4Header::Icmp(..) | L4Header::Other(_) => None,
    };
    let meets = |of: &Router| of.links.iter().any(|link| Some(link.switch) == client);
    let router = network.routers.iter().position(meets).unwrap_or(usize::MAX);
    let here = balancer.into_iter().flat_map(|balancer| &balancer.vips).filter(move |vip| {
        vip.address.is_ipv4() == (family == Family::Ipv4) && client.is_some_and(|switch| vip.is_on(switch))
    });
    let is_whole = here.clone().any(Vip::is_whole);
    let serving = here.filter(move |vip| match is_whole {
        true => vip.is_whole(),
        false => asked == Some((vip.protocol, vip.port)),
    });
    serving.flat_map(move |vip| vip.backends.iter().map(move |(address, port)| (router, *address, *port)))
}

/// The endpoint with an address on a switch of a router: behind another one there may be one with the same.
fn at_address<'a>(
    network: &Network,
    endpoints: &'a [Endpoint],
    (router, address): (usize, IpAddr),
) -> Option<&'a Endpoint> {
    let links = network.routers.get(router).map_or(&[][..], |router| &router.links);
    let is_there = |(switch, _): (usize, &str)| links.iter().any(|link| link.switch == switch);
    let is = |endpoint: &&Endpoint| {
        endpoint.addresses.iter().any(|range| range.first == address) && endpoint.port().is_some_and(is_there)
    };
    endpoints.iter().find(is)
}

impl Question<'_> {
    /// Asked without a backend that is an endpoint: whether there are others.
    pub(in crate::answers) fn has_strangers(&self) -> bool {
        listed(self.network, (self.from, self.to), self.family, self.header).next().is_some()
    }

    /// Whether a load balancer may take the request from who is asked.
    pub(in crate::answers) fn is_taken(&self, topology: &Topology<'_>, route: Route<'_>) -> bool {
        topology.taken(route, self.from, self.to, self.family).contains(self.header)
    }

    /// Before the balancer of the asker's switch a request is for the balancer, an answer comes back by it.
    pub(super) fn balance(&self, half: Half, way: &mut [(Pass<'_>, Packet)]) {
        if let (None, Attachment::Balancer(index), Some((pass, _))) =
            (self.backend, &self.to.attachment, way.first_mut())
        {
            let address = self.to.address(self.family);
            let topology = Topology::of(self.network);
            let is_open = address.is_some_and(|address| topology.is_open_on(*index, pass.switch, address));
            pass.balancing = if is_open { Balancing::Open } else { Balancing::Lost };
        }
        let Some(vip) = self.backend.and_then(|_| self.to.address(self.family)) else { return };
        let end = if half == Half::Request { way.first_mut() } else { way.last_mut() };
        let Some((pass, packet)) = end else { return };
        let asked = l4(self.header, self.shape.tcp_flags.unwrap_or(SYN));
        let balanced = Box::new(packet.clone());
        let leaving = || {
            let mut leaving = balanced.clone();
            (leaving.eth_src, leaving.eth_dst) = (packet.eth_dst, packet.eth_src);
            leaving
        };
        pass.balancing = match (half, self.is_turned()) {
            (Half::Request, false) => Balancing::Towards(balanced),
            (Half::Reply, false) => Balancing::Back,
            (Half::Request, true) => {
                let mut leaving = leaving();
                if let Payload::Ip(ip) = &mut leaving.payload {
                    ip.src = vip;
                }
                Balancing::Turned { remembered: Some(balanced), leaving }
            }
            (Half::Reply, true) => Balancing::Turned { remembered: None, leaving: leaving() },
        };
        if let (Payload::Ip(ip), false) = (&mut packet.payload, pass.balancing == Balancing::Back) {
            ip.dst = vip;
            if half == Half::Request {
                ip.l4 = asked;
            }
        }
    }
}
