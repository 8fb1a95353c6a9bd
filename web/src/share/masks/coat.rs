//! The words that stand for pieces of names.

use std::collections::{BTreeMap, BTreeSet};

/// What a piece is of, where several the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coat {
    /// A switch.
    Switch,
    /// A namespace.
    Space,
    /// A machine, or anything else.
    Name,
}

impl Coat {
    fn word(self) -> &'static str {
        match self {
            Self::Switch => "net",
            Self::Space => "ns",
            Self::Name => "n",
        }
    }
}

/// A word for each piece. Of those of one kind the order stays: what is sorted by names is sorted alike.
pub(super) fn words(found: &BTreeMap<&str, Coat>) -> BTreeMap<String, String> {
    let numbers = numbers(found);
    let mut next: BTreeMap<Coat, usize> = BTreeMap::new();
    let mut words = BTreeMap::new();
    for (piece, coat) in found {
        let word = match numbers.get(piece) {
            Some(number) => number.clone(),
            None => {
                let number = next.entry(*coat).or_default();
                *number += 1;
                let all = found.values().filter(|other| *other == coat).count();
                shaped(piece, &format!("{}{number:0width$}", prefix(*coat, found), width = all.to_string().len()))
            }
        };
        words.insert((*piece).to_owned(), word);
    }
    words
}

/// The prefix of a kind, with which no piece of the texts begins that could be taken for a mask.
fn prefix(coat: Coat, found: &BTreeMap<&str, Coat>) -> String {
    let mut prefix = coat.word().to_owned();
    let is_taken = |prefix: &str| {
        found.keys().any(|piece| {
            let rest = piece.to_lowercase().trim_start_matches('0').strip_prefix(prefix).map(str::to_owned);
            rest.is_some_and(|rest| rest.chars().all(|letter| letter.is_ascii_digit()))
        })
    };
    while is_taken(&prefix) {
        prefix.push('x');
    }
    prefix
}

/// The word with what makes the piece no name, where something does: capitals, letters of other scripts, a digit in front.
fn shaped(piece: &str, word: &str) -> String {
    let digit = if piece.starts_with(|first: char| first.is_ascii_digit()) { "0" } else { "" };
    let foreign = if piece.is_ascii() { "" } else { "ü" };
    let word = if piece.chars().any(char::is_uppercase) { word.to_uppercase() } else { word.to_owned() };
    format!("{digit}{word}{foreign}")
}

/// Numbers stay numbers of as many digits.
fn numbers<'t>(found: &BTreeMap<&'t str, Coat>) -> BTreeMap<&'t str, String> {
    let is_number = |piece: &&&str| piece.chars().all(|letter| letter.is_ascii_digit());
    let pieces: BTreeSet<&str> = found.keys().filter(is_number).copied().collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut numbers = BTreeMap::new();
    for piece in &pieces {
        let fitting = |number: usize| format!("{:9<width$}", number, width = piece.len());
        let free =
            |word: &String| !pieces.contains(word.as_str()) && !taken.contains(word) && word.len() == piece.len();
        let word =
            (1..).map(fitting).take(pieces.len() * 20 + 100).find(free).unwrap_or_else(|| "9".repeat(piece.len()));
        taken.insert(word.clone());
        numbers.insert(*piece, word);
    }
    numbers
}
