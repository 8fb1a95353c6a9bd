//! Why one conversation works or not: one sentence, then the walk of both halves with what decided at each stage.

mod backend;
mod because;
mod cause;
mod trace;

pub use backend::{stopping, telling_backend};
pub use because::describe_header;
pub(super) use because::is_disabled;
pub use trace::Trace;

use super::conversation::{Conversation, Half, Leg, Question, Ways};
use crate::ovn::network::{Network, Unknown};
use crate::ovn::pipeline::{AclId, Builtin, Origin, Outcome, Stage, Tracking};
use crate::ovn::walk;
use crate::reach::{Attachment, Carried, NoPath, Route, Topology, Verdict};
use alloc::string::String;
use alloc::vec::Vec;

/// The explanation of one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Open, one-way, closed or undefined: one header is never partial.
    pub verdict: Verdict,
    /// Whether the request arrives for certain.
    pub delivered: bool,
    /// Whether the answer comes back for certain.
    pub answered: bool,
    /// For a rejected packet: whether its sender is told.
    pub refused: bool,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// One sentence.
    pub because: String,
    /// What else is worth knowing about it, each one sentence.
    pub notes: Vec<String>,
    /// Commands that ask a real OVN the same, one for each switch and half.
    pub traces: Vec<Trace>,
}

/// What one row, or the default, did at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which half of the conversation.
    pub half: Half,
    /// What kind of packet.
    pub packet: PacketKind,
    /// Which crossing of its half it belongs to: index in [`Question::crossings`].
    pub crossing: usize,
    /// Index of the switch.
    pub switch: usize,
    /// The stage.
    pub stage: Stage,
    /// The tier of the row; zero for what is no row.
    pub tier: u8,
    /// What connection tracking said of the packet.
    pub tracking: Tracking,
    /// What decided.
    pub decider: Decider,
    /// What was decided.
    pub outcome: Outcome,
}

/// What kind of packet a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PacketKind {
    /// The packet of the conversation itself.
    Ip,
    /// The question for an Ethernet address, or OVN's answer to it.
    Arp,
}

/// What settled a packet at a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decider {
    /// A row of the database.
    Row(AclId),
    /// No row: the default.
    Default,
    /// The built-in row for replies of tracked connections.
    Established,
    /// Another built-in row.
    Builtin(Builtin),
    /// Rows that disagree, of which OVN does not promise an order, or whose match cannot be known.
    Ambiguous(Vec<AclId>),
}

impl Decider {
    /// `row`, `default`, `established`, `builtin` or `ambiguous`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Row(_) => "row",
            Self::Default => "default",
            Self::Established => "established",
            Self::Builtin(_) => "builtin",
            Self::Ambiguous(_) => "ambiguous",
        }
    }

    /// The rows of the database behind it.
    pub fn rows(&self) -> &[AclId] {
        match self {
            Self::Row(id) => core::slice::from_ref(id),
            Self::Ambiguous(ids) => ids,
            Self::Default | Self::Established | Self::Builtin(_) => &[],
        }
    }

    fn of(decider: &walk::Decider) -> Self {
        match decider {
            walk::Decider::Default => Self::Default,
            walk::Decider::Row(origin) => Self::of_origin(*origin),
            walk::Decider::Ambiguous(origins) => Self::Ambiguous(origins.iter().copied().filter_map(acl).collect()),
        }
    }

    fn of_origin(origin: Origin) -> Self {
        match origin {
            Origin::Acl(id) => Self::Row(id),
            Origin::Builtin(Builtin::Established) => Self::Established,
            Origin::Builtin(builtin) => Self::Builtin(builtin),
        }
    }
}

fn acl(origin: Origin) -> Option<AclId> {
    match origin {
        Origin::Acl(id) => Some(id),
        Origin::Builtin(_) => None,
    }
}

