//! How ranges of addresses are named in ids.

use super::ranges::{Span, Width, count, number};
use crate::reach::AddressRange;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// A name tells this many ranges; of more, the first ones and how many follow.
const TOLD: usize = 3;

/// The names of sets of addresses that have no address in common: `172.20.10.2`, `10.0.0.0/8`,
/// `172.20.10.4-172.20.10.9`, several with commas. Of a set with several ranges, `other` is the largest of a family,
/// and `ipv4` or `ipv6` the only one.
pub(super) fn names(sets: &[Vec<AddressRange>]) -> Vec<String> {
    let largest = Width::ALL.map(|width| largest(sets, width));
    let several = largest.iter().flatten().filter(|largest| largest.alone == Alone::No).count() > 1;
    let name_of = |(index, set): (usize, &Vec<AddressRange>)| {
        let mut families = ["ipv4", "ipv6"].into_iter().zip(&largest);
        let found = families.find(|(_, largest)| largest.as_ref().is_some_and(|largest| largest.index == index));
        match found.filter(|_| set.len() > 1) {
            Some((family, Some(Largest { alone: Alone::Yes, .. }))) => family.to_string(),
            Some((family, _)) if several => format!("other-{family}"),
            Some(_) => "other".to_string(),
            None => name(set),
        }
    };
    sets.iter().enumerate().map(name_of).collect()
}

struct Largest {
    index: usize,
    alone: Alone,
}

/// Whether a set is the only one of its family.
#[derive(PartialEq, Eq)]
enum Alone {
    Yes,
    No,
}

/// The set of one family with the most addresses; where there is but one set in all, its ranges name it.
fn largest(sets: &[Vec<AddressRange>], width: Width) -> Option<Largest> {
    let of_family = sets.iter().enumerate().filter(|(_, set)| set.iter().all(|range| Width::of(range.first) == width));
    let sizes: Vec<(usize, u128)> = of_family.map(|(index, set)| (index, size(set))).collect();
    let alone = if sizes.len() > 1 { Alone::No } else { Alone::Yes };
    let (index, _) = sizes.into_iter().max_by_key(|(_, size)| *size).filter(|_| sets.len() > 1)?;
    Some(Largest { index, alone })
}

fn size(set: &[AddressRange]) -> u128 {
    let spans: Vec<Span> =
        set.iter().map(|range| Span { first: number(range.first), last: number(range.last) }).collect();
    count(&spans)
}

fn name(set: &[AddressRange]) -> String {
    let told: Vec<String> = set.iter().take(TOLD).map(one).collect();
    match set.len().saturating_sub(TOLD) {
        0 => told.join(","),
        more => format!("{},+{more}", told.join(",")),
    }
}

fn one(range: &AddressRange) -> String {
    let AddressRange { first, last } = range;
    match prefix(*first, *last) {
        _ if first == last => first.to_string(),
        Some(prefix) => prefix.to_string(),
        None => format!("{first}-{last}"),
    }
}

/// The prefix that has exactly the addresses of a range.
fn prefix(first: IpAddr, last: IpAddr) -> Option<IpNet> {
    let same = (number(first) ^ number(last)).leading_zeros();
    let width = Width::of(first).bits();
    let length = u8::try_from(same + width - u128::BITS).ok()?;
    let net = IpNet::new(first, length).ok()?;
    (net.network() == first && net.broadcast() == last).then_some(net)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &[(&str, &str)]) -> Vec<AddressRange> {
        let range =
            |(first, last): &(&str, &str)| AddressRange { first: first.parse().unwrap(), last: last.parse().unwrap() };
        text.iter().map(range).collect()
    }

    #[test]
    fn sets_are_named_by_what_is_in_them() {
        let one = set(&[("10.0.0.2", "10.0.0.2")]);
        let block = set(&[("10.0.0.4", "10.0.0.7"), ("10.0.1.0", "10.0.1.1")]);
        let rest = set(&[("10.0.0.8", "10.0.0.254"), ("10.0.2.0", "10.0.3.0")]);
        let six = set(&[("fd00::", "fd00::ffff"), ("fd01::1", "fd01::2")]);
        assert_eq!(
            names(&[one.clone(), block.clone(), rest.clone()]),
            ["10.0.0.2", "10.0.0.4/30,10.0.1.0/31", "other"]
        );
        assert_eq!(names(&[one.clone(), rest.clone(), six.clone()]), ["10.0.0.2", "other", "ipv6"]);
        assert_eq!(names(&[rest]), ["10.0.0.8-10.0.0.254,10.0.2.0-10.0.3.0"]);
        assert_eq!(
            names(&[set(&[("0.0.0.0", "255.255.255.255")]), set(&[("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")])]),
            ["0.0.0.0/0", "::/0"]
        );
    }
}
