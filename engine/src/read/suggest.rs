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
    let word: Vec<char> = word.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
    let allowed = (word.len() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|_| word.len() <= LONGEST)
        .map(|near| (distance(&word, &near.to_lowercase().chars().collect::<Vec<_>>()), near))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, near)| near)
}

/// Levenshtein's distance.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, left) in one.iter().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        let mut next = Vec::with_capacity(row.len());
        next.push(before);
        for (right, above) in other.iter().zip(row.iter().skip(1)) {
            let change = diagonal + usize::from(left != right);
            before = change.min(before + 1).min(above + 1);
            diagonal = *above;
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        assert_eq!(nearest("egres", ["ingress", "egress"]), Some("egress"));
        assert_eq!(nearest("From-Lport", ["from-lport", "to-lport"]), Some("from-lport"));
        assert_eq!(nearest("deny", ["drop", "allow"]), None);
        assert_eq!(distance(&['a', 'b'], &['b']), 1);
        assert_eq!(distance(&[], &['b', 'c']), 2);
    }
}
