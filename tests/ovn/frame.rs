//! What a sniffed frame says: enough of it to know whose request or answer it is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A packet that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Packet {
    /// Who sent it, or claims to.
    pub source: IpAddr,
    /// Whom it is for.
    pub destination: IpAddr,
    /// What it carries.
    pub content: Content,
}

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// A TCP segment.
    Segment {
        /// Source port.
        sport: u16,
        /// Destination port.
        dport: u16,
        /// What its flags make of it.
        kind: Segment,
    },
    /// A UDP datagram.
    Datagram {
        /// Source port.
        sport: u16,
        /// Destination port.
        dport: u16,
    },
    /// An echo request.
    EchoRequest,
    /// An echo reply.
    EchoReply,
    /// An ICMP error about a packet that the receiver has sent.
    Unreachable {
        /// Protocol of that packet.
        protocol: u8,
        /// Its destination.
        destination: IpAddr,
        /// Its source port, zero without ports.
        sport: u16,
        /// Its destination port, zero without ports.
        dport: u16,
    },
}

/// A TCP segment by its flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segment {
    /// SYN alone.
    Syn,
    /// SYN and ACK.
    SynAck,
    /// RST, with or without ACK.
    Reset,
    /// Anything else.
    Other,
}

/// Reads an Ethernet frame; `None` where it carries nothing that a conversation consists of.
pub fn read(frame: &[u8]) -> Option<Packet> {
    match frame.get(12..14)? {
        [0x08, 0x00] => read_v4(frame.get(14..)?),
        [0x86, 0xdd] => read_v6(frame.get(14..)?),
        _ => None,
    }
}

fn read_v4(packet: &[u8]) -> Option<Packet> {
    let length = usize::from(packet.first()? & 0xf) * 4;
    let (source, destination) = (v4(packet, 12)?, v4(packet, 16)?);
    let content = content(*packet.get(9)?, packet.get(length..)?)?;
    Some(Packet { source, destination, content })
}

fn read_v6(packet: &[u8]) -> Option<Packet> {
    let (source, destination) = (v6(packet, 8)?, v6(packet, 24)?);
    let content = content(*packet.get(6)?, packet.get(40..)?)?;
    Some(Packet { source, destination, content })
}

fn content(protocol: u8, payload: &[u8]) -> Option<Content> {
    match protocol {
        6 => Some(Content::Segment {
            sport: number(payload, 0)?,
            dport: number(payload, 2)?,
            kind: segment(*payload.get(13)?),
        }),
        17 => Some(Content::Datagram { sport: number(payload, 0)?, dport: number(payload, 2)? }),
        1 => match payload.first()? {
            8 => Some(Content::EchoRequest),
            0 => Some(Content::EchoReply),
            3 => unreachable(read_inner_v4(payload.get(8..)?)?),
            _ => None,
        },
        58 => match payload.first()? {
            128 => Some(Content::EchoRequest),
            129 => Some(Content::EchoReply),
            1 => unreachable(read_inner_v6(payload.get(8..)?)?),
            _ => None,
        },
        _ => None,
    }
}

fn unreachable((protocol, destination, ports): (u8, IpAddr, &[u8])) -> Option<Content> {
    let with_ports = matches!(protocol, 6 | 17);
    let port = |at| {
        if with_ports { number(ports, at) } else { Some(0) }
    };
    Some(Content::Unreachable { protocol, destination, sport: port(0)?, dport: port(2)? })
}

fn read_inner_v4(packet: &[u8]) -> Option<(u8, IpAddr, &[u8])> {
    let length = usize::from(packet.first()? & 0xf) * 4;
    Some((*packet.get(9)?, v4(packet, 16)?, packet.get(length..)?))
}

fn read_inner_v6(packet: &[u8]) -> Option<(u8, IpAddr, &[u8])> {
    Some((*packet.get(6)?, v6(packet, 24)?, packet.get(40..)?))
}

fn segment(flags: u8) -> Segment {
    match flags & 0b1_0110 {
        0b0_0010 => Segment::Syn,
        0b1_0010 => Segment::SynAck,
        bits if bits & 0b0_0100 != 0 => Segment::Reset,
        _ => Segment::Other,
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn v4(bytes: &[u8], at: usize) -> Option<IpAddr> {
    let octets: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(Ipv4Addr::from(octets).into())
}

fn v6(bytes: &[u8], at: usize) -> Option<IpAddr> {
    let octets: [u8; 16] = bytes.get(at..at + 16)?.try_into().ok()?;
    Some(Ipv6Addr::from(octets).into())
}
