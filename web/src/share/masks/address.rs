//! Other addresses. IPv4 addresses are combined bit by bit with a number that leaves their first and last bytes alone: prefixes stay
//! prefixes, gateways first addresses. IPv6 addresses keep their first two groups and their last four, MAC addresses their first byte.

use super::scan::{Token, Words, lines};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A mapping of addresses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addresses {
    v4: u32,
    v6: u128,
    mac: u64,
}

/// The bits that may change.
const V4: u32 = 0x000f_ff00;
const V6: u128 = 0xffff_ffff << 64;
const MAC: u64 = 0x00ff_ffff_ffff;

impl Addresses {
    /// By a seed. Ranges of the texts stay ranges: bits in which their ends differ stay as they are.
    pub(super) fn new<'t>(seed: u32, texts: impl Iterator<Item = &'t str>) -> Self {
        let seed = if seed & V4 == 0 { seed | 0x0005_5500 } else { seed };
        let words = texts.flat_map(lines).flat_map(|line| Words::of(line.content).filter_map(Token::word));
        let mut moving = !0;
        for (first, last) in words.filter_map(|word| word.text.split_once("..")) {
            if let (Ok(first), Ok(last)) = (first.parse::<Ipv4Addr>(), last.parse::<Ipv4Addr>()) {
                let differing = u32::BITS - (u32::from(first) ^ u32::from(last)).leading_zeros();
                moving &= u32::MAX.checked_shl(differing).unwrap_or(0);
            }
        }
        let mixed = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self { v4: seed & V4 & moving, v6: u128::from(mixed) << 64 & V6 | 1 << 64, mac: mixed >> 8 & MAC | 1 }
    }

    /// Another address for a word that is one, or a range of them; `after` is what follows, perhaps a slash and a mask.
    pub(super) fn mask(self, word: &str, after: &str) -> Option<String> {
        if let Some((first, last)) = word.split_once("..") {
            return Some(format!("{}..{}", self.mask(first, "")?, self.mask(last, "")?));
        }
        let mask = after.strip_prefix('/').and_then(|rest| Words::of(rest).next()).and_then(Token::word);
        let mask = mask.map(|mask| mask.text);
        let one = |word: &str| {
            let address = word.parse::<IpAddr>().ok().map(|address| match address {
                IpAddr::V4(address) => self.v4(address, mask).to_string(),
                IpAddr::V6(address) => match self.v6(address, mask) {
                    // As it was written, which may be what is wrong with it.
                    same if same == address => word.to_owned(),
                    other if word.chars().any(char::is_uppercase) => other.to_string().to_uppercase(),
                    other => other.to_string(),
                },
            });
            address.or_else(|| Some(self.mac(octets(word)?, mask)))
        };
        // A key or a sentence may end with it.
        let trimmed = word.trim_end_matches([':', '.']);
        one(word).or_else(|| Some(format!("{}{}", one(trimmed)?, word.get(trimmed.len()..)?)))
    }

    fn v4(self, address: Ipv4Addr, mask: Option<&str>) -> Ipv4Addr {
        let bits = u32::from(address);
        let [first, second, ..] = address.octets();
        let special =
            address.is_loopback() || address.is_multicast() || address.is_link_local() || address.is_broadcast();
        // Where Kube-OVN has its nodes unless it is told otherwise.
        let joins = (first, second) == (100, 64);
        if bits == 0 || special || joins {
            return address;
        }
        Ipv4Addr::from(bits ^ (self.v4 & mask.and_then(|mask| u32::try_from(kept(mask, 32)?).ok()).unwrap_or(u32::MAX)))
    }

    fn v6(self, address: Ipv6Addr, mask: Option<&str>) -> Ipv6Addr {
        let bits = u128::from(address);
        let special = address.is_loopback() || address.is_multicast() || (bits >> 118) == 0x3fa;
        let joins = address.segments().starts_with(&[0xfd00, 0x100, 0x64, 0]);
        if bits == 0 || special || joins {
            return address;
        }
        Ipv6Addr::from(bits ^ (self.v6 & mask.and_then(|mask| kept(mask, 128)).unwrap_or(u128::MAX)))
    }

    fn mac(self, bits: u64, mask: Option<&str>) -> String {
        let group = bits >> 40 & 1 == 1;
        let change = if bits == 0 || group { 0 } else { self.mac & mask.and_then(octets).unwrap_or(u64::MAX) };
        let bits = bits ^ change;
        [40, 32, 24, 16, 8, 0].map(|shift| format!("{:02x}", bits >> shift & 0xff)).join(":")
    }
}

/// The bits of an address that a mask keeps, which is written as one, or as a length.
fn kept(mask: &str, width: u32) -> Option<u128> {
    match mask.parse() {
        Ok(IpAddr::V4(mask)) if width == u32::BITS => Some(u32::from(mask).into()),
        Ok(IpAddr::V6(mask)) if width == u128::BITS => Some(mask.into()),
        _ => {
            let free = width.checked_sub(mask.parse().ok()?)?;
            Some((u128::MAX >> (u128::BITS - width)) & u128::MAX.checked_shl(free).unwrap_or(0))
        }
    }
}

/// The first IPv4 address within a word, with what stands before and behind: `10.0.0.1:80`, `10.0.0.1.example.org`.
pub(super) fn within(word: &str) -> Option<(&str, &str, &str)> {
    let is_digit = |letter: char| letter.is_ascii_digit();
    let begins = word.char_indices().filter(|(at, letter)| {
        is_digit(*letter)
            && !word.get(..*at).is_some_and(|before| before.ends_with(|last: char| is_digit(last) || last == '.'))
    });
    begins.into_iter().find_map(|(begin, _)| {
        let rest = word.get(begin..)?;
        let end = rest.match_indices(|letter| !is_digit(letter)).map(|(at, _)| at).nth(3).unwrap_or(rest.len());
        let address = rest.get(..end)?;
        address.parse::<Ipv4Addr>().ok()?;
        Some((word.get(..begin)?, address, rest.get(end..)?))
    })
}

/// A MAC address.
fn octets(word: &str) -> Option<u64> {
    let parts: Vec<&str> = word.split(':').collect();
    let is_octet = |part: &&str| part.len() == 2 && part.chars().all(|digit| digit.is_ascii_hexdigit());
    if parts.len() != 6 || !parts.iter().all(is_octet) {
        return None;
    }
    u64::from_str_radix(&parts.concat(), 16).ok()
}
