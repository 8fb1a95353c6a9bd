//! A conversation between two endpoints for all headers at once: what the request may cross, what conntrack
//! remembers of it, and what its answer may cross.

mod notes;
mod tracks;

use super::arena::{L4Arena, L4Id};
use super::crowd::Asked;
use super::endpoint::Endpoint;
use super::forest::Trees;
use super::found::disputed;
use super::l4::{Family, L4Set};
use super::lens::Lens;
use super::likeness::Likeness;
use super::parties::Parties;
use super::partition::Sides;
use super::passing::Passing;
use super::predicate::PortIndex;
use super::predicates::Predicates;
use super::region::{Ports, Region};
use super::route::{Crossing, Route};
use super::scene::{Half, Mode, Scene, Ttl};
use super::sensitivity::Sensitivity;
use super::topology::Topology;
use crate::ovn::acl::Direction;
use crate::ovn::network::{Network, PortKind};
use crate::ovn::pipeline::{AclId, Outcome, Pipeline, Row, Stage, Tracking};
use crate::ovn::walk::Choice;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

pub(super) use tracks::{End, Remembered, Tracker, Tracks};

/// Everything that is computed once and used for many pairs.
#[derive(Debug, Clone)]
pub struct Solver<'n> {
    pub(super) network: &'n Network,
    pub(super) pipelines: Arc<[Pipeline]>,
    pub(super) endpoints: &'n [Endpoint],
    pub(super) topology: Topology<'n>,
    /// By switch; made when the first packet crosses it.
    pub(super) parties: Vec<Option<Parties>>,
    /// By switch; made when the first pair across it is asked about. Nothing where its rows see too much.
    pub(super) likenesses: Vec<Option<Option<Likeness>>>,
    pub(super) sensitive: Sensitivity,
    pub(super) arena: L4Arena,
    pub(super) predicates: Predicates,
    pub(super) forest: HashMap<Key, Arc<Trees>>,
    /// By switch; made when the first tree is.
    pub(super) ports: Vec<Option<Arc<PortIndex<'n>>>>,
    /// The parties of switches, with the addresses of a family.
    pub(super) sides: HashMap<(usize, Family), Sides>,
    fixed: FixedSets,
    /// What was asked so far, by the numbers of their keys.
    pub(super) lenses: Vec<Lens>,
    numbers: HashMap<Key, Option<usize>>,
    /// Where questions are noted, while somebody wants to know them.
    pub(super) asked: Option<Vec<Asked>>,
    /// Whether it is noted which rows are met.
    pub(super) is_noting: bool,
    /// Whether everything asked since the start of the conversation was promised by OVN.
    pub(super) certain: bool,
    /// Whether something that was asked since this was last cleared is too complex to be told.
    pub(super) lost: bool,
    /// Endpoints by their addresses; made when the first load balancer is asked about.
    pub(super) by_address: Option<HashMap<(usize, IpAddr), usize>>,
    /// Endpoints with an address that a load balancer has, too.
    pub(super) disputed: FixedBitSet,
}

/// Requests of one family: those that arrive, and those whose answer comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    pub delivered: L4Id,
    pub answered: L4Id,
}

/// Header sets that are the same for every pair of a family.
#[derive(Debug, Clone, Copy)]
struct Fixed {
    full: L4Id,
    answerable: L4Id,
    /// What conntrack takes for the start of a connection: among requests, and among answers.
    starting: (L4Id, L4Id),
}

#[derive(Debug, Clone, Copy)]
struct FixedSets {
    ipv4: Fixed,
    ipv6: Fixed,
}

impl FixedSets {
    fn of(self, family: Family) -> Fixed {
        match family {
            Family::Ipv4 => self.ipv4,
            Family::Ipv6 => self.ipv6,
        }
    }
}

impl Fixed {
    fn of(family: Family, arena: &mut L4Arena) -> Self {
        let mut starts = |half| arena.intern(starting(family, half));
        let starting = (starts(Half::Request), starts(Half::Reply));
        let answerable = arena.intern(L4Set::answerable(family));
        Self { full: arena.full(family), answerable, starting }
    }

