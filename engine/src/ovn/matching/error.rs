//! Why OVN does not take a match.

mod kind;

pub use kind::{ErrorKind, Expected};

use crate::source::Span;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// One mistake in a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchError {
    pub(super) kind: ErrorKind,
    pub(super) span: Span,
    pub(super) help: String,
    pub(super) fix: Option<(Span, String)>,
}

impl MatchError {
    /// OVN's own message, byte for byte: what its logs say, and what people search for.
    pub fn message(&self) -> String {
        self.kind.to_string()
    }

    /// What kind of mistake it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The bytes of the text that it is about; empty at the end of the text where something is missing.
    pub fn span(&self) -> Span {
        self.span
    }

    /// What to write instead; every mistake has such a line.
    pub fn help(&self) -> Option<String> {
        Some(self.help.clone()).filter(|help| !help.is_empty())
    }

    /// The bytes to replace and what to put there, where that is sure to mend this mistake.
    pub fn fix(&self) -> Option<(Span, String)> {
        self.fix.clone()
    }
}

impl fmt::Display for MatchError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(out)
    }
}

impl core::error::Error for MatchError {}

/// The mistakes of a match, one at least. The first is the one that OVN reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchErrors {
    pub(super) first: Box<MatchError>,
    pub(super) further: Vec<MatchError>,
}

impl MatchErrors {
    /// The one that OVN reports.
    pub fn first(&self) -> &MatchError {
        &self.first
    }

    /// All of them, that one first; OVN would report the others one after the other as they are mended.
    pub fn iter(&self) -> impl Iterator<Item = &MatchError> {
        core::iter::once(&*self.first).chain(&self.further)
    }
}

impl fmt::Display for MatchErrors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(out)
    }
}

impl core::error::Error for MatchErrors {}
