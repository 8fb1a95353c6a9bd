//! The transport headers of which a field test holds.

use super::l4::{Family, L4Set};
use super::region::{Ports, Region};
use super::scene::Half;
use crate::ovn::field::Field;
use crate::ovn::matching::FieldTest;
use crate::ovn::packet::{SYN, SYN_ACK};
use alloc::vec::Vec;

/// The headers of a family, in one half of a conversation, of which a test of a transport field holds.
/// A header without the field counts as zero there, as in a packet.
pub fn headers(test: &FieldTest, family: Family, half: Half) -> L4Set {
    let constant = |number: u16| if test.holds(number.into()) { Region::full() } else { Region::empty() };
    let port = |wanted: [Field; 2]| match test.field {
        field if field == wanted[0] => Region::product(&numbers(test), &Ports::full()),
        field if field == wanted[1] => Region::product(&Ports::full(), &numbers(test)),
        _ => constant(0),
    };
    if test.field == Field::IpProto {
        return protocols(test, family);
    }
    let tcp = match test.field {
        Field::TcpFlags => constant(flags(half)),
        _ => port([Field::TcpSrc, Field::TcpDst]),
    };
    let icmp = match family {
        Family::Ipv4 => port([Field::Icmp4Type, Field::Icmp4Code]),
        Family::Ipv6 => port([Field::Icmp6Type, Field::Icmp6Code]),
    };
    let other = if test.holds(0) { family.other_numbers() } else { Ports::EMPTY };
    let set = L4Set {
        tcp,
        udp: port([Field::UdpSrc, Field::UdpDst]),
        sctp: port([Field::SctpSrc, Field::SctpDst]),
        icmp,
        other,
    };
    set.intersection(&L4Set::full(family))
}

/// The flags of the segment that opens a connection, and of its answer.
fn flags(half: Half) -> u16 {
    match half {
        Half::Request => SYN,
        Half::Reply => SYN_ACK,
    }
}

fn protocols(test: &FieldTest, family: Family) -> L4Set {
    let whole = |number: u16| if test.holds(number.into()) { Region::full() } else { Region::empty() };
    let other = numbers(test).intersection(&family.other_numbers());
    let icmp = whole(family.icmp_number());
    let set = L4Set { tcp: whole(6), udp: whole(17), sctp: whole(132), icmp, other };
    set.intersection(&L4Set::full(family))
}

/// The 16-bit numbers of which a test holds.
fn numbers(test: &FieldTest) -> Ports {
    if let Some(set) = super::predicate::intervals(test) {
        let narrow = |number: u128| u16::try_from(number).unwrap_or(u16::MAX);
        let ranges = set.ranges().iter().filter(|(first, _)| *first <= u16::MAX.into());
        return Ports::from_ranges(ranges.map(|(first, last)| (narrow(*first), narrow(*last))).collect());
    }
    let all = 0..=u16::MAX;
    let holding: Vec<(u16, u16)> = all.filter(|number| test.holds((*number).into())).map(|n| (n, n)).collect();
    Ports::from_ranges(holding)
}
