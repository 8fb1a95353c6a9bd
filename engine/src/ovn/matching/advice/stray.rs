//! What stands behind a complete match.

use super::super::relop::Relop;
use super::super::token::{Punctuation, TokenKind};
use super::{Advice, Scene};
use crate::source::Span;
use alloc::format;
use alloc::vec::Vec;

impl Scene<'_> {
    pub(super) fn stray(&self) -> Advice {
        let Some(token) = self.token(0) else { return Advice::operand() };
        match token.kind {
            TokenKind::Identifier(word) if word.eq_ignore_ascii_case("and") => Advice::write(token.span, "&&"),
            TokenKind::Identifier(word) if word.eq_ignore_ascii_case("or") => Advice::write(token.span, "||"),
            TokenKind::Punctuation(Punctuation::RightParenthesis) => {
                Advice::help("no `(` belongs to this `)`").fix(token.span, "")
            }
            TokenKind::Punctuation(Punctuation::Ellipsis | Punctuation::Minus) => self.range(),
            TokenKind::Punctuation(Punctuation::Comma) => self.list(),
            TokenKind::Punctuation(Punctuation::Semicolon) => {
                Advice::help("one match is one expression: leave the `;` out, or join two with `&&`")
            }
            TokenKind::Relop(_) => Advice::help("only the form `low <= field <= high` has two operators"),
            TokenKind::Identifier(_)
            | TokenKind::Number(_)
            | TokenKind::Text(_)
            | TokenKind::AddressSet(_)
            | TokenKind::PortGroup(_)
            | TokenKind::Punctuation(Punctuation::LeftParenthesis | Punctuation::Not | Punctuation::LeftBrace) => {
                Advice::help("put `&&` or `||` between the two parts")
            }
            TokenKind::Punctuation(Punctuation::Colon) => {
                Advice::help("an address has no port: test the port by itself, `ip4.dst == 10.0.0.1 && tcp.dst == 80`")
            }
            _ => Advice::help("the match is complete before this: join two parts with `&&` or `||`"),
        }
    }

    /// `tcp.dst == 80..90`, `tcp.dst == 80-90`
    fn range(&self) -> Advice {
        let help = Advice::help("a range is written `80 <= field <= 90`");
        let (Some(field), Some(relop), Some(low), Some(high)) =
            (self.token(-3), self.token(-2), self.token(-1), self.token(1))
        else {
            return help;
        };
        let is_rising = match (&low.kind, &high.kind) {
            (TokenKind::Number(low), TokenKind::Number(high)) => low.value() <= high.value(),
            _ => false,
        };
        if !is_rising || !matches!(field.kind, TokenKind::Identifier(_)) {
            return help;
        }
        let range = format!("{} <= {} <= {}", low.text, field.text, high.text);
        let whole = Span::new(field.span.start, high.span.end);
        match relop.kind {
            TokenKind::Relop(Relop::Equal) => Advice::write(whole, range),
            TokenKind::Relop(Relop::NotEqual) => Advice::write(whole, format!("!({range})")),
            _ => help,
        }
    }

    /// `tcp.dst == 80,443`
    fn list(&self) -> Advice {
        let is_compared = self.is(-2, |kind| matches!(kind, TokenKind::Relop(Relop::Equal | Relop::NotEqual)));
        let help = Advice::help(if is_compared {
            "several constants stand between braces: `{80, 443}`"
        } else {
            "two parts are joined with `&&` or `||`"
        });
        let Some(first) = self.token(-1).filter(|token| is_compared && is_constant(&token.kind)) else { return help };
        let mut constants = Vec::from([first.text]);
        let mut end = first.span.end;
        for token in self.tokens.get(self.at..).unwrap_or(&[]) {
            match &token.kind {
                TokenKind::Punctuation(Punctuation::Comma) => {}
                kind if is_constant(kind) => constants.push(token.text),
                _ => break,
            }
            end = token.span.end;
        }
        if constants.len() < 2 {
            return Advice::help("two parts are joined with `&&` or `||`");
        }
        Advice::write(Span::new(first.span.start, end), format!("{{{}}}", constants.join(", ")))
    }
}

fn is_constant(kind: &TokenKind<'_>) -> bool {
    matches!(kind, TokenKind::Number(_) | TokenKind::Text(_) | TokenKind::AddressSet(_) | TokenKind::PortGroup(_))
}
