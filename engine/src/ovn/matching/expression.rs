//! The typed expression: fields instead of symbols, prerequisites written out, negation at the leaves.
//!
//! It is what [`Match::annotate`](super::Match::annotate) makes, and the only form that is ever evaluated.

use crate::ovn::field::{Field, PortField};
use alloc::string::String;
use alloc::vec::Vec;

/// A match as the evaluators see it. Cannot be ill formed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expression {
    /// `1` or `0`.
    Constant(bool),
    /// Every part holds; with no part: true.
    All(Vec<Expression>),
    /// Some part holds; with no part: false.
    Any(Vec<Expression>),
    /// A test of a number in the packet.
    Field(FieldTest),
    /// A test of a logical port.
    Port(PortTest),
    /// `is_chassis_resident("port")`: depends on the chassis, so it is not known here.
    Resident {
        /// The port's name.
        port: String,
        /// False under an odd number of `!`.
        holds: bool,
    },
}

/// A test of the bits `low .. low + width` of a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldTest {
    /// The whole field.
    pub field: Field,
    /// First bit that is tested.
    pub low: u32,
    /// Number of bits that are tested, at least 1.
    pub width: u32,
    /// What must hold of those bits, shifted down to bit 0.
    pub relation: Relation,
}

/// What a test asks of a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Equal to one of these; never true of an empty list.
    In(Vec<Masked>),
    /// Equal to none of these; always true of an empty list.
    NotIn(Vec<Masked>),
    /// `<`
    Less(u128),
    /// `<=`
    LessOrEqual(u128),
    /// `>`
    Greater(u128),
    /// `>=`
    GreaterOrEqual(u128),
}

/// A constant of which only the bits in `mask` count; the others are zero in `value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Masked {
    /// The bits.
    pub value: u128,
    /// Which of them count.
    pub mask: u128,
}

/// A test of `inport` or `outport`; always positive, as OVN demands of nominal fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortTest {
    /// Which port.
    pub field: PortField,
    /// What it must be.
    pub set: PortSet,
}

/// What a port is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortSet {
    /// One port by its name.
    Name(String),
    /// The members of a port group, by the group's name without `@`.
    Group(String),
}

/// A truth value, with room for what cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It does not hold.
    False,
    /// It depends on something outside the packet and the network.
    Unknown,
    /// It holds.
    True,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// This number; zero for a field that the packet does not have, as in OVS.
    Known(u128),
    /// Not known here, for example a scratch register.
    Unknown,
}

/// What an expression is evaluated on.
pub trait Header {
    /// The number in a field.
    fn field(&self, field: Field) -> Value;

    /// Whether the port is one of the set; false where there is no such port yet.
    fn port(&self, field: PortField, set: &PortSet) -> bool;
}

impl Expression {
    /// Whether it holds of a packet (`expr_evaluate` in OVN's `lib/expr.c`).
    pub fn evaluate(&self, header: &impl Header) -> Truth {
        match self {
            Self::Constant(holds) => (*holds).into(),
            Self::All(parts) => decided(parts, header, Truth::False),
            Self::Any(parts) => decided(parts, header, Truth::True),
            Self::Field(test) => match header.field(test.field) {
                Value::Known(number) => test.holds(number).into(),
                Value::Unknown => Truth::Unknown,
            },
            Self::Port(test) => header.port(test.field, &test.set).into(),
            Self::Resident { .. } => Truth::Unknown,
        }
    }
}

/// The truth of parts of which one that is `decisive` decides, and one that is unknown leaves the rest in doubt.
fn decided(parts: &[Expression], header: &impl Header, decisive: Truth) -> Truth {
    let mut truth = if decisive == Truth::False { Truth::True } else { Truth::False };
    for part in parts {
        match part.evaluate(header) {
            part if part == decisive => return decisive,
            Truth::Unknown => truth = Truth::Unknown,
            Truth::True | Truth::False => {}
        }
    }
    truth
}

impl Expression {
    /// What holds exactly where this does not.
    ///
    /// OVN never asks for the negation of a port test, so there is no way to write one; it is taken as true.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Constant(holds) => Self::Constant(!holds),
            Self::All(parts) => Self::Any(parts.into_iter().map(Self::negated).collect()),
            Self::Any(parts) => Self::All(parts.into_iter().map(Self::negated).collect()),
            Self::Field(test) => Self::Field(FieldTest { relation: test.relation.negated(), ..test }),
            Self::Port(_) => Self::Constant(true),
            Self::Resident { port, holds } => Self::Resident { port, holds: !holds },
        }
    }
}

impl Relation {
    fn negated(self) -> Self {
        match self {
            Self::In(constants) => Self::NotIn(constants),
            Self::NotIn(constants) => Self::In(constants),
            Self::Less(bound) => Self::GreaterOrEqual(bound),
            Self::LessOrEqual(bound) => Self::Greater(bound),
            Self::Greater(bound) => Self::LessOrEqual(bound),
            Self::GreaterOrEqual(bound) => Self::Less(bound),
        }
    }
}

impl FieldTest {
    /// Whether it holds of a number in the whole field.
    pub fn holds(&self, number: u128) -> bool {
        let bits = (number >> self.low) & ones(self.width);
        match &self.relation {
            Relation::In(constants) => constants.iter().any(|constant| constant.equals(bits)),
            Relation::NotIn(constants) => !constants.iter().any(|constant| constant.equals(bits)),
            Relation::Less(bound) => bits < *bound,
            Relation::LessOrEqual(bound) => bits <= *bound,
            Relation::Greater(bound) => bits > *bound,
            Relation::GreaterOrEqual(bound) => bits >= *bound,
        }
    }
}

impl Masked {
    /// Whether a number equals the constant in the bits that count.
    pub fn equals(self, number: u128) -> bool {
        number & self.mask == self.value
    }
}

/// A number of `width` one bits, `width` up to 128.
pub(crate) fn ones(width: u32) -> u128 {
    if width >= u128::BITS { u128::MAX } else { (1 << width) - 1 }
}
