//! Columns of a row by name; what is missing is empty.

use ringfence_ovsdb::{Atom, Row, Uuid};

/// The only text of a column.
pub fn text<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row.get(column)?.only()?.as_str()
}

/// The texts of a column.
pub fn texts<'a>(row: &'a Row, column: &str) -> Vec<&'a str> {
    row.get(column).map(|value| value.atoms().filter_map(Atom::as_str).collect()).unwrap_or_default()
}

/// The rows that a column refers to.
pub fn uuids(row: &Row, column: &str) -> Vec<Uuid> {
    row.get(column).map(|value| value.atoms().filter_map(Atom::as_uuid).collect()).unwrap_or_default()
}

/// The only number of a column.
pub fn integer(row: &Row, column: &str) -> Option<i64> {
    row.get(column)?.only()?.as_integer()
}

/// The only truth of a column.
pub fn flag(row: &Row, column: &str) -> Option<bool> {
    match row.get(column)?.only()? {
        Atom::Boolean(flag) => Some(*flag),
        Atom::Integer(_) | Atom::Real(_) | Atom::String(_) | Atom::Uuid(_) | Atom::NamedUuid(_) => None,
    }
}

/// Whether an option is on, as `smap_get_bool` of OVS reads it: whatever else is written is the default.
pub fn option(row: &Row, column: &str, key: &str, default: bool) -> bool {
    let other = if default { "false" } else { "true" };
    entry(row, column, key).is_some_and(|value| value.eq_ignore_ascii_case(other)) != default
}

/// The value of a key of a map.
pub fn entry<'a>(row: &'a Row, column: &str, key: &str) -> Option<&'a str> {
    row.get(column)?.pairs().find(|(name, _)| name.as_str() == Some(key))?.1.as_str()
}