    fn starting(self, half: Half) -> L4Id {
        match half {
            Half::Request => self.starting.0,
            Half::Reply => self.starting.1,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) switch: usize,
    pub(super) what: What,
    pub(super) mode: Mode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    Stage(Stage),
    /// What passes a stage without being remembered.
    Forgotten(Stage),
    Stateless(Direction),
}

/// Who talks to whom, by the indexes of the endpoints, in which family; and which way to take where none is promised.
#[derive(Debug, Clone, Copy)]
pub struct Talk {
    pub from: usize,
    pub to: usize,
    pub family: Family,
    pub choice: Choice,
}

impl Talk {
    fn turned(self) -> Self {
        Self { from: self.to, to: self.from, ..self }
    }
}

/// One half of a conversation at one switch.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) switch: usize,
    pub(super) source: usize,
    pub(super) target: usize,
    pub(super) family: Family,
    pub(super) half: Half,
    pub(super) ttl: Ttl,
    pub(super) choice: Choice,
}

pub(super) const FIRST_TTL: Ttl = Ttl::FIRST;

impl<'n> Solver<'n> {
    pub fn new(network: &'n Network, endpoints: &'n [Endpoint], pipelines: Arc<[Pipeline]>) -> Self {
        let sensitive = Sensitivity::of(&pipelines);
        Self::seeing(network, endpoints, pipelines, sensitive)
    }

    /// The same, where it is known what the rows look at.
    pub(super) fn seeing(
        network: &'n Network,
        endpoints: &'n [Endpoint],
        pipelines: Arc<[Pipeline]>,
        sensitive: Sensitivity,
    ) -> Self {
        let topology = Topology::of(network);
        let parties = network.switches.iter().map(|_| None).collect();
        let likenesses = network.switches.iter().map(|_| None).collect();
        let mut arena = L4Arena::new();
        let fixed = FixedSets { ipv4: Fixed::of(Family::Ipv4, &mut arena), ipv6: Fixed::of(Family::Ipv6, &mut arena) };
        Self {
            network,
            endpoints,
            topology,
            pipelines,
            parties,
            likenesses,
            sensitive,
            arena,
            predicates: Predicates::new(),
            forest: HashMap::new(),
            ports: network.switches.iter().map(|_| None).collect(),
            sides: HashMap::new(),
            fixed,
            lenses: Vec::new(),
            numbers: HashMap::new(),
            asked: None,
            is_noting: false,
            certain: true,
            lost: false,
            by_address: None,
            disputed: disputed(network, endpoints),
        }
    }

    pub fn pipelines(&self) -> &[Pipeline] {
        &self.pipelines
    }

    /// The conversation from one endpoint to another along a route; and whether the other choice gives the same.
    pub fn exchange(&mut self, route: Route<'n>, talk: Talk) -> (Exchange, bool) {
        self.certain = true;
        (self.converse(route, talk), self.certain)
    }

