//! Findings and expectations in Markdown, for a summary or a comment on a pull request.

use super::check::reasons;
use super::diagnostic::summary;
use super::place;
use ringfence_view::report::Report;
use std::io::{self, Write};

/// Two tables.
pub(crate) fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    if report.findings.is_empty() && report.judgements.is_empty() {
        return writeln!(out, "Nothing found.");
    }
    if !report.findings.is_empty() {
        writeln!(out, "### {}\n\n| | code | where | |\n|---|---|---|---|", summary(report.findings))?;
    }
    for found in report.findings {
        let line = found.place.and_then(|place| report.sources.locate(place));
        let line = line.map(|(name, position)| format!("{name}:{}", position.line));
        let place = line.unwrap_or_else(|| place::of(report.sources, found.place));
        let help = found.help.as_ref().map(|help| format!("<br>{}", plain(help))).unwrap_or_default();
        let (severity, code) = (found.severity.name(), found.code.name());
        writeln!(out, "| {severity} | {code} | {} | {}{help} |", plain(&place), plain(&found.message))?;
    }
    if report.judgements.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Expectations\n\n| holds | name | |\n|---|---|---|")?;
    for judgement in report.judgements {
        let reasons = reasons(report, judgement).into_iter().map(|reason| plain(&reason));
        let told: Vec<String> = std::iter::once(plain(&judgement.claim)).chain(reasons).collect();
        let mark = if judgement.holds { "yes" } else { "**no**" };
        writeln!(out, "| {mark} | {} | {} |", plain(&judgement.name), told.join("<br>"))?;
    }
    Ok(())
}

/// Text that means nothing to Markdown: each character of its punctuation as a character reference.
pub(crate) fn plain(text: &str) -> String {
    let escaped = |letter: char| match letter {
        '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '\\' | '&' | '!' | '#' | '~' | '@' | '$' => {
            format!("&#{};", u32::from(letter))
        }
        letter if letter.is_control() => " ".to_owned(),
        // What turns the direction of the text round is spelled.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => letter.escape_unicode().to_string(),
        letter => letter.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_cell() {
        assert_eq!(plain("a|b\n<c> [d](e)"), "a&#124;b &#60;c&#62; &#91;d&#93;(e)");
    }
}
