//! The headers that no row has settled yet, while rows are asked in their order.

use super::arena::{L4Arena, L4Id};
use super::passing::Passing;
use crate::ovn::pipeline::Outcome;

/// The state of a walk: which headers no row has settled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Open {
    tier: u8,
    priority: Option<u16>,
    /// Headers that may still reach the rows of this priority.
    left: L4Id,
    /// Headers that a row of this priority settles for certain.
    settled: L4Id,
    /// Headers that may have left this tier by `pass`.
    passed: L4Id,
    allowed: L4Id,
    denied: L4Id,
}

impl Open {
    /// Every header of a family may reach the first row.
    pub fn new(full: L4Id) -> Self {
        let none = L4Arena::EMPTY;
        Self { tier: 0, priority: None, left: full, settled: none, passed: none, allowed: none, denied: none }
    }

    /// Goes on to the tier and priority of a row; says whether any header may reach it.
    pub fn meets(&mut self, (tier, priority): (u8, u16), arena: &mut L4Arena) -> bool {
        if self.tier != tier || self.priority != Some(priority) {
            self.settle(arena);
            self.priority = Some(priority);
        }
        if self.tier != tier {
            self.next_tier(arena);
            self.tier = tier;
        }
        self.left != L4Arena::EMPTY
    }

    /// Asks a row; says whether it may have matched a header.
    pub fn ask(&mut self, outcome: Outcome, matched: Passing, arena: &mut L4Arena) -> bool {
        let may = arena.intersection(self.left, matched.may);
        let to = match outcome {
            Outcome::Allow => &mut self.allowed,
            Outcome::Drop | Outcome::Reject => &mut self.denied,
            Outcome::Pass => &mut self.passed,
        };
        *to = arena.union(*to, may);
        self.settled = arena.union(self.settled, matched.must);
        may != L4Arena::EMPTY
    }

    fn settle(&mut self, arena: &mut L4Arena) {
        self.left = arena.difference(self.left, self.settled);
        self.settled = L4Arena::EMPTY;
    }

    fn next_tier(&mut self, arena: &mut L4Arena) {
        self.left = arena.union(self.left, self.passed);
        self.passed = L4Arena::EMPTY;
    }

    /// Whether no row can settle anything any more.
    pub fn is_decided(&self) -> bool {
        self.left == L4Arena::EMPTY && self.passed == L4Arena::EMPTY
    }

    /// What comes through once the default has settled the rest.
    pub fn finish(mut self, default: Outcome, full: L4Id, arena: &mut L4Arena) -> Passing {
        self.settle(arena);
        self.next_tier(arena);
        let everything = Passing { must: self.left, may: self.left };
        self.ask(default, everything, arena);
        Passing { must: arena.difference(full, self.denied), may: self.allowed }
    }
}
