//! Addresses, prefixes and ranges of addresses, read with diagnostics.

use super::fields::{Out, Placed};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::Mac;
use crate::reach::AddressRange;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// The parts of a comma-separated list, each with its own place where the scalar is written plainly.
pub(crate) fn commas(text: &Placed<String>) -> Vec<Placed<String>> {
    let plain = text.place.span.end - text.place.span.start == text.value.len();
    let mut start = 0;
    let mut parts = Vec::new();
    for part in text.value.split(',') {
        let trimmed = part.trim();
        let lead = part.len() - part.trim_start().len();
        let mut place = text.place;
        if plain {
            place.span.start = text.place.span.start + start + lead;
            place.span.end = place.span.start + trimmed.len();
        }
        if !trimmed.is_empty() {
            parts.push(Placed::new(trimmed.into(), place));
        }
        start += part.len() + 1;
    }
    parts
}

/// One address; a prefix length behind it is taken off.
pub(crate) fn address(text: &Placed<String>, path: &str, out: &mut Out) -> Option<Placed<IpAddr>> {
    let bare = text.value.split('/').next().unwrap_or("").trim();
    match bare.parse() {
        Ok(address) => Some(text.with(address)),
        Err(_) => {
            let message = format!("`{path}` is `{}`, which is no IP address", text.value);
            out.push(Diagnostic::new(Code::OutOfRange, message).at(text.place).help(address_help(bare)));
            None
        }
    }
}

/// Every address of a comma-separated list.
pub(crate) fn addresses(text: &Placed<String>, path: &str, out: &mut Out) -> Vec<Placed<IpAddr>> {
    commas(text).iter().filter_map(|part| address(part, path, out)).collect()
}

/// A prefix; its host bits are cleared, as Kube-OVN does.
pub(crate) fn prefix(text: &Placed<String>, path: &str, out: &mut Out) -> Option<Placed<IpNet>> {
    let bare: Option<IpAddr> = text.value.parse().ok();
    if let Ok(net) = text.value.parse::<IpNet>() {
        return Some(text.with(net.trunc()));
    }
    let message = format!("`{path}` is `{}`, which is no prefix", text.value);
    let help = match bare {
        Some(address) => format!("write the prefix length too, for example `{address}/{}`", if address.is_ipv4() { 24 } else { 64 }),
        None => "write an address, a slash and a prefix length of at most 32 (IPv4) or 128 (IPv6), for example `172.20.10.0/24`".into(),
    };
    out.push(Diagnostic::new(Code::OutOfRange, message).at(text.place).help(help));
    None
}

/// Every prefix of a comma-separated list.
pub(crate) fn prefixes(text: &Placed<String>, path: &str, out: &mut Out) -> Vec<Placed<IpNet>> {
    commas(text).iter().filter_map(|part| prefix(part, path, out)).collect()
}

/// An address, or two with `..` between them, as `excludeIps` takes them.
pub(crate) fn range(text: &Placed<String>, path: &str, out: &mut Out) -> Option<Placed<AddressRange>> {
    let (first, last) = text.value.split_once("..").unwrap_or((&text.value, &text.value));
    match (first.trim().parse::<IpAddr>(), last.trim().parse::<IpAddr>()) {
        (Ok(first), Ok(last)) if first.is_ipv4() == last.is_ipv4() && first <= last => {
            Some(text.with(AddressRange { first, last }))
        }
        _ => {
            let message = format!("`{path}` is `{}`, which is no range of addresses", text.value);
            let help = "write an address, or the lowest and the highest with two dots between them: `172.20.10.1..172.20.10.9`";
            out.push(Diagnostic::new(Code::OutOfRange, message).at(text.place).help(help));
            None
        }
    }
}

/// An Ethernet address.
pub(crate) fn mac(text: &Placed<String>, path: &str, out: &mut Out) -> Option<Placed<Mac>> {
    match Mac::parse(&text.value) {
        Some(mac) => Some(text.with(mac)),
        None => {
            let message = format!("`{path}` is `{}`, which is no Ethernet address", text.value);
            let help = "write six groups of two hexadecimal digits, for example `\"02:00:00:00:00:02\"`";
            out.push(Diagnostic::new(Code::OutOfRange, message).at(text.place).help(help));
            None
        }
    }
}

fn address_help(text: &str) -> &'static str {
    let octets: Vec<&str> = text.split('.').collect();
    let leading_zero = octets.iter().any(|octet| octet.len() > 1 && octet.starts_with('0'));
    if octets.len() == 4 && leading_zero {
        "write each part without leading zeros"
    } else if octets.len() == 4 {
        "write four numbers from 0 to 255 with dots between them"
    } else {
        "write an address like `172.20.10.2` or `fd00::2`"
    }
}
