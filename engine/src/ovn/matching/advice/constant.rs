//! What stands where a constant should.

use super::super::relop::Relop;
use super::super::token::{Punctuation, TokenKind};
use super::{Advice, Scene};
use crate::source::Span;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Names of numbers in other languages, by the field that they belong to.
const NAMED: &[(&str, &str, &str)] = &[
    ("ip.proto", "icmp", "1"),
    ("ip.proto", "igmp", "2"),
    ("ip.proto", "tcp", "6"),
    ("ip.proto", "udp", "17"),
    ("ip.proto", "icmp6", "58"),
    ("ip.proto", "icmpv6", "58"),
    ("ip.proto", "sctp", "132"),
    ("eth.type", "ip", "0x800"),
    ("eth.type", "ip4", "0x800"),
    ("eth.type", "ipv4", "0x800"),
    ("eth.type", "arp", "0x806"),
    ("eth.type", "ip6", "0x86dd"),
    ("eth.type", "ipv6", "0x86dd"),
];

impl<'a> Scene<'a> {
    pub(super) fn constant(&self) -> Advice {
        let Some(token) = self.token(0) else { return Advice::operand() };
        match token.kind {
            TokenKind::Identifier(name) => self.word(name),
            TokenKind::Relop(relop) => self.doubled(relop),
            TokenKind::Punctuation(mark) => self.mark(mark),
            TokenKind::End => self.end(),
            _ => Advice::operand(),
        }
    }

