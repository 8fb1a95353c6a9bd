//! The table: a row for each endpoint that asks, a column for each that answers, a character for each verdict.

use super::plan::quoted;
use super::remark::Remarks;
use super::{FAINT, Line, STRONG, count, glyph};
use crate::console::Script;
use ringfence_engine::reach::{Endpoint, Verdict};
use ringfence_view::matrix::Matrix;
use std::io::{self, Write};

/// More endpoints than this do not fit a screen.
const MOST: usize = 40;
/// A line that is longer than this wraps on many terminals.
const SCREEN: usize = 80;
/// A longer id does not widen the column of names.
const LONGEST_ID: usize = 60;

/// The table with its legend and what is noteworthy, or a summary where the table would not fit. `input`: the arguments of the
/// command that tells why.
pub(crate) fn write(
    out: &mut dyn Write,
    endpoints: &[Endpoint],
    matrix: &Matrix,
    input: &str,
    script: Script,
) -> io::Result<()> {
    if endpoints.is_empty() {
        return writeln!(out, "No endpoints: the input has neither a Subnet nor an Inventory with machines.");
    }
    if endpoints.len() <= MOST {
        table(out, endpoints, matrix, script)?;
        writeln!(out)?;
        legend(out, script)?;
    } else {
        summary(out, endpoints.len(), matrix)?;
    }
    let remarks = Remarks::of(endpoints, matrix);
    if let Some((from, to)) = remarks.example() {
        writeln!(out)?;
        remarks.write(out, script)?;
        let arguments = [&quoted(from), &quoted(to), input].join(" ");
        writeln!(out, "\n{FAINT}Why: ringfence explain {}{FAINT:#}", arguments.trim_end())?;
    }
    Ok(())
}

fn table(out: &mut dyn Write, endpoints: &[Endpoint], matrix: &Matrix, script: Script) -> io::Result<()> {
    let digits = endpoints.len().to_string().len();
    let id = endpoints.iter().map(|endpoint| Line(&endpoint.id).to_string().chars().count()).max().unwrap_or(0);
    let id = id.min(LONGEST_ID);
    let margin = digits + 1 + id + 1;
    let gap = if margin + 2 * endpoints.len() <= SCREEN { " " } else { "" };
    let title = "asks \\ answers";
    for place in (0..digits).rev() {
        let title = if place == 0 && title.len() <= margin { title } else { "" };
        let numbers = (1..=endpoints.len()).map(|number| format!("{gap}{}", digit(number, place)));
        writeln!(out, "{STRONG}{title:margin$}{}{STRONG:#}", numbers.collect::<String>())?;
    }
    for (from, endpoint) in endpoints.iter().enumerate() {
        write!(out, "{STRONG}{:>digits$}{STRONG:#} {:id$} ", from + 1, Line(&endpoint.id))?;
        for to in 0..endpoints.len() {
            match matrix.verdict(from, to) {
                Some(verdict) => {
                    let style = glyph::style(verdict);
                    write!(out, "{gap}{style}{}{style:#}", glyph::of(verdict, script))?;
                }
                None => write!(out, "{gap}{FAINT}-{FAINT:#}")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A digit of a column's number; numbers are written downwards.
fn digit(number: usize, place: usize) -> char {
    let rest = (0..place).fold(number, |number, _| number / 10);
    if rest == 0 { ' ' } else { char::from_digit(u32::try_from(rest % 10).unwrap_or(0), 10).unwrap_or(' ') }
}

fn legend(out: &mut dyn Write, script: Script) -> io::Result<()> {
    for verdict in Verdict::ALL {
        let style = glyph::style(verdict);
        let sign = glyph::of(verdict, script);
        writeln!(out, "{style}{sign}{style:#} {:9}  {}", verdict.name(), glyph::meaning(verdict))?;
    }
    Ok(())
}

fn summary(out: &mut dyn Write, endpoints: usize, matrix: &Matrix) -> io::Result<()> {
    let totals = matrix.totals();
    let pairs = totals.values().sum();
    writeln!(out, "{}, {}:", count(endpoints, "endpoint"), count(pairs, "ordered pair"))?;
    for verdict in Verdict::ALL {
        let style = glyph::style(verdict);
        let number = totals.get(&verdict).copied().unwrap_or(0);
        writeln!(out, "{number:>9} {style}{:9}{style:#}  {}", verdict.name(), glyph::meaning(verdict))?;
    }
    writeln!(out, "\nToo many for a table: `-o wide` lists every pair, `-o csv` and `-o json` are for programs.")
}
