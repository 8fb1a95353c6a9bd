//! What is wrong with an entry of a Subnet's `acls`, by who refuses it.

use super::{Taker, entry};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::read::fields::{Fields, Item, Placed};
use alloc::vec::Vec;

/// What is wrong with a Subnet or an entry, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A field is not there, or `match` is empty: every API server takes it, and Kube-OVN cannot write the row.
    Missing,
    /// A value: the database does not take it, and the API servers of some releases do not either.
    Value,
    /// The type of a field: no API server takes it.
    Type,
    /// The name of the Subnet: no API server takes it.
    Name,
}

/// The gravest fault of a Subnet's list of rows, at its entry.
pub(crate) fn fault(items: &[Item<'_>]) -> Option<Placed<Fault>> {
    let faults = items.iter().filter_map(|(path, item)| {
        let mut found = Vec::new();
        let Some(fields) = Fields::of(item, path.clone(), &mut found) else {
            return Some(Placed::new(Fault::Type, item.place));
        };
        if entry(&fields, path, Taker::Subnet, &mut found).is_ok() {
            return None;
        }
        let faults = found.iter().filter_map(|found| Some(Placed::new(of(found, &fields)?, found.place?)));
        gravest(faults)
    });
    gravest(faults)
}

fn gravest(faults: impl Iterator<Item = Placed<Fault>>) -> Option<Placed<Fault>> {
    // Of equal ones the first.
    faults.reduce(|first, next| if next.value > first.value { next } else { first })
}

fn of(found: &Diagnostic, fields: &Fields<'_>) -> Option<Fault> {
    // An empty text is none of the values that a schema names.
    let is_empty = |key| fields.get(key).is_some_and(|node| Some(node.place) == found.place);
    match found.code {
        Code::WrongType => Some(Fault::Type),
        Code::UnknownValue | Code::OutOfRange => Some(Fault::Value),
        Code::MissingField if is_empty("direction") || is_empty("action") => Some(Fault::Value),
        // Without a priority it is 0.
        Code::MissingField if found.severity == Severity::Error => Some(Fault::Missing),
        _ => None,
    }
}
