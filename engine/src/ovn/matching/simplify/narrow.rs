//! Tests of one field in an `All`: what one of them names is measured by the others.

use super::super::expression::{Expression, FieldTest, Relation, ones};
use alloc::vec::Vec;

/// Takes out of every list of constants what other parts rule out, and leaves those other parts out.
pub(super) fn narrow(parts: Vec<Expression>) -> Vec<Expression> {
    let lists: Vec<FieldTest> = tests(&parts).filter(|test| test.is_exact()).cloned().collect();
    let is_ruling = |part: &Expression| match part {
        Expression::Field(test) => lists.iter().any(|list| list.is_ruled_by(test)),
        Expression::Constant(_)
        | Expression::All(_)
        | Expression::Any(_)
        | Expression::Port(_)
        | Expression::Resident { .. } => false,
    };
    let (ruling, kept): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_ruling);
    kept.into_iter().map(|part| part.ruled_by(&ruling)).collect()
}

fn tests(parts: &[Expression]) -> impl Iterator<Item = &FieldTest> {
    parts.iter().filter_map(|part| match part {
        Expression::Field(test) => Some(test),
        Expression::Constant(_)
        | Expression::All(_)
        | Expression::Any(_)
        | Expression::Port(_)
        | Expression::Resident { .. } => None,
    })
}

impl Expression {
    fn ruled_by(self, ruling: &[Self]) -> Self {
        match self {
            Self::Field(test) if test.is_exact() => test.ruled_by(ruling).simplify(),
            Self::Field(_)
            | Self::Constant(_)
            | Self::All(_)
            | Self::Any(_)
            | Self::Port(_)
            | Self::Resident { .. } => self,
        }
    }
}

impl FieldTest {
    /// Whether it names every number that its bits may be.
    pub(super) fn is_exact(&self) -> bool {
        match &self.relation {
            Relation::In(list) => list.iter().all(|constant| constant.mask == ones(self.width)),
            Relation::NotIn(_)
            | Relation::Less(_)
            | Relation::LessOrEqual(_)
            | Relation::Greater(_)
            | Relation::GreaterOrEqual(_) => false,
        }
    }

    /// Whether this list says everything that the other test could ask: the other one looks at some of its bits, or at
    /// the same ones without naming numbers.
    fn is_ruled_by(&self, other: &Self) -> bool {
        let is_within =
            self.field == other.field && self.low <= other.low && other.low + other.width <= self.low + self.width;
        is_within && (other.width < self.width || !other.is_exact())
    }

    fn ruled_by(mut self, ruling: &[Expression]) -> Self {
        let whole = self.clone();
        if let Relation::In(list) = &mut self.relation {
            for test in tests(ruling).filter(|test| whole.is_ruled_by(test)) {
                list.retain(|constant| test.holds(constant.value << whole.low));
            }
        }
        self
    }
}
