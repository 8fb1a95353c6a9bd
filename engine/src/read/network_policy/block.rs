//! A block of addresses (`ValidateIPBlock`).

use super::known::{self, Part};
use super::{Peer, PeerChoice};
use crate::read::fields::{Fields, Placed, text};
use crate::read::node::Node;
use crate::read::review::Review;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

const WANTED: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// A block; one without a prefix is left out.
pub(super) fn block(node: &Node, path: &str, review: &mut Review) -> Option<Peer> {
    let mut found = Vec::new();
    let fields = Fields::of(node, path, &mut found);
    review.share(&mut found);
    let fields = fields?;
    known::check(&fields, &Part::Block, review);
    let cidr = fields.text("cidr", &mut found);
    let wrong = !found.is_empty();
    let listed = fields.items("except", &mut found);
    let except: Vec<(String, Placed<String>)> =
        listed.iter().filter_map(|(path, item)| Some((path.clone(), text(item, path, &mut found)?))).collect();
    review.share(&mut found);
    let Some(cidr) = cidr.filter(|cidr| !cidr.value.is_empty()) else {
        if !wrong {
            review.required(&fields.path("cidr"), "", fields.place(), "write `cidr: 10.9.8.0/24`, or another prefix");
        }
        return None;
    };
    let cidr = prefix(&fields.path("cidr"), &cidr, review)?;
    let except = except.iter().filter_map(|(path, text)| excepted(path, text, cidr, review)).collect();
    Some(Peer { choice: PeerChoice::Block { cidr, except }, field: path.to_string(), place: fields.place() })
}

fn excepted(path: &str, text: &Placed<String>, cidr: IpNet, review: &mut Review) -> Option<Placed<IpNet>> {
    let except = prefix(path, text, review)?;
    if cidr.contains(&except.network()) && cidr.prefix_len() < except.prefix_len() {
        return Some(text.with(except));
    }
    let help = alloc::format!("write a prefix that lies within `{cidr}` and is smaller");
    review.invalid(path, text, "must be a strict subset of `cidr`", help);
    None
}

fn prefix(path: &str, text: &Placed<String>, review: &mut Review) -> Option<IpNet> {
    let parsed = sloppy(&text.value);
    if parsed.is_none() {
        match text.value.parse::<IpAddr>() {
            Ok(address) => {
                let whole = IpNet::from(address).to_string();
                review.invalid(path, text, WANTED, alloc::format!("write `{whole}` for this address alone"));
                review.fix(text.place, text.instead(&whole));
            }
            Err(_) => review.invalid(path, text, WANTED, "write an address, a slash and the length of the prefix"),
        }
    }
    parsed
}

/// `ParseCIDRSloppy`: host bits are cleared, zeros may lead the parts of an IPv4 address.
fn sloppy(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    let plain = !length.is_empty() && length.bytes().all(|digit| digit.is_ascii_digit());
    let parts = address.split('.').map(|part| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0",
        rest => rest,
    });
    let address = if address.contains(':') { address.to_string() } else { parts.collect::<Vec<_>>().join(".") };
    let net = IpNet::new(address.parse().ok()?, length.parse().ok().filter(|_| plain)?).ok()?;
    Some(net.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_read_as_go_reads_them() {
        for (text, expected) in [
            ("10.0.0.7/24", Some("10.0.0.0/24")),
            ("010.000.0.7/8", Some("10.0.0.0/8")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("2001:DB8::1/64", Some("2001:db8::/64")),
            ("10.0.0.0/33", None),
            ("10.0.0.0", None),
            ("10.0.0.0/+8", None),
            ("10.0.0.0/", None),
            ("10.0..0/8", None),
        ] {
            assert_eq!(sloppy(text).map(|net| net.to_string()).as_deref(), expected, "{text}");
        }
    }
}
