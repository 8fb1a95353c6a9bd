//! Text on one line.

use std::fmt;

/// Text from the input on one line of a terminal: white space runs become one space, control characters are spelled.
#[derive(Debug, Clone, Copy)]
pub struct Line<'t>(pub &'t str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.0.split_whitespace().collect::<Vec<_>>().join(" ");
        let spelled = |letter: char| match letter {
            // Controls, and what turns the direction of the text round.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => letter.escape_unicode().to_string(),
            _ if letter.is_control() => letter.escape_unicode().to_string(),
            _ => letter.to_string(),
        };
        out.pad(&text.chars().map(spelled).collect::<String>())
    }
}

/// A text of at most so many letters: a longer one has its beginning and its end, which is where names differ, and what counts
/// stands.
pub fn shortened(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    let end = most / 3;
    match (letters.get(..most.saturating_sub(end + 1)), letters.get(letters.len().saturating_sub(end)..)) {
        (Some(first), Some(last)) if letters.len() > most => first.iter().chain(&['…']).chain(last).collect(),
        _ => text.to_owned(),
    }
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_input_cannot_steer_the_terminal() {
        assert_eq!(Line("a\n  b\u{1b}[31m\u{202e}c").to_string(), "a b\\u{1b}[31m\\u{202e}c");
        assert_eq!(format!("{:5}|", Line("a")), "a    |");
    }

    #[test]
    fn long_names_keep_their_ends() {
        assert_eq!(shortened("machine-of-many-… ×299", 16), "machine-of… ×299");
        assert_eq!(shortened("0123456789", 10), "0123456789");
        assert_eq!(shortened("01234567890", 10), "012345…890");
        assert_eq!(shortened("", 0), "");
        assert_eq!(shortened("ab", 0), "…");
    }
}
