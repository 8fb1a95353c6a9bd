//! For people: from values to text. Decides nothing, opens nothing.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod csv;
pub(crate) mod diagnostic;
pub(crate) mod diff;
pub(crate) mod dot;
pub(crate) mod explain;
pub(crate) mod github;
pub(crate) mod glyph;
pub(crate) mod markdown;
pub(crate) mod matrix;
pub(crate) mod names;
pub(crate) mod nbctl;
pub(crate) mod pair;
pub(crate) mod remark;
pub(crate) mod wide;
pub(crate) mod words;

use anstyle::{AnsiColor, Style};
use std::fmt;

/// What is wrong.
pub(crate) const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
/// What goes well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What needs a second look.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What is never certain.
pub(crate) const DOUBT: Style = AnsiColor::Magenta.on_default().bold();
/// What comes first.
pub(crate) const STRONG: Style = Style::new().bold();
/// What may be passed over.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Text from the input on one line of a terminal: white space runs become one space, control characters are spelled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'t>(pub(crate) &'t str);

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

/// `1 error`, `2 errors`.
pub(crate) fn count(number: usize, noun: &str) -> String {
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
}
