//! Numbers as the language writes them.

use crate::ovn::field::Field;
use crate::ovn::network::Mac;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

/// How a number is written. OVN counts the width of a constant by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// `80`
    Decimal,
    /// `0x50`
    Hexadecimal,
    /// `00:00:00:00:00:50`
    Ethernet,
    /// `0.0.0.80`
    Ipv4,
    /// `::50`
    Ipv6,
}

/// A number, masked or not. Bits of the value outside the mask are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Constant {
    value: u128,
    mask: Option<u128>,
    format: Format,
    /// The width, where it is more than the 128 bits that any field has; zero otherwise.
    excess: u32,
}

impl Constant {
    pub(super) fn new(value: u128, format: Format) -> Self {
        Self { value, mask: None, format, excess: 0 }
    }

    /// The low 128 bits of a number that is wider than any field.
    pub(super) fn wide(value: u128, width: u32) -> Self {
        Self { value, mask: None, format: Format::Hexadecimal, excess: width }
    }

    /// The same, of which only the bits in the mask count.
    pub(super) fn masked(self, mask: Self) -> Self {
        Self { value: self.value & mask.value, mask: Some(mask.value), format: self.format, excess: mask.excess }
    }

    /// The number.
    pub fn value(&self) -> u128 {
        self.value
    }

    /// Which bits count, where a mask or a prefix length is written.
    pub fn mask(&self) -> Option<u128> {
        self.mask
    }

    /// How it is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// OVN's order of the elements of an address set.
    pub(super) fn rank(&self) -> (u32, u128, Option<u128>) {
        let excess = if self.mask.is_none() { self.excess } else { 0 };
        (excess, self.value, self.mask)
    }

    /// How many bits a field must have for it (`expr_constant_width` in OVN's `lib/expr.c`).
    pub fn width(&self) -> u32 {
        if self.excess > 0 {
            return self.excess;
        }
        match (self.mask, self.format) {
            (Some(mask), _) => u128::BITS - mask.leading_zeros(),
            (None, Format::Decimal | Format::Hexadecimal) => u128::BITS - self.value.leading_zeros(),
            (None, Format::Ethernet) => 48,
            (None, Format::Ipv4) => 32,
            (None, Format::Ipv6) => 128,
        }
    }

    /// The number of leading one bits, where the mask is a prefix of the format's width.
    fn prefix(&self, width: u32) -> Option<u32> {
        let mask = self.mask? << (u128::BITS - width);
        (mask.leading_ones() == mask.count_ones()).then(|| mask.leading_ones())
    }
}

/// A number in one of the formats; bits that the format has no room for are left out.
struct Written(u128, Format);

impl fmt::Display for Written {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, format) = self;
        match format {
            Format::Decimal => write!(out, "{value}"),
            Format::Hexadecimal => write!(out, "{value:#x}"),
            Format::Ethernet => write!(out, "{}", Mac::from_number(*value)),
            Format::Ipv4 => write!(out, "{}", ip4(*value)),
            // As `inet_ntop` writes it, by which OVN does.
            Format::Ipv6 => match Ipv6Addr::from(*value).segments() {
                [0, 0, 0, 0, 0, 0, high, _] if high > 0 => write!(out, "::{}", ip4(*value)),
                segments => write!(out, "{}", Ipv6Addr::from(segments)),
            },
        }
    }
}

fn ip4(value: u128) -> Ipv4Addr {
    let [.., a, b, c, d] = value.to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}

impl fmt::Display for Constant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Written(self.value, self.format).fmt(out)?;
        let Some(mask) = self.mask else { return Ok(()) };
        let prefix = match self.format {
            Format::Ipv4 => self.prefix(32),
            Format::Ipv6 => self.prefix(128),
            Format::Decimal | Format::Hexadecimal | Format::Ethernet => None,
        };
        match prefix {
            Some(length) => write!(out, "/{length}"),
            None => write!(out, "/{}", Written(mask, self.format)),
        }
    }
}

impl Format {
    /// The format in which people write values of a field.
    pub(super) fn of(field: Field) -> Self {
        match field {
            Field::EthSrc | Field::EthDst | Field::ArpSha | Field::ArpTha | Field::NdSll | Field::NdTll => {
                Self::Ethernet
            }
            Field::Ip4Src | Field::Ip4Dst | Field::ArpSpa | Field::ArpTpa | Field::Icmp4InnerSrc => Self::Ipv4,
            Field::Ip6Src | Field::Ip6Dst | Field::NdTarget => Self::Ipv6,
            Field::EthType
            | Field::VlanTci
            | Field::TcpFlags
            | Field::CtState
            | Field::CtMark
            | Field::CtLabel
            | Field::PktMark
            | Field::Flags
            | Field::Xxreg0
            | Field::Xxreg1
            | Field::Xreg4 => Self::Hexadecimal,
            Field::IpProto
            | Field::IpDscp
            | Field::IpEcn
            | Field::IpTtl
            | Field::IpFrag
            | Field::Ip6Label
            | Field::ArpOp
            | Field::Icmp4Type
            | Field::Icmp4Code
            | Field::Icmp6Type
            | Field::Icmp6Code
            | Field::TcpSrc
            | Field::TcpDst
            | Field::UdpSrc
            | Field::UdpDst
            | Field::SctpSrc
            | Field::SctpDst
            | Field::InportKey
            | Field::OutportKey
            | Field::Icmp4FragMtu
            | Field::Icmp6FragMtu => Self::Decimal,
        }
    }
}
