//! What changes mean: the world before and the world after, evaluated.

use crate::lease::served;
use crate::plan::Plan;
use ringfence_engine::answers::diff::{Change, Matched, changes, matched};
use ringfence_engine::compile::Settings;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_engine::source::{SourceId, Sources};
use ringfence_northbound::Document;
use ringfence_view::difference::Difference;
use ringfence_view::loaded::Loaded;
use std::collections::BTreeSet;

/// Both worlds of a plan, and what lies between them.
pub struct Meaning {
    /// The world before.
    pub before: Loaded,
    /// The world after.
    pub after: Loaded,
    /// The endpoints of both.
    pub matched: Matched,
    /// The pairs that change.
    pub changes: Vec<Change>,
    /// What of the world is not evaluated, a sentence each.
    pub remarks: Vec<String>,
    /// The ports that OVN answers when they ask for an address.
    pub(crate) served: BTreeSet<String>,
}

/// What rows cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Rows of the table `ACL`, of everybody.
    pub rows: usize,
    /// Rows that switches ask: one of a port group counts on each switch that has one of its ports.
    pub asked: usize,
    /// Logical flows that become of them.
    pub flows: usize,
}

impl Meaning {
    /// Evaluates both worlds of a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut matches = Matches::default();
        let (before, remarks) = world(Document::of(&plan.world, Some(&plan.schema)), &mut matches);
        // Rows by the ten thousand: what was written down is not kept as rows.
        let after = Document::of(&plan.after(), Some(&plan.schema));
        let (after, _) = world(after, &mut matches);
        let served = served(&plan.world);
        if plan.is_empty() {
            Self::none(before, after, served, remarks)
        } else {
            Self::between(before, after, served, remarks)
        }
    }

    /// What lies between two worlds, whatever makes one of the other.
    pub fn between(before: Loaded, after: Loaded, served: BTreeSet<String>, remarks: Vec<String>) -> Self {
        let mut meaning = Self::none(before, after, served, remarks);
        let (mut old, mut new) = (meaning.before.reach(), meaning.after.reach());
        let changes = changes(&meaning.matched, &mut old, &mut new);
        drop((old, new));
        meaning.changes = changes;
        meaning
    }

    /// Two worlds that are known to be the same.
    pub fn none(before: Loaded, after: Loaded, served: BTreeSet<String>, remarks: Vec<String>) -> Self {
        let matched = matched(&before.compiled.endpoints, &after.compiled.endpoints);
        Self { before, after, matched, changes: Vec::new(), remarks, served }
    }

    /// In the words of `diff`.
    pub fn difference(&self) -> Difference<'_> {
        Difference { old: &self.before, new: &self.after, matched: &self.matched, changes: &self.changes }
    }

    /// What the rows cost before and after.
    pub fn cost(&self) -> [Cost; 2] {
        [&self.before, &self.after].map(cost)
    }
}

fn world(mut document: Document, matches: &mut Matches) -> (Loaded, Vec<String>) {
    let mut sources = Sources::new();
    let source: SourceId = sources.add("the database", std::mem::take(&mut document.text));
    let complete = |network: &mut _| document.complete(network, source);
    let mut loaded = Loaded::by(sources, &Settings::default(), complete, matches);
    // Nobody wrote its lines: each row has a name in its own provenance.
    loaded.sources.name_rows(source, Vec::new());
    (loaded, document.remarks)
}

/// northd writes a stateful row twice (`consider_acl`): for connections that are new, and for those that are known.
fn cost(world: &Loaded) -> Cost {
    let network = &world.compiled.network;
    let own: usize = network.switches.iter().map(|switch| switch.acls.len()).sum();
    let grouped: usize = network.port_groups.iter().map(|group| group.acls.len()).sum();
    let asked = world.pipelines().iter().map(|pipeline| pipeline.acls.len());
    let flows = world.pipelines().iter().map(|pipeline| pipeline.acls.len() * if pipeline.stateful() { 2 } else { 1 });
    Cost { rows: own + grouped, asked: asked.sum(), flows: flows.sum() }
}
