//! The blocks of an HTML page: `<pre>` with YAML in it, whatever colours its words, and `<ring-fence>`; comments that say what
//! is expected.

use super::block::{Block, Kind, Text};
use super::comment;
use super::excerpt::Line;
use html5gum::{DefaultEmitter, Span, StartTag, Token, Tokenizer};
use std::ops::Range;

/// An entity is no longer than this.
const LONGEST: usize = 40;

/// A block while its tags are read.
struct Open {
    element: Vec<u8>,
    kind: Option<Kind>,
    world: Option<String>,
    start: usize,
    lines: Vec<Line>,
}

/// The blocks of a page, in its order.
pub(super) fn blocks(text: &Text<'_>) -> Vec<Block> {
    let (mut found, mut open) = (Vec::new(), None::<Open>);
    for Ok(token) in Tokenizer::new_with_emitter(text.page, DefaultEmitter::<usize>::new_with_span()) {
        match (token, &mut open) {
            (Token::StartTag(tag), None) if matches!(&**tag.name, b"pre" | b"ring-fence") => {
                let kind = (&**tag.name == b"ring-fence").then_some(Kind::Yaml);
                let mut opened = Open {
                    element: tag.name.to_vec(),
                    kind,
                    world: None,
                    start: tag.span.end,
                    lines: vec![Line::new()],
                };
                opened.look(&tag);
                open = Some(opened);
            }
            (Token::StartTag(tag), Some(open)) if &**tag.name == b"br" => open.end_line(),
            (Token::StartTag(tag), Some(open)) => open.look(&tag),
            (Token::String(string), Some(open)) => open.read(text, string.span),
            (Token::EndTag(tag), Some(opened)) if **tag.name == *opened.element => {
                let end = tag.span.start;
                found.extend(open.take().and_then(|open| open.block(end)));
            }
            // One line is one element, for some who colour words.
            (Token::EndTag(tag), Some(open)) if matches!(&**tag.name, b"div" | b"li" | b"tr") => open.end_line(),
            (Token::Comment(comment), None) => found.extend(expected(text, comment.span)),
            _ => {}
        }
    }
    found
}

/// A comment `<!-- expect`.
fn expected(text: &Text<'_>, span: Span<usize>) -> Option<Block> {
    let raw = text.page.get(span.start..span.end)?;
    let start = span.end - raw.strip_prefix("<!--").unwrap_or(raw).len();
    let end = span.start + raw.strip_suffix("-->").unwrap_or(raw).len();
    Some(Block { opening: None, ..comment::claims(text, span.start, start..end.max(start))? })
}

impl Open {
    fn look(&mut self, tag: &StartTag<usize>) {
        let value = |name: &[u8]| {
            let found = tag.attributes.iter().find(|(known, _)| ***known == *name);
            found.and_then(|(_, value)| std::str::from_utf8(value).ok())
        };
        let classes = value(b"class").unwrap_or_default().split_whitespace();
        let named = classes.chain(value(b"data-lang")).chain(value(b"data-language")).find_map(Kind::named);
        self.kind = self.kind.or(named);
        self.world = self.world.take().or_else(|| value(b"data-world").map(str::to_owned));
    }

    fn end_line(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Line::new());
        }
    }

    /// Reads what stands between two tags, entity by entity, so that each letter knows its place.
    fn read(&mut self, text: &Text<'_>, span: Span<usize>) {
        let mut at = span.start;
        while let Some(rest) = text.page.get(at..span.end).filter(|rest| !rest.is_empty()) {
            let entity = || rest.find(';').filter(|end| *end < LONGEST && rest.starts_with('&')).map(|end| 0..end + 1);
            let plain = || 0..rest.get(1..).and_then(|rest| rest.find('&')).map_or(rest.len(), |next| next + 1);
            let Range { end, .. } = entity().unwrap_or_else(plain);
            let piece = rest.get(..end).unwrap_or(rest);
            self.push(&decoded(piece), text, at);
            at += piece.len().max(1);
        }
    }

    fn push(&mut self, piece: &str, text: &Text<'_>, start: usize) {
        let mut at = start;
        for part in piece.split_inclusive('\n') {
            let words = part.trim_end_matches(['\n', '\r']);
            if let Some(line) = self.lines.last_mut().filter(|_| !words.is_empty()) {
                line.push((words.to_owned(), text.position(at)));
            }
            if part.ends_with('\n') {
                self.lines.push(Line::new());
            }
            at += part.len();
        }
    }

    /// The block; of a kind that nobody names, if it looks like an object.
    fn block(self, end: usize) -> Option<Block> {
        let (start, range) = (self.start, self.start..end);
        let block = |kind| Block { kind, world: self.world, opening: None, start, range, lines: self.lines };
        match self.kind {
            Some(kind) => Some(block(kind)),
            None => Some(block(Kind::Yaml)).filter(Block::is_object),
        }
    }
}

/// What a piece of text says.
fn decoded(piece: &str) -> String {
    if !piece.starts_with('&') {
        return piece.to_owned();
    }
    let tokens = Tokenizer::new(piece).filter_map(|token| match token {
        Ok(Token::String(text)) => Some(String::from_utf8_lossy(&text).into_owned()),
        _ => None,
    });
    tokens.collect()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test stops where it fails")]
mod tests {
    use super::super::excerpt::text_of;
    use super::*;

    #[test]
    fn letters_know_their_places() {
        let page = "<p>x</p>\n<pre class=\"x\"><code class=\"language-yaml\">a: <b>1 &amp;&amp;</b> &#x3e;= 2\nb: é&lt;3</code></pre>\n<pre>$ ls</pre>";
        let text = Text::new(page);
        let blocks = blocks(&text);
        assert_eq!(blocks.len(), 1);
        let lines: Vec<String> = blocks[0].lines.iter().map(text_of).collect();
        assert_eq!(lines, ["a: 1 && >= 2", "b: é<3"]);
        let (three, place) = blocks[0].lines[1].last().unwrap();
        assert_eq!((three.as_str(), place.line, place.column), ("3", 3, 9));
        let (sign, place) = blocks[0].lines[0].iter().find(|(text, _)| text == ">").unwrap();
        assert_eq!((sign.as_str(), place.line, place.column), (">", 2, 67));
    }

    #[test]
    fn lines_may_be_elements_or_breaks() {
        let page = "<pre><div>apiVersion: v1</div><div>kind: A</div></pre><pre>apiVersion: v1<br>kind: B<br/></pre>";
        let lines = |block: &Block| block.lines.iter().map(text_of).filter(|line| !line.is_empty()).collect::<Vec<_>>();
        let blocks = blocks(&Text::new(page));
        assert_eq!(
            blocks.iter().map(lines).collect::<Vec<_>>(),
            [["apiVersion: v1", "kind: A"], ["apiVersion: v1", "kind: B"]]
        );
    }
}
