//! Where a load balancer sends what it is asked.

use super::{Half, Question, SYN, l4};
use crate::ovn::network::{Network, VipProtocol};
use crate::ovn::packet::{Packet, Payload};
use crate::ovn::walk::{Balancing, Pass};
use crate::reach::{Attachment, Endpoint, Family, L4Header};
use alloc::boxed::Box;
use alloc::vec::Vec;

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
    let Attachment::Balancer(balancer) = to.attachment else { return Vec::new() };
    let Some(balancer) = network.load_balancers.get(balancer) else { return Vec::new() };
    let asked = match header {
        L4Header::Tcp(_, port) => (VipProtocol::Tcp, port),
        L4Header::Udp(_, port) => (VipProtocol::Udp, port),
        L4Header::Sctp(_, port) => (VipProtocol::Sctp, port),
        L4Header::Icmp(..) | L4Header::Other(_) => return Vec::new(),
    };
    let serves = |vip: &&crate::ovn::network::Vip| {
        (vip.protocol, vip.port) == asked && vip.address.is_ipv4() == (family == Family::Ipv4)
    };
    let listed = balancer.vips.iter().filter(serves).flat_map(|vip| &vip.backends);
    let found = listed.flat_map(|(address, port)| {
        let is = |endpoint: &&Endpoint| {
            endpoint.port().is_some() && endpoint.addresses.iter().any(|range| range.first == *address)
        };
        let Some(endpoint) = endpoints.iter().find(is) else { return Vec::new() };
        let served = from.served_by(endpoint.id == from.id);
        served.iter().map(|is_own| Backend { endpoint, port: *port, is_own: *is_own }).collect()
    });
    found.collect()
}

impl Question<'_> {
    /// Before the balancer of the asker's switch a request is for the balancer, an answer comes back by it.
    pub(super) fn balance(&self, half: Half, way: &mut [(Pass, Packet)]) {
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
