//! What is said of pieces of text, and what is to be changed in them.

use ringfence_engine::diagnostic::Code;
use serde::{Deserialize, Serialize};

/// A line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Index of the file.
    pub file: usize,
    /// The line.
    pub line: usize,
}

/// A replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Index of the file.
    pub file: usize,
    /// The first unit that goes.
    pub from: usize,
    /// The first one that stays.
    pub to: usize,
    /// What comes instead.
    pub insert: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its code.
    pub code: String,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// The units it is about.
    pub span: Option<(usize, usize)>,
    /// The edit that mends it.
    pub fix: Option<Edit>,
}

impl Finding {
    /// Whether it is about a match that OVN cannot parse.
    pub fn is_mistake(&self) -> bool {
        self.code == Code::MatchSyntax.name()
    }

    /// Whether it tells of the same, apart from what to do.
    pub fn tells_like(&self, other: &Self) -> bool {
        (&self.code, &self.message, self.place, self.span) == (&other.code, &other.message, other.place, other.span)
    }
}

/// A word that can be completed and explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The word.
    pub label: String,
    /// What CodeMirror calls its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// In short.
    pub detail: String,
    /// At length.
    pub info: String,
}

/// A remark on a piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Index of the file.
    pub file: usize,
    /// The first unit.
    pub from: usize,
    /// The unit after the last.
    pub to: usize,
    /// The remark.
    pub text: String,
}
