//! Where the parser stands, and what it has to say there.

use super::super::Context;
use super::super::advice::Scene;
use super::super::error::{ErrorKind, Expected, MatchError};
use super::super::token::{Punctuation, Token, TokenKind};
use super::Parser;
use crate::source::Span;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Nobody reads more.
const MOST_ERRORS: usize = 100;

/// What stands behind the last token.
static NOTHING: Token<'static> = Token { kind: TokenKind::End, text: "", span: Span { start: 0, end: 0 } };

impl Token<'_> {
    pub(super) fn is(&self, punctuation: Punctuation) -> bool {
        self.kind == TokenKind::Punctuation(punctuation)
    }
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token<'a>], context: &'a Context) -> Self {
        Self { text, tokens, context, at: 0, depth: 0, negated: false, errors: Vec::new(), reported: 0 }
    }

    pub(super) fn token(&self) -> &'a Token<'a> {
        self.peek(0)
    }

    pub(super) fn peek(&self, ahead: usize) -> &'a Token<'a> {
        self.tokens.get(self.at + ahead).or(self.tokens.last()).unwrap_or(&NOTHING)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.token().kind == TokenKind::End
    }

    /// Where the last token before this one ends.
    pub(super) fn before(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(0, |token| token.span.end)
    }

    pub(super) fn advance(&mut self) {
        if !self.is_at_end() {
            self.at += 1;
        }
    }

    pub(super) fn take(&mut self, punctuation: Punctuation) -> bool {
        let taken = self.token().is(punctuation);
        if taken {
            self.advance();
        }
        taken
    }

    /// A mistake about what has been read. OVN looks one token ahead and speaks of that one if it is none at all.
    pub(super) fn mistake(&mut self, kind: ErrorKind, span: Span) {
        self.lexical();
        self.report(kind, span);
    }

    /// A mistake about the token here.
    pub(super) fn syntax(&mut self, expected: Expected) {
        if self.lexical() || self.at < self.reported {
            return;
        }
        self.reported = self.at + 1;
        let token = self.token();
        if self.is_at_end() {
            let end = self.before();
            self.report(ErrorKind::Syntax { found: None, expected }, Span::new(end, end));
        } else {
            self.report(ErrorKind::Syntax { found: Some(token.text.to_string()), expected }, token.span);
        }
    }

    /// Reports the token here if it is none; says whether it is none.
    pub(super) fn lexical(&mut self) -> bool {
        let token = self.token();
        let TokenKind::Invalid(error) = &token.kind else { return false };
        if self.at >= self.reported {
            self.reported = self.at + 1;
            self.report(ErrorKind::Lexical(error.clone()), token.span);
        }
        true
    }

    fn report(&mut self, kind: ErrorKind, span: Span) {
        if self.errors.len() >= MOST_ERRORS {
            return;
        }
        let scene = Scene { text: self.text, tokens: self.tokens, at: self.at, span, context: self.context };
        let (help, fix) = self.context.adviser().advise(&scene, &kind).into_parts();
        self.errors.push(MatchError { kind, span, help, fix });
    }
}
