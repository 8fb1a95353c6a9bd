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
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::combinator::{map, peek, recognize, value};
use nom::sequence::{pair, preceded, terminated};
use nom::{IResult, Parser};

/// The number that an element of an address set stands for: OVN looks at the first token only.
pub(super) fn element(text: &str) -> Option<Constant> {
    let mut lexer = Lexer { text, rest: text };
    match lexer.next().kind {
        TokenKind::Number(constant) => Some(constant),
        _ => None,
    }
}

/// All tokens of a text; the last one is [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, rest: text };
    let mut tokens = Vec::new();
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
        let length = before.len() - after.len();
        let start = self.text.len() - before.len();
        Token { kind, text: before.get(..length).unwrap_or(""), span: Span::new(start, start + length) }
    }
}

fn scan(rest: &str) -> Scanned<'_> {
    let Some(first) = rest.chars().next() else { return (rest, TokenKind::End) };
    let scanned = match first {
        '"' => Ok(quoted::scan(rest)),
        '$' => Ok(name(rest, '$', TokenKind::AddressSet)),
        '@' => Ok(name(rest, '@', TokenKind::PortGroup)),
        '^' => Ok(name(rest, '^', TokenKind::Template)),
        '0'..='9' => Ok(number::scan(rest)),
        ':' if rest.starts_with("::") => Ok(number::scan(rest)),
        'a'..='f' | 'A'..='F' if starts_like_address(rest) => Ok(number::scan(rest)),
        'a'..='z' | 'A'..='Z' | '_' => identifier(rest).map(|(after, name)| (after, TokenKind::Identifier(name))),
        _ => symbol(rest),
    };
    scanned.unwrap_or_else(|_| invalid(rest, first))
}

/// Blanks and comments. An open `/*` stays, to be reported.
fn skip_blanks(rest: &str) -> &str {
    let mut rest = rest;
    loop {
        let skipped: IResult<&str, &str> = alt((
            take_while1(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')),
            recognize(pair(tag("//"), take_while(|c| c != '\n'))),
            block_comment,
        ))
        .parse(rest);
        match skipped {
            Ok((after, _)) => rest = after,
            Err(_) => return rest,
        }
    }
}

fn block_comment(rest: &str) -> IResult<&str, &str> {
    let (inside, _) = tag("/*").parse(rest)?;
    let (line, _) = peek(take_while(|c| c != '\n')).parse(inside).map(|(_, line)| (line, ()))?;
    let end = line.find("*/").ok_or_else(|| nom::Err::Error(error(rest)))?;
    let length = end + "/**/".len();
    Ok((rest.get(length..).unwrap_or(""), rest.get(..length).unwrap_or("")))
}

fn error(rest: &str) -> nom::error::Error<&str> {
    nom::error::Error::new(rest, nom::error::ErrorKind::Tag)
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '.'
}

fn is_name(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit()
}

fn identifier(rest: &str) -> IResult<&str, &str> {
    recognize(pair(take_while_m_n(1, 1, is_name_start), take_while(is_name))).parse(rest)
}

/// Whether a run of hex digits is followed by a colon: then it is an address, not a name.
fn starts_like_address(rest: &str) -> bool {
    let digits: IResult<&str, &str> = terminated(take_while1(|c: char| c.is_ascii_hexdigit()), tag(":")).parse(rest);
    digits.is_ok()
}

fn name<'a>(rest: &'a str, sigil: char, kind: fn(&'a str) -> TokenKind<'a>) -> Scanned<'a> {
    let after = rest.get(sigil.len_utf8()..).unwrap_or("");
    match identifier(after) {
        Ok((after, name)) => (after, kind(name)),
        Err(_) => (after, TokenKind::Invalid(LexicalError::MissingName(sigil))),
    }
}

fn symbol(rest: &str) -> IResult<&str, TokenKind<'_>> {
    let relops = alt((
        value(Relop::Equal, tag("==")),
        value(Relop::NotEqual, tag("!=")),
        value(Relop::LessOrEqual, tag("<=")),
        value(Relop::GreaterOrEqual, tag(">=")),
        value(Relop::Less, tag("<")),
        value(Relop::Greater, tag(">")),
    ));
    let brackets = alt((
        value(Punctuation::LeftParenthesis, tag("(")),
        value(Punctuation::RightParenthesis, tag(")")),
        value(Punctuation::LeftBrace, tag("{")),
        value(Punctuation::RightBrace, tag("}")),
        value(Punctuation::LeftBracket, tag("[")),
        value(Punctuation::RightBracket, tag("]")),
    ));
    let marks = alt((
        value(Punctuation::And, tag("&&")),
        value(Punctuation::Or, tag("||")),
        value(Punctuation::Not, tag("!")),
        value(Punctuation::Ellipsis, tag("..")),
        value(Punctuation::Comma, tag(",")),
        value(Punctuation::Semicolon, tag(";")),
        value(Punctuation::Equals, tag("=")),
        value(Punctuation::Decrement, tag("--")),
        value(Punctuation::Minus, tag("-")),
        value(Punctuation::Colon, tag(":")),
    ));
    alt((
        value(TokenKind::Punctuation(Punctuation::Exchange), tag("<->")),
        map(relops, TokenKind::Relop),
        map(alt((brackets, marks)), TokenKind::Punctuation),
    ))
    .parse(rest)
}

fn invalid(rest: &str, first: char) -> Scanned<'_> {
    let error = match first {
        '/' if rest.starts_with("/*") => {
            let line = rest.find('\n').unwrap_or(rest.len());
            return (rest.get(line..).unwrap_or(""), TokenKind::Invalid(LexicalError::OpenComment));
        }
        '/' => LexicalError::Slash,
        '&' => LexicalError::Ampersand,
        '|' => LexicalError::Bar,
        '.' => LexicalError::Dot,
        ' '..='~' => LexicalError::Character(first),
        _ => LexicalError::Byte(rest.bytes().next().unwrap_or_default()),
    };
    (rest.get(first.len_utf8()..).unwrap_or(""), TokenKind::Invalid(error))
}

/// The text behind `tag`, where it starts with it.
fn after<'a>(mark: &'static str, rest: &'a str) -> Option<&'a str> {
    let skipped: IResult<&str, &str> = preceded(tag(mark), nom::combinator::rest).parse(rest);
    skipped.ok().map(|(_, rest)| rest)
}
