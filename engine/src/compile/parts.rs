//! Addresses in the parts that the rules of a site tell apart.

use super::matches::Tests;
use super::ranges::{Span, Width};
use super::split::{Coarse, MOST_PARTS, split};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::field::Field;
use crate::ovn::network::Network;
use crate::reach::AddressRange;
use crate::source::Place;
use alloc::format;
use alloc::vec::Vec;

const FIELDS_32: &[Field] = &[Field::Ip4Src, Field::Ip4Dst, Field::ArpSpa, Field::ArpTpa];
const FIELDS_128: &[Field] = &[Field::Ip6Src, Field::Ip6Dst, Field::NdTarget];

/// The switches that packets of a switch can come to: those of its router.
pub(super) fn neighbours(network: &Network, switch: usize) -> Vec<usize> {
    let router = network.routers.iter().find(|router| router.links.iter().any(|link| link.switch == switch));
    router.map_or_else(|| alloc::vec![switch], |router| router.links.iter().map(|link| link.switch).collect())
}

/// Addresses in the parts that rules tell apart; both families in one part where neither is told apart. Beside them, whether
/// rules that were left out tell apart addresses of a part.
pub(super) fn parts(
    spans: impl Fn(Width) -> Vec<Span>,
    switches: &[usize],
    tests: &Tests,
    place: Place,
    name: &str,
    out: &mut Vec<Diagnostic>,
) -> (Vec<Vec<AddressRange>>, Vec<bool>) {
    let (mut found, mut mixed): (Vec<Vec<AddressRange>>, Vec<bool>) = (Vec::new(), Vec::new());
    let mut whole = true;
    for width in Width::ALL {
        let fields = if width == Width::Bits32 { FIELDS_32 } else { FIELDS_128 };
        let split = split(&spans(width), width, tests.on(switches, fields));
        out.extend(coarse(split.coarse, name, place));
        mixed.extend(split.mixed);
        whole &= split.parts.len() <= 1;
        found.extend(split.parts.into_iter().map(|part| part.into_iter().map(|span| width.range(span)).collect()));
    }
    if whole && found.len() > 1 {
        found = alloc::vec![found.concat()];
    }
    (found, mixed)
}

fn coarse(coarse: Coarse, name: &str, place: Place) -> Option<Diagnostic> {
    let (message, help) = match coarse {
        Coarse::No => return None,
        Coarse::Scattered => (
            format!(
                "a rule tests scattered bits of an address; of addresses of `{name}` that it may tell apart nothing is certain"
            ),
            "name the machines in an `Inventory`, or write prefixes in the match",
        ),
        Coarse::Many => (
            format!(
                "rules tell apart more than {MOST_PARTS} sets of addresses of `{name}`; of what is told apart further nothing is certain"
            ),
            "name the machines in an `Inventory`, or put addresses that mean the same into one set",
        ),
    };
    Some(Diagnostic::new(Code::CoarseRanges, message).at(place).help(help))
}
