//! Texts and places in them.
//!
//! A [`Place`] is a byte range of one [`Source`]; lines and columns are computed only when somebody reads them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

/// Which text of a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A range of bytes, `start..end`, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The range as slices understand it.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A span of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The text.
    pub source: SourceId,
    /// The bytes of it.
    pub span: Span,
}

/// A line and a column, both counted from one; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text with its name: a path, `-` for standard input, a tab of the playground.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
    lines: Vec<usize>,
    /// Where the pieces of an excerpt come from.
    origin: Vec<(usize, Position)>,
    /// What its pieces are called, where nobody wrote it: it stands for a database.
    rows: Option<Vec<Row>>,
    fault: Option<Fault>,
}

/// A piece of a text that stands for the row of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The piece.
    pub span: Span,
    /// What the row is called.
    pub name: String,
}

/// Why a source cannot be read as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The first byte that is no text.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Source {
    fn new(name: String, text: String) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = core::iter::once(0).chain(starts).collect();
        Self { name, text, lines, origin: Vec::new(), rows: None, fault: None }
    }

    /// Why it cannot be read, if so; its text is then a picture of its bytes.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// The name it was added with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The row of a database that a byte stands for.
    pub fn row(&self, byte: usize) -> Option<&Row> {
        let rows = self.rows.as_ref()?;
        let after = rows.partition_point(|row| row.span.start <= byte);
        let row = rows.get(after.checked_sub(1)?)?;
        (byte <= row.span.end).then_some(row)
    }

    /// Whether it stands for a database: nobody wrote its lines.
    pub fn is_database(&self) -> bool {
        self.rows.is_some()
    }

    /// Line and column of a byte; a byte past the end counts as the end. Of an excerpt, those of what it is taken from.
    pub fn position(&self, byte: usize) -> Position {
        let after = self.origin.partition_point(|(at, _)| *at <= byte);
        if let Some((at, position)) = after.checked_sub(1).and_then(|piece| self.origin.get(piece)) {
            let before = self.text.get(*at..byte.min(self.text.len())).unwrap_or("");
            return Position { column: position.column + before.chars().count(), ..*position };
        }
        let line = self.lines.partition_point(|start| *start <= byte).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..byte.min(self.text.len())).unwrap_or("");
        Position { line, column: before.chars().count() + 1 }
    }
}

fn fault(bytes: &[u8], at: usize) -> Fault {
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let byte = bytes.get(at).copied().unwrap_or(0);
    let message = match wide {
        true => "the file is UTF-16, not UTF-8; it is left out".to_string(),
        false => format!("byte 0x{byte:02x} is not UTF-8; the file is left out"),
    };
    Fault { at, message, help: "save the file as UTF-8".to_string() }
}

/// All texts of one run.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

