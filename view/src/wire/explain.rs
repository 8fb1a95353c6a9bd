//! `explain -o json`.
//!
//! Beyond what is promised: `packet` (family, addresses, header of the request), `from`, `to`, `refused`, `notes`,
//! `traces`, `pair` (the whole pair, as in `reach -o json`), and in a step `packet` (`ip` or `arp`), `tracking`, and
//! `rows` (every row of an ambiguous decision). Where no protocol was asked for, `verdict` is that of the pair, and
//! the rest is about `packet`.

use super::diagnostic::{Diagnostic, Origin};
use super::l4::{self, Header, L4};
use super::lines;
use crate::loaded::Loaded;
use crate::story::Story;
use ringfence_engine::answers::explain::{self, Decider, PacketKind};
use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::{Outcome, Tracking};
use ringfence_engine::source::Sources;
use serde::Serialize;
use std::io::{self, Write};
use std::net::IpAddr;

#[derive(Serialize)]
struct Explanation<'a> {
    verdict: &'static str,
    delivered: bool,
    answered: bool,
    steps: Vec<Step<'a>>,
    because: String,
    from: &'a str,
    to: &'a str,
    packet: Packet,
    refused: bool,
    notes: &'a [String],
    traces: Vec<Trace<'a>>,
    pair: Pair,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Packet {
    family: &'static str,
    source: Option<IpAddr>,
    target: Option<IpAddr>,
    #[serde(flatten)]
    header: Header,
}

#[derive(Serialize)]
struct Step<'a> {
    half: &'static str,
    switch: &'a str,
    stage: &'static str,
    tier: u8,
    decider: DecidedBy<'a>,
    result: &'static str,
    packet: &'static str,
    tracking: &'static str,
}

/// `row` and `source` are null for what is no row; both are the first of `rows` where several disagree.
#[derive(Serialize)]
struct DecidedBy<'a> {
    kind: &'static str,
    row: Option<Row<'a>>,
    source: Option<Origin<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    builtin: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<RowAndSource<'a>>,
}

/// A row, and who wrote it.
#[derive(Serialize)]
pub(super) struct RowAndSource<'a> {
    row: Row<'a>,
    source: Origin<'a>,
}

#[derive(Serialize)]
struct Row<'a> {
    direction: &'static str,
    priority: u16,
    tier: u8,
    #[serde(rename = "match")]
    matches: &'a str,
    action: &'static str,
}

#[derive(Serialize)]
struct Trace<'a> {
    half: &'static str,
    switch: &'a str,
    command: String,
}

impl<'a> Trace<'a> {
    fn of(trace: &'a explain::Trace) -> Self {
        Self { half: trace.half.name(), switch: &trace.switch, command: trace.command() }
    }
}

#[derive(Serialize)]
struct Pair {
    verdict: &'static str,
    delivered: Vec<L4>,
    answered: Vec<L4>,
    undefined: Vec<L4>,
}

impl<'a> Step<'a> {
    fn of(sources: &'a Sources, network: &'a Network, step: &'a explain::Step) -> Self {
        Self {
            half: step.half.name(),
            switch: network.switches.get(step.switch).map_or("", |switch| &switch.name),
            stage: step.stage.name(),
            tier: step.tier,
            decider: DecidedBy::of(sources, network, &step.decider),
            result: match step.outcome {
                Outcome::Allow => "allow",
                Outcome::Drop => "drop",
                Outcome::Reject => "reject",
                Outcome::Pass => "pass",
            },
            packet: match step.packet {
                PacketKind::Ip => "ip",
                PacketKind::Arp => "arp",
            },
            tracking: match step.tracking {
                Tracking::Untracked => "untracked",
                Tracking::New => "new",
                Tracking::Request => "request",
                Tracking::BlockedRequest => "blocked-request",
                Tracking::Reply => "reply",
                Tracking::BlockedReply => "blocked-reply",
                Tracking::Related => "related",
                Tracking::Invalid => "invalid",
            },
        }
    }
}

impl<'a> DecidedBy<'a> {
    fn of(sources: &'a Sources, network: &'a Network, decider: &Decider) -> Self {
        let acls: Vec<&Acl> = decider.rows().iter().filter_map(|id| id.acl(network)).collect();
        let both = |acl: &&'a Acl| RowAndSource::of(sources, acl);
        let several = matches!(decider, Decider::Ambiguous(_));
        Self {
            kind: decider.kind(),
            row: acls.first().map(|acl| Row::of(acl)),
            source: acls.first().map(|acl| Origin::of(sources, &acl.provenance)),
            builtin: match decider {
                Decider::Builtin(builtin) => Some(builtin.describe()),
                Decider::Row(_) | Decider::Default | Decider::Established | Decider::Ambiguous(_) => None,
            },
            rows: if several { acls.iter().map(both).collect() } else { Vec::new() },
        }
    }
}

impl<'a> RowAndSource<'a> {
    pub(super) fn of(sources: &'a Sources, acl: &'a Acl) -> Self {
        Self { row: Row::of(acl), source: Origin::of(sources, &acl.provenance) }
    }
}

impl<'a> Row<'a> {
    fn of(acl: &'a Acl) -> Self {
        Self {
            direction: acl.direction.name(),
            priority: acl.priority.get(),
            tier: acl.tier.get(),
            matches: &acl.matches,
            action: acl.action.name(),
        }
    }
}

/// Writes the document.
pub fn write(out: &mut dyn Write, loaded: &Loaded, story: &Story<'_>) -> io::Result<()> {
    let (explanation, question) = (&story.explanation, &story.question);
    let step = |step| Step::of(&loaded.sources, question.network, step);
    let document = Explanation {
        verdict: story.verdict().name(),
        delivered: explanation.delivered,
        answered: explanation.answered,
        steps: explanation.steps.iter().map(step).collect(),
        because: story.because(),
        from: &question.from.id,
        to: &question.to.id,
        packet: Packet {
            family: question.family.name(),
            source: question.from.address(question.family),
            target: question.to.address(question.family),
            header: Header::of(question.header, question.family),
        },
        refused: explanation.refused,
        notes: &explanation.notes,
        traces: explanation.traces.iter().map(Trace::of).collect(),
        pair: Pair {
            verdict: story.pair.verdict().name(),
            delivered: l4::sets(&story.pair, |family| &family.delivered),
            answered: l4::sets(&story.pair, |family| &family.answered),
            undefined: l4::sets(&story.pair, |family| &family.undefined),
        },
        diagnostics: Diagnostic::all(&loaded.sources, &loaded.compiled.diagnostics),
    };
    lines::write(out, &document)
}
