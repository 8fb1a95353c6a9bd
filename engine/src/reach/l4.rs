//! Sets of transport headers between two addresses of one family. Equal sets are `==`.

use super::intervals::Intervals;
use super::region::{Ports, Region};
use alloc::vec::Vec;

/// The family of a pair of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl Family {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ipv4, Self::Ipv6];

    /// `ipv4` or `ipv6`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        }
    }

    /// The protocol number of the family's own ICMP.
    pub fn icmp_number(self) -> u16 {
        match self {
            Self::Ipv4 => 1,
            Self::Ipv6 => 58,
        }
    }

    /// `icmp` or `icmp6`.
    pub fn icmp_name(self) -> &'static str {
        match self {
            Self::Ipv4 => "icmp",
            Self::Ipv6 => "icmp6",
        }
    }

    /// The types of an echo request and of its reply.
    pub fn echo(self) -> (u16, u16) {
        match self {
            Self::Ipv4 => (8, 0),
            Self::Ipv6 => (128, 129),
        }
    }

    /// The types with which connection tracking starts a connection.
    pub fn starting_types(self) -> Ports {
        let types: &[u16] = match self {
            Self::Ipv4 => &[8, 13, 15, 17],
            Self::Ipv6 => &[128, 139],
        };
        Ports::from_ranges(types.iter().map(|kind| (*kind, *kind)).collect())
    }

    /// The protocol numbers that are not TCP, UDP, SCTP or the family's ICMP.
    pub fn other_numbers(self) -> Ports {
        let named = [6, 17, 132, self.icmp_number()].map(|number| (number, number));
        Ports::from_ranges(named.to_vec()).complement().intersection(&byte_range())
    }
}

/// Numbers of one byte.
fn byte_range() -> Ports {
    Ports::range(0, 255)
}

impl Region {
    /// Of types and codes of a family's ICMP: echo requests and replies exchanged, without all others.
    pub(super) fn echoed(&self, family: Family) -> Self {
        let (request, reply) = family.echo();
        let only = |kind: u16| self.intersection(&Self::product(&Ports::range(kind, kind), &Ports::full()));
        let moved = |from: u16, to: u16| {
            let codes = only(from).rectangles().into_iter().map(|(_, codes)| codes);
            let codes = codes.fold(Ports::EMPTY, |a, b| a.union(&b));
            Self::product(&Ports::range(to, to), &codes)
        };
        moved(request, reply).union(&moved(reply, request))
    }
}

/// One header of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum L4Header {
    /// A TCP segment by source and destination port.
    Tcp(u16, u16),
    /// A UDP datagram by source and destination port.
    Udp(u16, u16),
    /// An SCTP packet by source and destination port.
    Sctp(u16, u16),
    /// An ICMP or ICMPv6 message by type and code.
    Icmp(u8, u8),
    /// Another protocol by its number.
    Other(u8),
}

/// A set of headers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct L4Set {
    /// TCP: source × destination port.
    pub tcp: Region,
    /// UDP: source × destination port.
    pub udp: Region,
    /// SCTP: source × destination port.
    pub sctp: Region,
    /// The family's ICMP: type × code, each below 256.
    pub icmp: Region,
    /// The numbers of the other protocols, below 256.
    pub other: Intervals<u16>,
}

impl L4Set {
    /// No header.
    pub fn empty() -> Self {
        let none = Region::empty();
        Self { tcp: none.clone(), udp: none.clone(), sctp: none.clone(), icmp: none, other: Intervals::EMPTY }
    }

    /// Every header of a family.
    pub fn full(family: Family) -> Self {
        let all = Region::full();
        let icmp = Region::product(&byte_range(), &byte_range());
        Self { tcp: all.clone(), udp: all.clone(), sctp: all, icmp, other: family.other_numbers() }
    }

    /// Whether no header is in it.
    pub fn is_empty(&self) -> bool {
        self.other.is_empty() && [&self.tcp, &self.udp, &self.sctp, &self.icmp].iter().all(|region| region.is_empty())
    }

