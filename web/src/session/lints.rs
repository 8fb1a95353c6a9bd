//! What lints found, until they find something else.

use crate::drift::Drift;
use crate::protocol::{File, Finding, Place};

/// Findings with the texts that they are about.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Lints {
    /// The texts.
    pub(super) files: Vec<File>,
    /// The findings.
    pub(super) findings: Vec<Finding>,
}

impl Lints {
    /// The findings where they are in the texts of now; what somebody has typed into is gone, and no fix is offered
    /// before the lints have looked again.
    pub(super) fn moved(&self, files: &[File]) -> Self {
        let drift = |(old, new): (&File, &File)| (old.name == new.name).then(|| Drift::between(&old.text, &new.text));
        let drifts: Vec<Option<Drift>> = self.files.iter().zip(files).map(drift).collect();
        let moved = |found: &Finding| {
            let Some((place, span)) = found.place.zip(found.span) else { return Some(found.clone()) };
            let drift = drifts.get(place.file).copied().flatten()?;
            let (span, line) = drift.moved(span, place.line)?;
            let place = Place { line, ..place };
            Some(Finding { place: Some(place), span: Some(span), fix: None, ..found.clone() })
        };
        Self { files: files.to_vec(), findings: self.findings.iter().filter_map(moved).collect() }
    }
}
