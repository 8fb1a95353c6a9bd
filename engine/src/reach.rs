//! Who can talk to whom: all endpoints and all headers at once.
//!
//! The symbolic evaluator. It shares the rows of [`ovn::pipeline`](crate::ovn::pipeline) with the concrete one
//! ([`ovn::walk`](crate::ovn::walk)) and nothing else; tests hold the two against each other.
//!
//! The rows of a stage are compiled into a `Lens` for each kind of packet: their matches are sorted by what they
//! depend on (the source, the target, the transport header), sources and targets that no row tells apart become one
//! class, and a pair of classes is walked once. Header sets are canonical and interned, so that a verdict is a number.
//!
//! The sets speak of ordinary conversations: unicast, TTL 64, unfragmented, untagged. DHCPv6's own messages (UDP from 546
//! to 547), which OVN never tracks, are none; the walk knows them.

mod alike;
mod arena;
mod balanced;
mod cells;
mod classes;
mod conversation;
mod course;
mod crowd;
mod division;
mod endpoint;
mod fan;
mod forest;
mod found;
mod header;
mod interner;
mod intervals;
mod l4;
mod lens;
mod likeness;
mod open;
mod parties;
mod partition;
mod passing;
mod predicate;
mod predicates;
mod region;
mod route;
mod sayings;
mod scene;
mod sensitivity;
mod topology;
mod touched;
mod tour;
mod tree;
mod verdict;

pub use cells::Cells;
pub(crate) use endpoint::has_several;
pub use endpoint::{AddressRange, Attachment, Endpoint, EndpointKind};
pub use intervals::{Intervals, Number};
pub use l4::{Family, L4Header, L4Set};
pub(crate) use predicate::intervals;
pub use region::{Ports, Region};
pub use route::{Carried, Crossing, Route};
pub use topology::Topology;
pub use verdict::{FamilyAnswer, NoPath, PairAnswer, Verdict};

use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Pipeline};
pub use alike::Alike;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;
pub use classes::{Classes, Example};
use conversation::Solver;
use core::net::IpAddr;
use crowd::Crowd;
pub use fan::{AnswerId, Fan, Way};
use fixedbitset::FixedBitSet;
use found::{Answer, Found, Sets};
use hashbrown::HashMap;

/// The reachability of a network's endpoints. Pairs are computed when they are asked for.
#[derive(Debug, Clone)]
pub struct Reach<'n> {
    endpoints: &'n [Endpoint],
    solver: Solver<'n>,
    /// Verdicts of single families by what they are made of.
    verdicts: HashMap<Sets, Verdict>,
    /// What was found for pairs that are alike, as long as nobody asks about everybody.
    known: HashMap<Alike, Found>,
    /// The classes; made when somebody asks about everybody.
    crowd: Option<Crowd>,
}

/// Classes that ask alike have equal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Asker((u32, usize));

/// Prepares the answers about all pairs of endpoints.
pub fn evaluate<'n>(network: &'n Network, endpoints: &'n [Endpoint]) -> Reach<'n> {
    evaluate_by(network, endpoints, Pipeline::all(network).into())
}

/// The same, with the pipelines of that network's switches as they were made before.
pub fn evaluate_by<'n>(network: &'n Network, endpoints: &'n [Endpoint], pipelines: Arc<[Pipeline]>) -> Reach<'n> {
    Reach::of(endpoints, Solver::new(network, endpoints, pipelines))
}

impl<'n> Reach<'n> {
    fn of(endpoints: &'n [Endpoint], solver: Solver<'n>) -> Self {
        Self { endpoints, solver, verdicts: HashMap::new(), known: HashMap::new(), crowd: None }
    }

