//! The folding of scalars, one style after the other, with the source of every byte.

use super::scalar::Unfolded;
use alloc::vec::Vec;

/// A plain or quoted scalar; `source` includes its quotes.
pub(super) fn flow(source: &str) -> Unfolded {
    let quote = source.chars().next().filter(|first| matches!(first, '"' | '\''));
    let start = quote.map_or(0, char::len_utf8);
    let end = match quote {
        Some(quote) => source.len() - usize::from(source.len() > 1 && source.ends_with(quote)),
        None => source.trim_end().len(),
    };
    let mut reader =
        Reader { source: source.get(..end).unwrap_or(""), at: start, unfolded: Unfolded::default(), kept: 0 };
    while let Some(char) = reader.rest().chars().next() {
        match (char, quote) {
            ('\n' | '\r', _) => reader.fold(),
            ('\\', Some('"')) => reader.escape(),
            ('\'', Some('\'')) => reader.take("'", 2),
            _ => reader.take(char.encode_utf8(&mut [0; 4]), char.len_utf8()),
        }
    }
    reader.unfolded
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
    unfolded: Unfolded,
    /// Blanks before this byte of the value were escaped and stay.
    kept: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn take(&mut self, text: &str, width: usize) {
        self.unfolded.push(text, self.at, self.at + width);
        self.at += width;
    }

    /// A line break with the blanks around it is a space, and each further one a line break.
    fn fold(&mut self) {
        let written = self.unfolded.text.len();
        let bare = self.unfolded.text.trim_end_matches([' ', '\t']).len().max(self.kept);
        self.unfolded.truncate(bare);
        let from = self.at - (written - bare);
        let breaks = self.blanks();
        match breaks {
            0 | 1 => self.unfolded.push(" ", from, self.at),
            _ => (1..breaks).for_each(|_| self.unfolded.push("\n", from, self.at)),
        }
    }

    /// Passes blanks and line breaks, and counts the latter.
    fn blanks(&mut self) -> usize {
        let blank: usize = self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
        let passed = self.source.get(self.at..self.at + blank).unwrap_or("");
        let breaks = passed.matches('\n').count();
        self.at += blank;
        breaks
    }

    fn escape(&mut self) {
        let mut chars = self.rest().chars().skip(1);
        let Some(escaped) = chars.next() else { return self.take("\\", 1) };
        match escaped {
            '\n' | '\r' => self.joined(),
            'x' => self.code(2),
            'u' => self.code(4),
            'U' => self.code(8),
            _ => self.take(named(escaped).encode_utf8(&mut [0; 4]), 1 + escaped.len_utf8()),
        }
        self.kept = self.unfolded.text.len();
    }

    /// An escaped line break is nothing; the ones after it count.
    fn joined(&mut self) {
        let from = self.at;
        self.at += 1;
        let breaks = self.blanks();
        (1..breaks).for_each(|_| self.unfolded.push("\n", from, self.at));
    }

    fn code(&mut self, digits: usize) {
        let unit = |at: usize| u32::from_str_radix(self.source.get(at + 2..at + 2 + digits)?, 16).ok();
        let first = unit(self.at).unwrap_or(0);
        let second = unit(self.at + 6).filter(|_| digits == 4 && (0xd800..0xdc00).contains(&first));
        let (code, width) = match second {
            Some(second) => (0x1_0000 + ((first & 0x3ff) << 10) + (second & 0x3ff), 12),
            None => (first, 2 + digits),
        };
        let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.take(char.encode_utf8(&mut [0; 4]), width);
    }
}

fn named(escaped: char) -> char {
    match escaped {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        other => other,
    }
}

/// A block scalar; `source` includes its header. Nothing when it has another value than the one that is known.
pub(super) fn block(source: &str, value: &str) -> Option<Unfolded> {
    let folded = source.starts_with('>');
    let body = source.find('\n')? + 1;
    let lines = lines(source.get(body..)?, body);
    let first = lines.iter().find(|(_, line)| !line.trim_matches(' ').is_empty())?;
    let indent = first.1.len() - first.1.trim_start_matches(' ').len();
    // The header may set a smaller indentation than the first line has, relative to a parent that is not seen here.
    (0..=indent).rev().find_map(|indent| {
        let unfolded = indented(&lines, indent, folded);
        (unfolded.text.trim_end() == value.trim_end()).then_some(unfolded)
    })
}

fn lines(body: &str, start: usize) -> Vec<(usize, &str)> {
    let mut at = start;
    let each = body.split_inclusive('\n').map(|line| {
        let from = at;
        at += line.len();
        (from, line.trim_end_matches(['\n', '\r']))
    });
    each.collect()
}

fn indented(lines: &[(usize, &str)], indent: usize, folded: bool) -> Unfolded {
    let mut unfolded = Unfolded::default();
    let mut before: Option<bool> = None;
    let mut blank = 0;
    let mut end = 0;
    for (at, line) in lines {
        let Some(text) = line.get(indent..).filter(|text| !text.is_empty()) else {
            blank += 1;
            continue;
        };
        let deeper = text.starts_with([' ', '\t']);
        let breaks = match before {
            None => blank,
            Some(_) => blank + 1,
        };
        if folded && before == Some(false) && !deeper {
            match breaks {
                1 => unfolded.push(" ", end, at + indent),
                _ => (1..breaks).for_each(|_| unfolded.push("\n", end, at + indent)),
            }
        } else {
            (0..breaks).for_each(|_| unfolded.push("\n", end, at + indent));
        }
        unfolded.copy(text, at + indent);
        (before, blank, end) = (Some(deeper), 0, at + line.len());
    }
    unfolded
}
