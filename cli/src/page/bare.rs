//! The blocks of a page that is nothing but text, as copied from a browser: no fence, no indentation, and the words after a
//! block may stand on its last line.

use super::block::{Block, Kind, Text};
use super::excerpt::Line;

/// What every object begins with.
const START: &str = "apiVersion: ";

/// The blocks of a page, in its order.
pub(super) fn blocks(text: &Text<'_>) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let mut at = 0;
    for line in text.page.split_inclusive('\n') {
        let start = line.find(START).filter(|start| is_start(line, *start));
        if let Some(start) = start {
            found.extend(open.take());
            let range = at + start..at + start;
            let start = range.start;
            open = Some(Block { kind: Kind::Yaml, world: None, opening: None, start, range, lines: Vec::new() });
        }
        if let Some(block) = &mut open {
            let begin = at + start.unwrap_or(0);
            let words = text.page.get(begin..at + line.len()).unwrap_or_default().trim_end();
            let (words, whole) = unglued(words);
            if is_yaml(words) {
                block.range.end = begin + words.len();
                block.lines.push(Line::from([(words.to_owned(), text.position(begin))]));
            }
            if !whole || !is_yaml(words) {
                found.extend(open.take());
            }
        }
        at += line.len();
    }
    found.extend(open);
    found
}

/// Prose may end right before an object, but not speak of one.
fn is_start(line: &str, start: usize) -> bool {
    let (before, after) = line.split_at_checked(start).unwrap_or_default();
    let (before, version) = (before.trim_end(), after.strip_prefix(START).unwrap_or_default().trim_end());
    !version.contains(' ') && (before.is_empty() || before.ends_with(['.', ':', '!', '?', ')']))
}

fn is_yaml(line: &str) -> bool {
    let line = line.trim_start();
    let name = line.strip_prefix("- ").unwrap_or(line).split(':').next().unwrap_or_default();
    let field = line.contains(':') && !name.is_empty() && !name.contains(' ');
    field || line.starts_with("- ") && !line.ends_with('.') || line == "---" || line.starts_with('#')
}

/// A line without what was glued to it, and whether that was nothing: a plain value has no `: ` in it, so that a value which
/// seems to have one ends where a small letter or a digit is followed by a capital one.
fn unglued(line: &str) -> (&str, bool) {
    let Some((name, _)) = line.split_once(": ") else { return (line, true) };
    let item = line.strip_prefix("- ").is_some();
    let from = if item && name.strip_prefix("- ").is_some_and(|name| name.contains(' ')) { 2 } else { name.len() + 2 };
    let rest = line.get(from..).unwrap_or_default();
    if !rest.contains(": ") || rest.starts_with(['"', '\'', '{', '[']) {
        return (line, true);
    }
    let mut last = ' ';
    for (at, letter) in rest.char_indices() {
        if letter.is_uppercase() && (last.is_lowercase() || last.is_ascii_digit()) {
            return (line.get(..from + at).unwrap_or(line), false);
        }
        last = letter;
    }
    (line, true)
}

#[cfg(test)]
mod tests {
    use super::super::excerpt::text_of;
    use super::*;

    #[test]
    fn blocks_end_where_prose_begins() {
        let page = "Example 1: apiVersion: is said here.\nSo it is.apiVersion: v1\nkind: A\ntypes:\n- One\n- TwoExample 2: more\n\
                    words\napiVersion: v1\nmetadata:\nvpc: vpc1Example 3: Another 1 is\nkind: no more\napiVersion: v1\nmatch: a == b\n\nProse.\n";
        let lines = |block: &Block| block.lines.iter().map(text_of).collect::<Vec<_>>().join(";");
        let found: Vec<String> = blocks(&Text::new(page)).iter().map(lines).collect();
        assert_eq!(
            found,
            [
                "apiVersion: v1;kind: A;types:;- One;- Two",
                "apiVersion: v1;metadata:;vpc: vpc1",
                "apiVersion: v1;match: a == b"
            ]
        );
    }
}
