//! What is no token.

use super::super::token::{BadEscape, LexicalError, TokenKind};
use super::{Advice, Scene};
use crate::source::Span;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::Ipv4Addr;

const LOOKALIKE: &str = "this character is not ASCII, it only looks like it";

/// How HTML writes what a match may hold.
const ENTITIES: &[(&str, &str)] =
    &[("&amp;&amp;", "&&"), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\"")];

impl Scene<'_> {
    pub(super) fn lexical(&self, error: &LexicalError) -> Advice {
        match error {
            LexicalError::Ampersand => self.ampersand(),
            LexicalError::Bar => Advice::write(self.span, "||"),
            LexicalError::Slash => self.slash(),
            LexicalError::Character(character) => self.character(*character),
            LexicalError::Byte(_) => self.foreign(),
            LexicalError::OpenComment => Advice::help("a comment must end with `*/` on the line where it begins"),
            LexicalError::Dot => Advice::help("a number must not begin with `.`"),
            LexicalError::MissingName(sigil) => Advice::help(format!(
                "behind `{sigil}` comes a name that begins with a letter, `_` or `.` and has no `-`"
            )),
            LexicalError::OpenString => self.open_string(),
            LexicalError::BadString(escape) => bad_escape(escape),
            LexicalError::NoInteger => {
                Advice::help("a prefix length or a mask comes directly behind `/`; put a blank before a comment")
            }
            LexicalError::LeadingZero => self.leading_zero(),
            LexicalError::LargeDecimal => {
                Advice::help("a number of more than 64 bits is written in hexadecimal: `0x…`")
            }
            LexicalError::NoHexDigits(_) | LexicalError::BadHexadecimal => {
                Advice::help("the digits behind `0x` are 0 to 9 and a to f")
            }
            LexicalError::LargeHexadecimal => Advice::help("no field has more than 128 bits"),
            LexicalError::BadNumber => self.bad_number(),
            LexicalError::MaskFormat => self.mask(),
        }
    }

    /// `&` alone, or what HTML makes of some letters.
    fn ampersand(&self) -> Advice {
        let behind = self.behind(self.span.start);
        let (entity, meant) =
            ENTITIES.iter().find(|(entity, _)| behind.starts_with(entity)).copied().unwrap_or(("&", "&&"));
        Advice::write(Span::new(self.span.start, self.span.start + entity.len()), meant)
    }

    /// A `/` with blanks around it.
    fn slash(&self) -> Advice {
        let number = |offset| self.is(offset, |kind| matches!(kind, TokenKind::Number(_)));
        match (self.token(-1), self.token(1)) {
            (Some(before), Some(next)) if number(-1) && number(1) && !before.text.contains('/') => {
                let gap = Span::new(before.span.end, next.span.start);
                Advice::help("write a mask without blanks around the `/`").fix(gap, "/")
            }
            _ => Advice::help("`/` begins a mask directly behind a number, or a comment when it is doubled"),
        }
    }

    fn character(&self, character: char) -> Advice {
        match character {
            '\'' => self.single_quotes(),
            '#' => {
                let end = self.behind(self.span.start).find('\n').map_or(self.text.len(), |at| self.span.start + at);
                Advice::help("a comment begins with `//`, but OVN ignores rows with one at the end: leave it out")
                    .fix(Span::new(self.span.start, end), "")
            }
            '*' | '?' => Advice::help("there are no wildcards: leave the comparison out, or use a mask"),
            '~' => Advice::help("negation is written `!`"),
            _ => Advice::help("this character has no meaning in a match"),
        }
    }

    fn behind(&self, start: usize) -> &str {
        self.text.get(start..).unwrap_or("")
    }

    fn single_quotes(&self) -> Advice {
        let help = Advice::help("strings stand between double quotes");
        let inside = self.behind(self.span.end);
        match inside.split_once('\'') {
            Some((name, _)) if !name.contains(['"', '\\', '\n']) => {
                let whole = Span::new(self.span.start, self.span.end + name.len() + 1);
                Advice::write(whole, format!("\"{name}\""))
            }
            _ => help,
        }
    }

    /// A character that is not ASCII: many come from word processors and web pages.
    fn foreign(&self) -> Advice {
        let meant = match self.written(self.span) {
            "\u{a0}" | "\u{2009}" | "\u{202f}" | "\u{3000}" => " ",
            "\u{feff}" | "\u{200b}" => "",
            "\u{201c}" | "\u{201d}" | "\u{201e}" => return self.curly_quotes(),
            "\u{2260}" => "!=",
            "\u{2264}" => "<=",
            "\u{2265}" => ">=",
            "\u{2227}" => "&&",
            "\u{2228}" => "||",
            "\u{ac}" => "!",
            _ => return Advice::help("outside of strings, a match is plain ASCII"),
        };
        Advice::help(LOOKALIKE).fix(self.span, meant)
    }

    /// A name between the quotes of a word processor.
    fn curly_quotes(&self) -> Advice {
        let help = Advice::help(LOOKALIKE);
        let inside = self.behind(self.span.end);
        match inside.split_once(['\u{201c}', '\u{201d}', '"']) {
            Some((name, rest)) if !name.contains(['\\', '\n']) => {
                let end = self.text.len() - rest.len();
                let number = super::super::lexer::element(name).is_some();
                let meant = if number { name.into() } else { format!("\"{name}\"") };
                help.fix(Span::new(self.span.start, end), meant)
            }
            _ => help,
        }
    }

    fn open_string(&self) -> Advice {
        let help = Advice::help("the closing `\"` is missing");
        let name = self.behind(self.span.start + 1);
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte));
        if is_name { help.fix(Span::new(self.text.len(), self.text.len()), "\"") } else { help }
    }

    fn leading_zero(&self) -> Advice {
        if let Some(mac) = dashed_mac(self.behind(self.span.start)) {
            let whole = Span::new(self.span.start, self.span.start + mac.len());
            return Advice::write(whole, mac);
        }
        let written = self.written(self.span);
        let digits = written.trim_start_matches('0');
        let all = written.bytes().all(|byte| byte.is_ascii_digit());
        let plain = if digits.is_empty() { "0" } else { digits };
        if all { Advice::write(self.span, plain) } else { Advice::help("write numbers without leading zeros") }
    }

    fn bad_number(&self) -> Advice {
        let written = self.written(self.span);
        if let Some(mac) = dashed_mac(self.behind(self.span.start)) {
            return Advice::write(Span::new(self.span.start, self.span.start + mac.len()), mac);
        }
        if let Some(mac) = short_mac(written) {
            return Advice::write(self.span, mac);
        }
        let dots = written.matches('.').count();
        if dots > 0 && written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Advice::help("an IPv4 address has four parts from 0 to 255, without leading zeros");
        }
        Advice::help("this is neither a number nor a MAC, IPv4 or IPv6 address")
    }

    fn mask(&self) -> Advice {
        let (address, mask) = self.written(self.span).split_once('/').unwrap_or_default();
        let is_ip4 = address.parse::<Ipv4Addr>().is_ok();
        if let Some((number, _)) = super::super::lexer::element(mask).filter(|_| is_ip4 && mask.starts_with("0x"))
            && let Ok(bits) = u32::try_from(number.value())
        {
            return Advice::write(self.span, format!("{address}/{}", Ipv4Addr::from(bits)));
        }
        if mask.bytes().all(|byte| byte.is_ascii_digit()) {
            return match (is_ip4, address.contains("::") || address.matches(':').count() > 5) {
                (true, _) => Advice::help("the prefix length of an IPv4 address is 0 to 32"),
                (_, true) => {
                    Advice::help("an IPv6 prefix length is 0 to 128, and a MAC address has a mask, no prefix length")
                }
                _ => Advice::help("only IPv4 and IPv6 addresses have a prefix length"),
            };
        }
        Advice::help("write the mask in the same way as the value")
    }
}

fn bad_escape(escape: &BadEscape) -> Advice {
    match escape {
        BadEscape::Unknown(_) => Advice::help("a backslash in a string is written `\\\\`"),
        BadEscape::ShortUnicode
        | BadEscape::BadUnicode
        | BadEscape::Null
        | BadEscape::LoneSurrogate
        | BadEscape::WrongSurrogate => Advice::help("write the character itself"),
    }
}

/// `00-11-22-33-44-55` with colons.
fn dashed_mac(text: &str) -> Option<String> {
    let text = text.get(..17)?;
    let groups: Vec<_> = text.split('-').collect();
    let is_mac = groups.len() == 6
        && groups.iter().all(|group| group.len() == 2 && group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_mac.then(|| groups.join(":"))
}

/// `0:1:2:3:4:5` with two digits in each group.
fn short_mac(text: &str) -> Option<String> {
    let groups: Vec<_> = text.split(':').collect();
    let is_mac = groups.len() == 6
        && groups
            .iter()
            .all(|group| matches!(group.len(), 1 | 2) && group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let padded = || groups.iter().map(|group| format!("{group:0>2}")).collect::<Vec<_>>().join(":");
    is_mac.then(padded)
}
