//! The word that somebody probably meant.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Longer words are not compared.
const LONGEST: usize = 40;

/// `write `x``, when one of the known words is near.
pub(crate) fn did_you_mean<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<String> {
    nearest(word, known).map(|near| format!("did you mean `{near}`?"))
}

/// `a`, `b` or `c`.
pub(crate) fn one_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The nearest of the known words, when it is near enough to be a slip of the hand.
pub(crate) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let word: Vec<char> = word.chars().take(LONGEST + 1).map(|letter| letter.to_ascii_lowercase()).collect();
    let allowed = (word.len() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|_| word.len() <= LONGEST)
        .map(|near| (distance(&word, &near.to_ascii_lowercase().chars().collect::<Vec<_>>()), near))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, near)| near)
}

/// How many letters are changed, added, left out or exchanged with their neighbour (optimal string alignment).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = alloc::vec![(0..=other.len()).collect()];
    let at = |rows: &[Vec<usize>], row: usize, column: usize| {
        rows.get(row).and_then(|row| row.get(column)).copied().unwrap_or(usize::MAX - 1)
    };
    for (index, left) in one.iter().enumerate() {
        rows.push(alloc::vec![index + 1]);
        for (column, right) in other.iter().enumerate() {
            let change = at(&rows, index, column) + usize::from(left != right);
            let mut least = change.min(at(&rows, index, column + 1) + 1).min(at(&rows, index + 1, column) + 1);
            let exchanged =
                index > 0 && column > 0 && one.get(index - 1) == Some(right) && other.get(column - 1) == Some(left);
            if exchanged {
                least = least.min(at(&rows, index - 1, column - 1) + 1);
            }
            if let Some(row) = rows.last_mut() {
                row.push(least);
            }
        }
    }
    at(&rows, one.len(), other.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        assert_eq!(nearest("egres", ["ingress", "egress"]), Some("egress"));
        assert_eq!(nearest("From-Lport", ["from-lport", "to-lport"]), Some("from-lport"));
        assert_eq!(nearest("dorp", ["drop", "allow"]), Some("drop"));
        assert_eq!(nearest("deny", ["drop", "allow"]), None);
        assert_eq!(distance(&['a', 'b'], &['b']), 1);
        assert_eq!(distance(&[], &['b', 'c']), 2);
    }
}
