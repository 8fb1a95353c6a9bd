//! Whom a change of rows can be about at all.
//!
//! What becomes of a conversation depends on the rows that may match one of its packets, on the two endpoints, and on
//! what the switches do with every packet. Where two evaluations differ in rows alone, a pair of which no such row may
//! match a packet has the same answer in both, whatever the thousands of other rows say.

use super::conversation::Solver;
use super::l4::Family;
use super::partition;
use super::predicates::{PredicateId, Predicates};
use super::scene::{Party, Scene};
use super::tree::{Ground, Sets, Tree};
use super::{Endpoint, Reach};
use crate::ovn::acl::Direction;
use crate::ovn::matching::Expression;
use crate::ovn::network::{Network, PortGroup, Switch};
use crate::ovn::pipeline::{Guard, Outcome, Pipeline, Row, Stage};
use alloc::sync::Arc;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// Two lists of endpoints, by index and rising.
pub type Sides = [Vec<usize>; 2];

/// Where the rows name more endpoints than this, everybody may as well be asked.
const MOST_NAMED: usize = 1 << 20;

impl<'n> Reach<'n> {
    /// Whom the rows which only this evaluation has may be about: of every pair whose answer depends on such a row, one end
    /// is on one side of a part and the other on the other, whoever asks. Nothing where the two evaluations differ in more
    /// than rows, where such a row may be about anybody, or where there are more of them than endpoints.
    pub fn touched(&mut self, other: &Reach<'_>) -> Option<Vec<Sides>> {
        let (mine, theirs) = (self.solver.network, other.solver.network);
        if !mine.load_balancers.is_empty() || !same_but_rows(mine, theirs) {
            return None;
        }
        let pipelines = Arc::clone(&self.solver.pipelines);
        let (mut touched, mut left, mut named) = (Vec::new(), self.endpoints.len(), 0);
        for (switch, (own, others)) in pipelines.iter().zip(other.pipelines()).enumerate() {
            let rows = only(own, others)?;
            left = left.checked_sub(rows.len())?;
            for (stage, matches) in rows {
                for part in self.solver.reached(switch, stage, matches)? {
                    // Packets of other kinds mean the same ends, as a rule.
                    if touched.last() != Some(&part) {
                        named += part.iter().map(Vec::len).sum::<usize>();
                        touched.push(part);
                    }
                }
                if named > MOST_NAMED {
                    return None;
                }
            }
        }
        Some(touched)
    }

    /// The same network and rows, asked about other endpoints of it.
    pub fn about<'e>(&self, endpoints: &'e [Endpoint]) -> Reach<'e>
    where
        'n: 'e,
    {
        let Solver { network, pipelines, sensitive, .. } = &self.solver;
        Reach::of(endpoints, Solver::seeing(network, endpoints, Arc::clone(pipelines), *sensitive))
    }
}

impl<'n> Solver<'n> {
    /// The endpoints of which a match may hold in some packet; nothing where it may hold of everybody.
    fn reached(&mut self, switch: usize, stage: Stage, matches: &Expression) -> Option<Vec<Sides>> {
        let mut reached = Vec::new();
        self.meet(switch);
        let ports = self.ports(switch)?;
        // Packets of a family that nobody has are never asked about.
        let used =
            Family::ALL.map(|family| self.endpoints.iter().any(|endpoint| endpoint.has(family)).then_some(family));
        let scenes = [Scene::Ip(Family::Ipv4), Scene::ArpRequest, Scene::ArpReply, Scene::Ip(Family::Ipv6)];
        for scene in scenes.into_iter().filter(|scene| used.contains(&Some(scene.family()))) {
            for mode in self.sensitive.modes(scene)? {
                let mut sides = self.sides(switch, scene.family())?;
                let ground = Ground { ports: &ports, stage, mode, sides: &sides };
                let mut sets = Sets { arena: &mut self.arena, predicates: &mut self.predicates };
                let tree = ground.tree(matches, &mut sets);
                let limits =
                    [Party::Source, Party::Target].map(|role| limit(&tree, role, &mut sides, &self.predicates));
                self.keep_sides(switch, scene.family(), sides);
                match limits {
                    [None, None] => return None,
                    [Some(none), _] | [_, Some(none)] if none.is_empty() => {}
                    [sources, targets] => {
                        let asks = !matches!(scene, Scene::Ip(_));
                        reached.push([self.seen_as(switch, sources, asks)?, self.seen_as(switch, targets, asks)?]);
                    }
                }
            }
        }
        Some(reached)
    }

