//! The rows of one stage of one switch as one kind of packet meets them.

use super::arena::{L4Arena, L4Id};
use super::partition::{Partition, Sides};
use super::predicate::Predicate;
use super::scene::Party;
use super::tree::{Ground, Tree};
use crate::ovn::matching::Expression;
use crate::ovn::pipeline::{AclId, Origin, Outcome, Row, StageRows};
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// Which headers come through. Where OVN promises no order, or nobody knows, the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passing {
    /// These for certain.
    pub must: L4Id,
    /// These perhaps.
    pub may: L4Id,
}

#[derive(Debug, Clone)]
struct Asked {
    tier: u8,
    priority: u16,
    outcome: Outcome,
    tree: Tree<usize>,
    origin: Option<Origin>,
}

/// Rows, classes of sources and targets, and what was found for pairs of classes.
#[derive(Debug, Clone)]
pub struct Lens {
    rows: Vec<Asked>,
    default: Outcome,
    full: L4Id,
    source: Classes,
    target: Classes,
    found: HashMap<(u32, u32), Passing>,
    /// The rows that some header got to and matched.
    met: FixedBitSet,
    /// The rows at which the header sets outgrew their budget.
    outgrown: FixedBitSet,
}

/// The classes of one party with what holds of them.
#[derive(Debug, Clone)]
struct Classes {
    partition: Partition,
    /// For each predicate: the classes of which it holds.
    holding: Vec<FixedBitSet>,
    /// For each class: the rows that its other half may make true.
    rows: Vec<FixedBitSet>,
}

impl Lens {
    /// The lens of a stage.
    pub fn of_stage(ground: Ground<'_>, rows: &StageRows, sides: &Sides, arena: &mut L4Arena) -> Self {
        let state = ground.mode.tracking;
        let asked = rows.fixed.iter().chain(&rows.acls).filter(|row| row.guard.admits(state));
        let asked: Vec<_> = asked.map(|row| (Rank::of(row), &*row.matches, row.outcome)).collect();
        Self::build(ground, &asked, rows.default_for(state), sides, arena)
    }

