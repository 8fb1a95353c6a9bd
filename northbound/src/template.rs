//! Variables in matches that each chassis replaces by a value of its own: `^NAME`.

use crate::row::text;
use ringfence_ovsdb::{Row, Snapshot};

/// A match with its variables replaced, where every chassis that has any gives them one value (`Chassis_Template_Var`).
///
/// # Errors
///
/// The first variable that has not.
pub(crate) fn expanded(snapshot: &Snapshot, matches: &str) -> Result<String, String> {
    let mut pieces = matches.split('^');
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|letter: char| !letter.is_ascii_alphanumeric() && !"_.".contains(letter));
        let (name, rest) = piece.split_at(end.unwrap_or(piece.len()));
        whole.push_str(value(snapshot, name).ok_or_else(|| name.to_owned())?);
        whole.push_str(rest);
    }
    Ok(whole)
}

/// Whether a row has a variable in its match.
pub(crate) fn has_variable(acl: &Row) -> bool {
    text(acl, "match").is_some_and(|matches| matches.contains('^'))
}

fn value<'s>(snapshot: &'s Snapshot, name: &str) -> Option<&'s str> {
    let mut values = snapshot.rows("Chassis_Template_Var").map(|(_, row)| crate::row::entry(row, "variables", name));
    let first = values.next()??;
    values.all(|other| other == Some(first)).then_some(first)
}
