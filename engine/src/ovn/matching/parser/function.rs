//! `is_chassis_resident("port")`, and what only looks like a function.

use super::super::error::{ErrorKind, Expected};
use super::super::token::{Punctuation, TokenKind};
use super::super::tree::{Node, NodeKind};
use super::{Form, Parsed, Parser};
use crate::source::Span;
use alloc::string::{String, ToString};

impl Parser<'_> {
    pub(super) fn function(&mut self, name: &str) -> Parsed<(Node, Form)> {
        let start = self.token().span;
        if name != "is_chassis_resident" {
            self.mistake(ErrorKind::Function, start);
            self.advance();
            self.advance();
            self.skip_parentheses(1);
            return Some((Node { span: start, kind: NodeKind::Constant(false) }, Form::Atomic));
        }
        self.advance();
        self.advance();
        let port = self.argument();
        if !self.take(Punctuation::RightParenthesis) {
            self.syntax(Expected::RightParenthesis);
            self.skip_parentheses(1);
        }
        let span = Span::new(start.start, self.before());
        Some((Node { span, kind: NodeKind::Resident(port) }, Form::Atomic))
    }

    fn argument(&mut self) -> String {
        match &self.token().kind {
            TokenKind::Text(port) => {
                let port = port.to_string();
                self.advance();
                port
            }
            _ => {
                self.syntax(Expected::Text);
                self.advance_unless(Punctuation::RightParenthesis);
                String::new()
            }
        }
    }
}