    /// The lens of matches that have no order: a header passes where one of them holds.
    pub fn of_matches<'e>(
        ground: Ground<'_>,
        matches: impl Iterator<Item = &'e Expression>,
        sides: &Sides,
        arena: &mut L4Arena,
    ) -> Self {
        let asked: Vec<_> = matches.map(|matches| (Rank::default(), matches, Outcome::Allow)).collect();
        Self::build(ground, &asked, Outcome::Drop, sides, arena)
    }

    fn build(
        ground: Ground<'_>,
        asked: &[(Rank, &Expression, Outcome)],
        default: Outcome,
        sides: &Sides,
        arena: &mut L4Arena,
    ) -> Self {
        let (mut source, mut target) = (Interner::default(), Interner::default());
        let mut rows = Vec::with_capacity(asked.len());
        let mut outgrown = FixedBitSet::with_capacity(asked.len());
        for (rank, matches, outcome) in asked {
            let before = arena.is_spent();
            let tree = ground.tree(matches, arena);
            if matches!(tree, Tree::Constant(false)) {
                continue;
            }
            outgrown.set(rows.len(), arena.is_spent() && !before);
            let mut sides = [&mut source, &mut target];
            let tree = intern(tree, &mut sides);
            let Rank { tier, priority, origin } = *rank;
            rows.push(Asked { tier, priority, outcome: *outcome, tree, origin });
        }
        Self {
            source: Classes::of(Party::Source, sides, &source.predicates, &rows),
            target: Classes::of(Party::Target, sides, &target.predicates, &rows),
            full: arena.full(ground.family()),
            found: HashMap::new(),
            met: FixedBitSet::with_capacity(rows.len()),
            outgrown,
            rows,
            default,
        }
    }

    /// What comes through from one party of the switch to another.
    pub fn passing(&mut self, source: usize, target: usize, arena: &mut L4Arena) -> Passing {
        let nothing = Passing { must: L4Arena::EMPTY, may: L4Arena::EMPTY };
        let classes = self.class(Party::Source, source).zip(self.class(Party::Target, target));
        classes.map_or(nothing, |classes| self.between(classes, arena))
    }

    /// How many classes there are of parties in a role.
    pub fn classes(&self, role: Party) -> usize {
        self.side(role).partition.len()
    }

    /// The class of a party in a role.
    pub fn class(&self, role: Party, party: usize) -> Option<u32> {
        self.side(role).partition.class(party)
    }

    fn side(&self, role: Party) -> &Classes {
        match role {
            Party::Source => &self.source,
            Party::Target => &self.target,
        }
    }

    /// What comes through from a class of sources to a class of targets.
    pub fn between(&mut self, classes: (u32, u32), arena: &mut L4Arena) -> Passing {
        let nothing = Passing { must: L4Arena::EMPTY, may: L4Arena::EMPTY };
        if let Some(found) = self.found.get(&classes) {
            return *found;
        }
        let mut met = core::mem::take(&mut self.met);
        let found = match self.walk(classes, &mut met, arena) {
            Ok(found) => found.unwrap_or(nothing),
            Err(Outgrown(row)) => {
                row.into_iter().for_each(|row| self.outgrown.insert(row));
                self.anything()
            }
        };
        self.met = met;
        self.found.insert(classes, found);
        found
    }

    /// What is said where nothing is known: perhaps every header comes through, none for certain.
    fn anything(&self) -> Passing {
        Passing { must: L4Arena::EMPTY, may: self.full }
    }

    /// What the rows say of all classes in a role, when the other party is of this class: sets of classes, by what is said.
    pub fn sayings(&self, role: Party, other: u32, arena: &mut L4Arena) -> Vec<(Passing, FixedBitSet)> {
        let Some(other) = usize::try_from(other).ok() else { return Vec::new() };
        let mut undecided = all(self.classes(role));
        let mut open = Cells::default();
        open.add(Open::new(self.full), undecided.clone());
        let mut sayings = Cells::default();
        let asked = self.side(role.other()).rows.get(other).into_iter().flat_map(FixedBitSet::ones);
        for row in asked.filter_map(|at| self.rows.get(at)) {
            if arena.is_spent() {
                return [(self.anything(), all(self.classes(role)))].to_vec();
            }
            let parts = self.parts(row, role, other, &undecided, arena);
            if parts.is_empty() {
                continue;
            }
            let mut next = Cells::default();
            for (mut before, mut classes) in open.0 {
                if !before.meets(row, arena) && before.is_decided() {
                    undecided.difference_with(&classes);
                    sayings.add(before.finish(self.default, self.full, arena), classes);
                    continue;
                }
                for (passing, part) in parts.iter().filter(|_| before.left != L4Arena::EMPTY) {
                    if part.is_disjoint(&classes) {
                        continue;
                    }
                    let mut common = classes.clone();
                    common.intersect_with(part);
                    classes.difference_with(part);
                    let mut after = before;
                    after.ask(row.outcome, *passing, arena);
                    next.add(after, common);
                }
                next.add(before, classes);
            }
            open = next;
            if open.0.is_empty() {
                break;
            }
        }
        open.0
            .into_iter()
            .for_each(|(open, classes)| sayings.add(open.finish(self.default, self.full, arena), classes));
        sayings.0
    }

    /// The undecided classes of which a row may hold, by the headers of which it does.
    fn parts(
        &self,
        row: &Asked,
        role: Party,
        other: usize,
        of: &FixedBitSet,
        arena: &mut L4Arena,
    ) -> Vec<(Passing, FixedBitSet)> {
        let (mine, theirs) = (self.side(role), self.side(role.other()));
        let mut questions = Vec::new();
        row.tree.questions(role, &mut questions);
        let places: HashMap<usize, usize> = questions.iter().copied().zip(0..).collect();
        let mut said = |truths: &[bool]| {
            let asks = |party: Party, question: &usize| match party == role {
                // A question that is not answered yet might hold: trees have no negation.
                true => places.get(question).and_then(|at| truths.get(*at).copied()).unwrap_or(true),
                false => theirs.holding.get(*question).is_some_and(|holding| holding.contains(other)),
            };
            let may = row.tree.headers(arena, self.full, true, &asks);
            (may != L4Arena::EMPTY).then(|| Passing { must: row.tree.headers(arena, self.full, false, &asks), may })
        };
        // Answered one after the other; where the row can no longer hold, nothing more is asked. That is looked at
        // whenever there are twice as many parts: looking is dear where a row asks much.
        let mut looked = 1;
        let mut parts: Vec<(Vec<bool>, FixedBitSet)> = Vec::new();
        if said(&[]).is_some() {
            parts.push((Vec::new(), of.clone()));
        }
        for holding in questions.iter().map(|question| mine.holding.get(*question)) {
            let mut next = Vec::with_capacity(parts.len());
            for (truths, classes) in parts {
                for truth in [true, false] {
                    let truths = truths.iter().copied().chain([truth]).collect::<Vec<bool>>();
                    let mut part = classes.clone();
                    match holding {
                        Some(holding) if truth => part.intersect_with(holding),
                        Some(holding) => part.difference_with(holding),
                        None if truth => part.clear(),
                        None => {}
                    }
                    if !part.is_clear() {
                        next.push((truths, part));
                    }
                }
            }
            if next.len() >= 2 * looked {
                next.retain(|(truths, _)| said(truths).is_some());
                looked = next.len().max(1);
            }
            parts = next;
        }
        let mut cells = Cells::default();
        parts
            .into_iter()
            .for_each(|(truths, classes)| said(&truths).into_iter().for_each(|said| cells.add(said, classes.clone())));
        cells.0
    }

    /// The rows of the database that some header got to and matched, in all that was asked so far.
    pub fn met(&self) -> impl Iterator<Item = AclId> {
        self.acls(&self.met)
    }

    /// The rows of the database at which there were too many kinds of headers to go on.
    pub fn outgrown(&self) -> impl Iterator<Item = AclId> {
        self.acls(&self.outgrown)
    }

    fn acls<'r>(&'r self, rows: &'r FixedBitSet) -> impl Iterator<Item = AclId> + 'r {
        rows.ones().filter_map(|at| match self.rows.get(at)?.origin? {
            Origin::Acl(id) => Some(id),
            Origin::Builtin(_) => None,
        })
    }

    /// Asks the rows in order and takes away what each decides for certain.
    fn walk(
        &self,
        (source, target): (u32, u32),
        met: &mut FixedBitSet,
        arena: &mut L4Arena,
    ) -> Result<Option<Passing>, Outgrown> {
        let Some((source, target)) = usize::try_from(source).ok().zip(usize::try_from(target).ok()) else {
            return Ok(None);
        };
        let asks = |party: Party, predicate: &usize| {
            let (classes, class) = match party {
                Party::Source => (&self.source, source),
                Party::Target => (&self.target, target),
            };
            classes.holding.get(*predicate).is_some_and(|holding| holding.contains(class))
        };
        let Some((mine, theirs)) = self.source.rows.get(source).zip(self.target.rows.get(target)) else {
            return Ok(None);
        };
        let mut open = Open::new(self.full);
        let mut last = None;
        for (at, row) in mine.intersection(theirs).filter_map(|at| Some((at, self.rows.get(at)?))) {
            if arena.is_spent() {
                return Err(Outgrown(last));
            }
            last = Some(at);
            if open.meets(row, arena) {
                let may = row.tree.headers(arena, self.full, true, &asks);
                let must = row.tree.headers(arena, self.full, false, &asks);
                if open.ask(row.outcome, Passing { must, may }, arena) {
                    met.insert(at);
                }
            }
            if open.is_decided() {
                break;
            }
        }
        Ok(Some(open.finish(self.default, self.full, arena)))
    }
}

