//! A match with its fields sorted by what they depend on: the source, the target, the transport header.

use super::arena::{L4Arena, L4Id};
use super::header::headers;
use super::l4::Family;
use super::predicate::{PortIndex, Predicate};
use super::scene::{Mode, Party, Role, Scene};
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

/// What a tree is built for.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'n> {
    /// The ports of the switch, and its groups.
    pub ports: &'n PortIndex<'n>,
    /// The stage.
    pub stage: Stage,
    /// The kind of packet.
    pub mode: Mode,
}

impl Ground<'_> {
    /// The family whose headers are spoken of; ARP has none, and either serves.
    pub fn family(self) -> Family {
        match self.mode.scene {
            Scene::Ip(family) => family,
            Scene::ArpRequest | Scene::ArpReply => Family::Ipv4,
        }
    }

    /// The tree of an expression.
    pub fn tree(self, expression: &Expression, arena: &mut L4Arena) -> Tree<Predicate> {
        match expression {
            Expression::Constant(holds) => Tree::Constant(*holds),
            Expression::Resident { .. } => Tree::Unknown,
            Expression::Port(test) => self.port(test),
            Expression::Field(test) => self.field(test, arena),
            Expression::All(parts) => self.join(parts, arena, Joint::All),
            Expression::Any(parts) => self.join(parts, arena, Joint::Any),
        }
    }

    fn port(self, test: &PortTest) -> Tree<Predicate> {
        match self.mode.port(self.stage, test.field) {
            Some(party) => Tree::Party(party, Predicate::port(self.ports, &test.set)),
            None => Tree::Constant(false),
        }
    }

    fn field(self, test: &FieldTest, arena: &mut L4Arena) -> Tree<Predicate> {
        match self.mode.role(test.field) {
            Role::Fixed(number) => Tree::Constant(test.holds(number)),
            Role::Unknown => Tree::Unknown,
            Role::Mac(party) => Tree::Party(party, Predicate::mac(test)),
            Role::Address(party) => Tree::Party(party, Predicate::address(test)),
            Role::Header => Tree::Headers(arena.intern(headers(test, self.family(), self.mode.half))),
        }
    }

    fn join(self, parts: &[Expression], arena: &mut L4Arena, joint: Joint) -> Tree<Predicate> {
        let full = arena.full(self.family());
        let (mut joined, mut headers) = (Joined::default(), Vec::new());
        for part in parts {
            if arena.is_spent() {
                return Tree::Unknown;
            }
            match self.tree(part, arena) {
                Tree::Constant(holds) if holds == joint.neutral() => {}
                Tree::Constant(holds) => return Tree::Constant(holds),
                Tree::Headers(set) => headers.push(set),
                Tree::Party(Party::Source, predicate) => {
                    joined.source = Some(joint.predicates(joined.source, predicate))
                }
                Tree::Party(Party::Target, predicate) => {
                    joined.target = Some(joint.predicates(joined.target, predicate))
                }
                other => joined.others.push(other),
            }
        }
        joined.headers = joint.headers(arena, headers);
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

    fn predicates(self, before: Option<Predicate>, next: Predicate) -> Predicate {
        match (before, self) {
            (None, _) => next,
            (Some(before), Self::All) => before.and(next),
            (Some(before), Self::Any) => before.or(next),
        }
    }
}

#[derive(Default)]
struct Joined {
    headers: Option<L4Id>,
    source: Option<Predicate>,
    target: Option<Predicate>,
    others: Vec<Tree<Predicate>>,
}

impl Joined {
    fn finish(self, joint: Joint) -> Tree<Predicate> {
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
