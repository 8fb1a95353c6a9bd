//! A match with its fields sorted by what they depend on: the source, the target, the transport header.

use super::arena::{L4Arena, L4Id};
use super::l4::Family;
use super::partition::Sides;
use super::predicate::{PortIndex, Predicate};
use super::predicates::{PredicateId, Predicates};
use super::scene::{Mode, Party, Role};
use crate::ovn::matching::{Expression, FieldTest, PortTest};
use crate::ovn::pipeline::Stage;
use alloc::vec::Vec;

/// A match for one kind of packet at one stage. It has no negation: more known truths never make it less true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree<P> {
    /// The same for every packet.
    Constant(bool),
    /// Nobody outside OVN knows.
    Unknown,
    /// Depends on one party.
    Party(Party, P),
    /// True of these headers.
    Headers(L4Id),
    /// All of these.
    All(Vec<Tree<P>>),
    /// Some of these.
    Any(Vec<Tree<P>>),
}

/// What trees are made of: the sets of headers and the predicates of one evaluation.
pub struct Sets<'s> {
    /// Sets of headers.
    pub arena: &'s mut L4Arena,
    /// What is asked of parties.
    pub predicates: &'s mut Predicates,
}

/// What a tree is built for.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'n> {
    /// The ports of the switch, and its groups.
    pub ports: &'n PortIndex<'n>,
    /// The stage.
    pub stage: Stage,
    /// The kind of packet.
    pub mode: Mode,
    /// The parties: what is asked of nobody among them does not hold.
    pub sides: &'n Sides,
}

impl Ground<'_> {
    /// The family whose headers are spoken of; ARP has none, and either serves.
    pub fn family(self) -> Family {
        self.mode.scene.family()
    }

    /// The tree of an expression.
    pub fn tree(self, expression: &Expression, sets: &mut Sets<'_>) -> Tree<PredicateId> {
        match expression {
            Expression::Constant(holds) => Tree::Constant(*holds),
            Expression::Resident { .. } => Tree::Unknown,
            Expression::Port(test) => self.port(test, sets),
            Expression::Field(test) => self.field(test, sets),
            Expression::All(parts) => self.join(parts, sets, Joint::All),
            Expression::Any(parts) => self.join(parts, sets, Joint::Any),
        }
    }

    fn port(self, test: &PortTest, sets: &mut Sets<'_>) -> Tree<PredicateId> {
        match self.mode.port(self.stage, test.field) {
            Some(party) => self.party(party, Predicate::port(self.ports, &test.set), sets),
            None => Tree::Constant(false),
        }
    }

    fn field(self, test: &FieldTest, sets: &mut Sets<'_>) -> Tree<PredicateId> {
        match self.mode.role(test.field) {
            Role::Fixed(number) => Tree::Constant(test.holds(number)),
            Role::Unknown => Tree::Unknown,
            Role::Mac(party) => self.party(party, Predicate::mac(test), sets),
            Role::Address(party) => self.party(party, Predicate::address(test), sets),
            Role::Header => Tree::Headers(sets.arena.of_test(test, self.family(), self.mode.half)),
        }
    }

    fn party(self, party: Party, predicate: Predicate, sets: &mut Sets<'_>) -> Tree<PredicateId> {
        match self.sides.may_hold(&predicate) {
            true => Tree::Party(party, sets.predicates.intern(predicate)),
            false => Tree::Constant(false),
        }
    }

    fn join(self, parts: &[Expression], sets: &mut Sets<'_>, joint: Joint) -> Tree<PredicateId> {
        let full = sets.arena.full(self.family());
        let (mut joined, mut headers) = (Joined::default(), Vec::new());
        for part in parts {
            if sets.arena.is_spent() {
                return Tree::Unknown;
            }
            match self.tree(part, sets) {
                Tree::Constant(holds) if holds == joint.neutral() => {}
                Tree::Constant(holds) => return Tree::Constant(holds),
                Tree::Headers(set) => headers.push(set),
                Tree::Party(Party::Source, predicate) => {
                    joined.source = Some(joint.predicates(joined.source, predicate, sets.predicates))
                }
                Tree::Party(Party::Target, predicate) => {
                    joined.target = Some(joint.predicates(joined.target, predicate, sets.predicates))
                }
                other => joined.others.push(other),
            }
        }
        joined.headers = joint.headers(sets.arena, headers);
        match joined.headers {
            Some(L4Arena::EMPTY) if joint == Joint::All => return Tree::Constant(false),
            Some(set) if set == full && joint == Joint::Any => return Tree::Constant(true),
            _ => {}
        }
        joined.finish(joint)
    }
}

