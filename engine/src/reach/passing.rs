//! What the rows of a stage let through.

use super::arena::{L4Arena, L4Id};

/// Which headers come through. Where OVN promises no order, or nobody knows, the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Passing {
    /// These for certain.
    pub must: L4Id,
    /// These perhaps.
    pub may: L4Id,
}

impl Passing {
    /// No header.
    pub const NOTHING: Self = Self { must: L4Arena::EMPTY, may: L4Arena::EMPTY };

    /// Those of some headers that come through.
    pub fn among(self, headers: L4Id, arena: &mut L4Arena) -> Self {
        let must = arena.intersection(headers, self.must);
        let may = if self.must == self.may { must } else { arena.intersection(headers, self.may) };
        Self { must, may }
    }
}