impl Sources {
    /// No text yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and says how to refer to it.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.push(Source::new(name.into(), text.into()))
    }

    /// Adds pieces of a larger text, put together so that they can be read. From each byte of `origin` on, up to the next,
    /// they stand at that position of the larger text: one for each line at least, in order.
    pub fn add_excerpt(
        &mut self,
        name: impl Into<String>,
        text: impl Into<String>,
        origin: Vec<(usize, Position)>,
    ) -> SourceId {
        self.push(Source { origin, ..Source::new(name.into(), text.into()) })
    }

    /// Adds the bytes of a file; what is no UTF-8 has a [`Fault`] and is not read any further.
    pub fn add_bytes(&mut self, name: impl Into<String>, bytes: &[u8]) -> SourceId {
        let fault = core::str::from_utf8(bytes).err().map(|error| fault(bytes, error.valid_up_to()));
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.push(Source { fault, ..Source::new(name.into(), text) })
    }

    /// Adds something that could not be read at all, for example a file that may not be opened.
    pub fn add_fault(
        &mut self,
        name: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> SourceId {
        let fault = Fault { at: 0, message: message.into(), help: help.into() };
        self.push(Source { fault: Some(fault), ..Source::new(name.into(), String::new()) })
    }

    /// Adds all texts of another collection; places there become places here by what is returned.
    pub fn append(&mut self, other: &Self) -> impl Fn(Place) -> Place + Copy + use<> {
        let shift = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.sources.extend(other.sources.iter().cloned());
        move |place: Place| Place { source: SourceId(place.source.0.saturating_add(shift)), ..place }
    }

    /// The same texts with another one in the place of one of them.
    pub fn with(&self, id: SourceId, text: impl Into<String>) -> Self {
        let mut sources = self.sources.clone();
        let at = usize::try_from(id.0).ok();
        if let Some(source) = at.and_then(|at| sources.get_mut(at)) {
            *source = Source::new(core::mem::take(&mut source.name), text.into());
        }
        Self { sources }
    }

    /// The texts that are others in what these have become, each with what it is there.
    pub fn changed<'s>(&'s self, new: &'s Self) -> impl Iterator<Item = (&'s Source, &'s Source)> {
        self.sources.iter().zip(&new.sources).filter(|(old, new)| old.text != new.text)
    }

    /// Says that a text stands for a database, and which pieces of it are which rows.
    pub fn name_rows(&mut self, id: SourceId, mut rows: Vec<Row>) {
        rows.sort_by_key(|row| row.span);
        let at = usize::try_from(id.0).ok();
        if let Some(source) = at.and_then(|at| self.sources.get_mut(at)) {
            source.rows = Some(rows);
        }
    }

    /// The row of a database that a place is in.
    pub fn row(&self, place: Place) -> Option<&Row> {
        self.get(place.source)?.row(place.span.start)
    }

    fn push(&mut self, source: Source) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(source);
        id
    }

    /// The text behind an id of this collection.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(usize::try_from(id.0).ok()?)
    }

    /// Every text with its id, in the order of adding.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0u32..).map(SourceId).zip(&self.sources)
    }

    /// Name and first line/column of a place; nothing in a database, of which nobody wrote a line.
    pub fn locate(&self, place: Place) -> Option<(&str, Position)> {
        let source = self.get(place.source).filter(|source| !source.is_database())?;
        Some((source.name(), source.position(place.span.start)))
    }

    /// The name of the text that a place is in.
    pub fn name(&self, place: Place) -> Option<&str> {
        self.get(place.source).map(Source::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines_from_one() {
        let mut sources = Sources::new();
        let id = sources.add("a.yaml", "é: 1\nb: 2\n");
        let source = sources.get(id).unwrap();
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(2), Position { line: 1, column: 2 });
        assert_eq!(source.position(6), Position { line: 2, column: 1 });
        assert_eq!(source.position(999), Position { line: 3, column: 1 });
    }

    #[test]
    fn a_byte_stands_for_a_row() {
        let mut sources = Sources::new();
        let id = sources.add("db", "row: one\nrow: two\n");
        let row = |start, end, name: &str| Row { span: Span::new(start, end), name: name.into() };
        sources.name_rows(id, alloc::vec![row(14, 17, "b"), row(5, 8, "a")]);
        let named = |byte| sources.row(Place { source: id, span: Span::new(byte, byte) }).map(|row| row.name.as_str());
        assert_eq!([0, 5, 8, 9, 15].map(named), [None, Some("a"), Some("a"), None, Some("b")]);
        let place = Place { source: id, span: Span::new(5, 8) };
        assert_eq!((sources.locate(place), sources.name(place)), (None, Some("db")));
    }

    #[test]
    fn an_excerpt_speaks_of_what_it_is_taken_from() {
        let mut sources = Sources::new();
        let at = |line, column| Position { line, column };
        let origin = alloc::vec![(0, at(7, 5)), (6, at(9, 1)), (8, at(9, 9))];
        let id = sources.add_excerpt("a.html", "a: \u{e9}\n< 2\n", origin);
        let source = sources.get(id).unwrap();
        assert_eq!(
            [0, 3, 6, 8, 9].map(|byte| source.position(byte)),
            [at(7, 5), at(7, 8), at(9, 1), at(9, 9), at(9, 10)]
        );
    }

    #[test]
    fn one_text_changes_and_the_others_stay_what_they_are() {
        let mut sources = Sources::new();
        sources.add_bytes("a.yaml", b"\xff");
        let id = sources.add("b.yaml", "b: 1\n");
        let new = sources.with(id, "b: 2\n");
        assert!(new.get(SourceId(0)).unwrap().fault().is_some());
        let changed: Vec<_> = sources.changed(&new).map(|(old, new)| (old.name(), old.text(), new.text())).collect();
        assert_eq!(changed, [("b.yaml", "b: 1\n", "b: 2\n")]);
        assert_eq!(sources.changed(&sources.with(SourceId(9), "c")).count(), 0);
    }

    #[test]
    fn bytes_that_are_no_text_have_a_fault_with_its_place() {
        let mut sources = Sources::new();
        let id = sources.add_bytes("a.yaml", b"a: 1\nb: \xff\n");
        let source = sources.get(id).unwrap();
        let fault = source.fault().unwrap();
        assert_eq!(source.position(fault.at), Position { line: 2, column: 4 });
        assert!(sources.get(SourceId(0)).is_some());
        let id = sources.add_bytes("b.yaml", "é".as_bytes());
        assert_eq!(sources.get(id).unwrap().fault(), None);
    }
}