    /// The route between two endpoints, by their indexes.
    pub fn route(&self, from: usize, to: usize) -> Option<Route<'n>> {
        Some(Route::between(&self.topology, self.endpoints.get(from)?, self.endpoints.get(to)?))
    }

    fn converse(&mut self, route: Route<'n>, talk: Talk) -> Exchange {
        route.crossings().for_each(|crossing| self.meet(crossing.switch));
        let family = talk.family;
        let nothing = Exchange { delivered: L4Arena::EMPTY, answered: L4Arena::EMPTY };
        let Fixed { full, answerable, .. } = self.fixed.of(family);
        let reply = || route.crossings().rev().map(Crossing::reversed);
        let is_way = !matches!(route, Route::Apart | Route::Balanced(_) | Route::Unknown(_));
        if !is_way || !self.resolves(route.crossings().next(), talk) {
            return nothing;
        }
        // How many routers lie behind a router nobody says.
        let first_ttl = |crossing: Option<Crossing<'_>>| {
            if crossing.is_some_and(|crossing| crossing.from.is_some()) { Ttl::UNKNOWN } else { FIRST_TTL }
        };
        let (mut delivered, mut ttl, mut memory) = (full, first_ttl(route.crossings().next()), [None; 2]);
        for (crossing, memory) in route.crossings().zip(&mut memory) {
            let Some(at) = self.at(crossing, talk, Half::Request, ttl) else { return nothing };
            let remembered;
            (delivered, remembered) = self.cross(at, delivered, None);
            *memory = Some(remembered);
            ttl = ttl - route.hops();
        }
        let asked = self.arena.intersection(delivered, answerable);
        if asked == L4Arena::EMPTY || !self.resolves(reply().next(), talk.turned()) {
            return Exchange { delivered, answered: L4Arena::EMPTY };
        }
        let mut answers = self.arena.answers(family, asked);
        ttl = first_ttl(reply().next());
        for (crossing, remembered) in reply().zip(memory.into_iter().flatten().rev()) {
            let Some(at) = self.at(crossing, talk.turned(), Half::Reply, ttl) else { return nothing };
            (answers, _) = self.cross(at, answers, Some(remembered));
            ttl = ttl - route.hops();
        }
        let answered = self.arena.answers(family, answers);
        Exchange { delivered, answered }
    }

    /// The headers of `arriving` that get across one switch, and what its zones then remember.
    fn cross(&mut self, at: At, arriving: L4Id, request: Option<Remembered>) -> (L4Id, Remembered) {
        let (entered, entering) = self.enter(at, arriving, request);
        self.leave(at, entered, entering, request, Tracker::Rows)
    }

    /// Whether the first switch lets the asker learn the Ethernet address of its next hop. OVN itself answers
    /// (`build_lswitch_arp_nd_responder_known_ips`): the question passes the from-lport stages, the answer the
    /// to-lport stage of the asker. Neighbour discovery of IPv6 always passes; routers and what is behind a physical
    /// network know without asking.
    pub(super) fn resolves(&mut self, first: Option<Crossing<'n>>, talk: Talk) -> bool {
        let asks = |crossing: &Crossing<'n>| crossing.from.is_none() && talk.family == Family::Ipv4;
        let Some(crossing) = first.filter(asks) else {
            return true;
        };
        let Some(parties) = self.parties(crossing.switch) else { return true };
        let target = match crossing.to {
            Some(link) => parties.router(link),
            None => parties.endpoint(talk.to),
        };
        let Some((source, target)) = parties.endpoint(talk.from).zip(target) else { return true };
        let physical = [source, target].iter().any(|party| parties.kind(*party) == PortKind::Localnet);
        physical
            || Stage::ALL.into_iter().all(|stage| {
                let scene = if stage == Stage::ToLport { Scene::ArpReply } else { Scene::ArpRequest };
                let mode = Mode { scene, half: Half::Request, tracking: Tracking::Untracked, ttl: FIRST_TTL };
                let (parties, among) = ((source, target), self.fixed.ipv4.full);
                self.note(crossing.switch, stage, mode, parties, among);
                self.ask(crossing.switch, What::Stage(stage), mode, parties, talk.choice, among) != L4Arena::EMPTY
            })
    }

    /// Spends at most so much more on sets of headers.
    pub(super) fn allow(&mut self, work: usize) {
        self.arena.allow(work);
    }

    /// The rows at which there were too many kinds of headers to go on, and whether there were.
    pub(super) fn outgrown(&self) -> (bool, BTreeSet<AclId>) {
        (self.arena.is_spent(), self.lenses.iter().flat_map(Lens::outgrown).collect())
    }

    /// The number of a lens, made when it is asked for first; nothing where the switch has no rows.
    fn lens(&mut self, switch: usize, what: What, mode: Mode) -> Option<usize> {
        let key = Key { switch, what, mode: self.sensitive.reduce(mode) };
        match self.numbers.get(&key) {
            Some(number) => *number,
            None => {
                let number = self.build(key).map(|lens| {
                    self.lenses.push(lens);
                    self.lenses.len() - 1
                });
                self.numbers.insert(key, number);
                number
            }
        }
    }

    /// Which of some headers come through. Of others nothing is asked, so that nobody is told apart by them.
    fn ask(
        &mut self,
        switch: usize,
        what: What,
        mode: Mode,
        (source, target): (usize, usize),
        choice: Choice,
        among: L4Id,
    ) -> L4Id {
        let number = self.lens(switch, what, mode);
        let passing = match number.and_then(|number| self.lenses.get_mut(number)) {
            Some(lens) => lens.passing(source, target, &mut self.arena),
            None => {
                let full = match mode.scene {
                    Scene::Ip(family) => self.fixed.of(family).full,
                    Scene::ArpRequest | Scene::ArpReply => self.fixed.of(Family::Ipv4).full,
                };
                Passing { must: full, may: full }
            }
        };
        let passing = passing.among(among, &mut self.arena);
        let tells_apart = |lens: &usize| self.lenses.get(*lens).is_some_and(|lens| !lens.is_uniform());
        if let Some((lens, asked)) = number.filter(tells_apart).zip(self.asked.as_mut()) {
            asked.push(Asked { switch, lens, source, target, among, passing });
        }
        self.certain &= passing.must == passing.may;
        self.lost |= passing.must != passing.may && self.arena.is_spent();
        match choice {
            Choice::Strict => passing.must,
            Choice::Generous => passing.may,
        }
    }

    /// The lens of a key; nothing where the switch has no rows and everything passes.
    fn build(&mut self, key: Key) -> Option<Lens> {
        let trees = self.trees(key)?;
        let mut sides = self.sides(key.switch, key.mode.scene.family())?;
        let pipeline = self.pipelines.get(key.switch)?;
        let (predicates, full) = (&self.predicates, self.fixed.of(key.mode.scene.family()).full);
        let state = key.mode.tracking;
        let mut of_stage = |stage, default: Option<Outcome>, outcome: fn(&Row) -> Outcome| {
            let rows = pipeline.stage(stage)?;
            let decided = (default.unwrap_or_else(|| rows.default_for(state)), outcome);
            Some(Lens::of_stage(rows, state, decided, &trees, full, &mut sides, predicates))
        };
        let lens = match key.what {
            What::Stage(stage) => of_stage(stage, None, |row| row.outcome)?,
            // The default of the first stage has connections remembered, that behind a load balancer does nothing.
            What::Forgotten(Stage::FromLportAfterLb) => {
                of_stage(Stage::FromLportAfterLb, Some(Outcome::Allow), forgotten)?
            }
            What::Forgotten(stage) => of_stage(stage, Some(Outcome::Drop), forgotten)?,
            What::Stateless(_) => Lens::of_matches(&trees, full, &mut sides, predicates),
        };
        self.keep_sides(key.switch, key.mode.scene.family(), sides);
        Some(lens)
    }

    fn at(&self, crossing: Crossing<'_>, talk: Talk, half: Half, ttl: Ttl) -> Option<At> {
        let parties = self.parties(crossing.switch)?;
        let (source, target) = (parties.endpoint(talk.from)?, parties.endpoint(talk.to)?);
        let Talk { family, choice, .. } = talk;
        Some(At { switch: crossing.switch, source, target, family, half, ttl, choice })
    }

    pub(super) fn parties(&self, switch: usize) -> Option<&Parties> {
        self.parties.get(switch)?.as_ref()
    }

    pub(super) fn meet(&mut self, switch: usize) {
        let (network, topology, endpoints) = (self.network, &self.topology, self.endpoints);
        if let Some(parties) = self.parties.get_mut(switch) {
            parties.get_or_insert_with(|| Parties::of(network, topology, switch, endpoints));
        }
    }

    pub(super) fn kind(&self, switch: usize, party: usize) -> PortKind {
        self.parties(switch).map_or(PortKind::Vif, |parties| parties.kind(party))
    }
}

/// What a row does where only that passes which is not remembered.
fn forgotten(row: &Row) -> Outcome {
    if row.outcome == Outcome::Allow && !row.forgets() { Outcome::Drop } else { row.outcome }
}

/// The headers that conntrack takes for the start of a connection: a SYN-ACK or an echo reply is none.
fn starting(family: Family, half: Half) -> L4Set {
    let all = L4Set::full(family);
    match half {
        Half::Request => L4Set { icmp: Region::product(&family.starting_types(), &Ports::range(0, 255)), ..all },
        Half::Reply => L4Set { tcp: Region::empty(), icmp: Region::empty(), ..all },
    }
}