/// Explains a conversation.
pub fn explain(question: &Question<'_>) -> Explanation {
    let Some(ways) = Ways::of(question) else { return apart(question) };
    let Some(strict) = question.walk_along(&ways, walk::Choice::Strict) else { return apart(question) };
    let other = if strict.is_sure() { None } else { question.walk_along(&ways, walk::Choice::Generous) };
    let generous = other.as_ref().unwrap_or(&strict);
    let outcome = |conversation: &Conversation<'_>| (conversation.delivered(), conversation.answered());
    // A load balancer that takes it may bring it there by another port.
    let is_sent = || is_taken(question) && !steps(question.network, generous).first().is_some_and(Step::stops);
    let is_doubted = ways.carried == Carried::Perhaps && (generous.delivered() || is_sent());
    let verdict = match (outcome(&strict), outcome(generous)) {
        _ if is_doubted => Verdict::Undefined,
        (certain, possible) if certain != possible => Verdict::Undefined,
        ((false, _), _) => Verdict::Closed,
        ((true, true), _) => Verdict::Open,
        ((true, false), _) if question.answer().is_none() => Verdict::Open,
        ((true, false), _) => Verdict::OneWay,
    };
    let steps = steps(question.network, &strict);
    let expired = legs(&strict).any(|leg| leg.expired);
    let refused = legs(&strict).filter_map(|leg| leg.packet.as_ref()).any(|journey| journey.refused);
    Explanation {
        verdict,
        delivered: strict.delivered() && generous.delivered() && !is_doubted,
        answered: strict.answered() && generous.answered() && !is_doubted,
        refused,
        because: match is_doubted {
            true => because::no_path(question, NoPath::Unknown(doubt(question))),
            false => because::because(question, verdict, &steps, because::Fate { refused, expired }),
        },
        notes: because::notes(question, verdict, &steps),
        traces: trace::traces(question, &strict, generous),
        steps,
    }
}

/// Why the way of a conversation is doubted.
fn doubt(question: &Question<'_>) -> Unknown {
    let is_lost = question.backend.is_none() && matches!(question.to.attachment, Attachment::Balancer(_));
    if is_lost || is_taken(question) { Unknown::Backend } else { Unknown::Routing }
}

fn is_taken(question: &Question<'_>) -> bool {
    question.is_taken(&Topology::of(question.network), question.route())
}

/// The steps of a conversation alone; nothing where there is no way at all.
pub fn walked(question: &Question<'_>) -> Option<Vec<Step>> {
    Some(steps(question.network, &question.walk(walk::Choice::Strict)?))
}

impl Step {
    /// Whether a packet ends here, or nobody can tell.
    pub fn stops(&self) -> bool {
        matches!(self.outcome, Outcome::Drop | Outcome::Reject) || matches!(self.decider, Decider::Ambiguous(_))
    }
}

fn apart(question: &Question<'_>) -> Explanation {
    let common = question.from.has(question.family) && question.to.has(question.family);
    let (reason, verdict) = match question.route() {
        _ if !common => (NoPath::NoCommonFamily, Verdict::Closed),
        Route::Unknown(why) => (NoPath::Unknown(why), Verdict::Undefined),
        Route::Balanced(_) => (NoPath::NoBackend, Verdict::Closed),
        Route::Direct | Route::Switched(_) | Route::Routed(..) | Route::Apart => (NoPath::Apart, Verdict::Closed),
    };
    Explanation {
        verdict,
        delivered: false,
        answered: false,
        refused: false,
        steps: Vec::new(),
        because: because::no_path(question, reason),
        notes: Vec::new(),
        traces: Vec::new(),
    }
}

fn legs<'l, 'a>(conversation: &'l Conversation<'a>) -> impl Iterator<Item = &'l Leg<'a>> {
    core::iter::once(&conversation.request).chain(&conversation.reply)
}

/// The steps of a conversation. Address resolution is told only where it fails.
fn steps(network: &Network, conversation: &Conversation<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for leg in legs(conversation) {
        let failed = leg.resolution.iter().filter(|journey| !journey.delivered);
        let journeys = failed.map(|journey| (PacketKind::Arp, journey));
        for (packet, journey) in journeys.chain(leg.packet.iter().map(|journey| (PacketKind::Ip, journey))) {
            let mut entered: usize = 0;
            for step in &journey.steps {
                entered += usize::from(step.stage == Stage::FromLport);
                let crossing = entered.saturating_sub(1);
                steps.extend(told(network, leg.half, packet, step).into_iter().map(|step| Step { crossing, ..step }));
            }
        }
    }
    steps
}

/// A stage as it is told: first the rows that passed the packet on, then the one that decided.
fn told(network: &Network, half: Half, packet: PacketKind, step: &walk::Step) -> Vec<Step> {
    let base = |decider: Decider, outcome: Outcome| {
        let tier = decider.rows().first().and_then(|id| id.acl(network)).map_or(0, |acl| acl.tier.get());
        let (switch, stage, tracking) = (step.switch, step.stage, step.tracking);
        Step { half, packet, crossing: 0, switch, stage, tier, tracking, decider, outcome }
    };
    let passed = step.decision.passed.iter().map(|origin| base(Decider::of_origin(*origin), Outcome::Pass));
    passed.chain([base(Decider::of(&step.decision.decider), step.decision.outcome)]).collect()
}
