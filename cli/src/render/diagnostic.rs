//! Findings with the text that they are about, and a caret under it.

use super::{FAINT, Line, count, glyph, place};
use crate::console::Script;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use ringfence_engine::diagnostic::{Diagnostic, Severity};
use ringfence_engine::source::{Place, Row, Source, Sources};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

/// A longer line is not shown.
const LONGEST_LINE: usize = 2_000;
/// Of a longer piece only the first line is shown.
const MOST_LINES: usize = 4;
/// Of one kind of remark (severity info) so many are shown.
const MOST_REMARKS: usize = 5;

/// All findings, one after the other, and how many there are; nothing where there is nothing.
pub(crate) fn all(out: &mut dyn Write, sources: &Sources, found: &[Diagnostic], script: Script) -> io::Result<()> {
    let (remarks, graver): (Vec<_>, Vec<_>) = found.iter().partition(|found| found.severity == Severity::Info);
    for found in &graver {
        writeln!(out, "{}\n", render(sources, found, script))?;
    }
    let mut told: BTreeMap<_, usize> = BTreeMap::new();
    for found in &remarks {
        let told = told.entry(found.code).or_default();
        *told += 1;
        if *told <= MOST_REMARKS {
            remark(out, sources, found, script)?;
        }
    }
    for (code, told) in told.into_iter().filter(|(_, told)| *told > MOST_REMARKS) {
        writeln!(out, "{FAINT}info[{}]{FAINT:#}: and {} more", code.name(), told - MOST_REMARKS)?;
    }
    if found.is_empty() { Ok(()) } else { writeln!(out, "{}", summary(found)) }
}

/// `2 errors, 1 warning`.
pub(crate) fn summary(found: &[Diagnostic]) -> String {
    let kinds = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "remark")];
    let counted = kinds.map(|(severity, noun)| (found.iter().filter(|found| found.severity == severity).count(), noun));
    let words: Vec<_> =
        counted.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect();
    words.join(", ")
}

/// A remark takes one line.
fn remark(out: &mut dyn Write, sources: &Sources, found: &Diagnostic, script: Script) -> io::Result<()> {
    write!(out, "{FAINT}info[{}]{FAINT:#}: ", found.code.name())?;
    if found.place.is_some() {
        write!(out, "{}: ", place::of(sources, found.place))?;
    }
    write!(out, "{}", Line(&spelt(&found.message, script)))?;
    match &found.help {
        Some(help) => writeln!(out, "; {}", Line(help)),
        None => writeln!(out),
    }
}

/// A message in characters that the reader's locale can show.
fn spelt(message: &str, script: Script) -> String {
    message.replace('→', glyph::arrow(script))
}

/// One finding with its carets.
fn render(sources: &Sources, found: &Diagnostic, script: Script) -> String {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let message = spelt(&found.message, script);
    let mut group = level.primary_title(message.as_str()).id(found.code.name()).elements(Vec::<Origin<'_>>::new());
    if let Some(place) = found.place {
        group = pointed(group, sources, place, AnnotationKind::Primary, None);
    }
    for label in &found.labels {
        group = pointed(group, sources, label.place, AnnotationKind::Context, Some(&label.message));
    }
    let mended = found.fix.as_ref().and_then(|fix| {
        let source = sources.get(fix.place.source)?;
        let excerpt = match source.row(fix.place.span.start) {
            Some(row) => Excerpt::of_row(source, row, fix.place)?,
            None => Excerpt::of(source, fix.place)?,
        };
        if excerpt.text.contains('\n') || fix.replacement.contains('\n') {
            return None;
        }
        let help = found.help.as_deref().unwrap_or("write this instead");
        let patch = Patch::new(excerpt.range, fix.replacement.as_str());
        let snippet = Snippet::source(excerpt.text).line_start(excerpt.line).patch(patch);
        Some(Level::HELP.secondary_title(help).element(snippet))
    });
    if let (None, Some(help)) = (&mended, &found.help) {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let decor = match script {
        Script::Unicode => DecorStyle::Unicode,
        Script::Ascii => DecorStyle::Ascii,
    };
    let report: Vec<Group<'_>> = core::iter::once(group).chain(mended).collect();
    without_bare_paths(&Renderer::styled().decor_style(decor).render(&report))
}

/// A text behind the name of a row has no path of its own: the line on which that would stand goes.
fn without_bare_paths(rendered: &str) -> String {
    let is_bare = |line: &&str| matches!(anstream::adapter::strip_str(line).to_string().trim(), "\u{2e2c}" | ":::");
    rendered.lines().filter(|line| !is_bare(line)).collect::<Vec<_>>().join("\n")
}

/// A place with its text, or only its name where there is no text that could be shown.
fn pointed<'a>(
    group: Group<'a>,
    sources: &'a Sources,
    place: Place,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Group<'a> {
    let Some(source) = sources.get(place.source) else { return group };
    // Nobody wrote the lines of a database: its rows have names.
    if let Some(row) = source.row(place.span.start) {
        let group = group.element(Origin::path(format!("{}, {}", source.name(), row.name)));
        return match Excerpt::of_row(source, row, place) {
            Some(Excerpt { text, line, range }) => {
                group.element(Snippet::source(text).line_start(line).annotation(kind.span(range).label(label)))
            }
            None => group,
        };
    }
    if source.is_database() {
        return group.element(Origin::path(source.name()));
    }
    match Excerpt::of(source, place) {
        Some(excerpt) => {
            let annotation = kind.span(excerpt.range).label(label);
            group.element(
                Snippet::source(excerpt.text).path(source.name()).line_start(excerpt.line).annotation(annotation),
            )
        }
        None if source.text().is_empty() => group.element(Origin::path(source.name())),
        None => {
            let position = source.position(place.span.start);
            group.element(Origin::path(source.name()).line(position.line).char_column(position.column))
        }
    }
}

/// The lines of a text that a place is about: carets need no more, and texts may be long.
struct Excerpt<'s> {
    text: &'s str,
    /// The number of its first line.
    line: usize,
    /// The place within it.
    range: Range<usize>,
}