    /// The name of the field of this comparison, where it stands left.
    fn subject(&self) -> Option<&'a str> {
        let before = self.tokens.get(..self.at)?;
        before.iter().rev().find_map(|token| match token.kind {
            TokenKind::Identifier(name) => Some(Some(name)),
            TokenKind::Punctuation(Punctuation::And | Punctuation::Or | Punctuation::LeftParenthesis) => Some(None),
            _ => None,
        })?
    }

    fn word(&self, word: &str) -> Advice {
        let subject = self.subject().unwrap_or("");
        let lower = word.to_ascii_lowercase();
        if let Some((.., number)) = NAMED.iter().find(|(field, name, _)| *field == subject && *name == lower) {
            return Advice::write(self.span, *number);
        }
        if self.context.address_sets().any(|name| name == word) {
            return Advice::write(self.span, format!("${word}"));
        }
        if self.context.port_groups().any(|name| name == word) {
            return Advice::write(self.span, format!("@{word}"));
        }
        if matches!(subject, "inport" | "outport") {
            return Advice::write(self.span, format!("\"{word}\""));
        }
        if self.context.symbol(word).is_some() {
            return Advice::help("a field can be compared with constants only, not with another field");
        }
        match (subject, lower.as_str()) {
            ("tcp.flags", _) => {
                Advice::help("test the bits by number: `tcp.flags[0]` is FIN, 1 SYN, 2 RST, 3 PSH, 4 ACK, 5 URG")
            }
            (_, "any" | "all") => Advice::help("to take every value, leave the comparison out"),
            _ => Advice::help("a constant is a number, an address, a string, `$address_set` or `@port_group`"),
        }
    }

    /// `===`, `<>`
    fn doubled(&self, relop: Relop) -> Advice {
        let Some(before) = self.token(-1) else { return Advice::operand() };
        let whole = Span::new(before.span.start, self.span.end);
        match (&before.kind, relop) {
            (TokenKind::Relop(Relop::Less), Relop::Greater) => Advice::write(whole, "!="),
            (TokenKind::Relop(_), _) => Advice::help("there is one operator too many"),
            _ => Advice::help("a field or a constant is missing before the operator"),
        }
    }

    fn mark(&self, mark: Punctuation) -> Advice {
        match mark {
            Punctuation::Equals => self.too_many_equals(),
            Punctuation::Ellipsis => self.range_in_set(),
            Punctuation::Minus if self.is(-1, |kind| matches!(kind, TokenKind::Number(_))) => self.range_in_set(),
            Punctuation::LeftParenthesis | Punctuation::LeftBracket => self.bracketed(),
            Punctuation::LeftBrace => Advice::help("braces cannot stand inside braces"),
            Punctuation::Comma => self.comma(),
            Punctuation::RightBrace => Advice::help("a set must not be empty"),
            Punctuation::Minus | Punctuation::Decrement => Advice::help("numbers are never negative"),
            Punctuation::Not => self.double_not(),
            Punctuation::And | Punctuation::Or | Punctuation::RightParenthesis => self.end(),
            Punctuation::RightBracket | Punctuation::Semicolon => {
                Advice::help("constants in a set are separated by commas and end with `}`: `{80, 443}`")
            }
            Punctuation::Exchange | Punctuation::Colon => Advice::help("a constant should stand here"),
        }
    }

    fn too_many_equals(&self) -> Advice {
        let Some(before) = self.token(-1) else { return Advice::operand() };
        let TokenKind::Relop(relop) = before.kind else { return Advice::help("compare a field with `==`") };
        let meant = match relop {
            Relop::Less => "<=",
            Relop::Greater => ">=",
            Relop::Equal | Relop::NotEqual | Relop::LessOrEqual | Relop::GreaterOrEqual => relop.name(),
        };
        Advice::write(Span::new(before.span.start, self.span.end), meant)
    }

    /// `{80..90}`
    fn range_in_set(&self) -> Advice {
        let help = "there are no ranges in sets: write `80 <= field <= 90`, and join several with `||`";
        let number = |offset| self.is(offset, |kind| matches!(kind, TokenKind::Number(_)));
        let alone = self.is_mark(-2, Punctuation::LeftBrace)
            && number(-1)
            && number(1)
            && self.is_mark(2, Punctuation::RightBrace)
            && self.is(-3, |kind| *kind == TokenKind::Relop(Relop::Equal))
            && self.is(-4, |kind| matches!(kind, TokenKind::Identifier(_)));
        let (Some(field), Some(low), Some(high), Some(end)) =
            (self.token(-4), self.token(-1), self.token(1), self.token(2))
        else {
            return Advice::help(help);
        };
        if !alone {
            return Advice::help(help);
        }
        Advice::write(
            Span::new(field.span.start, end.span.end),
            format!("{} <= {} <= {}", low.text, field.text, high.text),
        )
    }

    /// `(10.0.0.1)`, `[80, 443]`
    fn bracketed(&self) -> Advice {
        let help = Advice::help("several constants stand between braces: `{80, 443}`");
        let is_relop = self.is(-1, |kind| matches!(kind, TokenKind::Relop(_)));
        let Some(inside) = self.tokens.get(self.at + 1..).filter(|_| is_relop) else {
            return Advice::operand();
        };
        let is_close = |kind: &TokenKind<'_>| {
            matches!(kind, TokenKind::Punctuation(Punctuation::RightParenthesis | Punctuation::RightBracket))
        };
        let Some(length) = inside.iter().position(|token| is_close(&token.kind)) else { return help };
        let (Some(inside), Some(close)) = (inside.get(..length), inside.get(length)) else { return help };
        let mut constants = Vec::new();
        for token in inside {
            match token.kind {
                TokenKind::Number(_) | TokenKind::Text(_) | TokenKind::AddressSet(_) | TokenKind::PortGroup(_) => {
                    constants.push(token.text);
                }
                TokenKind::Punctuation(Punctuation::Comma) => {}
                _ => return help,
            }
        }
        let meant: String = match constants.as_slice() {
            [] => return help,
            [only] => (*only).into(),
            many => format!("{{{}}}", many.join(", ")),
        };
        Advice::write(Span::new(self.span.start, close.span.end), meant)
    }

    fn comma(&self) -> Advice {
        if self.is_mark(-1, Punctuation::Comma) || self.is_mark(-1, Punctuation::LeftBrace) {
            return Advice::help("there is one comma too many").fix(self.span, "");
        }
        Advice::help("several constants stand between braces: `{80, 443}`")
    }

    fn double_not(&self) -> Advice {
        match self.token(-1) {
            Some(before) if self.is_mark(-1, Punctuation::Not) => {
                let whole = Span::new(before.span.start, self.span.end);
                Advice::help("`!` cannot be repeated; two of them say nothing").fix(whole, "")
            }
            _ if self.is(-1, |kind| matches!(kind, TokenKind::Relop(_))) => {
                Advice::help("not equal is written `!=`, and `!` goes before the whole comparison: `!(field == 1)`")
            }
            _ => Advice::operand(),
        }
    }

    /// Where a connective, a parenthesis or the end of the text stands instead of a constant.
    fn end(&self) -> Advice {
        if self.is_inside_braces() {
            let end = self.token(-1).map_or(self.span.start, |before| before.span.end);
            return Advice::help("a `}` is missing").fix(Span::new(end, end), "}");
        }
        match self.token(-1) {
            None => match self.token(0) {
                Some(token) if token.kind != TokenKind::End => {
                    Advice::help(format!("something is missing before `{}`", token.text))
                }
                _ => Advice::help("an empty match is not allowed: write `1` to match everything"),
            },
            Some(before) => Advice::help(format!("something is missing behind `{}`", before.text)),
        }
    }

    /// Whether a `{` is open that has at least one constant in it.
    fn is_inside_braces(&self) -> bool {
        let Some(before) = self.tokens.get(..self.at) else { return false };
        let mut inside = false;
        for token in before.iter().rev() {
            match token.kind {
                TokenKind::Punctuation(Punctuation::LeftBrace) => return inside,
                TokenKind::Punctuation(Punctuation::Comma)
                | TokenKind::Number(_)
                | TokenKind::Text(_)
                | TokenKind::AddressSet(_)
                | TokenKind::PortGroup(_) => inside = true,
                _ => return false,
            }
        }
        false
    }
}
