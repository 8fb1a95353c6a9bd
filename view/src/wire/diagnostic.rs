//! A finding.

use ringfence_engine::diagnostic::{self, Fix};
use ringfence_engine::source::{Source, Sources};
use serde::Serialize;

/// `file`, `line` and `column` are null for a finding without a place; `help` and `fix` are there where there is one. Of a
/// database nobody wrote lines: `row` is there, where it is about one.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnostic<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Edit<'a>>,
}

/// The edit that mends it: what stands from `line`, `column` up to `end_line`, `end_column` (not included) is replaced.
#[derive(Debug, Clone, Serialize)]
struct Edit<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    replacement: &'a str,
}

impl<'a> Diagnostic<'a> {
    /// The finding with names and numbers for its place.
    pub fn of(sources: &'a Sources, found: &'a diagnostic::Diagnostic) -> Self {
        let place = found.place.and_then(|place| sources.locate(place));
        Self {
            code: found.code.name(),
            severity: found.severity.name(),
            message: &found.message,
            file: found.place.and_then(|place| sources.name(place)),
            line: place.map(|(_, position)| position.line),
            column: place.map(|(_, position)| position.column),
            row: found.place.and_then(|place| sources.row(place)).map(|row| row.name.as_str()),
            help: found.help.as_deref(),
            fix: found.fix.as_ref().and_then(|fix| Edit::of(sources, fix)),
        }
    }

    /// All findings.
    pub fn all(sources: &'a Sources, found: &'a [diagnostic::Diagnostic]) -> Vec<Self> {
        found.iter().map(|found| Self::of(sources, found)).collect()
    }
}

impl<'a> Edit<'a> {
    fn of(sources: &'a Sources, fix: &'a Fix) -> Option<Self> {
        let source: &Source = sources.get(fix.place.source).filter(|source| !source.is_database())?;
        let (start, end) = (source.position(fix.place.span.start), source.position(fix.place.span.end));
        Some(Self {
            file: source.name(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            replacement: &fix.replacement,
        })
    }
}

/// File and line of a place, and the object that is written there.
#[derive(Debug, Clone, Serialize)]
pub struct Origin<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    object: &'a str,
    field: &'a str,
}

impl<'a> Origin<'a> {
    /// Where a row comes from.
    pub fn of(sources: &'a Sources, provenance: &'a ringfence_engine::ovn::acl::Provenance) -> Self {
        let place = provenance.place.and_then(|place| sources.locate(place));
        Self {
            file: provenance.place.and_then(|place| sources.name(place)),
            line: place.map(|(_, position)| position.line),
            object: &provenance.object,
            field: &provenance.field,
        }
    }
}
