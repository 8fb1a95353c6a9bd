//! Sets of headers, and single ones.

use ringfence_engine::reach::{Family, L4Header, L4Set, PairAnswer, Ports, Region};
use serde::Serialize;

/// Ranges, both ends included: sorted, disjoint and as few as possible.
type Ranges = Vec<(u16, u16)>;

/// A set of headers of one protocol: every pair of one of the first and one of the second numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum L4 {
    /// TCP, UDP or SCTP.
    Ports {
        protocol: &'static str,
        sport: Ranges,
        dport: Ranges,
        #[serde(skip_serializing_if = "Option::is_none")]
        family: Option<&'static str>,
    },
    /// ICMP or ICMPv6.
    Icmp {
        protocol: &'static str,
        types: Ranges,
        codes: Ranges,
        #[serde(skip_serializing_if = "Option::is_none")]
        family: Option<&'static str>,
    },
    /// The other IP protocols.
    Ip {
        protocol: &'static str,
        numbers: Ranges,
        #[serde(skip_serializing_if = "Option::is_none")]
        family: Option<&'static str>,
    },
}

/// The sets of a pair's families, one of them after the other. The family is named where the pair has both.
pub fn sets(answer: &PairAnswer, of: fn(&ringfence_engine::reach::FamilyAnswer) -> &L4Set) -> Vec<L4> {
    of_families(answer.families.iter().map(|family| (family.family, of(family))))
}

/// The sets of several families.
pub fn of_families<'s>(families: impl Iterator<Item = (Family, &'s L4Set)> + Clone) -> Vec<L4> {
    let both = families.clone().count() > 1;
    families.flat_map(|(family, of)| set(of, family, both.then(|| family.name()))).collect()
}

/// TCP, UDP, SCTP, ICMP, others; several entries of one protocol where its numbers depend on each other.
fn set(set: &L4Set, family: Family, named: Option<&'static str>) -> Vec<L4> {
    let of_region = |(protocol, region): (&'static str, &Region)| {
        let rectangles = region.rectangles().into_iter();
        rectangles.map(|(first, second)| rectangle(protocol, &first, &second, named)).collect::<Vec<_>>()
    };
    let mut sets: Vec<L4> = set.regions(family).into_iter().flat_map(of_region).collect();
    if !set.other.is_empty() {
        sets.push(L4::Ip { protocol: "ip", numbers: set.other.ranges().to_vec(), family: named });
    }
    sets
}

fn rectangle(protocol: &'static str, first: &Ports, second: &Ports, family: Option<&'static str>) -> L4 {
    let (first, second) = (first.ranges().to_vec(), second.ranges().to_vec());
    match protocol {
        "icmp" | "icmp6" => L4::Icmp { protocol, types: first, codes: second, family },
        _ => L4::Ports { protocol, sport: first, dport: second, family },
    }
}

/// One header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Header {
    /// TCP, UDP or SCTP.
    Ports { protocol: &'static str, sport: u16, dport: u16 },
    /// ICMP or ICMPv6.
    Icmp {
        protocol: &'static str,
        #[serde(rename = "type")]
        kind: u8,
        code: u8,
    },
    /// Another IP protocol.
    Ip { protocol: &'static str, number: u8 },
}

impl Header {
    /// The header of a family.
    pub fn of(header: L4Header, family: Family) -> Self {
        let ports = |protocol, sport, dport| Self::Ports { protocol, sport, dport };
        match header {
            L4Header::Tcp(sport, dport) => ports("tcp", sport, dport),
            L4Header::Udp(sport, dport) => ports("udp", sport, dport),
            L4Header::Sctp(sport, dport) => ports("sctp", sport, dport),
            L4Header::Icmp(kind, code) => Self::Icmp { protocol: family.icmp_name(), kind, code },
            L4Header::Other(number) => Self::Ip { protocol: "ip", number },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(set: &L4Set, family: Family, named: Option<&'static str>) -> String {
        serde_json::to_string(&super::set(set, family, named)).unwrap()
    }

    #[test]
    fn shapes_and_order_are_the_promised_ones() {
        let expected = concat!(
            r#"[{"protocol":"tcp","sport":[[0,65535]],"dport":[[0,65535]]},"#,
            r#"{"protocol":"udp","sport":[[0,65535]],"dport":[[0,65535]]},"#,
            r#"{"protocol":"sctp","sport":[[0,65535]],"dport":[[0,65535]]},"#,
            r#"{"protocol":"icmp","types":[[0,255]],"codes":[[0,255]]},"#,
            r#"{"protocol":"ip","numbers":[[0,0],[2,5],[7,16],[18,131],[133,255]]}]"#
        );
        assert_eq!(json(&L4Set::full(Family::Ipv4), Family::Ipv4, None), expected);
    }

    #[test]
    fn numbers_that_depend_on_each_other_make_several_entries() {
        let from = Region::product(&Ports::range(9501, 9501), &Ports::range(0, 79));
        let rest = Region::product(&Ports::range(9501, 9501).complement(), &Ports::full());
        let set = L4Set { tcp: from.union(&rest), ..L4Set::empty() };
        let expected = concat!(
            r#"[{"protocol":"tcp","sport":[[0,9500],[9502,65535]],"dport":[[0,65535]],"family":"ipv6"},"#,
            r#"{"protocol":"tcp","sport":[[9501,9501]],"dport":[[0,79]],"family":"ipv6"}]"#
        );
        assert_eq!(json(&set, Family::Ipv6, Some("ipv6")), expected);
    }
}
