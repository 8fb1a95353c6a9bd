//! What the program has to say about its input: one value, many renderers.
//!
//! A message is lower case, one line, without a final period; `help` says what to write instead.

use crate::source::Place;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

mod code;
mod page;
pub use code::Code;
pub use page::{Example, Lesson};

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Input that cannot be used as written.
    Error,
    /// Input that is used, but does not do what its author probably wants.
    Warning,
    /// Something worth knowing.
    Info,
}

impl Severity {
    /// `error`, `warning` or `info`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A further place that belongs to a diagnostic, with a word on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is to be seen there.
    pub message: String,
}

/// A replacement of source text that mends what the diagnostic is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The bytes to replace.
    pub place: Place,
    /// What to put there.
    pub replacement: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Code,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong and what follows from it.
    pub message: String,
    /// Where, when it is about a place in a text.
    pub place: Option<Place>,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// The edit that does so.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A diagnostic of the code's usual severity.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: one_line(message.into()),
            place: None,
            labels: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// The same with its place.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same with every place that it speaks of moved.
    pub fn moved(mut self, to: impl Fn(Place) -> Place) -> Self {
        self.place = self.place.map(&to);
        self.labels.iter_mut().for_each(|label| label.place = to(label.place));
        if let Some(fix) = &mut self.fix {
            fix.place = to(fix.place);
        }
        self
    }

    /// The same with its place, where there is one.
    pub fn at_maybe(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// The same with another severity.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same with advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with one more place.
    pub fn label(mut self, place: Place, message: impl Into<String>) -> Self {
        self.labels.push(Label { place, message: message.into() });
        self
    }

    /// The same with an edit that mends it.
    pub fn fix(mut self, place: Place, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { place, replacement: replacement.into() });
        self
    }
}

/// The same text with control characters escaped: what a message quotes may hold line ends.
fn one_line(message: String) -> String {
    if !message.contains(char::is_control) {
        return message;
    }
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { String::from(c) };
    message.chars().map(escaped).collect()
}
