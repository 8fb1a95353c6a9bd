//! What the lexer makes of a text.

use super::constant::Constant;
use super::relop::Relop;
use crate::source::Span;
use alloc::borrow::Cow;
use core::fmt;

/// A token with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    /// The text of it, as written.
    pub(super) text: &'a str,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind<'a> {
    End,
    Identifier(&'a str),
    Text(Cow<'a, str>),
    Number(Constant),
    AddressSet(&'a str),
    PortGroup(&'a str),
    Template(&'a str),
    Relop(Relop),
    Punctuation(Punctuation),
    Invalid(LexicalError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Punctuation {
    LeftParenthesis,
    RightParenthesis,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    And,
    Or,
    Not,
    Ellipsis,
    Comma,
    Semicolon,
    Equals,
    Exchange,
    Decrement,
    Minus,
    Colon,
}

/// Something that is no token of the language (`lib/lex.c`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LexicalError {
    /// A `/*` that does not end before the line does.
    OpenComment,
    /// A `/` alone.
    Slash,
    /// A `&` alone.
    Ampersand,
    /// A `|` alone.
    Bar,
    /// A `.` alone.
    Dot,
    /// A printable character that the language has no use for.
    Character(char),
    /// A byte that is not printable ASCII; OVN prints it as a signed number.
    Byte(u8),
    /// `$`, `@` or `^` without a name behind it.
    MissingName(char),
    /// A string without its closing quote.
    OpenString,
    /// A string with a bad escape.
    BadString(BadEscape),
    /// A number where OVN reads none, for example behind a mask's `/`.
    NoInteger,
    /// `080`
    LeadingZero,
    /// A decimal number of 2**64 or more.
    LargeDecimal,
    /// `0x` alone; the character is the `x` as written.
    NoHexDigits(char),
    /// `0xg`
    BadHexadecimal,
    /// A hexadecimal number of more than 1024 bits.
    LargeHexadecimal,
    /// Neither number nor address.
    BadNumber,
    /// `10.0.0.0/33`, `1/0xff` and so on.
    MaskFormat,
}

/// What is wrong with the escapes of a string (`json_string_unescape` in `lib/json.c` of OVS).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BadEscape {
    /// `\q`
    Unknown(char),
    /// `\u` with fewer than four characters behind it.
    ShortUnicode,
    /// `\u` with something else than hex digits behind it.
    BadUnicode,
    /// `\u0000`
    Null,
    /// The first half of a surrogate pair without `\u` behind it.
    LoneSurrogate,
    /// The first half of a surrogate pair with something else than the second behind it.
    WrongSurrogate,
}

impl fmt::Display for LexicalError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenComment => out.write_str("`/*' without matching `*/'."),
            Self::Slash => out.write_str("`/' is only valid as part of `//' or `/*'."),
            Self::Ampersand => out.write_str("`&' is only valid as part of `&&'."),
            Self::Bar => out.write_str("`|' is only valid as part of `||'."),
            Self::Dot => out.write_str("`.' is only valid as part of `..' or a number."),
            Self::Character(character) => write!(out, "Invalid character `{character}' in input."),
            Self::Byte(byte) => write!(out, "Invalid byte 0x{} in input.", byte.cast_signed()),
            Self::MissingName(sigil) => write!(out, "`{sigil}' must be followed by a valid identifier."),
            Self::OpenString => out.write_str("Input ends inside quoted string."),
            Self::BadString(escape) => escape.fmt(out),
            Self::NoInteger => out.write_str("Integer constant expected."),
            Self::LeadingZero => out.write_str("Decimal constants must not have leading zeros."),
            Self::LargeDecimal => out.write_str("Decimal constants must be less than 2**64."),
            Self::NoHexDigits(x) => write!(out, "Hex digits expected following 0{x}."),
            Self::BadHexadecimal => out.write_str("Invalid syntax in hexadecimal constant."),
            Self::LargeHexadecimal => out.write_str("Hexadecimal constant requires more than 1024 bits."),
            Self::BadNumber => out.write_str("Invalid numeric constant."),
            Self::MaskFormat => out.write_str("Value and mask have incompatible formats."),
        }
    }
}

impl fmt::Display for BadEscape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(character) => write!(out, "bad escape \\{character}"),
            Self::ShortUnicode => out.write_str("quoted string ends within \\u escape"),
            Self::BadUnicode => out.write_str("malformed \\u escape"),
            Self::Null => out.write_str("null bytes not supported in quoted strings"),
            Self::LoneSurrogate => out.write_str("malformed escaped surrogate pair"),
            Self::WrongSurrogate => out.write_str("second half of escaped surrogate pair is not trailing surrogate"),
        }
    }
}
