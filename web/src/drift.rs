//! Where a piece of text is after somebody has typed.

use crate::offsets::Offsets;

/// The one piece in which two texts differ: in units and lines, as editors count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drift {
    /// The units before it.
    before: usize,
    /// The first unit after it, in the old text and in the new one.
    after: (usize, usize),
    /// The line of that unit, in the old text and in the new one.
    lines: (usize, usize),
}

impl Drift {
    /// From one text to another.
    pub fn between(old: &str, new: &str) -> Self {
        let same = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
        let before = (0..=same).rev().find(|at| old.is_char_boundary(*at)).unwrap_or(0);
        let (rest, other) = (old.get(before..).unwrap_or(""), new.get(before..).unwrap_or(""));
        let same = rest.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count();
        let tail = (0..=same).rev().find(|tail| old.is_char_boundary(old.len() - tail)).unwrap_or(0);
        let units = |text: &str, byte: usize| Offsets::new(text).unit(byte);
        let line = |text: &str| 1 + text.get(..text.len() - tail).unwrap_or("").matches('\n').count();
        Self {
            before: units(old, before),
            after: (units(old, old.len() - tail), units(new, new.len() - tail)),
            lines: (line(old), line(new)),
        }
    }

    /// Where a span and the line of its start are now; nothing where somebody has typed into it.
    pub fn moved(self, (from, to): (usize, usize), line: usize) -> Option<((usize, usize), usize)> {
        let there = |unit: usize| (unit + self.after.1).checked_sub(self.after.0);
        if to <= self.before {
            return Some(((from, to), line));
        }
        let now = (line + self.lines.1).checked_sub(self.lines.0)?;
        Some(((there(from)?, there(to)?), now)).filter(|_| from >= self.after.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_typed_into_moves() {
        let drift = Drift::between("a: 1\nb: 2\nc: 3\n", "a: 1\nb: 2x\n\nc: 3\n");
        assert_eq!(drift.moved((0, 4), 1), Some(((0, 4), 1)));
        assert_eq!(drift.moved((10, 14), 3), Some(((12, 16), 4)));
        assert_eq!(drift.moved((8, 12), 2), None);
    }

    #[test]
    fn nothing_moves_where_nothing_was_typed() {
        let drift = Drift::between("\u{e4}b", "\u{e4}b");
        assert_eq!(drift.moved((0, 2), 1), Some(((0, 2), 1)));
    }

    #[test]
    fn letters_are_whole() {
        // Both letters begin and end with the same bytes.
        let drift = Drift::between("x\u{1f600}y\nz", "x\u{1f640}\u{1f600}y\nz");
        assert_eq!(drift.moved((5, 6), 2), Some(((7, 8), 2)));
        assert_eq!(drift.moved((0, 1), 1), Some(((0, 1), 1)));
    }

    #[test]
    fn what_goes_takes_the_rest_along() {
        let drift = Drift::between("one\ntwo\nfour", "one\nfour");
        assert_eq!(drift.moved((8, 12), 3), Some(((4, 8), 2)));
        assert_eq!(drift.moved((4, 7), 2), None);
    }
}
