//! One word for a pair of endpoints.

use super::l4::{Family, L4Set};
use crate::ovn::network::Unknown;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What becomes of conversations from one endpoint to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Every request arrives and is answered.
    Open,
    /// Some protocols or ports work.
    Partial,
    /// Requests arrive, no answer comes back.
    OneWay,
    /// Nothing arrives.
    Closed,
    /// It depends on something that OVN does not promise, or is too complex to be told ([`super::Reach::outgrown`]).
    Undefined,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 5] = [Self::Open, Self::Partial, Self::OneWay, Self::Closed, Self::Undefined];

    /// `open`, `partial`, `one-way`, `closed` or `undefined`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Partial => "partial",
            Self::OneWay => "one-way",
            Self::Closed => "closed",
            Self::Undefined => "undefined",
        }
    }

    /// The verdict with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// What one endpoint can send to another in one address family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyAnswer {
    /// The family.
    pub family: Family,
    /// Requests that arrive for certain.
    pub delivered: Arc<L4Set>,
    /// Requests whose answer comes back for certain.
    pub answered: Arc<L4Set>,
    /// Requests of which one or the other depends on something that OVN does not promise, or is too complex.
    pub undefined: Arc<L4Set>,
}

/// Why nothing can be sent at all, whatever the rows say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoPath {
    /// No router connects the switches.
    Apart,
    /// Nobody can say whether there is a way.
    Unknown(Unknown),
    /// The load balancer has no backend for it.
    NoBackend,
    /// One has IPv4 addresses only, the other IPv6 addresses only.
    NoCommonFamily,
}

/// What becomes of conversations from one endpoint to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairAnswer {
    /// The families that both have, IPv4 first.
    pub families: Vec<FamilyAnswer>,
    /// Why nothing in it is delivered for certain, whatever the rows say.
    pub no_path: Option<NoPath>,
}

impl PairAnswer {
    /// The pair in one word. Headers that nobody answers do not count against it ([`L4Set::answerable`]).
    pub fn verdict(&self) -> Verdict {
        self.verdict_within(L4Set::full)
    }

    /// The same for a part of the headers of each family.
    pub fn verdict_within(&self, part: impl Fn(Family) -> L4Set) -> Verdict {
        let within = |set: &L4Set, family| set.intersection(&part(family));
        let any = |set: fn(&FamilyAnswer) -> &L4Set| {
            self.families.iter().any(|answer| !within(set(answer), answer.family).is_empty())
        };
        if any(|answer| &answer.undefined) {
            return Verdict::Undefined;
        }
        if !any(|answer| &answer.delivered) {
            return Verdict::Closed;
        }
        let counted = |answer: &FamilyAnswer| within(&L4Set::answerable(answer.family), answer.family);
        if self.families.iter().all(|answer| answer.answered.contains_all(&counted(answer))) {
            return Verdict::Open;
        }
        let asked = |answer: &FamilyAnswer| !answer.delivered.intersection(&counted(answer)).is_empty();
        if !any(|answer| &answer.answered) && self.families.iter().any(asked) {
            return Verdict::OneWay;
        }
        Verdict::Partial
    }

    /// The answer for one family.
    pub fn family(&self, family: Family) -> Option<&FamilyAnswer> {
        self.families.iter().find(|answer| answer.family == family)
    }
}