/// The header sets outgrew their budget, at this row or before any.
struct Outgrown(Option<usize>);

#[derive(Debug, Clone, Copy, Default)]
struct Rank {
    tier: u8,
    priority: u16,
    origin: Option<Origin>,
}

impl Rank {
    fn of(row: &Row) -> Self {
        Self { tier: row.tier, priority: row.priority, origin: Some(row.origin) }
    }
}

/// Sets of classes, by what is so for them. There are few.
struct Cells<K>(Vec<(K, FixedBitSet)>);

impl<K> Default for Cells<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq> Cells<K> {
    fn add(&mut self, key: K, classes: FixedBitSet) {
        if classes.is_clear() {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.union_with(&classes),
            None => self.0.push((key, classes)),
        }
    }
}

fn all(classes: usize) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(classes);
    set.insert_range(..);
    set
}

/// The state of a walk: which headers no row has settled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
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
    fn new(full: L4Id) -> Self {
        let none = L4Arena::EMPTY;
        Self { tier: 0, priority: None, left: full, settled: none, passed: none, allowed: none, denied: none }
    }

    /// Goes on to the rank of a row; says whether any header may reach it.
    fn meets(&mut self, row: &Asked, arena: &mut L4Arena) -> bool {
        if self.tier != row.tier || self.priority != Some(row.priority) {
            self.settle(arena);
            self.priority = Some(row.priority);
        }
        if self.tier != row.tier {
            self.next_tier(arena);
            self.tier = row.tier;
        }
        self.left != L4Arena::EMPTY
    }

    /// Asks a row; says whether it may have matched a header.
    fn ask(&mut self, outcome: Outcome, matched: Passing, arena: &mut L4Arena) -> bool {
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

    fn is_decided(&self) -> bool {
        self.left == L4Arena::EMPTY && self.passed == L4Arena::EMPTY
    }

    fn finish(mut self, default: Outcome, full: L4Id, arena: &mut L4Arena) -> Passing {
        self.settle(arena);
        self.next_tier(arena);
        let everything = Passing { must: self.left, may: self.left };
        self.ask(default, everything, arena);
        Passing { must: arena.difference(full, self.denied), may: self.allowed }
    }
}

