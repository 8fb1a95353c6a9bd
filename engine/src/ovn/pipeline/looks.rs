//! What of a conversation a match looks at, as far as that is told without asking it.

use crate::ovn::field::Field;
use crate::ovn::matching::{Expression, PortSet, PortTest};
use core::ops::BitOrAssign;

/// Which of the things that change within a conversation some match looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looks {
    /// TCP flags, which tell a request from its answer.
    pub flags: bool,
    /// What connection tracking says.
    pub tracking: bool,
    /// How many routers the packet may still meet.
    pub ttl: bool,
}

impl Looks {
    /// What one match looks at.
    pub fn of(expression: &Expression) -> Self {
        let mut looks = Self::default();
        match expression {
            Expression::All(parts) | Expression::Any(parts) => parts.iter().for_each(|part| looks |= Self::of(part)),
            Expression::Field(test) => match test.field {
                Field::TcpFlags => looks.flags = true,
                Field::CtState | Field::CtMark => looks.tracking = true,
                Field::IpTtl => looks.ttl = true,
                _ => {}
            },
            Expression::Constant(_) | Expression::Port(_) | Expression::Resident { .. } => {}
        }
        looks
    }
}

/// A number of a text (FNV-1a): texts with different ones are different.
pub fn sketch(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The sketch of the name of a port, at which one end of every packet is that a match holds of; nothing where it names none.
pub(super) fn port(expression: &Expression) -> Option<u64> {
    match expression {
        Expression::Port(PortTest { set: PortSet::Name(name), .. }) => Some(sketch(name)),
        Expression::All(parts) => parts.iter().find_map(port),
        Expression::Constant(_)
        | Expression::Any(_)
        | Expression::Field(_)
        | Expression::Port(_)
        | Expression::Resident { .. } => None,
    }
}

impl BitOrAssign for Looks {
    fn bitor_assign(&mut self, other: Self) {
        self.flags |= other.flags;
        self.tracking |= other.tracking;
        self.ttl |= other.ttl;
    }
}
