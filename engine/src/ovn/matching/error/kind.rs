//! The kinds of mistakes, each with OVN's words for it.

use super::super::symbol::Symbol;
use super::super::token::LexicalError;
use alloc::string::String;
use core::fmt;

/// The kinds of mistakes (`lib/lex.c` and `lib/expr.c` of OVN).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Something that is no token.
    Lexical(LexicalError),
    /// Another token should stand here.
    Syntax {
        /// The token that does; none at the end of the text.
        found: Option<String>,
        /// What should.
        expected: Expected,
    },
    /// A name that is no function before `(`.
    Function,
    /// More than 100 parentheses around each other.
    Depth,
    /// `&&` beside `||`.
    MixedOperators,
    /// `!` before a comparison.
    NotOperand,
    /// `^name`, which ovn-controller should have replaced.
    Template,
    /// A field of several bits alone.
    BareField,
    /// `1 < field > 2` and the like.
    Range,
    /// `inport[0]`
    TextSubfield(&'static Symbol),
    /// `field[5..3]`
    BitOrder(u32, u32),
    /// Bits that the field does not have.
    BitsOutside(&'static Symbol, u32, u32),
    /// Some bits of a nominal field.
    NominalSubfield(&'static Symbol),
    /// A number for a port, or a string for anything else.
    Type(&'static Symbol),
    /// A constant that the field has no room for, with its width.
    Width(&'static Symbol, u32),
    /// `<` and so on with `{…}`.
    OrderOfSet,
    /// `<` and so on with a nominal field or a predicate.
    OrderOfLevel(&'static Symbol),
    /// `<` and so on with an address set that is empty.
    OrderOfNothing,
    /// `<` and so on with a mask.
    OrderOfMasked,
    /// A nominal predicate that would have to be false.
    NegatedPredicate(&'static Symbol),
    /// A nominal field that would have to be different.
    NegatedField(&'static Symbol),
}

/// What a syntax error misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expected {
    /// A known symbol.
    Field,
    /// `==` and so on.
    Relop,
    /// A constant, or anything that a primary can start with.
    Constant,
    /// A number among numbers.
    Integer,
    /// A string among strings, or as the argument of a function.
    Text,
    /// A bit number.
    SmallInteger,
    /// The name of an address set that exists.
    AddressSet,
    /// The name of a port group that exists.
    PortGroup,
    /// `)`
    RightParenthesis,
    /// `]`
    RightBracket,
    /// Nothing more.
    End,
}

impl Expected {
    fn words(self) -> &'static str {
        match self {
            Self::Field => "field name",
            Self::Relop => "relational operator",
            Self::Constant => "constant",
            Self::Integer => "integer",
            Self::Text => "string",
            Self::SmallInteger => "small integer",
            Self::AddressSet => "address set name",
            Self::PortGroup => "port group name",
            Self::RightParenthesis => "`)'",
            Self::RightBracket => "`]'",
            Self::End => "end of input",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lexical(error) => error.fmt(out),
            Self::Syntax { found: Some(found), expected } => {
                write!(out, "Syntax error at `{found}' expecting {}.", expected.words())
            }
            Self::Syntax { found: None, expected } => {
                write!(out, "Syntax error at end of input expecting {}.", expected.words())
            }
            Self::Function => out.write_str("parsing function name"),
            Self::Depth => out.write_str("Parentheses nested too deeply."),
            Self::MixedOperators => out.write_str("&& and || must be parenthesized when used together."),
            Self::NotOperand => out.write_str("Missing parentheses around operand of !."),
            Self::Template => out.write_str("Unexpanded template."),
            Self::BareField => {
                out.write_str("Explicit `!= 0' is required for inequality test of multibit field against 0.")
            }
            Self::Range => out.write_str(
                "Range expressions must have the form `x < field < y' or `x > field > y', with each `<' optionally \
                 replaced by `<=' or `>' by `>=').",
            ),
            Self::TextSubfield(symbol) => write!(out, "Cannot select subfield of string field {}.", symbol.name()),
            Self::BitOrder(low, high) => write!(out, "Invalid bit range {low} to {high}."),
            Self::BitsOutside(symbol, low, high) => {
                let (width, name) = (symbol.width(), symbol.name());
                write!(out, "Cannot select bits {low} to {high} of {width}-bit field {name}.")
            }
            Self::NominalSubfield(symbol) => write!(out, "Cannot select subfield of nominal field {}.", symbol.name()),
            Self::Type(symbol) => mismatch(symbol).fmt(out),
            Self::Width(symbol, width) => {
                let (room, name) = (symbol.width(), symbol.name());
                write!(out, "{width}-bit constant is not compatible with {room}-bit field {name}.")
            }
            Self::OrderOfSet => out.write_str("Only == and != operators may be used with value sets."),
            Self::OrderOfLevel(symbol) => {
                let (level, name) = (symbol.level().name(), symbol.name());
                write!(out, "Only == and != operators may be used with {level} field {name}.")
            }
            Self::OrderOfNothing => {
                out.write_str("Only == and != operators may be used to compare a field against an empty value set.")
            }
            Self::OrderOfMasked => out.write_str(
                "Only == and != operators may be used with masked constants.  Consider using subfields instead (e.g. \
                 eth.src[0..15] > 0x1111 in place of eth.src > 00:00:00:00:11:11/00:00:00:00:ff:ff).",
            ),
            Self::NegatedPredicate(symbol) => {
                let name = symbol.name();
                write!(
                    out,
                    "Nominal predicate {name} may only be tested positively, e.g. `{name}' or `{name} == 1' but not \
                     `!{name}' or `{name} == 0'."
                )
            }
            Self::NegatedField(symbol) => write!(
                out,
                "Nominal field {} may only be tested for equality (taking enclosing `!' operators into account).",
                symbol.name()
            ),
        }
    }
}

fn mismatch(symbol: &Symbol) -> String {
    let (field, constant) = if symbol.width() == 0 { ("String", "integer") } else { ("Integer", "string") };
    alloc::format!("{field} field {} is not compatible with {constant} constant.", symbol.name())
}