/// How parts are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    All,
    Any,
}

impl Joint {
    fn neutral(self) -> bool {
        self == Self::All
    }

    /// Two and two, so that no large set is copied for each small one.
    fn headers(self, arena: &mut L4Arena, mut sets: Vec<L4Id>) -> Option<L4Id> {
        while sets.len() > 1 {
            let mut both = |pair: &[L4Id]| match (pair, self) {
                ([one, other], Self::All) => arena.intersection(*one, *other),
                ([one, other], Self::Any) => arena.union(*one, *other),
                (rest, _) => rest.first().copied().unwrap_or(L4Arena::EMPTY),
            };
            sets = sets.chunks(2).map(&mut both).collect();
        }
        sets.pop()
    }

    fn predicates(self, before: Option<PredicateId>, next: PredicateId, all: &mut Predicates) -> PredicateId {
        let Some(before) = before.filter(|before| *before != next) else { return next };
        let (one, other) = (all.get(before).clone(), all.get(next).clone());
        all.intern(match self {
            Self::All => one.and(other),
            Self::Any => one.or(other),
        })
    }
}

#[derive(Default)]
struct Joined {
    headers: Option<L4Id>,
    source: Option<PredicateId>,
    target: Option<PredicateId>,
    others: Vec<Tree<PredicateId>>,
}

impl Joined {
    fn finish(self, joint: Joint) -> Tree<PredicateId> {
        let source = self.source.map(|predicate| Tree::Party(Party::Source, predicate));
        let target = self.target.map(|predicate| Tree::Party(Party::Target, predicate));
        let headers = self.headers.map(Tree::Headers);
        let mut parts: Vec<_> = source.into_iter().chain(target).chain(headers).chain(self.others).collect();
        match (parts.len(), joint) {
            (0, _) => Tree::Constant(joint.neutral()),
            (1, _) => parts.pop().unwrap_or(Tree::Constant(joint.neutral())),
            (_, Joint::All) => Tree::All(parts),
            (_, Joint::Any) => Tree::Any(parts),
        }
    }
}

impl<P> Tree<P> {
    /// Whether nothing in it is known to OVN alone.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Constant(_) | Self::Party(..) | Self::Headers(_) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_known),
        }
    }

    /// The headers of which it holds, given the answers about the parties and a word for what nobody knows.
    pub fn headers(&self, arena: &mut L4Arena, full: L4Id, unknown: bool, asks: &impl Fn(Party, &P) -> bool) -> L4Id {
        let whole = |holds: bool| if holds { full } else { L4Arena::EMPTY };
        match self {
            Self::Constant(holds) => whole(*holds),
            Self::Unknown => whole(unknown),
            Self::Party(party, predicate) => whole(asks(*party, predicate)),
            Self::Headers(set) => *set,
            Self::All(parts) => parts.iter().fold(full, |sum, part| match sum {
                L4Arena::EMPTY => sum,
                sum => {
                    let set = part.headers(arena, full, unknown, asks);
                    arena.intersection(sum, set)
                }
            }),
            Self::Any(parts) => parts.iter().fold(L4Arena::EMPTY, |sum, part| {
                let set = part.headers(arena, full, unknown, asks);
                arena.union(sum, set)
            }),
        }
    }
}

impl<P: Clone + PartialEq> Tree<P> {
    /// Everything that it asks of a party, each once.
    pub fn questions(&self, of: Party, found: &mut Vec<P>) {
        match self {
            Self::Constant(_) | Self::Unknown | Self::Headers(_) => {}
            Self::Party(party, question) if *party == of && !found.contains(question) => found.push(question.clone()),
            Self::Party(..) => {}
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.questions(of, found)),
        }
    }
}
