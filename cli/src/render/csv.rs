//! Pairs as comma-separated values (RFC 4180), for spreadsheets.

use ringfence_engine::reach::Endpoint;
use ringfence_view::pair::{Answered, TITLES, rows};
use std::borrow::Cow;
use std::io::{self, Write};

/// A title line, then a line for each pair.
pub(crate) fn write(
    out: &mut dyn Write,
    endpoints: &[Endpoint],
    pairs: impl Iterator<Item = Answered>,
) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(TITLES).map_err(plain)?;
    for row in rows(endpoints, pairs) {
        table.write_record(row.cells().map(|cell| harmless(cell).into_owned())).map_err(plain)?;
    }
    table.flush()
}

/// The error beneath, so that a reader who has gone away is recognised.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("default/vm1"), "default/vm1");
    }
}
