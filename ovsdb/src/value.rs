//! Values of columns (RFC 7047, section 5.1): atoms, sets of atoms, and maps of atoms.

use serde_json::{Number, Value, json};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;
use uuid::Uuid;

/// A single value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Atom {
    /// A whole number.
    Integer(i64),
    /// A real number.
    Real(Real),
    /// True or false.
    Boolean(bool),
    /// A text.
    String(String),
    /// The identity of a row.
    Uuid(Uuid),
    /// A row that the same transaction inserts under that name.
    NamedUuid(String),
}

/// A real number, in the order of IEEE 754's `totalOrder`.
#[derive(Debug, Clone, Copy)]
pub struct Real(pub f64);

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Real {}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// The value of a column.
///
/// The protocol writes a set of one element as the element alone, so both stand for the same; the accessors treat them so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Datum {
    /// One value.
    Atom(Atom),
    /// Any number of values.
    Set(BTreeSet<Atom>),
    /// Values by keys.
    Map(BTreeMap<Atom, Atom>),
}

/// Why a JSON value is none of OVSDB's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no value of OVSDB")]
pub struct ValueError(String);

impl ValueError {
    fn of(value: &Value) -> Self {
        Self(value.to_string().chars().take(60).collect())
    }
}

impl Atom {
    /// Reads what the protocol writes.
    pub fn from_json(value: &Value) -> Result<Self, ValueError> {
        let wrong = || ValueError::of(value);
        match value {
            Value::Bool(value) => Ok(Self::Boolean(*value)),
            Value::String(text) => Ok(Self::String(text.clone())),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => Ok(Self::Integer(number)),
                (None, Some(number)) => Ok(Self::Real(Real(number))),
                (None, None) => Err(wrong()),
            },
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(tag), Value::String(text)] if tag == "uuid" => {
                    uuid(text).map(Self::Uuid).ok_or_else(wrong)
                }
                [Value::String(tag), Value::String(text)] if tag == "named-uuid" => Ok(Self::NamedUuid(text.clone())),
                _ => Err(wrong()),
            },
            Value::Null | Value::Object(_) => Err(wrong()),
        }
    }

    /// Writes it as the protocol does.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Integer(number) => json!(number),
            Self::Real(Real(number)) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
            Self::Boolean(value) => json!(value),
            Self::String(text) => json!(text),
            Self::Uuid(uuid) => json!(["uuid", uuid.hyphenated().to_string()]),
            Self::NamedUuid(name) => json!(["named-uuid", name]),
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The row's identity, if it is one.
    pub fn as_uuid(&self) -> Option<Uuid> {
        match self {
            Self::Uuid(uuid) => Some(*uuid),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }
}

/// Reads the one form that the protocol knows: 36 characters with hyphens.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

impl From<&str> for Atom {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<Uuid> for Atom {
    fn from(uuid: Uuid) -> Self {
        Self::Uuid(uuid)
    }
}

impl From<i64> for Atom {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Atom {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl<A: Into<Atom>> From<A> for Datum {
    fn from(atom: A) -> Self {
        Self::Atom(atom.into())
    }
}

impl Datum {
    /// Reads what the protocol writes.
    pub fn from_json(value: &Value) -> Result<Self, ValueError> {
        let Value::Array(pair) = value else { return Atom::from_json(value).map(Self::Atom) };
        match pair.as_slice() {
            [Value::String(tag), Value::Array(elements)] if tag == "set" => {
                elements.iter().map(Atom::from_json).collect::<Result<_, _>>().map(Self::Set)
            }
            [Value::String(tag), Value::Array(pairs)] if tag == "map" => {
                let pair = |pair: &Value| match pair.as_array().map(Vec::as_slice) {
                    Some([key, value]) => Ok((Atom::from_json(key)?, Atom::from_json(value)?)),
                    _ => Err(ValueError::of(pair)),
                };
                pairs.iter().map(pair).collect::<Result<_, _>>().map(Self::Map)
            }
            _ => Atom::from_json(value).map(Self::Atom),
        }
    }

