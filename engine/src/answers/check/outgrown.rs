//! Rows that divide the headers into more kinds than the program is willing to tell apart.

use super::name;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::Network;
use crate::reach::Reach;
use crate::source::Place;
use alloc::format;
use alloc::vec::Vec;

pub(super) fn check(network: &Network, reach: &Reach<'_>) -> Vec<Diagnostic> {
    let (is_so, rows) = reach.outgrown();
    let what = "divide protocols and ports into too many kinds to tell them all apart: connections that are left to them are \
                shown as undefined";
    let help = "write ranges that do not cross each other, or test fewer of `src` and `dst` at once; `explain` is exact for \
                a single protocol and port";
    let told = |place: Option<Place>| {
        let rows = if place.is_some() { "the rows up to here" } else { "the rows" };
        Diagnostic::new(Code::TooComplex, format!("{rows} {what}")).at_maybe(place).help(help)
    };
    match (is_so, rows.is_empty()) {
        (false, _) => Vec::new(),
        (true, true) => [told(None)].to_vec(),
        (true, false) => {
            rows.into_iter().map(|row| told(name(network, row).and_then(|(acl, _)| acl.provenance.place))).collect()
        }
    }
}
