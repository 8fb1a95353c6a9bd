//! What to write instead.
//!
//! A fix is offered only where there is no doubt about what was meant; otherwise a help line must do.
#![expect(clippy::wildcard_enum_match_arm, reason = "advice is given for some tokens, and none for all the others")]

mod constant;
mod field;
mod lexical;
mod meaning;
mod name;
mod reference;
mod stray;

use super::Context;
use super::error::{ErrorKind, Expected};
use super::token::{Punctuation, Token, TokenKind};
use crate::source::Span;
use alloc::format;
use alloc::string::String;

/// A help line, and an edit where one is safe.
#[derive(Debug)]
pub(super) struct Advice {
    help: String,
    fix: Option<(Span, String)>,
}

impl Advice {
    fn operand() -> Self {
        Self::help("a field, a constant or `(` should stand here")
    }

    fn help(help: impl Into<String>) -> Self {
        Self { help: help.into(), fix: None }
    }

    fn fix(self, span: Span, replacement: impl Into<String>) -> Self {
        Self { fix: Some((span, replacement.into())), ..self }
    }

    /// "write …", and the edit that does so.
    fn write(span: Span, replacement: impl Into<String>) -> Self {
        let replacement = replacement.into();
        Self::help(format!("write `{replacement}`")).fix(span, replacement)
    }

    pub(super) fn into_parts(self) -> (String, Option<(Span, String)>) {
        (self.help, self.fix)
    }
}

/// Who says what to write instead of a mistake: whoever names [`Adviser::FULL`] takes all of this module with it, which a page that
/// asks somebody else for advice does without.
#[derive(Debug, Clone, Copy, Default)]
pub struct Adviser(Option<fn(&Scene<'_>, &ErrorKind) -> Advice>);

impl Adviser {
    /// Whoever knows all that is known here.
    pub const FULL: Self = Self(Some(|scene, kind| scene.advise(kind)));

    pub(super) fn advise(self, scene: &Scene<'_>, kind: &ErrorKind) -> Advice {
        self.0.map_or_else(|| Advice::help(""), |advise| advise(scene, kind))
    }
}

/// One that says something is like another.
impl PartialEq for Adviser {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_some() == other.0.is_some()
    }
}

impl Eq for Adviser {}

/// Where a mistake was made.
pub(super) struct Scene<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token<'a>],
    /// Index of the token at which the parser stands.
    pub(super) at: usize,
    /// What the mistake is about.
    pub(super) span: Span,
    pub(super) context: &'a Context,
}

impl<'a> Scene<'a> {
    fn advise(&self, kind: &ErrorKind) -> Advice {
        match kind {
            ErrorKind::Lexical(error) => self.lexical(error),
            ErrorKind::Syntax { expected, .. } => self.syntax(*expected),
            ErrorKind::Function
            | ErrorKind::Depth
            | ErrorKind::MixedOperators
            | ErrorKind::NotOperand
            | ErrorKind::Template
            | ErrorKind::BareField
            | ErrorKind::Range
            | ErrorKind::TextSubfield(_)
            | ErrorKind::BitOrder(..)
            | ErrorKind::BitsOutside(..)
            | ErrorKind::NominalSubfield(_)
            | ErrorKind::Type(_)
            | ErrorKind::Width(..)
            | ErrorKind::OrderOfSet
            | ErrorKind::OrderOfLevel(_)
            | ErrorKind::OrderOfNothing
            | ErrorKind::OrderOfMasked
            | ErrorKind::NegatedPredicate(_)
            | ErrorKind::NegatedField(_) => self.meaning(kind),
        }
    }

    fn syntax(&self, expected: Expected) -> Advice {
        match expected {
            Expected::Field => self.field(),
            Expected::Relop => self.relop(),
            Expected::Constant => self.constant(),
            Expected::Integer => Advice::help("a set holds either numbers or strings"),
            Expected::Text => self.string(),
            Expected::SmallInteger => Advice::help("bits are counted from 0: `[3]`, `[0..7]`"),
            Expected::AddressSet => self.address_set(),
            Expected::PortGroup => self.port_group(),
            Expected::RightBracket => Advice::help("close the bit range with `]`"),
            Expected::RightParenthesis if self.is(0, |kind| *kind == TokenKind::End) => {
                Advice::help("a `)` is missing").fix(self.span, ")")
            }
            Expected::RightParenthesis | Expected::End => self.stray(),
        }
    }

    /// A token before (negative) or behind the one at which the parser stands.
    fn token(&self, offset: isize) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at.checked_add_signed(offset)?)
    }

    fn is(&self, offset: isize, holds: impl Fn(&TokenKind<'a>) -> bool) -> bool {
        self.token(offset).is_some_and(|token| holds(&token.kind))
    }

    fn is_mark(&self, offset: isize, mark: Punctuation) -> bool {
        self.is(offset, |kind| *kind == TokenKind::Punctuation(mark))
    }

    fn written(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or("")
    }

    fn is_adjacent(&self, offset: isize) -> bool {
        match (self.token(offset), self.token(offset + 1)) {
            (Some(left), Some(right)) => left.span.end == right.span.start,
            _ => false,
        }
    }

    fn string(&self) -> Advice {
        match self.token(0) {
            Some(token) if matches!(token.kind, TokenKind::Identifier(_) | TokenKind::Number(_)) => {
                Advice::write(token.span, format!("\"{}\"", token.text))
            }
            Some(token) if matches!(token.kind, TokenKind::AddressSet(_)) => {
                Advice::help("a set holds either numbers or strings")
            }
            _ => Advice::help("the name of a port stands between double quotes"),
        }
    }

    /// At a place where an operator should be.
    fn relop(&self) -> Advice {
        let Some(token) = self.token(0) else { return Advice::operand() };
        match token.kind {
            TokenKind::Punctuation(Punctuation::Equals) => self.equals(token.span),
            TokenKind::Punctuation(Punctuation::Colon) => Advice::write(token.span, "=="),
            TokenKind::Identifier("in" | "is" | "eq" | "equals") => Advice::write(token.span, "=="),
            _ => match self.token(-1).map(|before| &before.kind) {
                Some(TokenKind::AddressSet(name)) => {
                    Advice::help(format!("say which field must be in the set: `ip4.src == ${name}`"))
                }
                Some(TokenKind::PortGroup(name)) => {
                    Advice::help(format!("say which port must be in the group: `inport == @{name}`"))
                }
                Some(TokenKind::Identifier(name)) => Advice::help(format!("compare it: `{name} == \"port\"`")),
                _ => Advice::help("a constant alone says nothing: compare a field with it"),
            },
        }
    }

    /// `=`, `=>`, `=<`
    fn equals(&self, equals: Span) -> Advice {
        if self.is_adjacent(0)
            && let Some(next) = self.token(1)
        {
            let whole = Span::new(equals.start, next.span.end);
            match self.written(whole) {
                "=>" => return Advice::write(whole, ">="),
                "=<" => return Advice::write(whole, "<="),
                "=!" => return Advice::write(whole, "!="),
                _ => {}
            }
        }
        Advice::write(equals, "==")
    }
}