    /// Whether a header is in it.
    pub fn contains(&self, header: L4Header) -> bool {
        match header {
            L4Header::Tcp(src, dst) => self.tcp.contains(src, dst),
            L4Header::Udp(src, dst) => self.udp.contains(src, dst),
            L4Header::Sctp(src, dst) => self.sctp.contains(src, dst),
            L4Header::Icmp(kind, code) => self.icmp.contains(kind.into(), code.into()),
            L4Header::Other(number) => self.other.contains(number.into()),
        }
    }

    /// Headers in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, Region::intersection, Intervals::intersection)
    }

    /// Headers in one or the other.
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, Region::union, Intervals::union)
    }

    /// Headers in this one only.
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, Region::difference, |mine, theirs| mine.intersection(&theirs.complement()))
    }

    /// The headers of the answers to these: ports swapped, echo requests and replies exchanged. What has no answer,
    /// or is none, is left out. An involution on what it keeps.
    pub fn answers(&self, family: Family) -> Self {
        Self {
            tcp: self.tcp.transposed(),
            udp: self.udp.transposed(),
            sctp: self.sctp.transposed(),
            icmp: self.icmp.echoed(family),
            other: self.other.clone(),
        }
    }

    /// Everything that can be answered: all of it but ICMP that is no echo request.
    pub fn answerable(family: Family) -> Self {
        let (request, _) = family.echo();
        let icmp = Region::product(&Ports::range(request, request), &byte_range());
        Self { icmp, ..Self::full(family) }
    }

    /// Whether every header of another set is in it.
    pub fn contains_all(&self, other: &Self) -> bool {
        other.difference(self).is_empty()
    }

    /// Some header in it: TCP first, from a high source port to a low destination port where that is possible.
    pub fn example(&self) -> Option<L4Header> {
        let ported = |region: &Region| {
            let (first, second) = region.rectangles().pop()?;
            let source = [50_000, 49_152].into_iter().find(|port| first.contains(*port));
            let target = [80, 443, 22, 53].into_iter().find(|port| second.contains(*port));
            Some((source.or(first.ranges().last().map(|r| r.1))?, target.or(second.ranges().first().map(|r| r.0))?))
        };
        let byte = |number: u16| u8::try_from(number).unwrap_or(u8::MAX);
        let echo = [8u8, 128].into_iter().find(|kind| self.icmp.contains((*kind).into(), 0));
        ported(&self.tcp)
            .map(|(src, dst)| L4Header::Tcp(src, dst))
            .or_else(|| ported(&self.udp).map(|(src, dst)| L4Header::Udp(src, dst)))
            .or_else(|| echo.map(|kind| L4Header::Icmp(kind, 0)))
            .or_else(|| ported(&self.sctp).map(|(src, dst)| L4Header::Sctp(src, dst)))
            .or_else(|| ported(&self.icmp).map(|(kind, code)| L4Header::Icmp(byte(kind.min(255)), byte(code.min(255)))))
            .or_else(|| self.other.ranges().first().map(|(number, _)| L4Header::Other(byte(*number))))
    }

    /// The regions with their names, in the order of reports.
    pub fn regions(&self, family: Family) -> Vec<(&'static str, &Region)> {
        [("tcp", &self.tcp), ("udp", &self.udp), ("sctp", &self.sctp), (family.icmp_name(), &self.icmp)].to_vec()
    }

    /// How much there is of it: ranges and slabs.
    pub fn size(&self) -> usize {
        let regions = [&self.tcp, &self.udp, &self.sctp, &self.icmp];
        regions.iter().map(|region| region.size()).sum::<usize>() + self.other.ranges().len()
    }

    fn combine(
        &self,
        other: &Self,
        regions: impl Fn(&Region, &Region) -> Region,
        numbers: impl Fn(&Ports, &Ports) -> Ports,
    ) -> Self {
        Self {
            tcp: regions(&self.tcp, &other.tcp),
            udp: regions(&self.udp, &other.udp),
            sctp: regions(&self.sctp, &other.sctp),
            icmp: regions(&self.icmp, &other.icmp),
            other: numbers(&self.other, &other.other),
        }
    }
}
