//! The rows of one stage of one switch as one kind of packet meets them.

mod notes;
mod survey;

use super::arena::{L4Arena, L4Id};
use super::forest::Trees;
use super::open::Open;
use super::partition::{Partition, Sides};
use super::passing::Passing;
use super::predicates::{PredicateId, Predicates};
use super::scene::Party;
use super::tree::Tree;
use crate::ovn::pipeline::{AclId, Origin, Outcome, Row, StageRows, Tracking};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

#[derive(Debug, Clone)]
struct Asked {
    tier: u8,
    priority: u16,
    outcome: Outcome,
    tree: Tree<usize>,
    /// Whether it can be told of every packet if it holds.
    is_known: bool,
    plain: Option<Plain>,
    origin: Option<Origin>,
}

/// What most rows are: at most one question for each party, and headers; all of them are to hold.
#[derive(Debug, Clone, Copy)]
struct Plain {
    source: Option<usize>,
    target: Option<usize>,
    headers: L4Id,
}

impl Plain {
    fn of(tree: &Tree<usize>, full: L4Id) -> Option<Self> {
        let mut plain = Self { source: None, target: None, headers: full };
        let parts = if let Tree::All(parts) = tree { parts.as_slice() } else { core::slice::from_ref(tree) };
        let mut is_narrow = false;
        for part in parts {
            let before = match part {
                Tree::Constant(true) => None,
                Tree::Party(Party::Source, question) => plain.source.replace(*question).map(drop),
                Tree::Party(Party::Target, question) => plain.target.replace(*question).map(drop),
                Tree::Headers(set) => {
                    plain.headers = *set;
                    core::mem::replace(&mut is_narrow, true).then_some(())
                }
                Tree::Constant(false) | Tree::Unknown | Tree::All(_) | Tree::Any(_) => Some(()),
            };
            if before.is_some() {
                return None;
            }
        }
        Some(plain)
    }
}

impl Asked {
    /// Whether it asks something of a party.
    fn asks(&self, party: Party) -> bool {
        let mut questions = Vec::new();
        self.tree.questions(party, &mut questions);
        !questions.is_empty()
    }

    fn rank(&self) -> (u8, u16) {
        (self.tier, self.priority)
    }

    /// What is open after it, where it may match these headers.
    fn after(&self, mut open: Open, matched: Passing, arena: &mut L4Arena) -> Open {
        if open.meets(self.rank(), arena) {
            open.ask(self.outcome, matched, arena);
        }
        open
    }

    /// The headers of which it holds, given the answers about the parties.
    fn headers(&self, full: L4Id, arena: &mut L4Arena, asks: &impl Fn(Party, &usize) -> bool) -> Passing {
        let may = self.tree.headers(arena, full, true, asks);
        let must = if self.is_known { may } else { self.tree.headers(arena, full, false, asks) };
        Passing { must, may }
    }
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
    /// The headers that are known to have come to the rows, where that is noted.
    came: HashMap<(u32, u32), Passing>,
    /// The rows that some of them got to and matched.
    met: FixedBitSet,
    /// The rows at which the header sets outgrew their budget.
    outgrown: FixedBitSet,
    /// Whether it says the same of all parties, whatever their rows.
    is_uniform: bool,
}

/// The classes of one party with what holds of them.
#[derive(Debug, Clone)]
struct Classes {
    partition: Partition,
    /// For each predicate: the classes of which it holds.
    holding: Vec<FixedBitSet>,
    /// For each class: the rows that its other half may make true.
    rows: Vec<FixedBitSet>,
    /// The rows that ask nothing of this party.
    strange: FixedBitSet,
    /// All classes.
    every: FixedBitSet,
}

impl Lens {
    /// The lens of the rows of a stage, with their trees, in a tracking state, by what is decided where no row holds and by each;
    /// `full` are all headers of the family.
    pub fn of_stage(
        rows: &StageRows,
        state: Tracking,
        (default, outcome): (Outcome, fn(&Row) -> Outcome),
        trees: &Trees,
        full: L4Id,
        sides: &mut Sides,
        predicates: &Predicates,
    ) -> Self {
        let asked = rows.all().zip(&trees.all).enumerate().filter(|(_, (row, _))| row.guard.admits(state));
        let asked = asked.map(|(at, (row, tree))| (Rank::of(row), tree, outcome(row), trees.outgrown == Some(at)));
        Self::build(asked, default, full, sides, predicates)
    }

