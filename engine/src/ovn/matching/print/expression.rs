//! Expression → text. It reads like a match, but OVN would refuse it where a nominal field must be different.

use super::super::constant::{Constant, Format};
use super::super::expression::{Expression, FieldTest, Masked, PortSet, PortTest, Relation, ones};
use super::Quoted;
use core::fmt::{self, Display, Formatter, Write};

impl Display for Expression {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(holds) => write!(out, "{}", u8::from(*holds)),
            Self::All(parts) if parts.is_empty() => out.write_char('1'),
            Self::Any(parts) if parts.is_empty() => out.write_char('0'),
            Self::All(parts) => joined(out, parts, " && "),
            Self::Any(parts) => joined(out, parts, " || "),
            Self::Field(test) => test.fmt(out),
            Self::Port(test) => test.fmt(out),
            Self::Resident { port, holds: true } => write!(out, "is_chassis_resident({})", Quoted(port)),
            Self::Resident { port, holds: false } => write!(out, "!is_chassis_resident({})", Quoted(port)),
        }
    }
}

fn joined(out: &mut Formatter<'_>, parts: &[Expression], connective: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.write_str(connective)?;
        }
        match part {
            Expression::All(inner) | Expression::Any(inner) if parts.len() > 1 && inner.len() > 1 => {
                write!(out, "({part})")?
            }
            Expression::All(_)
            | Expression::Any(_)
            | Expression::Constant(_)
            | Expression::Field(_)
            | Expression::Port(_)
            | Expression::Resident { .. } => part.fmt(out)?,
        }
    }
    Ok(())
}

impl Display for PortTest {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.set {
            PortSet::Name(name) => write!(out, "{} == {}", self.field.name(), Quoted(name)),
            PortSet::Group(name) => write!(out, "{} == @{name}", self.field.name()),
        }
    }
}

impl Display for FieldTest {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.relation {
            Relation::In(constants) if self.is_bit(constants, 1) => Bits(self).fmt(out),
            Relation::In(constants) if self.is_bit(constants, 0) => write!(out, "!{}", Bits(self)),
            Relation::In(constants) => self.list(out, "==", '0', constants),
            Relation::NotIn(constants) => self.list(out, "!=", '1', constants),
            Relation::Less(bound) => self.bound(out, "<", *bound),
            Relation::LessOrEqual(bound) => self.bound(out, "<=", *bound),
            Relation::Greater(bound) => self.bound(out, ">", *bound),
            Relation::GreaterOrEqual(bound) => self.bound(out, ">=", *bound),
        }
    }
}

impl FieldTest {
    /// Whether the constants are this one bit.
    fn is_bit(&self, constants: &[Masked], bit: u128) -> bool {
        self.width == 1 && constants == [Masked { value: bit, mask: 1 }]
    }

    fn list(&self, out: &mut Formatter<'_>, relop: &str, of_none: char, constants: &[Masked]) -> fmt::Result {
        match constants {
            [] => out.write_char(of_none),
            [only] => write!(out, "{} {relop} {}", Bits(self), self.constant(*only)),
            many => {
                write!(out, "{} {relop} {{", Bits(self))?;
                for (at, constant) in many.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    write!(out, "{comma}{}", self.constant(*constant))?;
                }
                out.write_char('}')
            }
        }
    }

    fn bound(&self, out: &mut Formatter<'_>, relop: &str, bound: u128) -> fmt::Result {
        write!(out, "{} {relop} {}", Bits(self), self.constant(Masked { value: bound, mask: ones(self.width) }))
    }

    fn constant(&self, masked: Masked) -> Constant {
        let whole = self.width == self.field.width();
        let format = if whole { Format::of(self.field) } else { Format::Hexadecimal };
        let constant = Constant::new(masked.value, format);
        if masked.mask == ones(self.width) { constant } else { constant.masked(Constant::new(masked.mask, format)) }
    }
}

/// The bits that a test looks at.
struct Bits<'a>(&'a FieldTest);

impl Display for Bits<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let FieldTest { field, low, width, .. } = self.0;
        match *width {
            width if width == field.width() => out.write_str(field.name()),
            1 => write!(out, "{}[{low}]", field.name()),
            width => write!(out, "{}[{low}..{}]", field.name(), low + width - 1),
        }
    }
}
