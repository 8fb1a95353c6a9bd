//! How the parser goes on behind a mistake.

use super::super::error::Expected;
use super::super::relop::Relop;
use super::super::token::{LexicalError, Punctuation, TokenKind};
use super::{Closing, Connective, Parser};

impl Parser<'_> {
    /// The connective here, or none where the chain ends. What is neither is reported and skipped.
    pub(super) fn connective(&mut self, closing: Closing) -> Option<Connective> {
        loop {
            match self.token().kind {
                TokenKind::Punctuation(Punctuation::And) => return Some(Connective::And),
                TokenKind::Punctuation(Punctuation::Or) => return Some(Connective::Or),
                TokenKind::Punctuation(Punctuation::RightParenthesis) if closing == Closing::Parenthesis => {
                    return None;
                }
                TokenKind::End if closing == Closing::End => return None,
                _ => {}
            }
            self.syntax(match closing {
                Closing::End => Expected::End,
                Closing::Parenthesis => Expected::RightParenthesis,
            });
            if self.is_at_end() {
                return None;
            }
            if let Some(meant) = self.meant_connective() {
                return Some(meant);
            }
            if !self.take(Punctuation::RightParenthesis) {
                self.resynchronize();
            }
        }
    }

    /// The connective that people write when they do not know OVN's.
    fn meant_connective(&self) -> Option<Connective> {
        match &self.token().kind {
            TokenKind::Identifier("and" | "AND" | "And") => Some(Connective::And),
            TokenKind::Identifier("or" | "OR" | "Or") => Some(Connective::Or),
            TokenKind::Invalid(LexicalError::Ampersand) => Some(Connective::And),
            TokenKind::Invalid(LexicalError::Bar) => Some(Connective::Or),
            _ => None,
        }
    }

    /// Skips to where a chain can go on: a connective, or the parenthesis that closes this one.
    pub(super) fn resynchronize(&mut self) {
        let mut open = 0u32;
        loop {
            match self.token().kind {
                TokenKind::End => return,
                TokenKind::Punctuation(Punctuation::And | Punctuation::Or) if open == 0 => return,
                TokenKind::Punctuation(Punctuation::RightParenthesis) if open == 0 => return,
                TokenKind::Punctuation(Punctuation::RightParenthesis) => open -= 1,
                TokenKind::Punctuation(Punctuation::LeftParenthesis) => open += 1,
                _ if open == 0 && self.meant_connective().is_some() => return,
                _ => {}
            }
            self.advance();
        }
    }

    /// Skips behind the parenthesis that closes so many open ones.
    pub(super) fn skip_parentheses(&mut self, open: u32) {
        let mut open = open;
        while open > 0 && !self.is_at_end() {
            match self.token().kind {
                TokenKind::Punctuation(Punctuation::RightParenthesis) => open -= 1,
                TokenKind::Punctuation(Punctuation::LeftParenthesis) => open += 1,
                _ => {}
            }
            self.advance();
        }
    }

    /// The operator here. What people write instead of one is reported, but taken for it.
    pub(super) fn meant_relop(&mut self) -> Option<Relop> {
        let meant = match &self.token().kind {
            TokenKind::Identifier("in" | "is" | "eq" | "equals" | "contains") => Relop::Equal,
            TokenKind::Identifier("ne") => Relop::NotEqual,
            TokenKind::Punctuation(Punctuation::Equals) => match self.peek(1).kind {
                TokenKind::Relop(relop) => relop,
                _ => Relop::Equal,
            },
            _ => return None,
        };
        self.advance();
        if let TokenKind::Relop(_) = self.token().kind {
            self.advance();
        }
        Some(meant)
    }

    pub(super) fn advance_unless(&mut self, punctuation: Punctuation) {
        if !self.token().is(punctuation) {
            self.advance();
        }
    }
}
