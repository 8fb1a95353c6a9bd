//! A block of a page that holds YAML.

use super::excerpt::{self, Line, text_of};
use ringfence_engine::source::{Position, SourceId, Sources};
use std::ops::Range;

/// What a block is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Objects.
    Yaml,
    /// Claims about the objects before it.
    Expect,
    /// Claims under a word that is nearly `expect`.
    Misnamed,
}

impl Kind {
    /// By the name of the language.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("language-").unwrap_or(&name) {
            "yaml" | "yml" | "json" => Some(Self::Yaml),
            "expect" => Some(Self::Expect),
            _ => None,
        }
    }

    /// The same where nothing but such a name is written.
    pub(super) fn said(name: &str) -> Option<Self> {
        let is_near = ["expected", "expects", "expectation", "expectations"].contains(&&*name.to_ascii_lowercase());
        Self::named(name).or_else(|| is_near.then_some(Self::Misnamed))
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
    /// What opens it, or its first byte.
    pub(super) start: usize,
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// Its lines.
    pub(super) lines: Vec<Line>,
}

impl Block {
    /// Behind what opens it somewhere in a page; the marks of a quotation are not part of its lines.
    pub(super) fn of(text: &Text<'_>, kind: Kind, start: usize, range: Range<usize>) -> Self {
        let line = text.page.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let before = text.page.get(line..start).unwrap_or_default();
        let depth = before.matches('>').count();
        let lines = text.lines(range.clone()).iter().map(|line| excerpt::unquoted(line, depth)).collect();
        let opening = (depth == 0 && before.is_ascii()).then_some(line);
        Self { kind, world: None, opening, start, range, lines }
    }

    /// Whether it holds an object of Kubernetes.
    pub(super) fn is_object(&self) -> bool {
        let is_start = |line: &str| {
            let name = line.trim_start_matches([' ', '\t', '{', '"', '\'']).strip_prefix("apiVersion");
            name.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
        };
        self.lines.iter().any(|line| is_start(&text_of(line)))
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
