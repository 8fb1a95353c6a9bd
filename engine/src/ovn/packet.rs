//! A packet with every header that a match can test.

use super::field::Field;
use super::network::Mac;
use alloc::boxed::Box;
use core::net::IpAddr;

/// Ethernet types.
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const ARP: u16 = 0x0806;

/// One packet on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Source MAC.
    pub eth_src: Mac,
    /// Destination MAC.
    pub eth_dst: Mac,
    /// VLAN tag control information; zero for an untagged packet.
    pub vlan_tci: u16,
    /// What is inside.
    pub payload: Payload,
}

/// What an Ethernet frame carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// IPv4 or IPv6, as the addresses say.
    Ip(Box<Ip>),
    /// ARP or RARP.
    Arp(Arp),
    /// Anything else, by its Ethernet type.
    Other(u16),
}

/// An IP packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ip {
    /// Source; its family is that of the packet.
    pub src: IpAddr,
    /// Destination, of the same family.
    pub dst: IpAddr,
    /// TTL or hop limit, where it is known.
    pub ttl: Option<u8>,
    /// DSCP, six bits.
    pub dscp: u8,
    /// ECN, two bits.
    pub ecn: u8,
    /// Bit 0: a fragment; bit 1: not the first one.
    pub frag: u8,
    /// IPv6 flow label.
    pub label: u32,
    /// What it carries.
    pub l4: L4,
}

/// What an IP packet carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum L4 {
    /// TCP.
    Tcp {
        /// Source port.
        src: u16,
        /// Destination port.
        dst: u16,
        /// Twelve flag bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16.
        flags: u16,
    },
    /// UDP.
    Udp {
        /// Source port.
        src: u16,
        /// Destination port.
        dst: u16,
    },
    /// SCTP.
    Sctp {
        /// Source port.
        src: u16,
        /// Destination port.
        dst: u16,
    },
    /// ICMP or ICMPv6, as the family says.
    Icmp {
        /// Type.
        kind: u8,
        /// Code.
        code: u8,
        /// For an error: the packet that it is about.
        about: Option<Box<Ip>>,
    },
    /// Another protocol, by its number.
    Other(u8),
}

/// An ARP or RARP packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arp {
    /// Whether it is RARP.
    pub reverse: bool,
    /// 1 request, 2 reply.
    pub op: u16,
    /// Sender hardware address.
    pub sha: Mac,
    /// Sender protocol address.
    pub spa: u32,
    /// Target hardware address.
    pub tha: Mac,
    /// Target protocol address.
    pub tpa: u32,
}

/// TCP flags of a first packet.
pub const SYN: u16 = 0x002;
/// TCP flags of its answer.
pub const SYN_ACK: u16 = 0x012;
/// TCP flags of a refusal.
pub const RST_ACK: u16 = 0x014;

impl Packet {
    /// The IP part, if there is one.
    pub fn ip(&self) -> Option<&Ip> {
        match &self.payload {
            Payload::Ip(ip) => Some(ip),
            Payload::Arp(_) | Payload::Other(_) => None,
        }
    }

    /// The number in a field; zero where the packet has no such field (`struct flow` of OVS).
    pub fn field(&self, field: Field) -> u128 {
        match field {
            Field::EthSrc => self.eth_src.number(),
            Field::EthDst => self.eth_dst.number(),
            Field::EthType => self.eth_type().into(),
            Field::VlanTci => self.vlan_tci.into(),
            other => match &self.payload {
                Payload::Ip(ip) => ip.field(other),
                Payload::Arp(arp) => arp.field(other),
                Payload::Other(_) => 0,
            },
        }
    }

    fn eth_type(&self) -> u16 {
        match &self.payload {
            Payload::Ip(ip) if ip.src.is_ipv4() => IPV4,
            Payload::Ip(_) => IPV6,
            Payload::Arp(arp) if arp.reverse => 0x8035,
            Payload::Arp(_) => ARP,
            Payload::Other(kind) => *kind,
        }
    }
}

impl Ip {
    /// An unfragmented packet with TTL 64, as an ordinary conversation has it.
    pub fn ordinary(src: IpAddr, dst: IpAddr, l4: L4) -> Self {
        Self { src, dst, ttl: Some(64), dscp: 0, ecn: 0, frag: 0, label: 0, l4 }
    }

    /// Its protocol number.
    pub fn protocol(&self) -> u8 {
        match &self.l4 {
            L4::Tcp { .. } => 6,
            L4::Udp { .. } => 17,
            L4::Sctp { .. } => 132,
            L4::Icmp { .. } if self.src.is_ipv4() => 1,
            L4::Icmp { .. } => 58,
            L4::Other(number) => *number,
        }
    }

    fn field(&self, field: Field) -> u128 {
        match (field, self.src, self.dst) {
            (Field::IpProto, ..) => self.protocol().into(),
            (Field::IpDscp, ..) => self.dscp.into(),
            (Field::IpEcn, ..) => self.ecn.into(),
            (Field::IpTtl, ..) => self.ttl.unwrap_or_default().into(),
            (Field::IpFrag, ..) => self.frag.into(),
            (Field::Ip4Src, IpAddr::V4(src), _) => src.to_bits().into(),
            (Field::Ip4Dst, _, IpAddr::V4(dst)) => dst.to_bits().into(),
            (Field::Ip6Src, IpAddr::V6(src), _) => src.to_bits(),
            (Field::Ip6Dst, _, IpAddr::V6(dst)) => dst.to_bits(),
            (Field::Ip6Label, IpAddr::V6(_), _) => self.label.into(),
            (other, src, _) => self.l4.field(other, src.is_ipv4()),
        }
    }
}

impl L4 {
    fn field(&self, field: Field, ipv4: bool) -> u128 {
        match (field, self) {
            (Field::TcpSrc, Self::Tcp { src, .. })
            | (Field::UdpSrc, Self::Udp { src, .. })
            | (Field::SctpSrc, Self::Sctp { src, .. }) => (*src).into(),
            (Field::TcpDst, Self::Tcp { dst, .. })
            | (Field::UdpDst, Self::Udp { dst, .. })
            | (Field::SctpDst, Self::Sctp { dst, .. }) => (*dst).into(),
            (Field::TcpFlags, Self::Tcp { flags, .. }) => (*flags).into(),
            (Field::Icmp4Type, Self::Icmp { kind, .. }) if ipv4 => (*kind).into(),
            (Field::Icmp4Code, Self::Icmp { code, .. }) if ipv4 => (*code).into(),
            (Field::Icmp6Type, Self::Icmp { kind, .. }) if !ipv4 => (*kind).into(),
            (Field::Icmp6Code, Self::Icmp { code, .. }) if !ipv4 => (*code).into(),
            _ => 0,
        }
    }
}

impl Arp {
    fn field(&self, field: Field) -> u128 {
        match field {
            Field::ArpOp => self.op.into(),
            Field::ArpSha => self.sha.number(),
            Field::ArpSpa => self.spa.into(),
            Field::ArpTha => self.tha.number(),
            Field::ArpTpa => self.tpa.into(),
            _ => 0,
        }
    }
}
