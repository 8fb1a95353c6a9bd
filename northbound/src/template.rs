//! Variables in matches that each chassis replaces by a value of its own: `^NAME`.

use crate::row::text;
use ringfence_ovsdb::{Row, Snapshot};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What the chassis put in the place of variables (`Chassis_Template_Var`).
#[derive(Debug)]
pub(crate) struct Variables<'s>(BTreeMap<&'s str, Value<'s>>);

/// The value of a variable on the first chassis, and on how many it is that.
#[derive(Debug)]
struct Value<'s> {
    value: &'s str,
    chassis: usize,
}

impl<'s> Variables<'s> {
    /// Those to which every chassis that has any gives the same value.
    pub(crate) fn of(snapshot: &'s Snapshot) -> Self {
        let mut known: BTreeMap<&str, Value<'_>> = BTreeMap::new();
        let mut all = 0;
        for (_, row) in snapshot.rows("Chassis_Template_Var") {
            all += 1;
            let pairs = row.get("variables").into_iter().flat_map(|map| map.pairs());
            for (name, value) in pairs.filter_map(|(name, value)| Some((name.as_str()?, value.as_str()?))) {
                match known.entry(name) {
                    Entry::Vacant(free) => drop(free.insert(Value { value, chassis: 1 })),
                    Entry::Occupied(mut known) if known.get().value == value => known.get_mut().chassis += 1,
                    Entry::Occupied(_) => {}
                }
            }
        }
        known.retain(|_, known| known.chassis == all);
        Self(known)
    }

    /// A match with its variables replaced.
    ///
    /// # Errors
    ///
    /// The first variable that is not the same everywhere.
    pub(crate) fn expand(&self, matches: &str) -> Result<String, String> {
        let mut pieces = matches.split('^');
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let end = piece.find(|letter: char| !letter.is_ascii_alphanumeric() && !"_.".contains(letter));
            let (name, rest) = piece.split_at(end.unwrap_or(piece.len()));
            whole.push_str(self.0.get(name).ok_or_else(|| name.to_owned())?.value);
            whole.push_str(rest);
        }
        Ok(whole)
    }
}

/// Whether a row has a variable in its match.
pub(crate) fn has_variable(acl: &Row) -> bool {
    text(acl, "match").is_some_and(|matches| matches.contains('^'))
}
