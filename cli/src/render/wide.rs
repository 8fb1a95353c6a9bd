//! One line for each pair. Pairs are written as they come: columns take what their titles and the ids need.

use super::{Line, STRONG, glyph};
use ringfence_engine::reach::Endpoint;
use ringfence_view::pair::{Answered, TITLES, rows};
use std::io::{self, Write};

/// Words of usual length fit.
const WORDS: usize = 22;

/// A title line, then a line for each pair.
pub(crate) fn write(
    out: &mut dyn Write,
    endpoints: &[Endpoint],
    pairs: impl Iterator<Item = Answered>,
) -> io::Result<()> {
    let id = endpoints.iter().map(|endpoint| Line(&endpoint.id).to_string().chars().count()).max().unwrap_or(0);
    // A format width has 16 bits; longer ids only spoil the columns.
    let id = id.clamp(4, 200);
    let [from, to, verdict, delivered, answered, undefined] = TITLES.map(str::to_uppercase);
    writeln!(
        out,
        "{STRONG}{from:id$}  {to:id$}  {verdict:9}  {delivered:WORDS$}  {answered:WORDS$}  {undefined}{STRONG:#}"
    )?;
    for row in rows(endpoints, pairs) {
        let style = glyph::style(row.words.verdict);
        writeln!(
            out,
            "{:id$}  {:id$}  {style}{:9}{style:#}  {:WORDS$}  {:WORDS$}  {}",
            Line(row.from),
            Line(row.to),
            row.words.verdict.name(),
            row.words.delivered,
            row.words.answered,
            row.words.undefined,
        )?;
    }
    Ok(())
}
