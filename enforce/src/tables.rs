//! The tables and columns that a plan is made on: what is evaluated, and all of a row that may be written.

use ringfence_northbound::tables::TABLES;
use ringfence_ovsdb::Select;

/// What a plan needs beside what is evaluated: columns of a row that it writes, and those of everybody's row that it counts in.
const MORE: &[(&str, &[&str])] =
    &[(GLOBAL, &["nb_cfg", "external_ids"]), ("ACL", &["label"]), ("Address_Set", &["external_ids"])];

/// Tables with their columns; what a server's schema has not is left out of a question.
pub(crate) fn tables() -> Vec<(&'static str, Vec<&'static str>)> {
    TABLES.iter().map(|(table, _)| (*table, columns(table))).collect()
}

/// The columns of a table that a plan reads.
pub(crate) fn columns(table: &str) -> Vec<&'static str> {
    let of = TABLES.iter().chain(MORE).filter(|(name, _)| *name == table);
    of.flat_map(|(_, columns)| columns.iter().copied()).collect()
}

/// What somebody follows who wants to know when a plan has to be made anew. The database's own row is left out: others count
/// in it, which changes no row.
pub fn selects() -> Vec<Select> {
    let followed = tables().into_iter().filter(|(table, _)| *table != GLOBAL);
    followed.map(|(table, columns)| Select::all(table, &columns)).collect()
}

/// The only row of this table is the database's own.
pub(crate) const GLOBAL: &str = "NB_Global";
