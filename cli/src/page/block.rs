//! A block of a page that holds YAML.

use super::excerpt::{Line, text_of};
use ringfence_engine::source::{Position, SourceId, Sources};
use std::ops::Range;

/// What a block is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Objects.
    Yaml,
    /// Claims about the objects before it.
    Expect,
}

impl Kind {
    /// By the name of the language.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.strip_prefix("language-").unwrap_or(name) {
            "yaml" | "yml" => Some(Self::Yaml),
            "expect" => Some(Self::Expect),
            _ => None,
        }
    }
}

/// A block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// What it is for.
    pub(super) kind: Kind,
    /// Blocks of one name are one world.
    pub(super) world: Option<String>,
    /// The start of the line that opens it, where the page holds its lines as they are.
    pub(super) opening: Option<usize>,
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// Its lines.
    pub(super) lines: Vec<Line>,
}

impl Block {
    /// Whether it holds an object of Kubernetes.
    pub(super) fn is_object(&self) -> bool {
        self.lines.iter().any(|line| text_of(line).trim_start().starts_with("apiVersion:"))
    }

    /// How far to the right it stands, as in an item of a list.
    fn indent(&self) -> usize {
        let words = self.lines.iter().map(text_of).filter(|line| !line.trim().is_empty());
        words.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0)
    }

    /// Which of its lines are marks between documents that stand further to the right than YAML takes them.
    pub(super) fn marks(&self) -> impl Iterator<Item = &Line> {
        let indent = self.indent();
        self.lines.iter().filter(move |line| {
            let line = text_of(line);
            indent > 0 && line.get(indent..).is_some_and(|words| words.trim_end() == "---")
        })
    }

    /// Whether it holds claims and nothing else.
    pub(super) fn is_claim(&self) -> bool {
        let indent = self.indent();
        let values = |name: &str| {
            let of = |line: &Line| Some(text_of(line).get(indent..)?.strip_prefix(name)?.trim().to_owned());
            self.lines.iter().filter_map(of).collect::<Vec<_>>()
        };
        let kinds = values("kind:");
        !kinds.is_empty() && kinds.iter().all(|kind| kind == "Expectation")
    }
}

/// The text of a page, with the positions in it.
pub(super) struct Text<'p> {
    /// The text.
    pub(super) page: &'p str,
    sources: Sources,
}

impl<'p> Text<'p> {
    /// Of this page.
    pub(super) fn new(page: &'p str) -> Self {
        let mut sources = Sources::new();
        sources.add("", page);
        Self { page, sources }
    }

    /// The position of a byte.
    pub(super) fn position(&self, byte: usize) -> Position {
        let source = self.sources.get(SourceId(0));
        source.map_or(Position { line: 1, column: 1 }, |source| source.position(byte))
    }

    /// The lines of a part.
    pub(super) fn lines(&self, range: Range<usize>) -> Vec<Line> {
        let mut at = range.start;
        let lines = self.page.get(range).unwrap_or_default().split_inclusive('\n');
        let line = |text: &str| {
            let line = [(text.trim_end_matches(['\n', '\r']).to_owned(), self.position(at))].to_vec();
            at += text.len();
            line
        };
        lines.map(line).collect()
    }
}
