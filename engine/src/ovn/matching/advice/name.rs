//! Names that are nearly right.

use alloc::vec::Vec;

/// The name that is most like a wrong one, if one is like it at all.
pub(super) fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Two letters may be wrong in a long name, one in a short one.
    let most = if wrong.len() > 5 { 2 } else { 1 };
    let candidates = names.filter(|name| name.len().abs_diff(wrong.len()) <= most);
    let measured = candidates.map(|name| (distance(wrong, name), name));
    measured.min().filter(|(distance, _)| *distance <= most).map(|(_, name)| name)
}

/// How many letters must be changed, added or removed; a pair of letters in the wrong order counts as two.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.bytes().enumerate() {
        let mut diagonal = at;
        let mut before = at + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(other.bytes()) {
            let unchanged = diagonal + usize::from(left != right);
            diagonal = *cell;
            before = unchanged.min(before + 1).min(*cell + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("tcp.dst", "tcp.dst"), 0);
        assert_eq!(distance("tcp.dts", "tcp.dst"), 2);
        assert_eq!(distance("tcp.ds", "tcp.dst"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("tcp.sdt", ["tcp.dst", "udp.dst"].into_iter()), Some("tcp.dst"));
        assert_eq!(nearest("foo", ["ip4", "tcp"].into_iter()), None);
    }
}
