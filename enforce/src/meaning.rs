//! What changes mean: the world before and the world after, evaluated.

use crate::plan::Plan;
use ringfence_engine::answers::diff::{Change, Matched, changes_among, matched};
use ringfence_engine::compile::Settings;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_engine::reach::EndpointKind;
use ringfence_engine::source::{SourceId, Sources};
use ringfence_northbound::Document;
use ringfence_ovsdb::{Schema, Snapshot};
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
    /// What of the database is not evaluated, a sentence each.
    pub remarks: Vec<String>,
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
        let (before, mut remarks) = world(&plan.world, &plan.schema, &mut matches);
        let (after, _) = world(&plan.after(), &plan.schema, &mut matches);
        let matched = matched(&before.compiled.endpoints, &after.compiled.endpoints);
        let machines = machines(&matched, &after);
        // Two addresses that are no machine's may be many, and what they do to each other is little of this switch's affair.
        let all = matched.common.len().saturating_mul(matched.common.len()) <= MOST_PAIRS;
        let asked = |from: usize, to: usize| all || machines.contains(&from) || machines.contains(&to);
        if !all && !plan.is_empty() {
            let ranges = matched.common.len() - machines.len();
            remarks
                .push(format!("{ranges} ranges of addresses outside were compared with machines, not with each other"));
        }
        let changes = match plan.is_empty() {
            true => Vec::new(),
            false => changes_among(&matched, &mut before.reach(), &mut after.reach(), asked),
        };
        Self { before, after, matched, changes, remarks }
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

/// So many pairs are compared in a few seconds; of more, those of which one is a machine.
const MOST_PAIRS: usize = 4_000_000;

/// Everything but addresses that are no machine's, by index in [`Matched::common`].
fn machines(matched: &Matched, after: &Loaded) -> BTreeSet<usize> {
    let is_range = |index: usize| {
        let kind = after.compiled.endpoints.get(index).map(|endpoint| endpoint.kind);
        matches!(kind, Some(EndpointKind::External | EndpointKind::Address))
    };
    let common = matched.common.iter().enumerate();
    common.filter(|(_, common)| !is_range(common.new)).map(|(index, _)| index).collect()
}

fn world(snapshot: &Snapshot, schema: &Schema, matches: &mut Matches) -> (Loaded, Vec<String>) {
    let document = Document::of(snapshot, Some(schema));
    let mut sources = Sources::new();
    let source: SourceId = sources.add("the database", document.text.clone());
    let loaded = Loaded::by(sources, &Settings::default(), |network| document.complete(network, source), matches);
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
