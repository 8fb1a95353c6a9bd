//! Findings as SARIF 2.1.0, which code scanning reads: rules with their pages, regions, fixes, and fingerprints that stay
//! where lines move.

use super::check::reasons;
use super::page::page;
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_engine::source::{Place, Span};
use ringfence_view::report::Report;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// What is told, before it has a fingerprint.
struct Told {
    code: Code,
    level: Severity,
    message: String,
    place: Option<Place>,
    /// What the fingerprint is made of beside code and file.
    about: String,
    related: Vec<Value>,
    fixes: Vec<Value>,
}

/// The whole log.
pub(crate) fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let findings = report.findings.iter().map(|found| of_finding(report, found));
    let told: Vec<Told> = findings.chain(of_judgements(report)).collect();
    let codes: BTreeSet<Code> = told.iter().map(|one| one.code).collect();
    let index: BTreeMap<Code, usize> = codes.iter().enumerate().map(|(index, code)| (*code, index)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = told.iter().map(|one| result(report, one, &index, &mut seen)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "ringfence",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "name": format!("{code:?}"),
        "shortDescription": {"text": code.summary()},
        "fullDescription": {"text": code.summary()},
        "help": {"text": code.summary(), "markdown": page(code)},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(
    report: &Report<'_>,
    told: &Told,
    index: &BTreeMap<Code, usize>,
    seen: &mut BTreeMap<String, usize>,
) -> Value {
    let file = told.place.and_then(|place| report.sources.name(place)).unwrap_or_default();
    let hash = Sha256::digest(format!("{}\0{file}\0{}", told.code.name(), told.about));
    let hash: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let count = seen.entry(hash.clone()).or_default();
    *count += 1;
    let mut value = json!({
        "ruleId": told.code.name(),
        "ruleIndex": index.get(&told.code),
        "level": level(told.level),
        "message": {"text": told.message},
        "partialFingerprints": {"ringfence/v1": format!("{hash}:{count}")},
    });
    let mut add = |key: &str, list: Vec<Value>| {
        if let (false, Some(fields)) = (list.is_empty(), value.as_object_mut()) {
            fields.insert(key.to_owned(), list.into());
        }
    };
    // GitHub takes no log with a result that is nowhere.
    let first = || Some(Place { source: report.sources.iter().next()?.0, span: Span::default() });
    add("locations", told.place.or_else(first).and_then(|place| location(report, place)).into_iter().collect());
    add("relatedLocations", told.related.clone());
    add("fixes", told.fixes.clone());
    value
}

fn of_finding(report: &Report<'_>, found: &Diagnostic) -> Told {
    let help = found.help.as_ref().map(|help| format!(" Help: {help}.")).unwrap_or_default();
    let text = |place: Place| report.sources.get(place.source).and_then(|text| text.text().get(place.span.range()));
    let related = found.labels.iter().filter_map(|label| {
        let mut location = location(report, label.place)?;
        location.as_object_mut()?.insert("message".to_owned(), json!({"text": label.message}));
        Some(location)
    });
    let fix = found.fix.as_ref().and_then(|fix| {
        let location = location(report, fix.place)?;
        let physical = location.get("physicalLocation")?;
        Some(json!({
            "description": {"text": found.help.as_deref().unwrap_or("write this instead")},
            "artifactChanges": [{
                "artifactLocation": physical.get("artifactLocation")?,
                "replacements": [{
                    "deletedRegion": physical.get("region")?,
                    "insertedContent": {"text": fix.replacement},
                }],
            }],
        }))
    });
    Told {
        code: found.code,
        level: found.severity,
        message: format!("{}.{help}", found.message),
        place: found.place,
        about: found.place.and_then(text).filter(|text| !text.is_empty()).unwrap_or(&found.message).to_owned(),
        related: related.collect(),
        fixes: fix.into_iter().collect(),
    }
}

fn of_judgements<'r>(report: &'r Report<'_>) -> impl Iterator<Item = Told> + 'r {
    let failed = report.judgements.iter().filter(|judgement| !judgement.holds);
    failed.map(|judgement| {
        let reasons = reasons(report, judgement).into_iter().map(|reason| format!("\n{reason}"));
        Told {
            code: Code::ExpectationFailed,
            level: Severity::Error,
            message: format!("{} does not hold: {}{}", judgement.name, judgement.claim, reasons.collect::<String>()),
            place: Some(judgement.place),
            about: judgement.name.clone(),
            related: Vec::new(),
            fixes: Vec::new(),
        }
    })
}

fn location(report: &Report<'_>, place: Place) -> Option<Value> {
    let source = report.sources.get(place.source)?;
    // Nobody wrote the lines of a database: its rows have names.
    if source.is_database() {
        let mut location = json!({"physicalLocation": {"artifactLocation": {"uri": uri(source.name())}}});
        if let (Some(row), Some(fields)) = (source.row(place.span.start), location.as_object_mut()) {
            fields.insert("logicalLocations".to_owned(), json!([{"fullyQualifiedName": row.name}]));
        }
        return Some(location);
    }
    let (first, last) = (source.position(place.span.start), source.position(place.span.end));
    Some(json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(source.name())},
        "region": {
            "startLine": first.line, "startColumn": first.column, "endLine": last.line, "endColumn": last.column,
        },
    }}))
}

/// A path as a relative URI: what is no plain character of a path is percent-encoded.
fn uri(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    path.strip_prefix("./").unwrap_or(path).bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("./a b/c:d.yaml"), "a%20b/c%3Ad.yaml");
    }
}
