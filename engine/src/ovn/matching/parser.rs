//! Tokens → match (`expr_parse__`, `expr_parse_not`, `expr_parse_primary` in OVN's `lib/expr.c`).
//!
//! The first error that is reported is OVN's own. Behind it the parser goes on at a place that makes sense, so that
//! further mistakes are found, too.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a parser asks for one kind of token and takes every other one for a mistake"
)]

mod check;
mod comparison;
mod constants;
mod cursor;
mod function;
mod recovery;
mod subject;

use super::Context;
use super::error::{ErrorKind, MatchError, MatchErrors};
use super::lexer;
use super::template::Instance;
use super::token::{Punctuation, Token, TokenKind};
use super::tree::{Match, Node, NodeKind};
use crate::ovn::network::Version;
use crate::source::Span;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// OVN's `MAX_PAREN_DEPTH`.
const DEPTH: u32 = 100;

/// Reads a match.
///
/// # Errors
///
/// All mistakes that could be told apart, OVN's own first; a hundred at most. Where the context has an adviser, with what to write
/// instead; a fix is one after which OVN takes the match, or does with the fixes that follow it.
///
/// ```
/// use ringfence_engine::ovn::matching::{Adviser, Context, parse};
///
/// let text = "tcp.dst == 80..90";
/// let errors = parse(text, &Context::default().advised_by(Adviser::FULL)).unwrap_err();
/// let error = errors.first();
/// assert_eq!(error.message(), "Syntax error at `..' expecting end of input.");
/// assert_eq!(&text[error.span().range()], "..");
/// let (span, replacement) = error.fix().unwrap();
/// assert_eq!((&text[span.range()], replacement.as_str()), (text, "80 <= tcp.dst <= 90"));
/// ```
pub fn parse(text: &str, context: &Context) -> Result<Match, MatchErrors> {
    let mut errors = match read(text, context) {
        Ok(parsed) => return Ok(parsed),
        Err(errors) => errors,
    };
    let mut left = MOST_READ.saturating_mul(text.len() + MOST_READ);
    for error in core::iter::once(&mut *errors.first).chain(&mut errors.further) {
        if error.fix.as_ref().is_some_and(|fix| !mends(text, fix, context, &mut left)) {
            error.fix = None;
        }
    }
    Err(errors)
}

/// To see what fixes do to it, a match is read so often, and a short one more often: of the others nothing is offered.
const MOST_READ: usize = 32;

/// Whether OVN takes a text with a fix, or with those that are offered after it.
fn mends(text: &str, fix: &(Span, String), context: &Context, left: &mut usize) -> bool {
    let (mut text, mut fix) = (String::from(text), fix.clone());
    loop {
        let rest = left.checked_sub(text.len().max(1));
        let (Some(_), Some(rest)) = (text.get(fix.0.range()), rest) else { return false };
        *left = rest;
        text.replace_range(fix.0.range(), &fix.1);
        match read(&text, context) {
            Ok(_) => return true,
            Err(MatchErrors { first, .. }) => match first.fix {
                Some(next) => fix = next,
                None => return false,
            },
        }
    }
}

fn read(text: &str, context: &Context) -> Result<Match, MatchErrors> {
    // OVN reads C strings: nothing behind a NUL is there.
    let text = text.split('\0').next().unwrap_or("");
    let replaced = context.version() == Version::V23_03 && text.contains('^');
    let instance = replaced.then(|| Instance::of(text));
    let tokens = instance.as_ref().map_or_else(|| lexer::tokens(text), Instance::tokens);
    let mut parser = Parser::new(text, &tokens, context);
    let root = parser.chain(Closing::End);
    let mut errors = parser.errors.into_iter();
    match errors.next() {
        Some(first) => Err(MatchErrors { first: Box::new(first), further: errors.collect() }),
        None => Ok(Match { root, version: context.version() }),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token<'a>],
    context: &'a Context,
    at: usize,
    depth: u32,
    /// Whether an odd number of `!` encloses the place.
    negated: bool,
    errors: Vec<MatchError>,
    /// Number of tokens, from the first one, about which nothing more is to be said.
    reported: usize,
}

/// What ends a chain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    End,
    Parenthesis,
}

