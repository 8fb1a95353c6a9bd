//! Comparisons of a symbol with constants, with the symbol left, right or in the middle.

use super::super::constant::Format;
use super::super::error::{ErrorKind, Expected};
use super::super::relop::Relop;
use super::super::token::{Punctuation, TokenKind};
use super::super::tree::{Condition, ElementKind, Node, NodeKind, Subject, Test};
use super::constants::Written;
use super::{Form, Parsed, Parser};
use crate::source::Span;

impl Parser<'_> {
    /// `field`, `field == constants`
    pub(super) fn field_first(&mut self) -> Parsed<(Node, Form)> {
        let start = self.token().span.start;
        let subject = self.subject();
        let Some(relop) = self.relop_here() else {
            let bare = subject.and_then(|subject| self.bare(start, subject));
            if bare.is_none() && self.meant_relop().is_some() {
                self.constants();
            }
            return bare;
        };
        self.advance();
        let constants = self.constants();
        let (subject, constants) = (subject?, constants?);
        self.check(&subject, relop, &constants);
        let condition = Condition::Compare(relop, constants.constants);
        Some((self.test(start, subject, condition), Form::Comparison))
    }

    fn bare(&mut self, start: usize, subject: Subject) -> Parsed<(Node, Form)> {
        if subject.width == 0 || self.token().is(Punctuation::Equals) {
            self.syntax(Expected::Relop);
            return None;
        }
        if subject.width > 1 && !self.negated {
            self.mistake(ErrorKind::BareField, subject.span);
            return None;
        }
        self.check_bare(&subject);
        Some((self.test(start, subject, Condition::NonZero), Form::Atomic))
    }

    /// `0`, `1`, `constants == field`, `constants < field < constants`
    pub(super) fn constant_first(&mut self) -> Parsed<(Node, Form)> {
        let start = self.token().span.start;
        let left = self.constants()?;
        if self.relop_here().is_none()
            && let Some(holds) = left.boolean()
        {
            let span = Span::new(start, self.before());
            return Some((Node { span, kind: NodeKind::Constant(holds) }, Form::Atomic));
        }
        let Some(first) = self.relop_here() else {
            self.syntax(Expected::Relop);
            return None;
        };
        self.advance();
        let subject = self.subject();
        let Some(second) = self.relop_here() else {
            let subject = subject?;
            self.check(&subject, first.turned(), &left);
            let condition = Condition::Compare(first.turned(), left.constants);
            return Some((self.test(start, subject, condition), Form::Comparison));
        };
        self.advance();
        let right = self.constants()?;
        let subject = subject?;
        if !same_direction(first, second) {
            self.mistake(ErrorKind::Range, Span::new(start, self.before()));
            return Some((self.test(start, subject, Condition::NonZero), Form::Comparison));
        }
        self.check(&subject, first.turned(), &left);
        self.check(&subject, second, &right);
        let condition = Condition::Between([(first.turned(), left.constants), (second, right.constants)]);
        Some((self.test(start, subject, condition), Form::Comparison))
    }

    fn test(&self, start: usize, subject: Subject, condition: Condition) -> Node {
        Node { span: Span::new(start, self.before()), kind: NodeKind::Test(Test { subject, condition }) }
    }

    pub(super) fn relop_here(&self) -> Option<Relop> {
        match self.token().kind {
            TokenKind::Relop(relop) => Some(relop),
            _ => None,
        }
    }
}

impl Written {
    /// The truth value that it is when it stands alone: an address set with the one element `0` or `1` is one, too.
    fn boolean(&self) -> Option<bool> {
        let [element] = self.constants.elements.as_slice() else { return None };
        let constant = match &element.kind {
            ElementKind::Number(constant) => constant,
            ElementKind::AddressSet(_, constants) => match constants.as_ref() {
                [only] => only,
                _ => return None,
            },
            ElementKind::Text(_) | ElementKind::PortGroup(_) => return None,
        };
        let plain = !self.braces && constant.format() == Format::Decimal && constant.mask().is_none();
        match constant.value() {
            0 if plain => Some(false),
            1 if plain => Some(true),
            _ => None,
        }
    }
}

fn same_direction(one: Relop, other: Relop) -> bool {
    let up = |relop| matches!(relop, Relop::Less | Relop::LessOrEqual);
    let down = |relop| matches!(relop, Relop::Greater | Relop::GreaterOrEqual);
    (up(one) && up(other)) || (down(one) && down(other))
}
