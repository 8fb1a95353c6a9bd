//! What lies between two texts.

use ringfence_engine::source::Sources;
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;

/// The bytes of the old text that go, and what of the new one comes instead; nothing where they are equal.
pub fn between<'n>(old: &str, new: &'n str) -> Option<(usize, usize, &'n str)> {
    if old == new {
        return None;
    }
    let mut start = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
    while !(old.is_char_boundary(start) && new.is_char_boundary(start)) {
        start -= 1;
    }
    let (rest, other) = (old.get(start..)?, new.get(start..)?);
    let mut end = rest.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count();
    while !(rest.is_char_boundary(rest.len() - end) && other.is_char_boundary(other.len() - end)) {
        end -= 1;
    }
    Some((start, old.len() - end, new.get(start..new.len() - end)?))
}

/// The lines that go and come, `-` and `+`, with the name and line of each place; of texts in the same order.
pub fn lines(old: &Sources, new: &Sources) -> String {
    let mut out = String::new();
    for ((_, old), (_, new)) in old.iter().zip(new.iter()) {
        if old.text() != new.text() {
            one(&mut out, old.name(), old.text(), new.text());
        }
    }
    out
}

/// The lines that go and come in one text.
pub fn one(out: &mut String, name: &str, old: &str, new: &str) {
    let diff = TextDiff::from_lines(old, new);
    for group in diff.grouped_ops(0) {
        let Some(first) = group.first() else { continue };
        // A text cannot fail to be written to.
        let _ = writeln!(out, "@@ {name}:{} @@", first.old_range().start + 1);
        for change in group.iter().flat_map(|part| diff.iter_changes(part)) {
            let line = change.value().trim_end_matches(['\n', '\r']);
            let _ = match change.tag() {
                ChangeTag::Delete => writeln!(out, "-{line}"),
                ChangeTag::Insert => writeln!(out, "+{line}"),
                ChangeTag::Equal => Ok(()),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_small_and_whole_characters() {
        assert_eq!(between("a\nb\n", "a\nx\nb\n"), Some((2, 2, "x\n")));
        assert_eq!(between("a", "a"), None);
        assert_eq!(between("\u{e4}b", "\u{e5}b"), Some((0, 2, "\u{e5}")));
        assert_eq!(between("aa", "a"), Some((1, 2, "")));
        for (old, new) in [("\u{1f600}x", "\u{1f601}x"), ("x\u{e4}", "x\u{c4}"), ("", "abc"), ("abab", "ab")] {
            let (start, end, insert) = between(old, new).unwrap();
            assert_eq!(format!("{}{insert}{}", old.get(..start).unwrap(), old.get(end..).unwrap()), new);
        }
    }
}