/// Whether a primary may stand behind `!` without parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Atomic,
    Comparison,
}

/// What holds operands together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Connective {
    And,
    Or,
}

/// What holds a chain together, so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Connectives {
    None,
    Only(Connective),
    Both,
}

impl Connectives {
    fn with(self, next: Connective) -> Self {
        match self {
            Self::None => Self::Only(next),
            Self::Only(connective) if connective == next => self,
            Self::Only(_) | Self::Both => Self::Both,
        }
    }
}

/// What was understood of a piece of text; nothing where an error has been reported for it.
type Parsed<T> = Option<T>;

impl Parser<'_> {
    /// Operands between connectives, up to what ends them.
    fn chain(&mut self, closing: Closing) -> Node {
        let mut parts = Vec::from([self.operand()]);
        let mut kinds = Connectives::None;
        while let Some(next) = self.connective(closing) {
            let before = kinds;
            kinds = kinds.with(next);
            if kinds == Connectives::Both && before != Connectives::Both {
                self.mistake(ErrorKind::MixedOperators, self.token().span);
            }
            self.advance();
            parts.push(self.operand());
        }
        join(kinds, parts)
    }

    fn operand(&mut self) -> Node {
        let start = self.token().span.start;
        match self.unary() {
            Some(node) => node,
            None => {
                self.resynchronize();
                Node { span: Span::new(start, self.before().max(start)), kind: NodeKind::Constant(false) }
            }
        }
    }

    fn unary(&mut self) -> Parsed<Node> {
        let start = self.token().span.start;
        if !self.take(Punctuation::Not) {
            return self.primary().map(|(node, _)| node);
        }
        self.negated = !self.negated;
        let primary = self.primary();
        self.negated = !self.negated;
        let (inner, form) = primary?;
        let span = Span::new(start, self.before());
        if form == Form::Comparison {
            self.mistake(ErrorKind::NotOperand, span);
        }
        Some(Node { span, kind: NodeKind::Not(Box::new(inner)) })
    }

    fn primary(&mut self) -> Parsed<(Node, Form)> {
        match self.token().kind {
            TokenKind::Punctuation(Punctuation::LeftParenthesis) => self.parenthesized(),
            TokenKind::Identifier(name) if self.peek(1).is(Punctuation::LeftParenthesis) => self.function(name),
            TokenKind::Identifier(_) => self.field_first(),
            _ => self.constant_first(),
        }
    }

    fn parenthesized(&mut self) -> Parsed<(Node, Form)> {
        let start = self.token().span.start;
        if self.depth >= DEPTH {
            let span = self.token().span;
            self.advance();
            self.mistake(ErrorKind::Depth, span);
            self.skip_parentheses(1);
            return None;
        }
        self.advance();
        self.depth += 1;
        let inner = self.chain(Closing::Parenthesis);
        self.depth -= 1;
        self.take(Punctuation::RightParenthesis);
        Some((Node { span: Span::new(start, self.before()), ..inner }, Form::Atomic))
    }
}

fn join(connectives: Connectives, parts: Vec<Node>) -> Node {
    let start = parts.first().map_or(0, |first| first.span.start);
    let end = parts.last().map_or(start, |last| last.span.end);
    let kind = match connectives {
        Connectives::Only(Connective::And) => NodeKind::All(parts.into_iter().flat_map(conjuncts).collect()),
        Connectives::Only(Connective::Or) => NodeKind::Any(parts.into_iter().flat_map(disjuncts).collect()),
        Connectives::None | Connectives::Both => match parts.into_iter().next() {
            Some(only) => return only,
            None => NodeKind::Constant(false),
        },
    };
    Node { span: Span::new(start, end), kind }
}

fn conjuncts(node: Node) -> Vec<Node> {
    match node.kind {
        NodeKind::All(inner) => inner,
        _ => Vec::from([node]),
    }
}

fn disjuncts(node: Node) -> Vec<Node> {
    match node.kind {
        NodeKind::Any(inner) => inner,
        _ => Vec::from([node]),
    }
}
