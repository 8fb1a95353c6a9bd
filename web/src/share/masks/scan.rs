//! A text as lines without comments, and a line as words. Quotes, brackets and blocks of text are looked at as far as needed to tell a
//! comment from what merely looks like one; whether all of it is YAML does not matter.

use std::borrow::Cow;

/// A text in which letters, digits and slashes stand for themselves: not as `\u0061`, `\x61` or `\/`.
pub(super) fn spelled(text: &str) -> Cow<'_, str> {
    if !["\\u", "\\x", "\\/"].iter().any(|escape| text.contains(escape)) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = match after.as_bytes().first() {
            Some(b'u') => 4,
            Some(b'x') => 2,
            _ => 0,
        };
        let code = after.get(1..1 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let letter = code.and_then(char::from_u32).filter(|letter| letter.is_alphanumeric());
        let (said, length) = match letter {
            Some(letter) => (letter.to_string(), 1 + digits),
            None if after.starts_with('/') => ("/".to_owned(), 1),
            None => {
                let next = after.chars().next().map_or(0, char::len_utf8);
                (format!("\\{}", after.get(..next).unwrap_or_default()), next)
            }
        };
        out.push_str(&said);
        rest = after.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out.into()
}

/// A line of a text.
pub(super) struct Line<'t> {
    /// What is in it.
    pub(super) content: &'t str,
    /// Whether a comment stood behind that.
    pub(super) is_cut: bool,
    /// How it ends.
    pub(super) end: &'t str,
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.split_inclusive(['\n', '\r']).scan(State::default(), |state, line| {
        let content = line.trim_end_matches(['\n', '\r']);
        let end = line.get(content.len()..).unwrap_or_default();
        let cut = state.comment(content);
        let content = content.get(..cut.unwrap_or(content.len())).unwrap_or(content);
        Some(Line { content, is_cut: cut.is_some(), end })
    })
}

/// What lines before have opened.
#[derive(Default)]
struct State {
    quote: Option<char>,
    brackets: usize,
    /// How far the key is indented that has a block of text.
    block: Option<usize>,
}

impl State {
    /// Where the comment of the next line begins.
    fn comment(&mut self, line: &str) -> Option<usize> {
        if line.starts_with("---") {
            *self = Self::default();
        }
        if let Some(indent) = self.block {
            if line.trim().is_empty() || line.len() - line.trim_start_matches(' ').len() > indent {
                return None;
            }
            self.block = None;
        }
        let cut = self.read(line);
        let content = line.get(..cut.unwrap_or(line.len())).unwrap_or(line);
        if self.quote.is_none() && self.brackets == 0 && opens_block(content) {
            self.block = Some(content.len() - content.trim_start_matches([' ', '-']).len());
        }
        cut
    }

    fn read(&mut self, line: &str) -> Option<usize> {
        // Whether a value may begin here, and whether nothing stands before.
        let (mut begins, mut blank) = (true, true);
        let mut letters = line.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            match (self.quote, letter) {
                (Some('"'), '\\') => drop(letters.next()),
                (Some('\''), '\'') if next == Some('\'') => drop(letters.next()),
                (Some(quote), _) => {
                    if letter == quote {
                        (self.quote, begins) = (None, false);
                    }
                }
                (None, '#') if blank => return Some(at),
                (None, '"' | '\'') if begins => self.quote = Some(letter),
                (None, '[' | '{') if begins => self.brackets += 1,
                (None, ']' | '}') if self.brackets > 0 => (self.brackets, begins) = (self.brackets - 1, false),
                (None, ',') if self.brackets > 0 => begins = true,
                (None, ':') => begins = self.brackets > 0 || next.is_none_or(char::is_whitespace),
                (None, '-' | '?') if begins && next.is_none_or(char::is_whitespace) => {}
                (None, _) => begins &= letter.is_whitespace(),
            }
            blank = letter.is_whitespace();
        }
        None
    }
}

/// `match: |`, `- >-2`.
fn opens_block(content: &str) -> bool {
    let content = content.trim_end();
    let header = content.rsplit([' ', '\t']).next().unwrap_or_default();
    let rest = header.strip_prefix(['|', '>']);
    rest.is_some_and(|rest| rest.chars().all(|letter| matches!(letter, '+' | '-' | '0'..='9')))
        && content.trim_end_matches(header).trim_end().ends_with([':', '-', '?'])
}

/// A piece of a line.
pub(super) enum Token<'t> {
    /// What may be a name, a number or an address.
    Word(Word<'t>),
    /// Anything else.
    Other(&'t str),
}

impl<'t> Token<'t> {
    pub(super) fn word(self) -> Option<Word<'t>> {
        match self {
            Self::Word(word) => Some(word),
            Self::Other(_) => None,
        }
    }
}

/// A word: letters and digits with what may stand in a name.
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    /// The rest of the line.
    pub(super) after: &'t str,
    /// Whether it has quotes of its own.
    pub(super) alone: bool,
}

/// The pieces of a line, one after the other.
pub(super) struct Words<'t> {
    rest: &'t str,
    last: Option<char>,
}

impl<'t> Words<'t> {
    pub(super) fn of(line: &'t str) -> Self {
        Self { rest: line, last: None }
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let first = self.rest.chars().next()?;
        let end = match is_of_word(first) {
            true => self.rest.find(|letter| !is_of_word(letter)).unwrap_or(self.rest.len()),
            false => escape(self.rest).unwrap_or(first.len_utf8()),
        };
        let (text, after) = self.rest.split_at_checked(end)?;
        let quoted = self.last.filter(|last| matches!(last, '"' | '\''));
        let alone = quoted.is_some() && after.chars().next() == quoted;
        (self.rest, self.last) = (after, text.chars().next_back());
        Some(if is_of_word(first) { Token::Word(Word { text, after, alone }) } else { Token::Other(text) })
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':')
}

/// How long an escape is that the text begins with: `\n`, `\x20`, `\u0020`. Its letters are of no name.
fn escape(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('\\')?;
    let kind = rest.chars().next()?;
    let digits = match kind {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    let are_digits =
        rest.get(1..1 + digits).is_some_and(|digits| digits.chars().all(|digit| digit.is_ascii_hexdigit()));
    Some(1 + kind.len_utf8() + if are_digits { digits } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_what_looks_like_them() {
        for (line, content) in [
            ("a: b # c", "a: b "),
            ("# c", ""),
            ("a: b#c", "a: b#c"),
            ("a: \"b # c\" # d", "a: \"b # c\" "),
            ("a: it's # c", "a: it's "),
            ("a: 'it''s # b' # c", "a: 'it''s # b' "),
            ("- {a: \"# b\", c: d} # e", "- {a: \"# b\", c: d} "),
            ("{\"a\":\"b # c\"}", "{\"a\":\"b # c\"}"),
        ] {
            assert_eq!(lines(line).next().map(|line| line.content), Some(content), "{line}");
        }
    }

    #[test]
    fn a_block_of_text_has_no_comments() {
        let text = "- match: | # c\n    a # b\n  action: drop # c\nb: \"c\n  # d\n  e\" # f\n";
        let kept: Vec<&str> = lines(text).map(|line| line.content).collect();
        assert_eq!(kept, ["- match: | ", "    a # b", "  action: drop ", "b: \"c", "  # d", "  e\" "]);
    }
}
