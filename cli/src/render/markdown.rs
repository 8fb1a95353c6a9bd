//! Pairs as a Markdown table, for a pull request or a report.

use ringfence_engine::reach::Endpoint;
use ringfence_view::pair::{Answered, TITLES, rows};
use std::io::{self, Write};

/// A title line, then a line for each pair.
pub(crate) fn write(
    out: &mut dyn Write,
    endpoints: &[Endpoint],
    pairs: impl Iterator<Item = Answered>,
) -> io::Result<()> {
    writeln!(out, "| {} |", TITLES.join(" | "))?;
    writeln!(out, "|{}", " --- |".repeat(TITLES.len()))?;
    for row in rows(endpoints, pairs) {
        writeln!(out, "| {} |", row.cells().map(escape).join(" | "))?;
    }
    Ok(())
}

/// Text that Markdown shows as it is.
fn escape(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    for letter in cell.chars() {
        match letter {
            '|' | '\\' | '`' | '*' | '_' | '<' | '[' | ']' | '&' | '#' | '~' => text.extend(['\\', letter]),
            _ if letter.is_control() => text.push(' '),
            _ => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipes_and_markup_are_escaped() {
        assert_eq!(escape("a|b<i>\n"), "a\\|b\\<i> ");
    }
}
