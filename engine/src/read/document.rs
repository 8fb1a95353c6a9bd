//! The documents of one source, cut apart before any of them is parsed.
//!
//! A line that begins with `---` or `...` ends a document wherever it stands (YAML 1.2.2, `c-forbidden`), so one
//! broken document cannot hide the next.

use crate::source::{Place, Source, SourceId, Span};
use alloc::vec::Vec;

/// One document of a source.
pub(crate) struct Document<'t> {
    /// The source.
    pub(crate) source: SourceId,
    /// Where the document begins in it.
    pub(crate) offset: usize,
    /// The document.
    pub(crate) text: &'t str,
}

impl Document<'_> {
    /// Some bytes of the document as a place of its source.
    pub(crate) fn place(&self, start: usize, end: usize) -> Place {
        Place { source: self.source, span: Span::new(self.offset + start, self.offset + end.max(start)) }
    }

    /// Where the last line with something on it ends: a block collection is closed by what comes after it.
    pub(crate) fn trimmed(&self, start: usize, end: usize) -> usize {
        self.text.get(start..end).map_or(end, |text| start + text.trim_end().len())
    }

    /// A block scalar from its `|` or `>` to its last line; the parser's range begins behind the header.
    pub(crate) fn block_place(&self, start: usize, end: usize) -> Place {
        let before = self.text.get(..start).unwrap_or("").trim_end();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let header = before.get(line..).unwrap_or("");
        let indicators = header.match_indices(['|', '>']).map(|(at, _)| at);
        let found =
            indicators.map(|at| line + at).find(|at| self.text.get(at + 1..before.len()).is_some_and(ends_header));
        let body = self.text.get(..end).map_or(end, |text| text.trim_end().len());
        self.place(found.unwrap_or(start), body.max(before.len()))
    }

    /// The tag in front of a node.
    pub(crate) fn tag_place(&self, node: usize, tag: &str) -> Place {
        let before = self.text.get(..node).unwrap_or("");
        match before.rfind(tag) {
            Some(start) => self.place(start, start + tag.len()),
            None => self.place(node, node),
        }
    }
}

/// Whether a text can stand between the indicator of a block scalar and the end of its line.
fn ends_header(text: &str) -> bool {
    let rest = text.trim_start_matches(|char: char| char.is_ascii_digit() || matches!(char, '+' | '-'));
    rest.is_empty()
        || (rest.starts_with([' ', '\t']) && rest.trim_start().chars().next().is_none_or(|first| first == '#'))
}

/// The documents of a source, in order.
pub(crate) fn documents<'t>(id: SourceId, source: &'t Source) -> Vec<Document<'t>> {
    let text = source.text();
    let mut documents = Vec::new();
    let mut start = 0;
    let mut bare = true;
    for (at, line) in lines(text) {
        let begins = is_marker(line, "---") && !bare;
        let ends = is_marker(line, "...");
        let cut = if begins { at } else { at + line.len() };
        if begins || ends {
            documents.extend(document(id, text, start, cut).into_iter().flat_map(values));
            start = cut;
        }
        bare = ends || (bare && !is_marker(line, "---") && is_prefix(line));
    }
    documents.extend(document(id, text, start, text.len()).into_iter().flat_map(values));
    documents
}

fn document(source: SourceId, text: &str, start: usize, end: usize) -> Option<Document<'_>> {
    let text = text.get(start..end)?;
    // Empty documents are common between templates, and there may be millions of them.
    let bare = text.trim_start_matches('\u{feff}').trim_start_matches('-').trim();
    (!bare.is_empty()).then_some(Document { source, offset: start, text })
}

/// The values of a stream of JSON objects, which follow each other without a marker; of anything else, itself.
fn values<'t>(document: Document<'t>) -> Vec<Document<'t>> {
    let Document { source, offset, text } = document;
    let mut values = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| rest.trim_start().starts_with('{')) {
        let Some(end) = closing(rest) else { break };
        values.extend(rest.get(..end).map(|text| Document { source, offset: offset + start, text }));
        start += end;
    }
    match text.get(start..).is_some_and(|rest| rest.trim().is_empty()) {
        true => values,
        false => alloc::vec![Document { source, offset, text }],
    }
}

/// What a byte between braces belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Nothing yet: here a quote opens.
    Nothing,
    /// A scalar without quotes, in which a quote is a letter.
    Plain,
    /// A tag, an anchor or an alias.
    Property,
    /// A scalar in these quotes.
    Quotes(u8),
    /// A comment, to the end of its line.
    Comment,
}