    /// The endpoints, in the order of their indexes.
    pub fn endpoints(&self) -> &'n [Endpoint] {
        self.endpoints
    }

    /// The pipelines of the switches.
    pub fn pipelines(&self) -> &[Pipeline] {
        self.solver.pipelines()
    }

    /// Every ordered pair of different endpoints, by index.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let count = self.endpoints.len();
        (0..count).flat_map(move |from| (0..count).filter(move |to| *to != from).map(move |to| (from, to)))
    }

    /// What becomes of conversations from one endpoint to another, by index.
    pub fn pair(&mut self, from: usize, to: usize) -> PairAnswer {
        let found = self.sets(from, to);
        let common = Family::ALL.map(|family| self.solver.share(from, to, family));
        self.told(&Answer { found, common })
    }

    fn told(&self, answer: &Answer) -> PairAnswer {
        match answer.found {
            Ok(sets) => {
                let families = sets.into_iter().flatten().map(|sets| self.answer(sets)).collect();
                PairAnswer { families, no_path: None }
            }
            Err(reason @ NoPath::Unknown(_)) => PairAnswer { families: unknown(answer.common), no_path: Some(reason) },
            Err(reason) => PairAnswer { families: Vec::new(), no_path: Some(reason) },
        }
    }

    /// An answer of one of this evaluation's fans.
    pub fn told_as(&self, id: AnswerId) -> Option<PairAnswer> {
        Some(self.told(self.crowd.as_ref()?.answers.get(id)?))
    }

    /// Whether a way is known between two endpoints, on which rows are asked.
    pub fn has_way(&self, from: usize, to: usize) -> bool {
        let route = self.solver.route(from, to);
        route.is_some_and(|route| !matches!(route, Route::Unknown(_) | Route::Apart))
    }

    /// Whether a router between two endpoints may do something else with packets than to pass them on, whatever rows say.
    pub fn may_be_rerouted(&self, from: usize, to: usize) -> bool {
        let route = self.solver.route(from, to);
        route.is_some_and(|route| match route {
            Route::Routed(out, back, _) => self.solver.topology.may_reroute(out.switch, back.switch),
            Route::Direct | Route::Switched(_) | Route::Balanced(_) | Route::Unknown(_) | Route::Apart => false,
        })
    }

    /// What the answer about a pair depends on, rows and their order included: of two pairs with equal ones, the same
    /// rows decide about the same headers. Nothing where that cannot be told.
    pub fn alike(&mut self, from: usize, to: usize) -> Option<Alike> {
        let route = self.solver.route(from, to)?;
        self.solver.alike(route, from, to)
    }

    /// The classes of the endpoints: whoever wants to know about all pairs asks about one of each pair of classes. Asked
    /// for once, they make every later answer about a pair a matter of looking it up.
    pub fn classes(&mut self) -> Arc<Classes> {
        Arc::clone(&self.crowd().0.classes)
    }

    fn crowd(&mut self) -> (&mut Crowd, &mut Solver<'n>) {
        let solver = &mut self.solver;
        (self.crowd.get_or_insert_with(|| Crowd::of(solver)), solver)
    }

    /// The verdict of a pair, without its header sets.
    pub fn verdict(&mut self, from: usize, to: usize) -> Verdict {
        match self.sets(from, to) {
            Ok([Some(one), None] | [None, Some(one)]) => match self.verdicts.get(&one) {
                Some(verdict) => *verdict,
                None => {
                    let families = [self.answer(one)].to_vec();
                    let verdict = PairAnswer { families, no_path: None }.verdict();
                    self.verdicts.insert(one, verdict);
                    verdict
                }
            },
            Ok(_) | Err(_) => self.pair(from, to).verdict(),
        }
    }

    /// From now on it is noted which rows are [met](Self::met).
    #[must_use]
    pub fn noting(mut self) -> Self {
        self.solver.is_noting = true;
        self
    }

    /// The rows that any conversation asked about so far got to, past all rows before them, and that matched some of it.
    pub fn met(&self) -> BTreeSet<AclId> {
        self.solver.met()
    }

    /// Spends at most so much on sets of headers, in ranges and in slabs of the plane of source and target ports; what
    /// would take more is undefined. By default 2^26, which is a second or less.
    #[must_use]
    pub fn within(mut self, work: usize) -> Self {
        self.solver.allow(work);
        self
    }

    /// Whether conversations asked about so far had too many kinds of headers to tell them all apart, and the rows at
    /// which that was so. What such rows decide is undefined.
    pub fn outgrown(&self) -> (bool, BTreeSet<AclId>) {
        self.solver.outgrown()
    }

    fn sets(&mut self, from: usize, to: usize) -> Found {
        let classes = self.crowd.as_ref().map(|crowd| &crowd.classes).filter(|_| from != to);
        let found = classes.and_then(|classes| classes.of(from).zip(classes.of(to))).and_then(|(source, target)| {
            let answer = self.fan(source).of(target)?;
            Some(self.crowd.as_ref()?.answers.get(answer)?.found)
        });
        // Whatever a fan leaves out is asked for by itself, never guessed.
        found.unwrap_or_else(|| self.single(from, to))
    }

    fn single(&mut self, from: usize, to: usize) -> Found {
        let alike = self.alike(from, to);
        if let Some(known) = alike.and_then(|alike| self.known.get(&alike)) {
            return *known;
        }
        let found = self.solver.solve(from, to);
        if let Some(alike) = alike {
            self.known.insert(alike, found);
        }
        found
    }

    /// What the endpoints of a class of [`Self::classes`] are told by all others.
    pub fn fan(&mut self, class: usize) -> Arc<Fan> {
        let (crowd, solver) = self.crowd();
        crowd.fan(class, solver)
    }

    /// Who a class of [`Self::classes`] is where it asks: classes of which this is the same have the same fan. The more fans there
    /// were, the more may be told apart.
    pub fn asker(&mut self, class: usize) -> Asker {
        Asker(self.crowd().0.asker(class))
    }

    /// What a class and some others have to do with each other, one way. It is not kept. [`Way::To`] is for networks
    /// without load balancers, where ways hang on nothing but the places of both ends.
    pub fn fan_among(&mut self, class: usize, way: Way, others: &FixedBitSet) -> Fan {
        let (crowd, solver) = self.crowd();
        crowd.fan_among(class, way, Some(others), solver)
    }

    fn answer(&self, sets: Sets) -> FamilyAnswer {
        let set = |id| Arc::new(self.solver.arena.get(id));
        FamilyAnswer {
            family: sets.family,
            delivered: set(sets.delivered),
            answered: set(sets.answered),
            undefined: set(sets.undefined),
        }
    }
}

