//! The rows in the order in which OVN asks them, its own ones included.

use super::texts::line;
use crate::protocol::{Row, Switch};
use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::{AclId, Holder, Origin, Outcome, Pipeline, RowError, Stage};
use ringfence_engine::source::Sources;
use ringfence_view::loaded::Loaded;
use ringfence_view::rows::{asked, unasked};

/// The switches, and whether they track connections.
pub(super) fn switches(network: &Network, pipelines: &[Pipeline]) -> Vec<Switch> {
    let switch = |pipeline: &Pipeline| {
        let name = network.switches.get(pipeline.switch)?.name.clone();
        let why = match (pipeline.stateful_acl, pipeline.load_balancer) {
            (true, _) => "tracks connections, because of an allow-related row: answers come back by themselves",
            (false, true) => "tracks connections, because of a load balancer: answers come back by themselves",
            (false, false) => "tracks no connections: answers need rows of their own",
        };
        Some(Switch { name, stateful: pipeline.stateful(), why: why.to_owned() })
    };
    pipelines.iter().filter_map(switch).collect()
}

/// All rows, switch by switch and stage by stage, with their places in texts.
pub(super) fn rows(loaded: &Loaded, pipelines: &[Pipeline], texts: &Sources) -> Vec<Row> {
    let network = &loaded.compiled.network;
    let row = |switch: &str, stage: Stage, found: Found<'_>| row(network, texts, switch, stage, found);
    let mut rows = Vec::new();
    for pipeline in pipelines {
        let Some(switch) = network.switches.get(pipeline.switch) else { continue };
        for stage in Stage::ALL {
            rows.extend(builtin(&switch.name, pipeline, stage));
            rows.extend(asked(network, pipeline, stage).map(|found| row(&switch.name, stage, found)));
        }
    }
    rows.extend(unasked(network, pipelines).into_iter().map(|(id, acl)| row("", Stage::of(acl), (id, acl, None))));
    rows
}

fn builtin(switch: &str, pipeline: &Pipeline, stage: Stage) -> Vec<Row> {
    let fixed = pipeline.stage(stage).into_iter().flat_map(|rows| &rows.fixed);
    let told = fixed.filter_map(|row| match row.origin {
        Origin::Builtin(builtin) => Some(Row {
            switch: switch.to_owned(),
            stage: stage.name().to_owned(),
            tier: row.tier,
            priority: row.priority,
            action: action(row.outcome).to_owned(),
            matches: builtin.describe().to_owned(),
            group: None,
            object: "OVN".to_owned(),
            field: "built in".to_owned(),
            place: None,
            ignored: None,
            builtin: true,
        }),
        Origin::Acl(_) => None,
    });
    told.collect()
}

fn action(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allow => "allow",
        Outcome::Drop => "drop",
        Outcome::Reject => "reject",
        Outcome::Pass => "pass",
    }
}

/// A row, and why OVN ignores it.
type Found<'a> = (AclId, &'a Acl, Option<&'a RowError>);

fn row(network: &Network, texts: &Sources, switch: &str, stage: Stage, (id, acl, error): Found<'_>) -> Row {
    let group = match id.holder {
        Holder::Switch(_) => None,
        Holder::Group(group) => network.port_groups.get(group).map(|group| group.name.clone()),
    };
    Row {
        switch: switch.to_owned(),
        stage: stage.name().to_owned(),
        tier: acl.tier.get(),
        priority: acl.priority.get(),
        action: acl.action.name().to_owned(),
        matches: acl.matches.clone(),
        group,
        object: acl.provenance.object.clone(),
        field: acl.provenance.field.clone(),
        place: acl.provenance.place.and_then(|place| line(texts, place)),
        ignored: error.map(|error| error.message.clone()),
        builtin: false,
    }
}
