//! What changes, in connections: gained, lost, and what is neither.

use super::summary::plain;
use super::{DOUBT, ERROR, FAINT, GOOD, Line, WARNING, count, glyph};
use crate::console::Script;
use anstyle::Style;
use ringfence_view::difference::{Difference, Kind, Side};
use std::io::{self, Write};

/// Of more rows behind one line only the first ones are told.
const MOST_REASONS: usize = 3;

fn style(kind: Kind) -> Style {
    match kind {
        Kind::Gained => GOOD,
        Kind::Lost => ERROR,
        Kind::Arrives | Kind::Stops => WARNING,
        Kind::Unsure | Kind::Doubt => DOUBT,
    }
}

fn side(side: Side) -> (char, Style) {
    match side {
        Side::Old => ('-', ERROR),
        Side::New => ('+', GOOD),
    }
}

/// Lines of text, gained first; of each kind at most so many.
pub(crate) fn write(out: &mut dyn Write, difference: &Difference<'_>, script: Script, most: usize) -> io::Result<()> {
    let (old, new) = (difference.old.compiled.profile.name, difference.new.compiled.profile.name);
    if old != new {
        writeln!(out, "{FAINT}{old} to {new}{FAINT:#}")?;
    }
    let lines = difference.lines(glyph::arrow(script), most);
    for line in lines.told {
        let (sign, style, verdicts) = (line.kind.sign(), style(line.kind), line.verdicts());
        writeln!(out, "{style}{sign}{style:#} {}: {} {FAINT}({verdicts}){FAINT:#}", line.who, line.what)?;
        for because in line.because(MOST_REASONS) {
            writeln!(out, "    {FAINT}{because}{FAINT:#}")?;
        }
    }
    for (kind, left) in lines.left {
        let (sign, style, more) = (kind.sign(), style(kind), count(left, "more line"));
        writeln!(
            out,
            "{style}{sign}{style:#} {FAINT}and {more} of connections {}; -o json has all{FAINT:#}",
            kind.name()
        )?;
    }
    for (of, id) in difference.endpoints() {
        let (sign, style) = side(of);
        writeln!(out, "{style}{sign}{style:#} endpoint {}", Line(id))?;
    }
    writeln!(out, "{}", difference.summary())
}

/// A Markdown table; of each kind of change at most so many lines.
pub(crate) fn write_markdown(
    out: &mut dyn Write,
    difference: &Difference<'_>,
    script: Script,
    most: usize,
) -> io::Result<()> {
    writeln!(out, "{}\n", difference.summary())?;
    let lines = difference.lines(glyph::arrow(script), most);
    if !lines.told.is_empty() {
        writeln!(out, "| | who | what | before | after | row |\n|---|---|---|---|---|---|")?;
    }
    for line in lines.told {
        let (sign, because) = (line.kind.sign(), line.because(MOST_REASONS));
        let because = because.iter().map(|one| cell(one)).collect::<Vec<_>>().join("<br>");
        let who = plain(&line.who);
        writeln!(out, "| `{sign}` | {who} | {} | {} | {} | {because} |", line.what, line.old.name(), line.new.name())?;
    }
    for (kind, left) in lines.left {
        let (sign, more) = (kind.sign(), count(left, "more line"));
        writeln!(out, "| `{sign}` | and {more} of connections {} | | | | |", kind.name())?;
    }
    for (of, id) in difference.endpoints() {
        let (sign, _) = side(of);
        writeln!(out, "| `{sign}` | {} | endpoint | | | |", plain(&Line(id).to_string()))?;
    }
    Ok(())
}

/// Names mean nothing to Markdown; what a row does is code.
fn cell(because: &str) -> String {
    plain(because).replace("&#96;", "`")
}