    /// The endpoints that a switch sees as one of some parties; as anybody, where nobody is named. Whoever asks for the
    /// Ethernet address of a router may want any of those behind it.
    fn seen_as(&self, switch: usize, limit: Option<Vec<usize>>, asks: bool) -> Option<Vec<usize>> {
        let (parties, every) = (self.parties(switch)?, 0..self.endpoints.len());
        let mut named = FixedBitSet::with_capacity(parties.len());
        match limit {
            None => return Some(every.collect()),
            Some(limit) => named.extend(limit),
        }
        if asks && parties.routers().any(|router| named.contains(router)) {
            return Some(every.collect());
        }
        let is_named = |at: &usize| parties.endpoint(*at).is_some_and(|party| named.contains(party));
        Some(every.filter(is_named).collect())
    }
}

/// Parties without which a tree does not hold; nothing where it may hold of any.
fn limit(
    tree: &Tree<PredicateId>,
    role: Party,
    sides: &mut partition::Sides,
    predicates: &Predicates,
) -> Option<Vec<usize>> {
    match tree {
        Tree::Constant(false) => Some(Vec::new()),
        Tree::Constant(true) | Tree::Unknown | Tree::Headers(_) => None,
        Tree::Party(party, predicate) => (*party == role).then(|| sides.members(*predicate, predicates).to_vec()),
        Tree::All(parts) => parts.iter().filter_map(|part| limit(part, role, sides, predicates)).min_by_key(Vec::len),
        Tree::Any(parts) => parts.iter().try_fold(Vec::new(), |mut all, part| {
            all.extend(limit(part, role, sides, predicates)?);
            Some(all)
        }),
    }
}

/// Whether two networks have the same but for rows and for the address sets that these name.
fn same_but_rows(one: &Network, other: &Network) -> bool {
    let switch = |(one, other): (&Switch, &Switch)| {
        one.name == other.name && one.ports == other.ports && one.load_balancer == other.load_balancer
    };
    let group = |(one, other): (&PortGroup, &PortGroup)| one.name == other.name && one.ports == other.ports;
    one.version == other.version
        && one.options == other.options
        && one.routers == other.routers
        && one.beyond == other.beyond
        && one.load_balancers == other.load_balancers
        && one.switches.len() == other.switches.len()
        && one.port_groups.len() == other.port_groups.len()
        && one.switches.iter().zip(&other.switches).all(switch)
        && one.port_groups.iter().zip(&other.port_groups).all(group)
}

/// The matches that only the first of two pipelines asks; nothing where they differ in more than rows.
fn only<'p>(own: &'p Pipeline, others: &'p Pipeline) -> Option<Vec<(Stage, &'p Expression)>> {
    if own.stateful_acl != others.stateful_acl || own.load_balancer != others.load_balancer {
        return None;
    }
    let mut found = Vec::new();
    for stage in Stage::ALL {
        let (mine, theirs) = match (own.stage(stage), others.stage(stage)) {
            (Some(mine), Some(theirs)) if mine.same_but_acls(theirs) => (mine, theirs),
            (None, None) => continue,
            _ => return None,
        };
        let left = missing(middle(&mine.acls, &theirs.acls).map(Doing), middle(&theirs.acls, &mine.acls).map(Doing));
        found.extend(left.into_iter().map(|Doing(row)| (stage, &*row.matches)));
    }
    for (direction, stage) in [(Direction::FromLport, Stage::FromLport), (Direction::ToLport, Stage::ToLport)] {
        let left = missing(own.stateless(direction), others.stateless(direction));
        found.extend(left.into_iter().map(|matches| (stage, matches)));
    }
    Some(found)
}

/// The first of two lists without what both begin with and end with.
fn middle<'r>(own: &'r [Row], others: &[Row]) -> impl Iterator<Item = &'r Row> {
    let same = |(one, other): &(&Row, &Row)| Doing(one) == Doing(other);
    let begin = own.iter().zip(others).take_while(same).count();
    let (own, others) = (own.get(begin..).unwrap_or_default(), others.get(begin..).unwrap_or_default());
    let end = own.iter().rev().zip(others.iter().rev()).take_while(same).count();
    own.iter().take(own.len() - end)
}

/// A row by all that it does, whoever wrote it.
struct Doing<'r>(&'r Row);

impl Doing<'_> {
    fn rank(&self) -> (u8, u16, Guard, Outcome) {
        (self.0.tier, self.0.priority, self.0.guard, self.0.outcome)
    }
}

impl PartialEq for Doing<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank() && self.0.matches == other.0.matches
    }
}

impl Eq for Doing<'_> {}

// Rows that do the same by other words are told apart: those whom they mean are asked once more, and nobody is missed.
impl core::hash::Hash for Doing<'_> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        (self.rank(), self.0.sketch).hash(state);
    }
}

/// What is more often in the first than in the second.
fn missing<K: Eq + core::hash::Hash>(own: impl Iterator<Item = K>, others: impl Iterator<Item = K>) -> Vec<K> {
    let mut known: HashMap<K, usize> = HashMap::new();
    for other in others {
        *known.entry(other).or_default() += 1;
    }
    let is_there = |own: &K| match known.get_mut(own) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    };
    let mut is_there = is_there;
    own.filter(|own| !is_there(own)).collect()
}
