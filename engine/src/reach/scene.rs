//! What each packet field means while one kind of packet crosses a switch.

use super::l4::Family;
use crate::ovn::field::{Field, PortField};
use crate::ovn::pipeline::{Stage, Tracking};

/// A kind of packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scene {
    /// A unicast IP packet of an ordinary conversation.
    Ip(Family),
    /// "Who has the target's address?", as the asker sends it.
    ArpRequest,
    /// OVN's own answer to that, on its way back to the asker.
    ArpReply,
}

impl Scene {
    /// The family whose addresses it has.
    pub fn family(self) -> Family {
        match self {
            Self::Ip(family) => family,
            Self::ArpRequest | Self::ArpReply => Family::Ipv4,
        }
    }
}

/// The half of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Half {
    /// The first packet.
    Request,
    /// Its answer.
    Reply,
}

/// Everything that fixes the fields which are neither an endpoint's nor part of a header set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode {
    /// The kind of packet.
    pub scene: Scene,
    /// Which half.
    pub half: Half,
    /// What connection tracking says.
    pub tracking: Tracking,
    /// TTL on entering the switch.
    pub ttl: Ttl,
}

/// The TTL or hop limit of a packet on entering a switch, where it is known: of what comes from a router it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl(Option<u8>);

impl Ttl {
    /// What an ordinary packet leaves its sender with.
    pub const FIRST: Self = Self(Some(64));

    /// Nobody can say.
    pub const UNKNOWN: Self = Self(None);

    fn role(self) -> Role {
        self.0.map_or(Role::Unknown, |ttl| Role::Fixed(ttl.into()))
    }
}

impl core::ops::Sub<u8> for Ttl {
    type Output = Self;

    /// Behind so many routers.
    fn sub(self, hops: u8) -> Self {
        Self(self.0.map(|ttl| ttl.saturating_sub(hops)))
    }
}

/// One of the two parties of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Who sends it; for ARP: who asks.
    Source,
    /// Whom it is for; for ARP: who is looked for.
    Target,
}

impl Party {
    /// The one that it talks to.
    pub fn other(self) -> Self {
        match self {
            Self::Source => Self::Target,
            Self::Target => Self::Source,
        }
    }
}

/// What a field of a packet depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The Ethernet address of a party.
    Mac(Party),
    /// The IP address of a party.
    Address(Party),
    /// The transport header.
    Header,
    /// Always this number.
    Fixed(u128),
    /// Nobody outside OVN knows.
    Unknown,
}

impl Mode {
    /// What a field depends on.
    pub fn role(self, field: Field) -> Role {
        match field {
            Field::CtState => Role::Fixed(self.tracking.ct_state()),
            inner if inner.is_inner() => Role::Unknown,
            other => match self.scene {
                Scene::Ip(family) => self.ip_role(family, other),
                Scene::ArpRequest => request_role(other),
                Scene::ArpReply => reply_role(other),
            },
        }
    }

    /// The party whose port a port field names; nothing where it names no port at this stage.
    pub fn port(self, stage: Stage, field: PortField) -> Option<Party> {
        match (field, self.scene, stage) {
            (PortField::Inport, ..) | (PortField::Outport, Scene::ArpReply, Stage::ToLport) => Some(Party::Source),
            (PortField::Outport, Scene::Ip(_) | Scene::ArpRequest, Stage::ToLport) => Some(Party::Target),
            (PortField::Outport, _, Stage::FromLport | Stage::FromLportAfterLb) | (PortField::RemoteOutport, ..) => {
                None
            }
        }
    }

    fn ip_role(self, family: Family, field: Field) -> Role {
        let v4 = family == Family::Ipv4;
        match field {
            Field::EthSrc => Role::Mac(Party::Source),
            Field::EthDst => Role::Mac(Party::Target),
            Field::EthType => Role::Fixed(if v4 { 0x0800 } else { 0x86dd }),
            Field::IpTtl => self.ttl.role(),
            Field::Ip4Src if v4 => Role::Address(Party::Source),
            Field::Ip4Dst if v4 => Role::Address(Party::Target),
            Field::Ip6Src if !v4 => Role::Address(Party::Source),
            Field::Ip6Dst if !v4 => Role::Address(Party::Target),
            Field::Icmp4Type | Field::Icmp4Code if v4 => Role::Header,
            Field::Icmp6Type | Field::Icmp6Code if !v4 => Role::Header,
            Field::IpProto
            | Field::TcpSrc
            | Field::TcpDst
            | Field::TcpFlags
            | Field::UdpSrc
            | Field::UdpDst
            | Field::SctpSrc
            | Field::SctpDst => Role::Header,
            _ => Role::Fixed(0),
        }
    }
}

const ARP: Role = Role::Fixed(0x0806);

fn request_role(field: Field) -> Role {
    match field {
        Field::EthType => ARP,
        Field::EthDst => Role::Fixed(0xffff_ffff_ffff),
        Field::EthSrc | Field::ArpSha => Role::Mac(Party::Source),
        Field::ArpSpa => Role::Address(Party::Source),
        Field::ArpTpa => Role::Address(Party::Target),
        Field::ArpOp => Role::Fixed(1),
        _ => Role::Fixed(0),
    }
}

fn reply_role(field: Field) -> Role {
    match field {
        Field::EthType => ARP,
        Field::EthSrc | Field::ArpSha => Role::Mac(Party::Target),
        Field::EthDst | Field::ArpTha => Role::Mac(Party::Source),
        Field::ArpSpa => Role::Address(Party::Target),
        Field::ArpTpa => Role::Address(Party::Source),
        Field::ArpOp => Role::Fixed(2),
        _ => Role::Fixed(0),
    }
}
