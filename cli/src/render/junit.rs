//! Expectations and findings as JUnit XML: a case for each expectation, and one for each file.

use super::check::reasons;
use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};
use ringfence_engine::diagnostic::Severity;
use ringfence_view::report::Report;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The whole document.
pub(crate) fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let mut document = Document::new("ringfence");
    let mut claims = TestSuite::new("expectations");
    for judgement in report.judgements {
        let status = if judgement.holds {
            TestCaseStatus::success()
        } else {
            failure(&judgement.claim, &reasons(report, judgement).join("\n"))
        };
        let mut case = TestCase::new(judgement.name.as_str(), status);
        if let Some((file, _)) = report.sources.locate(judgement.place) {
            case.set_classname(file);
        }
        claims.add_test_case(case);
    }
    document.add_test_suite(claims);
    document.add_test_suite(findings(report));
    let text = document.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

/// The case of what is about no file.
const WHOLE: &str = "the whole input";

/// A file without errors and warnings passes.
fn findings(report: &Report<'_>) -> TestSuite {
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (_, source) in report.sources.iter() {
        files.entry(source.name()).or_default();
    }
    for found in report.findings.iter().filter(|found| found.severity != Severity::Info) {
        let file = found.place.and_then(|place| report.sources.name(place)).unwrap_or(WHOLE);
        let line = found.place.and_then(|place| report.sources.locate(place));
        let line = line.map(|(_, position)| format!("line {}: ", position.line));
        let row = || found.place.and_then(|place| report.sources.row(place)).map(|row| format!("{}: ", row.name));
        let at = line.or_else(row).unwrap_or_default();
        let told = format!("{at}{}: {}", found.code.name(), found.message);
        files.entry(file).or_default().push(told);
    }
    let mut suite = TestSuite::new("findings");
    for (file, told) in files {
        let status = match told.first() {
            None => TestCaseStatus::success(),
            Some(first) => failure(first, &told.join("\n")),
        };
        suite.add_test_case(TestCase::new(file, status));
    }
    suite
}

fn failure(message: &str, details: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message).set_description(details);
    status
}