/// Everything depends on a way that nobody can know.
fn unknown(common: [bool; 2]) -> Vec<FamilyAnswer> {
    let answer = |family| {
        let (none, all) = (Arc::new(L4Set::empty()), Arc::new(L4Set::full(family)));
        FamilyAnswer { family, delivered: none.clone(), answered: none, undefined: all }
    };
    Family::ALL.into_iter().zip(common).filter(|(_, common)| *common).map(|(family, _)| answer(family)).collect()
}

impl Endpoint {
    /// Whether it has an address of a family.
    pub fn has(&self, family: Family) -> bool {
        self.address(family).is_some()
    }

    /// Whether it is where another one is, by all that a switch without rows can see; ranges may differ.
    pub fn is_placed_as(&self, other: &Self) -> bool {
        let families = |endpoint: &Self| Family::ALL.map(|family| endpoint.has(family));
        let placed = self.attachment == other.attachment && self.mac == other.mac && families(self) == families(other);
        let is_range = |kind: EndpointKind| matches!(kind, EndpointKind::External | EndpointKind::Address);
        placed && self.kind == other.kind && (is_range(self.kind) || self.addresses == other.addresses)
    }

    /// Its first address of a family.
    pub fn address(&self, family: Family) -> Option<IpAddr> {
        let wanted = |address: &IpAddr| address.is_ipv4() == (family == Family::Ipv4);
        self.addresses.iter().map(|range| range.first).find(wanted)
    }
}
