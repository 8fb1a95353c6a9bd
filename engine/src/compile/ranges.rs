//! Ranges of addresses of one family as numbers: what is left of a whole, and where it is cut.

use crate::reach::AddressRange;
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// IPv4.
    Bits32,
    /// IPv6.
    Bits128,
}

/// Numbers from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Span {
    /// The lowest.
    pub(super) first: u128,
    /// The highest.
    pub(super) last: u128,
}

impl Width {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Bits32, Self::Bits128];

    /// The family of an address.
    pub(super) fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Bits32 } else { Self::Bits128 }
    }

    /// The number of bits.
    pub(super) fn bits(self) -> u32 {
        match self {
            Self::Bits32 => 32,
            Self::Bits128 => 128,
        }
    }

    /// The addresses of a span.
    pub(super) fn range(self, span: Span) -> AddressRange {
        AddressRange { first: self.address(span.first), last: self.address(span.last) }
    }

    fn address(self, number: u128) -> IpAddr {
        match self {
            Self::Bits32 => IpAddr::V4(u32::try_from(number).unwrap_or(u32::MAX).into()),
            Self::Bits128 => IpAddr::V6(number.into()),
        }
    }

    /// Addresses that a host can have: no loopback, no multicast, nothing that means "none".
    pub(super) fn hosts(self) -> Vec<Span> {
        let whole = match self {
            Self::Bits32 => Span { first: 0x0100_0000, last: 0xdfff_ffff },
            Self::Bits128 => Span { first: 2, last: (0xff << 120) - 1 },
        };
        let never = match self {
            Self::Bits32 => Span { first: 0x7f00_0000, last: 0x7fff_ffff },
            Self::Bits128 => Span { first: 0xfe80 << 112, last: (0xfec0 << 112) - 1 },
        };
        without(&[whole], never)
    }
}

/// The number of an address.
pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// All addresses of a prefix.
pub(super) fn prefix(cidr: IpNet) -> Span {
    Span { first: number(cidr.network()), last: number(cidr.broadcast()) }
}

/// Sorted, disjoint spans less another one.
pub(super) fn without(spans: &[Span], hole: Span) -> Vec<Span> {
    let mut left = Vec::with_capacity(spans.len() + 1);
    for span in spans {
        if hole.last < span.first || span.last < hole.first {
            left.push(*span);
            continue;
        }
        if span.first < hole.first {
            left.push(Span { first: span.first, last: hole.first - 1 });
        }
        if hole.last < span.last {
            left.push(Span { first: hole.last + 1, last: span.last });
        }
    }
    left
}

/// How many numbers spans have, as far as that can be counted.
pub(super) fn count(spans: &[Span]) -> u128 {
    spans.iter().fold(0, |sum, span| sum.saturating_add((span.last - span.first).saturating_add(1)))
}
