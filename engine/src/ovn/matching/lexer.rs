//! Text → tokens (`lex_token_parse` in OVN's `lib/lex.c`).
//!
//! The lexer never fails: what is no token becomes a [`TokenKind::Invalid`], and it goes on behind it.
#![expect(clippy::wildcard_enum_match_arm, reason = "one kind of token is asked for")]

mod number;
mod quoted;

use super::constant::Constant;
use super::relop::Relop;
use super::token::{LexicalError, Punctuation, Token, TokenKind};
use crate::source::Span;
use alloc::vec::Vec;

/// The number that an element of an address set stands for: OVN looks at the first token only. And what is behind it.
pub(crate) fn element(text: &str) -> Option<(Constant, &str)> {
    let mut lexer = Lexer { text, rest: text };
    match lexer.next().kind {
        TokenKind::Number(constant) => Some((constant, skip_blanks(lexer.rest))),
        _ => None,
    }
}

/// Bytes of a token, blanks included, so that most texts need no more room than is taken for them first.
const USUAL_LENGTH: usize = 4;

/// All tokens of a text; the last one is [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, rest: text };
    let mut tokens = Vec::with_capacity(text.len() / USUAL_LENGTH + 1);
    loop {
        let token = lexer.next();
        let end = token.kind == TokenKind::End;
        tokens.push(token);
        if end {
            break;
        }
    }
    tokens
}

struct Lexer<'a> {
    text: &'a str,
    rest: &'a str,
}

/// What a scanner found, and how much text is left behind it.
type Scanned<'a> = (&'a str, TokenKind<'a>);

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Token<'a> {
        self.rest = skip_blanks(self.rest);
        let before = self.rest;
        let (after, kind) = scan(before);
        self.rest = after;
        let (text, _) = split(before, before.len() - after.len());
        let start = self.text.len() - before.len();
        Token { kind, text, span: Span::new(start, start + text.len()) }
    }
}

fn scan(rest: &str) -> Scanned<'_> {
    let Some(first) = rest.chars().next() else { return (rest, TokenKind::End) };
    let scanned = match first {
        '"' => Some(quoted::scan(rest)),
        '$' => Some(name(rest, '$', TokenKind::AddressSet)),
        '@' => Some(name(rest, '@', TokenKind::PortGroup)),
        '^' => Some(name(rest, '^', TokenKind::Template)),
        '0'..='9' => Some(number::scan(rest)),
        ':' if rest.starts_with("::") => Some(number::scan(rest)),
        'a'..='f' | 'A'..='F' if starts_like_address(rest) => Some(number::scan(rest)),
        'a'..='z' | 'A'..='Z' | '_' => identifier(rest).map(|(after, name)| (after, TokenKind::Identifier(name))),
        _ => symbol(rest),
    };
    scanned.unwrap_or_else(|| invalid(rest, first))
}

/// The text in front of a place, and what is behind it.
fn split(rest: &str, at: usize) -> (&str, &str) {
    rest.split_at_checked(at).unwrap_or((rest, ""))
}

/// Blanks and comments. An open `/*` stays, to be reported.
fn skip_blanks(rest: &str) -> &str {
    let mut rest = rest;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        let skipped = match rest.as_bytes() {
            [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => match block_comment(rest) {
                Some(length) => length,
                None => return rest,
            },
            _ => return rest,
        };
        rest = split(rest, skipped).1;
    }
}

/// The length of a comment that ends on its line.
fn block_comment(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix("/*")?;
    let line = inside.split('\n').next()?;
    Some(line.find("*/")? + "/**/".len())
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'.'
}

/// The text behind a name, and the name.
fn identifier(rest: &str) -> Option<(&str, &str)> {
    let inside = |byte: u8| is_name_start(byte) || byte.is_ascii_digit();
    rest.bytes().next().filter(|first| is_name_start(*first))?;
    let (name, after) = split(rest, rest.bytes().position(|byte| !inside(byte)).unwrap_or(rest.len()));
    Some((after, name))
}

/// Whether a run of hex digits is followed by a colon: then it is an address, not a name.
fn starts_like_address(rest: &str) -> bool {
    rest.bytes().find(|byte| !byte.is_ascii_hexdigit()) == Some(b':')
}

fn name<'a>(rest: &'a str, sigil: char, kind: fn(&'a str) -> TokenKind<'a>) -> Scanned<'a> {
    let after = split(rest, sigil.len_utf8()).1;
    match identifier(after) {
        Some((after, name)) => (after, kind(name)),
        None => (after, TokenKind::Invalid(LexicalError::MissingName(sigil))),
    }
}

fn symbol(rest: &str) -> Option<Scanned<'_>> {
    let mark = TokenKind::Punctuation;
    let (length, kind) = match rest.as_bytes() {
        [b'<', b'-', b'>', ..] => (3, mark(Punctuation::Exchange)),
        [b'=', b'=', ..] => (2, TokenKind::Relop(Relop::Equal)),
        [b'!', b'=', ..] => (2, TokenKind::Relop(Relop::NotEqual)),
        [b'<', b'=', ..] => (2, TokenKind::Relop(Relop::LessOrEqual)),
        [b'>', b'=', ..] => (2, TokenKind::Relop(Relop::GreaterOrEqual)),
        [b'<', ..] => (1, TokenKind::Relop(Relop::Less)),
        [b'>', ..] => (1, TokenKind::Relop(Relop::Greater)),
        [b'&', b'&', ..] => (2, mark(Punctuation::And)),
        [b'|', b'|', ..] => (2, mark(Punctuation::Or)),
        [b'.', b'.', ..] => (2, mark(Punctuation::Ellipsis)),
        [b'-', b'-', ..] => (2, mark(Punctuation::Decrement)),
        [b'(', ..] => (1, mark(Punctuation::LeftParenthesis)),
        [b')', ..] => (1, mark(Punctuation::RightParenthesis)),
        [b'{', ..] => (1, mark(Punctuation::LeftBrace)),
        [b'}', ..] => (1, mark(Punctuation::RightBrace)),
        [b'[', ..] => (1, mark(Punctuation::LeftBracket)),
        [b']', ..] => (1, mark(Punctuation::RightBracket)),
        [b'!', ..] => (1, mark(Punctuation::Not)),
        [b',', ..] => (1, mark(Punctuation::Comma)),
        [b';', ..] => (1, mark(Punctuation::Semicolon)),
        [b'=', ..] => (1, mark(Punctuation::Equals)),
        [b'-', ..] => (1, mark(Punctuation::Minus)),
        [b':', ..] => (1, mark(Punctuation::Colon)),
        _ => return None,
    };
    Some((split(rest, length).1, kind))
}

fn invalid(rest: &str, first: char) -> Scanned<'_> {
    let error = match first {
        '/' if rest.starts_with("/*") => {
            let line = rest.find('\n').unwrap_or(rest.len());
            return (split(rest, line).1, TokenKind::Invalid(LexicalError::OpenComment));
        }
        '/' => LexicalError::Slash,
        '&' => LexicalError::Ampersand,
        '|' => LexicalError::Bar,
        '.' => LexicalError::Dot,
        ' '..='~' => LexicalError::Character(first),
        _ => LexicalError::Byte(rest.bytes().next().unwrap_or_default()),
    };
    (split(rest, first.len_utf8()).1, TokenKind::Invalid(error))
}
