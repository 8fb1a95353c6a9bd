//! Pieces of a page, put together as YAML; each knows where it stands in the page.

use ringfence_engine::source::Position;

/// A text made of pieces of a larger one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Excerpt {
    /// The text.
    pub(super) text: String,
    /// For the first byte of each piece, where it stands in the page.
    pub(super) origin: Vec<(usize, Position)>,
}

/// A line of a piece: texts, each with its place in the page.
pub(super) type Line = Vec<(String, Position)>;

impl Excerpt {
    /// Adds a line, so many columns further to the right than it stands there.
    pub(super) fn line(&mut self, indent: usize, line: &Line) {
        if let Some((_, position)) = line.first() {
            self.origin.push((self.text.len(), *position));
        }
        self.text.extend(std::iter::repeat_n(' ', indent));
        for (text, position) in line {
            self.origin.push((self.text.len(), *position));
            self.text.push_str(text);
        }
        self.text.push('\n');
    }
}

/// What a line says.
pub(super) fn text_of(line: &Line) -> String {
    line.iter().map(|(text, _)| text.as_str()).collect()
}

/// The same without blanks at its start.
pub(super) fn trimmed(line: &Line) -> Line {
    let mut parts = line.iter().skip_while(|(text, _)| text.trim().is_empty());
    let first = parts.next().map(|(text, position)| {
        let words = text.trim_start();
        let blanks = text.chars().count() - words.chars().count();
        (words.to_owned(), Position { column: position.column + blanks, ..*position })
    });
    first.into_iter().chain(parts.cloned()).collect()
}

/// The same without the marks of so many quotations.
pub(super) fn unquoted(line: &Line, depth: usize) -> Line {
    let part = |(text, position): &(String, Position)| {
        let mut words = text.as_str();
        for _ in 0..depth {
            let Some(rest) = words.trim_start().strip_prefix('>') else { break };
            words = rest.strip_prefix(' ').unwrap_or(rest);
        }
        let column = position.column + text.chars().count() - words.chars().count();
        (words.to_owned(), Position { column, ..*position })
    };
    line.iter().map(part).collect()
}