/// The byte after the brace that closes the first one.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut within, mut before) = (0_usize, Within::Nothing, b' ');
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        let next = bytes.peek().map_or(b' ', |(_, next)| *next);
        within = match (within, byte) {
            (Within::Comment, b'\n' | b'\r') => Within::Nothing,
            (Within::Quotes(b'"'), b'\\') => bytes.next().map_or(Within::Nothing, |_| within),
            // Two of them are one, and no end.
            (Within::Quotes(b'\''), b'\'') if next == b'\'' => bytes.next().map_or(Within::Nothing, |_| within),
            (Within::Quotes(quote), _) if byte == quote => Within::Nothing,
            (Within::Comment | Within::Quotes(_), _) => within,
            (_, b'#') if before.is_ascii_whitespace() => Within::Comment,
            (Within::Nothing, b'"' | b'\'') => Within::Quotes(byte),
            (_, b'{') => {
                depth += 1;
                Within::Nothing
            }
            (_, b'}') if depth == 1 => return Some(at + 1),
            (_, b'}') => {
                depth = depth.checked_sub(1)?;
                Within::Nothing
            }
            (_, b'[' | b']' | b',') => Within::Nothing,
            (_, b':') if next.is_ascii_whitespace() || b"{}[],".contains(&next) => Within::Nothing,
            // A key in quotes needs no space behind its colon.
            (Within::Nothing, b':') => Within::Nothing,
            (Within::Property, _) if byte.is_ascii_whitespace() => Within::Nothing,
            (Within::Nothing, b'!' | b'&' | b'*') => Within::Property,
            (Within::Nothing, _) if !byte.is_ascii_whitespace() => Within::Plain,
            (Within::Nothing | Within::Plain | Within::Property, _) => within,
        };
        before = byte;
    }
    None
}

/// Lines end as YAML ends them: a lone carriage return is an end, too.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive(['\n', '\r']).scan(0, |next, line| {
        let at = *next;
        *next += line.len();
        Some((at, line))
    })
}

fn is_marker(line: &str, marker: &str) -> bool {
    let rest = line.trim_start_matches('\u{feff}').strip_prefix(marker);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Whether a line can stand before the `---` of its own document: blank, comment or directive.
fn is_prefix(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}');
    line.starts_with('%') || line.trim_start().starts_with('#') || line.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn texts(text: &str) -> Vec<alloc::string::String> {
        let mut sources = Sources::new();
        let id = sources.add("a", text);
        documents(id, sources.get(id).unwrap()).iter().map(|document| document.text.into()).collect()
    }

    #[test]
    fn objects_of_json_follow_each_other() {
        assert_eq!(texts("{\"a\": \"}{\\\"\"}\n{\"b\": {}}{}\n"), ["{\"a\": \"}{\\\"\"}", "\n{\"b\": {}}", "{}"]);
        for one in ["{a: '}', b: {}}", "{a: 1} # {", "{a: 1}\nb: 2", "{{}", "a: {}\nb: {}"] {
            assert_eq!(texts(one), [one]);
        }
    }

    #[test]
    fn braces_in_quotes_and_comments_close_nothing() {
        for one in [
            "{a: '}{', b: 1}",
            "{a: 'it''s }{', b: 1}",
            "{'}{': 1}",
            "{a: [x, '}{']}",
            "{a: !t '}{', b: &x '}{'}",
            "{a: 1, # }{\n b: 2}",
            "{a: 1, # it's\n b: '}{'}",
            "{\"a\":'}{'}",
            "{a: it's, b: \"}{\"}",
            "{a: x#y, b: '}{'}",
        ] {
            assert_eq!(texts(one), [one]);
            let twice = alloc::format!("{one}\n{one}");
            assert_eq!(texts(&twice), [one.into(), alloc::format!("\n{one}")]);
        }
        // A quote within a word is a letter.
        assert_eq!(texts("{a: it's}{b: it's}"), ["{a: it's}", "{b: it's}"]);
    }

    #[test]
    fn documents_are_cut_at_markers() {
        assert_eq!(texts("a: 1\n---\nb: 2\n"), ["a: 1\n", "---\nb: 2\n"]);
        assert_eq!(
            texts("# c\n%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: 2"),
            ["# c\n%YAML 1.2\n---\na: 1\n...\n", "%YAML 1.2\n---\nb: 2"]
        );
        assert_eq!(texts("a: 1\r---\rb: 2"), ["a: 1\r", "---\rb: 2"]);
        assert_eq!(texts("a: 1\r\n---\r\nb: 2"), ["a: 1\r\n", "---\r\nb: 2"]);
        assert_eq!(texts("---\n---\na: |\n  ---\n  b\n----\n"), ["---\na: |\n  ---\n  b\n----\n"]);
    }
}
