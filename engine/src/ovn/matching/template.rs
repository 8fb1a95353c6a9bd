//! What OVN 23.03 makes of a match with a `^` in it (`lexer_parse_template_string` in `lib/lex.c`).
//!
//! Before it parses, it writes all tokens anew, without anything between them, so that `ip4 ^x` becomes `ip4x`. An unknown
//! `^name` becomes `name`, and what is no token becomes `error("…")`. Newer versions leave the whole row out.

use super::constant::Constant;
use super::lexer;
use super::print::Quoted;
use super::token::{Token, TokenKind};
use crate::source::Span;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A text written anew, with the places that its parts come from.
pub(super) struct Instance {
    text: String,
    /// Where each part begins, and where it comes from.
    parts: Vec<(usize, Span)>,
}

impl Instance {
    /// Writes the tokens of a text anew.
    pub(super) fn of(text: &str) -> Self {
        let mut instance = Self { text: String::new(), parts: Vec::new() };
        for token in lexer::tokens(text) {
            instance.parts.push((instance.text.len(), token.span));
            instance.text += &written(&token);
        }
        instance
    }

    /// The tokens of the new text, with the places of the old one.
    pub(super) fn tokens(&self) -> Vec<Token<'_>> {
        let tokens = lexer::tokens(&self.text).into_iter();
        tokens.map(|token| Token { span: self.source(token.span), ..token }).collect()
    }

    /// From the first byte of the part that a span begins in to the last byte of the one that it ends in.
    fn source(&self, span: Span) -> Span {
        let part = |byte: usize| {
            let after = self.parts.partition_point(|(start, _)| *start <= byte);
            after.checked_sub(1).and_then(|at| self.parts.get(at)).map_or(Span::default(), |(_, span)| *span)
        };
        let last = part(span.end.saturating_sub(1).max(span.start));
        Span::new(part(span.start).start, last.end)
    }
}

/// `lex_token_format`.
fn written(token: &Token<'_>) -> String {
    match &token.kind {
        TokenKind::End => String::new(),
        TokenKind::Template(name) => (*name).to_string(),
        TokenKind::Invalid(error) => format!("error({})", Quoted(&error.to_string())),
        TokenKind::Text(text) => Quoted(text).to_string(),
        TokenKind::Number(constant) => number(constant, token.text),
        TokenKind::Identifier(_)
        | TokenKind::AddressSet(_)
        | TokenKind::PortGroup(_)
        | TokenKind::Relop(_)
        | TokenKind::Punctuation(_) => token.text.to_string(),
    }
}

/// A number as OVN writes it: the hexadecimal zero is a plain `0`, and what no field has room for stays as it is.
fn number(constant: &Constant, text: &str) -> String {
    if constant.width() > u128::BITS {
        return text.to_string();
    }
    let written = constant.to_string();
    let plain: Vec<&str> = written.split('/').map(|part| if part == "0x0" { "0" } else { part }).collect();
    plain.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::{Context, parse};
    use crate::ovn::network::Version;
    use alloc::string::{String, ToString};

    fn said(text: &str) -> String {
        match parse(text, &Context::new(Version::V23_03)) {
            Ok(parsed) => parsed.to_string(),
            Err(errors) => errors.first().message(),
        }
    }

    #[test]
    fn tokens_are_written_without_anything_between_them() {
        assert_eq!(said("icmp4.code ^tmpl || 1"), "Syntax error at `icmp4.codetmpl' expecting field name.");
        assert_eq!(said("xr^rg4 == 136"), "Syntax error at `xrrg4' expecting field name.");
        assert_eq!(said("! icmp4 ^)"), "parsing function name");
        assert_eq!(said("1^<= nd_ns <= 1/0"), "Invalid numeric constant.");
        assert_eq!(said("ip6.src == {ff05::2/::ffff:fff^f}"), "Invalid numeric constant.");
        assert_eq!(said("^ip4 && tcp.dst == 0x50"), "ip4 && tcp.dst == 0x50");
    }

    #[test]
    fn nothing_behind_a_nul_is_read() {
        assert_eq!(said("ip4\0 garbage ("), "ip4");
        assert_eq!(said("inport == \"a\0b\""), "Input ends inside quoted string.");
    }
}