    /// The lens of matches that have no order: a header passes where one of them holds.
    pub fn of_matches(trees: &Trees, full: L4Id, sides: &mut Sides, predicates: &Predicates) -> Self {
        let asked = trees.all.iter().map(|tree| (Rank::default(), tree, Outcome::Allow, false));
        Self::build(asked, Outcome::Drop, full, sides, predicates)
    }

    fn build<'t>(
        asked: impl Iterator<Item = (Rank, &'t Tree<PredicateId>, Outcome, bool)>,
        default: Outcome,
        full: L4Id,
        sides: &mut Sides,
        predicates: &Predicates,
    ) -> Self {
        let (mut source, mut target) = (Interner::default(), Interner::default());
        let (mut rows, mut outgrown) = (Vec::new(), FixedBitSet::new());
        for (rank, tree, outcome, too_many) in asked.filter(|(_, tree, ..)| !matches!(tree, Tree::Constant(false))) {
            if too_many {
                outgrown.grow_and_insert(rows.len());
            }
            let tree = intern(tree, &mut [&mut source, &mut target]);
            let Rank { tier, priority, origin } = rank;
            let plain = Plain::of(&tree, full);
            rows.push(Asked { tier, priority, outcome, is_known: tree.is_known(), plain, tree, origin });
        }
        outgrown.grow(rows.len());
        let source = Classes::of(Party::Source, sides, &source.asked, predicates, &rows);
        let target = Classes::of(Party::Target, sides, &target.asked, predicates, &rows);
        let is_single = source.partition.len() <= 1 && target.partition.len() <= 1;
        Self {
            is_uniform: is_single || rows.iter().all(|row| agree(row.outcome, default)),
            source,
            target,
            full,
            found: HashMap::new(),
            came: HashMap::new(),
            met: FixedBitSet::with_capacity(rows.len()),
            outgrown,
            rows,
            default,
        }
    }

    /// What comes through from one party of the switch to another.
    pub fn passing(&mut self, source: usize, target: usize, arena: &mut L4Arena) -> Passing {
        let classes = self.class(Party::Source, source).zip(self.class(Party::Target, target));
        classes.map_or(Passing::NOTHING, |classes| self.between(classes, arena))
    }

    /// Whether it says the same of all parties: they need not be told apart for it.
    pub fn is_uniform(&self) -> bool {
        self.is_uniform
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
        if let Some(found) = self.found.get(&classes) {
            return *found;
        }
        let found = self.ask(classes, arena);
        self.found.insert(classes, found);
        found
    }

    /// The same, asked of the rows; nothing is kept.
    fn ask(&mut self, classes: (u32, u32), arena: &mut L4Arena) -> Passing {
        match self.walk(classes, self.full, &mut FixedBitSet::new(), arena) {
            Ok(found) => found.unwrap_or(Passing::NOTHING),
            Err(Outgrown(row)) => {
                row.into_iter().for_each(|row| self.outgrown.insert(row));
                self.anything()
            }
        }
    }

