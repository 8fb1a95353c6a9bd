//! The field of a comparison (`parse_field`).

use super::super::constant::Format;
use super::super::error::{ErrorKind, Expected};
use super::super::symbol::Level;
use super::super::token::{Punctuation, TokenKind};
use super::super::tree::Subject;
use super::{Parsed, Parser};
use crate::source::Span;

impl Parser<'_> {
    /// A symbol, or some of its bits.
    pub(super) fn subject(&mut self) -> Parsed<Subject> {
        let span = self.token().span;
        let symbol = match self.token().kind {
            TokenKind::Identifier(name) => self.context.symbol(name),
            _ => None,
        };
        let Some(symbol) = symbol else {
            self.syntax(Expected::Field);
            self.skip_unknown_symbol();
            return None;
        };
        self.advance();
        let subject = Subject { symbol, low: 0, width: symbol.width(), span };
        if self.take(Punctuation::LeftBracket) { self.subfield(subject) } else { Some(subject) }
    }

    fn subfield(&mut self, subject: Subject) -> Parsed<Subject> {
        let symbol = subject.symbol;
        if symbol.width() == 0 {
            self.mistake(ErrorKind::TextSubfield(symbol), subject.span);
            self.skip_brackets();
            return None;
        }
        let bits = self.bits();
        let span = Span::new(subject.span.start, self.before());
        let (low, high) = bits?;
        if low > high {
            self.mistake(ErrorKind::BitOrder(low, high), span);
            return None;
        }
        if high >= symbol.width() {
            self.mistake(ErrorKind::BitsOutside(symbol, low, high), span);
            return None;
        }
        let width = high - low + 1;
        if symbol.level() == Level::Nominal && width != symbol.width() {
            self.mistake(ErrorKind::NominalSubfield(symbol), span);
            return None;
        }
        Some(Subject { symbol, low, width, span })
    }

    /// The inside of brackets, and the closing one.
    fn bits(&mut self) -> Parsed<(u32, u32)> {
        let low = self.small_integer()?;
        let high = if self.take(Punctuation::Ellipsis) { self.small_integer()? } else { low };
        if !self.take(Punctuation::RightBracket) {
            self.syntax(Expected::RightBracket);
            self.skip_brackets();
            return None;
        }
        Some((low, high))
    }

    fn small_integer(&mut self) -> Parsed<u32> {
        let number = match &self.token().kind {
            TokenKind::Number(constant) if constant.format() == Format::Decimal && constant.mask().is_none() => {
                i32::try_from(constant.value()).ok().and_then(|number| u32::try_from(number).ok())
            }
            _ => None,
        };
        if number.is_none() {
            self.syntax(Expected::SmallInteger);
            self.skip_brackets();
            return None;
        }
        self.advance();
        number
    }

    /// Skips behind `]`, or to where it cannot be any more.
    fn skip_brackets(&mut self) {
        while let TokenKind::Number(_)
        | TokenKind::Identifier(_)
        | TokenKind::Punctuation(
            Punctuation::Ellipsis | Punctuation::Colon | Punctuation::Comma | Punctuation::Minus,
        ) = self.token().kind
        {
            self.advance();
        }
        self.take(Punctuation::RightBracket);
    }

    fn skip_unknown_symbol(&mut self) {
        if matches!(self.token().kind, TokenKind::Identifier(_)) {
            self.advance();
            if self.take(Punctuation::LeftBracket) {
                self.skip_brackets();
            }
        }
    }
}