impl<'s> Excerpt<'s> {
    /// What stands for a row, as a text of its own.
    fn of_row(source: &'s Source, row: &Row, place: Place) -> Option<Self> {
        let text = source.text().get(row.span.range()).filter(|text| text.len() <= LONGEST_LINE)?;
        let within = |byte: usize| byte.clamp(row.span.start, row.span.end) - row.span.start;
        Some(Self { text, line: 1, range: within(place.span.start)..within(place.span.end) })
    }

    fn of(source: &'s Source, place: Place) -> Option<Self> {
        let text = source.text();
        let start = place.span.start.min(text.len());
        let end = place.span.end.clamp(start, text.len());
        let first = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        let end_of_line = |from: usize| text.get(from..)?.find('\n').map_or(Some(text.len()), |at| Some(from + at));
        let lines = text.get(start..end)?.matches('\n').take(MOST_LINES + 1).count() + 1;
        let shown_end = if lines > MOST_LINES { start } else { end };
        let last = end_of_line(shown_end)?;
        let excerpt = text.get(first..last)?;
        if excerpt.is_empty() && text.is_empty() || excerpt.len() > LONGEST_LINE {
            return None;
        }
        let range = start - first..end.min(last) - first;
        Some(Self { text: excerpt, line: source.position(start).line, range })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringfence_engine::diagnostic::Code;
    use ringfence_engine::source::Span;

    fn rendered(text: &str, span: Span) -> String {
        let mut sources = Sources::new();
        let source = sources.add("a.yaml", text);
        let found = Diagnostic::new(Code::WrongType, "no number").at(Place { source, span }).help("write one");
        anstream::adapter::strip_str(&render(&sources, &found, Script::Ascii)).to_string()
    }

    #[test]
    fn caret_stands_under_the_place() {
        let expected = "\
error[RF006]: no number
 --> a.yaml:2:4
  |
2 | b: x
  |    ^
  |
  = help: write one";
        assert_eq!(rendered("a: 1\nb: x\nc: 2\n", Span::new(8, 9)), expected);
    }

    #[test]
    fn every_place_can_be_shown() {
        let text = "é: 1\r\n\tb: \u{1b}x\n\nc: 日本\n";
        let mut sources = Sources::new();
        let source = sources.add("a.yaml", text);
        let boundaries: Vec<_> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        for (start, end) in boundaries.iter().flat_map(|a| boundaries.iter().map(move |b| (*a, *b))) {
            let place = Place { source, span: Span::new(start, end.max(start)) };
            for replacement in ["", "x", "é: 22222", "a\nb"] {
                let found = Diagnostic::new(Code::WrongType, "no").at(place).label(place, "l").fix(place, replacement);
                assert!(render(&sources, &found, Script::Unicode).contains("RF006"));
            }
        }
    }

    #[test]
    fn long_pieces_and_lines_are_not_shown() {
        let long = format!("a: {}\n", "x".repeat(100_000));
        assert!(rendered(&long, Span::new(3, 5)).contains("--> a.yaml:1:4\n"), "{}", rendered(&long, Span::new(3, 5)));
        let many = "a:\n".repeat(50);
        assert!(!rendered(&many, Span::new(0, 150)).contains("4 |"));
        assert!(rendered("", Span::new(0, 0)).contains("--> a.yaml\n"));
    }
}
