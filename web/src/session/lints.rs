//! What lints found, until they find something else.

use crate::drift::Drift;
use crate::protocol::{Edit, File, Finding, Place};

/// Findings with the texts that they are about.
#[derive(Debug, Clone, Default)]
pub(super) struct Lints {
    /// The texts.
    pub(super) files: Vec<File>,
    /// The findings.
    pub(super) findings: Vec<Finding>,
}

/// What is shown of them: the texts are only to find their places.
impl PartialEq for Lints {
    fn eq(&self, other: &Self) -> bool {
        self.findings == other.findings
    }
}

impl Lints {
    /// The findings where they are in the texts of now, and whether all of them still are: what somebody has typed into is
    /// gone, and so are fixes that are about more than one piece of text.
    pub(super) fn moved(&self, files: &[File]) -> (Self, bool) {
        let drift = |(old, new): (&File, &File)| (old.name == new.name).then(|| Drift::between(&old.text, &new.text));
        let drifts: Vec<Option<Drift>> = self.files.iter().zip(files).map(drift).collect();
        let drift = |file: usize| drifts.get(file).copied().flatten();
        let moved = |found: &Finding| {
            let Some((place, span)) = found.place.zip(found.span) else { return Some(found.clone()) };
            let (span, line) = drift(place.file)?.moved(span, place.line)?;
            let fix = |edit: &Edit| {
                let ((from, to), _) = drift(edit.file)?.moved((edit.from, edit.to), 1)?;
                Some(Edit { from, to, ..edit.clone() })
            };
            let place = Some(Place { line, ..place });
            Some(Finding { place, span: Some(span), fix: found.fix.as_ref().and_then(fix), ..found.clone() })
        };
        let findings: Vec<Finding> = self.findings.iter().filter_map(moved).collect();
        let fixes = |findings: &[Finding]| findings.iter().filter(|found| found.fix.is_some()).count();
        let whole = findings.len() == self.findings.len() && fixes(&findings) == fixes(&self.findings);
        (Self { files: files.to_vec(), findings }, whole)
    }
}
