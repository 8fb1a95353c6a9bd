//! Bounds of numbers, lists and mappings in the schema of a custom resource.

use crate::read::fields::{Fields, Placed};
use crate::read::node::Node;
use crate::read::review::Review;
use crate::read::suggest::one_of;
use crate::source::Place;
use alloc::format;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

/// `minimum` and `maximum`.
pub(super) fn number(path: &str, number: &Placed<i64>, range: RangeInclusive<i64>, review: &mut Review) {
    let (first, last) = (range.start(), range.end());
    let bound = match number.value {
        value if value < *first => format!("greater than or equal to {first}"),
        value if value > *last => format!("less than or equal to {last}"),
        _ => return,
    };
    let detail = format!("{path} in body should be {bound}");
    let help = format!("write a number from {first} to {last}");
    review.invalid_value(path, &format!("{}", number.value), &detail, number.place, help);
}

/// `maxItems`.
pub(super) fn at_most(path: &str, count: usize, most: usize, place: Place, review: &mut Review) {
    if count > most {
        let message = format!("{path}: Too many: {count}: must have at most {most} items");
        review.refuse(message, place, "divide them among several objects");
    }
}

/// `minItems` of a field that must be there.
pub(super) fn at_least_one(fields: &Fields<'_>, key: &str, count: usize, review: &mut Review) {
    let path = fields.path(key);
    match fields.get(key) {
        Some(node) if count == 0 => {
            let detail = format!("{path} in body should have at least 1 items");
            review.invalid_value(&path, "0", &detail, node.place, "write at least one; `namespaces: {}` is every pod");
        }
        Some(_) => {}
        None => review.required(&path, "", fields.place(), format!("write `{key}:` with at least one item")),
    }
}

/// `minProperties: 1` and `maxProperties: 1`: the one of several fields that is there; of several, the first.
pub(super) fn only_one<'n>(
    fields: &Fields<'n>,
    path: &str,
    keys: &[&'static str],
    review: &mut Review,
) -> Option<(&'static str, &'n Node)> {
    let stated: Vec<_> = keys.iter().filter_map(|key| Some((*key, fields.get(key)?))).collect();
    match stated.len() {
        0 => {
            let detail = format!("{path} in body should have at least 1 properties");
            let help = format!("write {}", one_of(keys.iter().copied()));
            review.invalid_value(path, "0", &detail, fields.place(), help);
        }
        1 => {}
        several => {
            let message = format!("{path}: Too many: {several}: must have at most 1 items");
            let help = format!("write one of them only: {}", one_of(stated.iter().map(|(key, _)| *key)));
            review.refuse(message, fields.place(), help);
        }
    }
    stated.first().copied()
}