    /// What is said where nothing is known: perhaps every header comes through, none for certain.
    fn anything(&self) -> Passing {
        Passing { must: L4Arena::EMPTY, may: self.full }
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

    /// Asks the rows in order about headers that come to them, and takes away what each decides for certain.
    fn walk(
        &self,
        (source, target): (u32, u32),
        coming: L4Id,
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
        let mut open = Open::new(coming);
        let mut last = None;
        for (at, row) in mine.intersection(theirs).filter_map(|at| Some((at, self.rows.get(at)?))) {
            if arena.is_spent() {
                return Err(Outgrown(last));
            }
            last = Some(at);
            if open.meets(row.rank(), arena) {
                let passing = match row.plain {
                    // Both answer with yes, or the row were not asked.
                    Some(Plain { headers, .. }) => Passing { must: headers, may: headers },
                    None => row.headers(self.full, arena, &asks),
                };
                if open.ask(row.outcome, passing, arena) {
                    met.grow_and_insert(at);
                }
            }
            if open.is_decided() {
                break;
            }
        }
        Ok(Some(open.finish(self.default, self.full, arena)))
    }
}

/// Whether a row lets pass what would pass without it, and no less.
fn agree(outcome: Outcome, default: Outcome) -> bool {
    match outcome {
        Outcome::Allow => default == Outcome::Allow,
        Outcome::Drop | Outcome::Reject => default != Outcome::Allow,
        Outcome::Pass => true,
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

/// What one side is asked, with numbers of the lens's own.
#[derive(Default)]
struct Interner {
    asked: Vec<PredicateId>,
    numbers: HashMap<PredicateId, usize>,
}

fn intern(tree: &Tree<PredicateId>, sides: &mut [&mut Interner; 2]) -> Tree<usize> {
    match tree {
        Tree::Constant(holds) => Tree::Constant(*holds),
        Tree::Unknown => Tree::Unknown,
        Tree::Headers(set) => Tree::Headers(*set),
        Tree::Party(party, predicate) => {
            let [source, target] = sides;
            let side = if *party == Party::Source { source } else { target };
            Tree::Party(*party, side.number(*predicate))
        }
        Tree::All(parts) => Tree::All(parts.iter().map(|part| intern(part, sides)).collect()),
        Tree::Any(parts) => Tree::Any(parts.iter().map(|part| intern(part, sides)).collect()),
    }
}

impl Interner {
    fn number(&mut self, predicate: PredicateId) -> usize {
        let next = self.asked.len();
        let number = *self.numbers.entry(predicate).or_insert(next);
        if number == next {
            self.asked.push(predicate);
        }
        number
    }
}

impl Classes {
    fn of(party: Party, sides: &mut Sides, asked: &[PredicateId], predicates: &Predicates, rows: &[Asked]) -> Self {
        let (partition, holding) = Partition::of(sides, asked, predicates);
        let possible: Vec<_> = rows.iter().map(|row| possible(&row.tree, party, &holding)).collect();
        let mut everybody = FixedBitSet::with_capacity(rows.len());
        possible.iter().enumerate().for_each(|(at, classes)| everybody.set(at, classes.is_none()));
        let mut of_class = alloc::vec![everybody; partition.len()];
        for (at, classes) in possible.iter().enumerate() {
            for class in classes.iter().flat_map(|classes| classes.ones()) {
                of_class.get_mut(class).into_iter().for_each(|rows| rows.insert(at));
            }
        }
        let mut every = FixedBitSet::with_capacity(partition.len());
        every.insert_range(..);
        let mut strange = FixedBitSet::with_capacity(rows.len());
        strange.extend(rows.iter().enumerate().filter(|(_, row)| !row.asks(party)).map(|(at, _)| at));
        Self { partition, holding, rows: of_class, every, strange }
    }
}

/// The classes of a party with which a tree may still become true; nothing where that is all of them.
fn possible<'h>(tree: &Tree<usize>, party: Party, holding: &'h [FixedBitSet]) -> Option<Cow<'h, FixedBitSet>> {
    let whole = |holds: bool| (!holds).then(|| Cow::Owned(FixedBitSet::new()));
    match tree {
        Tree::Constant(holds) => whole(*holds),
        Tree::Headers(set) => whole(*set != L4Arena::EMPTY),
        Tree::Party(of, predicate) if *of == party => {
            holding.get(*predicate).map_or(whole(false), |set| Some(Cow::Borrowed(set)))
        }
        Tree::Unknown | Tree::Party(..) => None,
        Tree::All(parts) => {
            let limits = parts.iter().filter_map(|part| possible(part, party, holding));
            limits.reduce(|mut one, other| {
                one.to_mut().intersect_with(&other);
                one
            })
        }
        Tree::Any(parts) => parts
            .iter()
            .try_fold(FixedBitSet::new(), |mut sum, part| {
                let classes = possible(part, party, holding)?;
                sum.grow(classes.len());
                sum.union_with(&classes);
                Some(sum)
            })
            .map(Cow::Owned),
    }
}
