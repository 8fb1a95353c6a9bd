//! `loadBalancers` of an `Inventory`: what the table `Load_Balancer` of a database says.

use super::address::commas;
use super::fields::{Fields, Out, Placed, unknown_value, words};
use super::inventory::names;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::{Vip, VipProtocol};
use crate::source::Place;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::str::FromStr;

/// A load balancer that no Service made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balancer {
    /// The whole entry.
    pub place: Place,
    /// `switches`: on which it takes connections.
    pub switches: Vec<Placed<String>>,
    /// `routers`: by which what comes from outside goes nobody knows where.
    pub routers: Vec<Placed<String>>,
    /// `vips`: each with its backends, with commas between them, as `ovn-nbctl lb-add` takes both. Where those of one without a
    /// port are nobody asks.
    pub vips: Vec<Vip>,
}

/// `protocol`: as a database spells it.
const PROTOCOLS: [(&str, VipProtocol); 3] =
    [("tcp", VipProtocol::Tcp), ("udp", VipProtocol::Udp), ("sctp", VipProtocol::Sctp)];

pub(super) fn balancer(fields: &Fields<'_>, out: &mut Out) -> Option<Balancer> {
    fields.only(&["name", "protocol", "switches", "routers", "vips"], out);
    let protocol = match fields.word("protocol", out) {
        None => VipProtocol::Tcp,
        Some(word) => match PROTOCOLS.iter().find(|(name, _)| *name == word.value) {
            Some((_, protocol)) => *protocol,
            None => {
                let names = PROTOCOLS.map(|(name, _)| name);
                out.push(unknown_value(&word, &fields.path("protocol"), &names, ": the load balancer is left out"));
                return None;
            }
        },
    };
    let [switches, routers] = ["switches", "routers"].map(|key| names(fields, key, out));
    let stated = fields.fields("vips", out);
    let mut vips = Vec::new();
    for (key, place, node) in stated.iter().flat_map(Fields::entries) {
        let path = format!("{}.{key}", fields.path("vips"));
        let key = Placed::new(String::from(key), place);
        if let Ok(address) = IpAddr::from_str(key.value.trim()) {
            vips.push(Vip::whole(address));
            continue;
        }
        let vip = socket(&key, &path, out);
        let backends = words(node, &path, out).iter().flat_map(commas).collect::<Vec<_>>();
        let backends = backends.iter().filter_map(|text| socket(text, &path, out));
        let backends = backends.map(|backend| (backend.ip(), backend.port())).collect();
        vips.extend(vip.map(|vip| Vip { backends, ..Vip::of(vip, protocol) }));
    }
    Some(Balancer { place: fields.place(), switches, routers, vips })
}

fn socket(text: &Placed<String>, path: &str, out: &mut Out) -> Option<SocketAddr> {
    let parsed = text.value.trim().parse().ok();
    if parsed.is_none() {
        let message = format!("`{path}` has `{}`, which is no address with a port", text.value);
        let help = "write `10.96.0.10:80` or `[fd00::10]:80`";
        out.push(Diagnostic::new(Code::OutOfRange, message).at(text.place).help(help));
    }
    parsed
}