/// Predicates with their numbers.
#[derive(Default)]
struct Interner {
    predicates: Vec<Predicate>,
    numbers: HashMap<Predicate, usize>,
}

fn intern(tree: Tree<Predicate>, sides: &mut [&mut Interner; 2]) -> Tree<usize> {
    match tree {
        Tree::Constant(holds) => Tree::Constant(holds),
        Tree::Unknown => Tree::Unknown,
        Tree::Headers(set) => Tree::Headers(set),
        Tree::Party(party, predicate) => {
            let [source, target] = sides;
            let side = if party == Party::Source { source } else { target };
            Tree::Party(party, side.number(predicate))
        }
        Tree::All(parts) => Tree::All(parts.into_iter().map(|part| intern(part, sides)).collect()),
        Tree::Any(parts) => Tree::Any(parts.into_iter().map(|part| intern(part, sides)).collect()),
    }
}

impl Interner {
    fn number(&mut self, predicate: Predicate) -> usize {
        let next = self.predicates.len();
        let number = *self.numbers.entry(predicate.clone()).or_insert(next);
        if number == next {
            self.predicates.push(predicate);
        }
        number
    }
}

impl Classes {
    fn of(party: Party, sides: &Sides, predicates: &[Predicate], rows: &[Asked]) -> Self {
        let (partition, holding) = Partition::of(sides, predicates);
        let mut of_class: Vec<_> = (0..partition.len()).map(|_| FixedBitSet::with_capacity(rows.len())).collect();
        for (at, row) in rows.iter().enumerate() {
            let classes = possible(&row.tree, party, &holding, partition.len());
            for class in classes.ones() {
                if let Some(rows) = of_class.get_mut(class) {
                    rows.insert(at);
                }
            }
        }
        Self { partition, holding, rows: of_class }
    }
}

/// The classes of a party with which a tree may still become true.
fn possible(tree: &Tree<usize>, party: Party, holding: &[FixedBitSet], classes: usize) -> FixedBitSet {
    let whole = |holds: bool| {
        let mut set = FixedBitSet::with_capacity(classes);
        set.set_range(.., holds);
        set
    };
    match tree {
        Tree::Constant(holds) => whole(*holds),
        Tree::Headers(set) => whole(*set != L4Arena::EMPTY),
        Tree::Party(of, predicate) if *of == party => holding.get(*predicate).cloned().unwrap_or_else(|| whole(false)),
        Tree::Unknown | Tree::Party(..) => whole(true),
        Tree::All(parts) => parts.iter().fold(whole(true), |mut sum, part| {
            sum.intersect_with(&possible(part, party, holding, classes));
            sum
        }),
        Tree::Any(parts) => parts.iter().fold(whole(false), |mut sum, part| {
            sum.union_with(&possible(part, party, holding, classes));
            sum
        }),
    }
}
