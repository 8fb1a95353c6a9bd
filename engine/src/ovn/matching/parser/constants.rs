//! The right side of a comparison (`parse_constant_set`, `parse_constant`).

use super::super::error::{ErrorKind, Expected};
use super::super::token::{Punctuation, TokenKind};
use super::super::tree::{Constants, Element, ElementKind};
use super::{Parsed, Parser};
use crate::source::Span;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Constants, and what else OVN wants to know of them.
pub(super) struct Written {
    pub(super) constants: Constants,
    pub(super) braces: bool,
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Whether no constant stands in it so far; an empty address set or port group brings none.
    empty: bool,
}

/// What the constants of a set are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
}

impl Written {
    fn new(braces: bool, span: Span) -> Self {
        Self { constants: Constants { elements: Vec::new() }, braces, kind: Kind::Integer, span, empty: true }
    }
}

impl Parser<'_> {
    pub(super) fn constants(&mut self) -> Parsed<Written> {
        let start = self.token().span;
        let braces = self.take(Punctuation::LeftBrace);
        let mut written = Written::new(braces, start);
        let understood = if braces { self.set(&mut written) } else { self.constant(&mut written) };
        written.span = Span::new(start.start, self.before());
        understood.map(|()| written)
    }

    /// The inside of braces, and the closing one.
    fn set(&mut self, written: &mut Written) -> Parsed<()> {
        let mut understood = Some(());
        loop {
            if self.constant(written).is_none() {
                understood = None;
                if self.is_behind_set() {
                    return None;
                }
                self.advance_unless(Punctuation::RightBrace);
            }
            self.take(Punctuation::Comma);
            if self.take(Punctuation::RightBrace) {
                return understood;
            }
        }
    }

    /// Whether the braces must have ended before this token.
    fn is_behind_set(&self) -> bool {
        matches!(
            self.token().kind,
            TokenKind::End | TokenKind::Punctuation(Punctuation::And | Punctuation::Or | Punctuation::RightParenthesis)
        )
    }

    fn constant(&mut self, written: &mut Written) -> Parsed<()> {
        let token = self.token();
        let (element, kind) = match &token.kind {
            TokenKind::Number(constant) => (ElementKind::Number(*constant), Kind::Integer),
            TokenKind::Text(text) => (ElementKind::Text(text.to_string()), Kind::Text),
            TokenKind::AddressSet(name) => match self.context.address_set(name) {
                Some(constants) => (ElementKind::AddressSet(name.to_string(), constants), Kind::Integer),
                None => return self.no_constant(Expected::AddressSet),
            },
            TokenKind::PortGroup(name) if self.context.has_port_group(name) => {
                (ElementKind::PortGroup(name.to_string()), Kind::Text)
            }
            TokenKind::PortGroup(_) => return self.no_constant(Expected::PortGroup),
            TokenKind::Template(_) => {
                self.mistake(ErrorKind::Template, token.span);
                return None;
            }
            _ => return self.no_constant(Expected::Constant),
        };
        if !written.empty && written.kind != kind {
            return self.no_constant(match written.kind {
                Kind::Integer => Expected::Integer,
                Kind::Text => Expected::Text,
            });
        }
        written.kind = kind;
        written.empty &= match &element {
            ElementKind::AddressSet(_, constants) => constants.is_empty(),
            ElementKind::PortGroup(name) => self.context.is_empty_group(name),
            ElementKind::Number(_) | ElementKind::Text(_) => false,
        };
        written.constants.elements.push(Element { span: token.span, kind: element });
        self.advance();
        Some(())
    }

    fn no_constant(&mut self, expected: Expected) -> Parsed<()> {
        self.syntax(expected);
        None
    }
}
