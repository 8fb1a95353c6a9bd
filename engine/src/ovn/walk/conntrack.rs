//! What the zones of the ports remember.

use crate::ovn::acl::Direction;
use crate::ovn::packet::{Ip, L4, Packet, SYN, SYN_ACK};
use crate::ovn::pipeline::Tracking;
use alloc::vec::Vec;
use core::net::IpAddr;

/// The connection tracking zones: one for each port of each switch.
#[derive(Debug, Clone, Default)]
pub struct Conntrack<'p> {
    entries: Vec<Entry<'p>>,
}

#[derive(Debug, Clone)]
struct Entry<'p> {
    zone: (usize, &'p str),
    /// How the request crossed the port; its answer crosses it the other way. Several that share a port are told apart so.
    way: Direction,
    request: Tuple,
    blocked: bool,
}

/// Where a packet is looked up: index of the switch, name of the port, and which way it crosses the port.
pub type Zone<'a> = (usize, &'a str, Direction);

/// What makes two packets belong to one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tuple {
    src: IpAddr,
    dst: IpAddr,
    protocol: u8,
    /// Ports, or the ICMP type (of the request) and code.
    from: u16,
    to: u16,
}

impl Tuple {
    fn of(ip: &Ip) -> Self {
        let (from, to) = match ip.l4 {
            L4::Tcp { src, dst, .. } | L4::Udp { src, dst } | L4::Sctp { src, dst } => (src, dst),
            L4::Icmp { kind, code, .. } => (kind.into(), code.into()),
            L4::Other(_) => (0, 0),
        };
        Self { src: ip.src, dst: ip.dst, protocol: ip.protocol(), from, to }
    }

    fn reversed(self) -> Self {
        // Of IPv6 protocol 1 is any other, and so is 58 of IPv4.
        let (from, to) = match (self.protocol, self.src.is_ipv4()) {
            (1, true) | (58, false) => (answer_of(self.protocol, self.from), self.to),
            _ => (self.to, self.from),
        };
        Self { src: self.dst, dst: self.src, protocol: self.protocol, from, to }
    }
}

/// The ICMP type that answers, or is answered by, a type.
fn answer_of(protocol: u8, kind: u16) -> u16 {
    match (protocol, kind) {
        (1, 8) => 0,
        (1, 0) => 8,
        (1, 13 | 15 | 17) | (58, 128 | 139) => kind + 1,
        (1, 14 | 16 | 18) | (58, 129 | 140) => kind - 1,
        _ => kind,
    }
}

impl<'p> Conntrack<'p> {
    /// What the zone of a port says of a packet.
    pub fn look_up(&self, zone: Zone<'_>, packet: &Packet) -> Tracking {
        let Some(ip) = packet.ip() else { return Tracking::Untracked };
        if let L4::Icmp { about: Some(inner), .. } = &ip.l4 {
            let (switch, port, way) = zone;
            let known = self.find((switch, port, way.other()), Tuple::of(inner)).is_some();
            return if known { Tracking::Related } else { Tracking::Invalid };
        }
        let tuple = Tuple::of(ip);
        match self.find(zone, tuple) {
            Some(entry) if entry.is_request(zone, tuple) && entry.blocked => Tracking::BlockedRequest,
            Some(entry) if entry.is_request(zone, tuple) => Tracking::Request,
            Some(entry) if entry.blocked => Tracking::BlockedReply,
            Some(_) => Tracking::Reply,
            None if starts_connection(ip) => Tracking::New,
            None => Tracking::Invalid,
        }
    }

    /// Remembers a connection by its first packet.
    pub fn commit(&mut self, (switch, port, way): Zone<'p>, packet: &Packet) {
        if let Some(ip) = packet.ip() {
            self.entries.push(Entry { zone: (switch, port), way, request: Tuple::of(ip), blocked: false });
        }
    }

    /// Sets or clears `ct_mark.blocked` of the connection that a packet belongs to.
    pub fn set_blocked(&mut self, zone: Zone<'_>, packet: &Packet, blocked: bool) {
        let Some(tuple) = packet.ip().map(Tuple::of) else { return };
        let entry = self.entries.iter_mut().find(|entry| entry.is(zone, tuple));
        if let Some(entry) = entry {
            entry.blocked = blocked;
        }
    }

    fn find(&self, zone: Zone<'_>, tuple: Tuple) -> Option<&Entry<'p>> {
        self.entries.iter().find(|entry| entry.is(zone, tuple))
    }
}

impl Entry<'_> {
    fn is(&self, zone: Zone<'_>, tuple: Tuple) -> bool {
        let here = self.zone == (zone.0, zone.1);
        here && (self.is_request(zone, tuple) || self.way != zone.2 && self.request.reversed() == tuple)
    }

    fn is_request(&self, zone: Zone<'_>, tuple: Tuple) -> bool {
        self.way == zone.2 && self.request == tuple
    }
}

/// Whether conntrack takes a packet that it knows nothing of for the first one of a connection.
/// Linux: `nf_conntrack_proto_tcp.c`, `nf_conntrack_proto_icmp.c`, `nf_conntrack_proto_icmpv6.c` (`valid_new`).
fn starts_connection(ip: &Ip) -> bool {
    match ip.l4 {
        L4::Tcp { flags, .. } => flags & SYN_ACK == SYN,
        L4::Icmp { kind, .. } if ip.src.is_ipv4() => matches!(kind, 8 | 13 | 15 | 17),
        L4::Icmp { kind, .. } => matches!(kind, 128 | 139),
        L4::Udp { .. } | L4::Sctp { .. } | L4::Other(_) => true,
    }
}
