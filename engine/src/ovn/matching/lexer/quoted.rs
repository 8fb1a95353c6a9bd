//! Strings (`lex_parse_string`, and `json_string_unescape` of OVS).

use super::super::token::{BadEscape, LexicalError, TokenKind};
use super::Scanned;
use alloc::borrow::Cow;
use alloc::string::String;
use core::str::Chars;

pub(super) fn scan(rest: &str) -> Scanned<'_> {
    let inside = rest.strip_prefix('"').unwrap_or("");
    let Some(length) = closing_quote(inside) else { return ("", TokenKind::Invalid(LexicalError::OpenString)) };
    let (text, behind) = super::split(inside, length);
    let (text, behind) = (unescape(text), behind.strip_prefix('"').unwrap_or(""));
    let kind = text.map_or_else(|error| TokenKind::Invalid(LexicalError::BadString(error)), TokenKind::Text);
    (behind, kind)
}

fn closing_quote(inside: &str) -> Option<usize> {
    let mut bytes = inside.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(at),
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> Result<Cow<'_, str>, BadEscape> {
    if !text.contains('\\') {
        return Ok(text.into());
    }
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.push(escape(&mut characters)?),
            _ => out.push(character),
        }
    }
    Ok(out.into())
}

fn escape(characters: &mut Chars<'_>) -> Result<char, BadEscape> {
    match characters.next() {
        Some(character @ ('"' | '\\' | '/')) => Ok(character),
        Some('b') => Ok('\x08'),
        Some('f') => Ok('\x0c'),
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some('u') => unicode(characters),
        // OVN prints the first byte alone, which is no text when the character has several.
        Some(character) if character.is_ascii() => Err(BadEscape::Unknown(character)),
        Some(_) | None => Err(BadEscape::Unknown(char::REPLACEMENT_CHARACTER)),
    }
}

fn unicode(characters: &mut Chars<'_>) -> Result<char, BadEscape> {
    let first = four_digits(characters)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    let behind = characters.as_str();
    let Some(rest) = behind.strip_prefix("\\u") else { return Err(BadEscape::LoneSurrogate) };
    *characters = rest.chars();
    let second = four_digits(characters)?;
    if !(0xdc00..0xe000).contains(&second) {
        return Err(BadEscape::WrongSurrogate);
    }
    let number = 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff);
    Ok(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Four hex digits; OVS counts bytes when it looks whether there is room for them.
fn four_digits(characters: &mut Chars<'_>) -> Result<u32, BadEscape> {
    if characters.as_str().len() < 4 {
        return Err(BadEscape::ShortUnicode);
    }
    let mut number = 0;
    for _ in 0..4 {
        let digit = characters.next().and_then(|c| c.to_digit(16)).ok_or(BadEscape::BadUnicode)?;
        number = number << 4 | digit;
    }
    if number == 0 { Err(BadEscape::Null) } else { Ok(number) }
}
