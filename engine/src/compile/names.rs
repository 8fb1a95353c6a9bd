//! How ranges of addresses are named in ids.

use crate::reach::AddressRange;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// An id names this many ranges; of more, the first ones and how many follow.
const NAMED: usize = 3;

/// `172.20.10.2`, `172.20.10.4-172.20.10.9`, several with commas; unique among disjoint sets of ranges.
pub(super) fn name(ranges: &[AddressRange]) -> String {
    let shown: Vec<String> = ranges.iter().take(NAMED).map(one).collect();
    match ranges.len().saturating_sub(NAMED) {
        0 => shown.join(","),
        more => format!("{},+{more}", shown.join(",")),
    }
}

fn one(range: &AddressRange) -> String {
    if range.first == range.last { range.first.to_string() } else { format!("{}-{}", range.first, range.last) }
}
