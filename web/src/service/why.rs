//! One conversation, told.

use super::shown::Shown;
use super::texts::line;
use super::{reach, rows};
use crate::protocol::{Decider, Half, Step, Switch, Why};
use ringfence_engine::answers::conversation::{self, Shape};
use ringfence_engine::answers::explain::{self, PacketKind};
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::{AclId, Outcome, Pipeline, Tracking};
use ringfence_engine::reach::Family;
use ringfence_view::story::{Asked, Story, Wanted};
use ringfence_view::walk::is_silent;
use ringfence_view::words::{self, Part};
use std::collections::BTreeSet;

/// Tells of a pair: of a filtered conversation, or of one that says most about it.
pub(super) fn why(shown: &Shown, from: usize, to: usize, filter: Filter) -> Option<Why> {
    let loaded = &shown.loaded;
    let endpoints = &loaded.compiled.endpoints;
    let ends = (endpoints.get(from)?, endpoints.get(to)?);
    if from == to {
        return None;
    }
    let mut reach = reach(loaded);
    let pair = reach.pair(from, to);
    let common = Family::ALL.into_iter().filter(|family| ends.0.has(*family) && ends.1.has(*family));
    let asked = |family| Asked { wanted: Wanted::of(filter, family), shape: Shape::default(), family };
    let families: Vec<Family> = common.collect();
    let story = Story::of_families(&loaded.compiled, reach.pipelines(), ends, &pair, (&families, &asked));
    let (title, whole) = match story.wanted {
        Wanted::Whole if story.is_of_kinds() => (story.shown(), Some(story.on_the_whole())),
        Wanted::Whole | Wanted::One(_) => (story.shown(), None),
    };
    Some(Why {
        from,
        to,
        verdict: story.verdict().name().to_owned(),
        whole,
        shown: title,
        because: story.explanation.because.clone(),
        halves: [conversation::Half::Request, conversation::Half::Reply].map(|of| half(shown, &story, of)).into(),
        notes: story.explanation.notes.clone(),
        traces: story.explanation.traces.iter().map(explain::Trace::command).collect(),
        delivered: words::part(&story.pair, Part::Delivered),
        answered: words::part(&story.pair, Part::Answered),
        switches: crossed(&loaded.compiled.network, reach.pipelines(), &story),
    })
}

fn crossed(network: &Network, pipelines: &[Pipeline], story: &Story<'_>) -> Vec<Switch> {
    let met: BTreeSet<usize> = story.explanation.steps.iter().map(|step| step.switch).collect();
    let on_way: Vec<Pipeline> = pipelines.iter().filter(|pipeline| met.contains(&pipeline.switch)).cloned().collect();
    rows::switches(network, &on_way)
}

fn half(shown: &Shown, story: &Story<'_>, of: conversation::Half) -> Half {
    let steps: Vec<Step> =
        story.explanation.steps.iter().filter(|step| step.half == of).map(|found| step(shown, story, found)).collect();
    let (title, arrived) = match of {
        conversation::Half::Request => ("Request", story.explanation.delivered),
        conversation::Half::Reply => ("Answer", story.explanation.answered),
    };
    Half {
        title: title.to_owned(),
        packet: if steps.is_empty() { None } else { story.packet(of, "→") },
        untold: story.untold(of).map(str::to_owned),
        steps,
        arrived,
    }
}

fn step(shown: &Shown, story: &Story<'_>, step: &explain::Step) -> Step {
    let doubt = matches!(step.decider, explain::Decider::Ambiguous(_));
    let (fate, result) = match step.outcome {
        Outcome::Allow => ("passes", "allow"),
        Outcome::Pass => ("goes on to the next tier", "pass"),
        Outcome::Drop if doubt => ("nobody can tell", "doubt"),
        Outcome::Drop => ("is dropped", "drop"),
        Outcome::Reject if story.explanation.refused => ("is refused, and its sender is told", "reject"),
        Outcome::Reject => ("is refused, but the refusal is lost", "reject"),
    };
    let arp = match step.packet {
        PacketKind::Arp => "ARP, ",
        PacketKind::Ip => "",
    };
    let network = story.question.network;
    Step {
        place: format!("{arp}{}", story.whereabouts(step)),
        stage: step.stage.name().to_owned(),
        switch: network.switches.get(step.switch).map_or(String::new(), |switch| switch.name.clone()),
        fate: fate.to_owned(),
        result: result.to_owned(),
        reason: story.reason(step),
        tracking: tracking(step.tracking).to_owned(),
        deciders: step.decider.rows().iter().filter_map(|id| decider(shown, *id)).collect(),
        quiet: is_silent(step),
    }
}

fn tracking(tracking: Tracking) -> &'static str {
    match tracking {
        Tracking::Untracked => "untracked",
        Tracking::New => "a new connection",
        Tracking::Request => "a known request",
        Tracking::BlockedRequest => "a known request, blocked",
        Tracking::Reply => "a known reply",
        Tracking::BlockedReply => "a known reply, blocked",
        Tracking::Related => "related to a connection",
        Tracking::Invalid => "invalid",
    }
}

fn decider(shown: &Shown, id: AclId) -> Option<Decider> {
    let acl = id.acl(&shown.loaded.compiled.network)?;
    let tier = if acl.tier.get() > 0 { format!("tier {}, ", acl.tier.get()) } else { String::new() };
    Some(Decider {
        what: format!("{} at {tier}priority {}", acl.action, acl.priority.get()),
        matches: acl.matches.clone(),
        origin: format!("{} of {}", acl.provenance.field, acl.provenance.object),
        place: acl.provenance.place.and_then(|place| line(shown.texts(), place)),
    })
}