    /// Writes it as the protocol does.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Atom(atom) => atom.to_json(),
            Self::Set(set) => json!(["set", set.iter().map(Atom::to_json).collect::<Vec<_>>()]),
            Self::Map(map) => {
                json!([
                    "map",
                    map.iter().map(|(key, value)| json!([key.to_json(), value.to_json()])).collect::<Vec<_>>()
                ])
            }
        }
    }

    /// A map of texts.
    pub fn texts<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::Map(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// A set.
    pub fn set<A: Into<Atom>>(atoms: impl IntoIterator<Item = A>) -> Self {
        Self::Set(atoms.into_iter().map(Into::into).collect())
    }

    /// Its elements; of a map, none.
    pub fn atoms(&self) -> impl Iterator<Item = &Atom> {
        let (one, many) = match self {
            Self::Atom(atom) => (Some(atom), None),
            Self::Set(set) => (None, Some(set)),
            Self::Map(_) => (None, None),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// The only element; nothing where there is none, or more than one.
    pub fn only(&self) -> Option<&Atom> {
        let mut atoms = self.atoms();
        atoms.next().filter(|_| atoms.next().is_none())
    }

    /// Its pairs; none where it is no map.
    pub fn pairs(&self) -> impl Iterator<Item = (&Atom, &Atom)> {
        let map = match self {
            Self::Map(map) => Some(map),
            Self::Atom(_) | Self::Set(_) => None,
        };
        map.into_iter().flatten()
    }

    /// The value after a difference as `update2` and database files write it for a column of more than one element:
    /// elements that are in one of both; pairs that are there go, others are set (`ovsdb_datum_apply_diff`).
    pub fn with_difference(&self, difference: &Self) -> Self {
        if let Self::Map(changes) = difference {
            let mut map: BTreeMap<Atom, Atom> = self.pairs().map(|(key, value)| (key.clone(), value.clone())).collect();
            for (key, value) in changes {
                match map.get(key) == Some(value) {
                    true => map.remove(key),
                    false => map.insert(key.clone(), value.clone()),
                };
            }
            return Self::Map(map);
        }
        let old: BTreeSet<Atom> = self.atoms().cloned().collect();
        let changes: BTreeSet<Atom> = difference.atoms().cloned().collect();
        Self::Set(old.symmetric_difference(&changes).cloned().collect())
    }

    /// The same value in one form: a set of one element as the element alone.
    pub fn canonical(self) -> Self {
        match self {
            Self::Set(set) if set.len() == 1 => set.into_iter().next().map_or(Self::Set(BTreeSet::new()), Self::Atom),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Value) -> Datum {
        Datum::from_json(&value).unwrap()
    }

    #[test]
    fn values_survive_the_way_there_and_back() {
        let id = "6bd1c5ca-1d1a-4d3f-8bd6-1cf8f5bb2d40";
        let values = [
            json!(1),
            json!(-9_223_372_036_854_775_808_i64),
            json!(1.5),
            json!(true),
            json!("x"),
            json!(["uuid", id]),
            json!(["named-uuid", "row1"]),
            json!(["set", []]),
            json!(["set", [1, 2]]),
            json!(["set", [["uuid", id], ["named-uuid", "a"]]]),
            json!(["map", [["a", "b"], ["c", "d"]]]),
        ];
        for value in values {
            assert_eq!(read(value.clone()).to_json(), value);
        }
    }

    #[test]
    fn other_values_are_refused() {
        let none = [json!(null), json!({}), json!([]), json!(["uuid", "x"]), json!(["map", [1]]), json!(["set", [[]]])];
        for value in none {
            assert!(Datum::from_json(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn differences_are_applied() {
        let set = read(json!(["set", [1, 2]])).with_difference(&read(json!(["set", [2, 3]])));
        assert_eq!(set, read(json!(["set", [1, 3]])));
        assert_eq!(read(json!(1)).with_difference(&read(json!(1))), read(json!(["set", []])));
        let map = read(json!(["map", [["a", "1"], ["b", "2"]]]));
        let map = map.with_difference(&read(json!(["map", [["a", "1"], ["b", "3"], ["c", "4"]]])));
        assert_eq!(map, read(json!(["map", [["b", "3"], ["c", "4"]]])));
    }
}
