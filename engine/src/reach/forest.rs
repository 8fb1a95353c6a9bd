//! The trees of the rows of a switch: made once for each kind of packet, whoever looks at them.

use super::conversation::{Key, Solver, What};
use super::l4::Family;
use super::partition::Sides;
use super::predicate::PortIndex;
use super::predicates::PredicateId;
use super::tree::{Ground, Sets, Tree};
use crate::ovn::acl::Direction;
use crate::ovn::matching::Expression;
use crate::ovn::pipeline::{Row, Stage};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The trees of some rows, in their order.
#[derive(Debug, Clone, Default)]
pub struct Trees {
    /// One for each row.
    pub all: Vec<Tree<PredicateId>>,
    /// The row whose headers were too many to go on.
    pub outgrown: Option<usize>,
}

impl Trees {
    /// Of expressions; nothing of those that hold of no packet among the parties.
    fn of<'e>(ground: Ground<'_>, rows: impl Iterator<Item = Option<&'e Expression>>, sets: &mut Sets<'_>) -> Self {
        let mut trees = Self::default();
        for (at, matches) in rows.enumerate() {
            let before = sets.arena.is_spent();
            trees.all.push(matches.map_or(Tree::Constant(false), |matches| ground.tree(matches, sets)));
            if sets.arena.is_spent() && !before {
                trees.outgrown = Some(at);
            }
        }
        trees
    }
}

impl<'n> Solver<'n> {
    /// The trees of what is asked at a switch of one kind of packet: of a stage, first those of OVN's own rows.
    pub(super) fn trees(&mut self, key: Key) -> Option<Arc<Trees>> {
        let what = if let What::Forgotten(stage) = key.what { What::Stage(stage) } else { key.what };
        let key = Key { mode: self.sensitive.seen(key.mode), what, ..key };
        if let Some(known) = self.forest.get(&key) {
            return Some(Arc::clone(known));
        }
        let made = Arc::new(self.grow(key)?);
        self.forest.insert(key, Arc::clone(&made));
        Some(made)
    }

    fn grow(&mut self, Key { switch, what, mode }: Key) -> Option<Trees> {
        let pipelines = Arc::clone(&self.pipelines);
        let pipeline = pipelines.get(switch)?;
        let stage = match what {
            What::Stage(stage) | What::Forgotten(stage) => stage,
            What::Stateless(Direction::FromLport) => Stage::FromLport,
            What::Stateless(Direction::ToLport) => Stage::ToLport,
        };
        let (ports, sides) = (self.ports(switch)?, self.sides(switch, mode.scene.family())?);
        let ground = Ground { ports: &ports, stage, mode, sides: &sides };
        let mut sets = Sets { arena: &mut self.arena, predicates: &mut self.predicates };
        let parties = self.parties.get(switch)?.as_ref()?;
        let about = |row: &'_ Row| row.port.is_none_or(|port| parties.are_at(port));
        let trees = match what {
            What::Stage(stage) | What::Forgotten(stage) => pipeline.stage(stage).map(|rows| {
                let rows = rows.all().map(|row| about(row).then_some(&*row.matches));
                Trees::of(ground, rows, &mut sets)
            }),
            What::Stateless(direction) => Some(Trees::of(ground, pipeline.stateless(direction).map(Some), &mut sets)),
        };
        self.keep_sides(switch, mode.scene.family(), sides);
        trees
    }

    /// The parties of a switch with their addresses of a family, to be given back.
    pub(super) fn sides(&mut self, switch: usize, family: Family) -> Option<Sides> {
        match self.sides.remove(&(switch, family)) {
            Some(known) => Some(known),
            None => Some(self.parties(switch)?.sides(family)),
        }
    }

    /// Takes back what [`Self::sides`] gave.
    pub(super) fn keep_sides(&mut self, switch: usize, family: Family, sides: Sides) {
        self.sides.insert((switch, family), sides);
    }

    /// The ports of a switch by name, and the port groups.
    pub(super) fn ports(&mut self, switch: usize) -> Option<Arc<PortIndex<'n>>> {
        let network = self.network;
        let here = network.switches.get(switch)?;
        let known = self.ports.get_mut(switch)?;
        Some(Arc::clone(known.get_or_insert_with(|| Arc::new(PortIndex::of(network, here)))))
    }
}
