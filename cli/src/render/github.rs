//! Findings as GitHub's workflow commands, which it shows beside the lines of a pull request.

use super::check::reasons;
use super::place;
use ringfence_engine::diagnostic::{Code, Severity};
use ringfence_view::report::Report;
use std::io::{self, Write};

/// A line for each finding and for each expectation that does not hold.
pub(crate) fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    for found in report.findings {
        let command = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let help = found.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        let located = found.place.and_then(|place| report.sources.locate(place));
        // A row of a database stands beside no line.
        let row = if located.is_none() { place::of(report.sources, found.place) } else { String::new() };
        let row = if row.is_empty() { row } else { format!("{row}: ") };
        annotation(out, command, located, found.code.name(), &format!("{row}{}{help}", found.message))?;
    }
    for judgement in report.judgements.iter().filter(|judgement| !judgement.holds) {
        let reasons = reasons(report, judgement).into_iter().map(|reason| format!("\n{reason}"));
        let message = format!("{} does not hold: {}{}", judgement.name, judgement.claim, reasons.collect::<String>());
        annotation(out, "error", report.sources.locate(judgement.place), Code::ExpectationFailed.name(), &message)?;
    }
    Ok(())
}

fn annotation(
    out: &mut dyn Write,
    command: &str,
    place: Option<(&str, ringfence_engine::source::Position)>,
    title: &str,
    message: &str,
) -> io::Result<()> {
    let place = place
        .map(|(name, position)| format!("file={},line={},col={},", property(name), position.line, position.column));
    writeln!(out, "::{command} {}title={}::{}", place.unwrap_or_default(), property(title), data(message))
}

/// The toolkit's `escapeData`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The toolkit's `escapeProperty`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_command_is_one_line() {
        let mut out = Vec::new();
        annotation(&mut out, "error", None, "RF1", "50 %\n::stop::").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "::error title=RF1::50 %25%0A::stop::\n");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
