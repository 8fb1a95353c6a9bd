//! The sentence that comes first, and the ones that may follow it.

use super::cause::cause;
use super::{Decider, PacketKind, Step};
use crate::answers::conversation::{Half, Question};
use crate::ovn::acl::Direction;
use crate::ovn::network::{Network, Unknown};
use crate::ovn::pipeline::{AclId, Builtin, Outcome, Stage, Tracking};
use crate::reach::{Attachment, Carried, Endpoint, Family, L4Header, NoPath, Topology, Verdict};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A header in words: `tcp/80`, `icmp echo`, `protocol 47`.
pub fn describe_header(header: L4Header, family: Family) -> String {
    match header {
        L4Header::Tcp(_, port) => format!("tcp/{port}"),
        L4Header::Udp(_, port) => format!("udp/{port}"),
        L4Header::Sctp(_, port) => format!("sctp/{port}"),
        L4Header::Icmp(kind, _) if u16::from(kind) == family.echo().0 => format!("{} echo", family.icmp_name()),
        L4Header::Icmp(kind, code) => format!("{} type {kind} code {code}", family.icmp_name()),
        L4Header::Other(number) => format!("protocol {number}"),
    }
}

/// Whether the port of an endpoint is disabled.
pub(crate) fn is_disabled(end: &Endpoint, network: &Network) -> bool {
    let Attachment::Port { switch, port } = &end.attachment else { return false };
    let ports = network.switches.get(*switch).map_or(&[][..], |switch| &switch.ports);
    ports.iter().any(|known| known.disabled && known.name == *port)
}

pub(super) fn no_path(question: &Question<'_>, reason: NoPath) -> String {
    let (from, to) = (&question.from.id, &question.to.id);
    let disabled = [question.from, question.to].into_iter().find(|end| is_disabled(end, question.network));
    match reason {
        NoPath::NoBackend if is_carried_nowhere(question) => format!(
            "{from} gets to {to} by no router: on {from}'s own switch nobody answers for it, or the router has no route to who is behind it."
        ),
        NoPath::NoBackend => {
            format!(
                "{to} has nobody behind it for {}, so {from}'s request goes nowhere.",
                describe_header(question.header, question.family)
            )
        }
        NoPath::Apart if disabled.is_some() => {
            let end = disabled.map_or(from, |end| &end.id);
            format!("the port of {end} is disabled: OVN gives it nothing, and takes nothing from it.")
        }
        NoPath::Apart if is_balancer(question.to) => format!(
            "{to} takes connections from machines on switches that have its load balancer, and {from} is on none of them."
        ),
        NoPath::Apart if is_balancer(question.from) => {
            format!("{from} is an address that connections are sent to; it asks nobody.")
        }
        NoPath::Apart => format!("no router leads from {from} to {to}, so nothing gets there."),
        NoPath::Unknown(Unknown::Physical) => format!(
            "the way from {from} to {to} leads through a physical network, of which the input says nothing: \
             whether anything gets from one to the other cannot be known."
        ),
        NoPath::Unknown(Unknown::Routing) => format!(
            "the way from {from} to {to} crosses a router that may know no way back, or whose policies, static routes or NAT \
             may change it, which are not evaluated: whether anything gets from one to the other cannot be known."
        ),
        NoPath::Unknown(Unknown::Backend) if !is_balancer(question.to) => format!(
            "load balancers take connections to an address that is {to}'s own: whether {to} gets {from}'s request cannot be known."
        ),
        NoPath::Unknown(Unknown::Backend) => format!(
            "{to} may send {from}'s request to somebody of whom the input knows nothing: whether anybody answers cannot be known."
        ),
        NoPath::Unknown(Unknown::RouteBack) => format!(
            "the routers between {from} and {to} are peers, but only one of them has a route to the other's switch: \
             whether anything gets from one to the other cannot be known."
        ),
        NoPath::NoCommonFamily if !Family::ALL.iter().any(|of| question.from.has(*of) && question.to.has(*of)) => {
            format!("{from} and {to} have no address family in common.")
        }
        NoPath::NoCommonFamily => {
            format!("{from} and {to} do not both have an {} address.", question.family.name())
        }
    }
}

fn is_carried_nowhere(question: &Question<'_>) -> bool {
    let topology = Topology::of(question.network);
    let carried = question.route().carried(&topology, question.from, question.to, question.family);
    question.backend.is_some() || carried == Carried::Nowhere
}

fn is_balancer(endpoint: &Endpoint) -> bool {
    matches!(endpoint.attachment, Attachment::Balancer(_))
}

/// What became of a packet that no row says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fate {
    /// Whether the sender of a rejected one is told.
    pub(super) refused: bool,
    /// Whether a router dropped it, as its TTL was spent.
    pub(super) expired: bool,
}

pub(super) fn because(question: &Question<'_>, verdict: Verdict, steps: &[Step], end: Fate) -> String {
    let (from, to) = (&question.from.id, &question.to.id);
    let what = describe_header(question.header, question.family);
    let stopped = steps.iter().find(|step| matches!(step.outcome, Outcome::Drop | Outcome::Reject));
    match (verdict, stopped) {
        (Verdict::Undefined, _) => undefined(question, &what, steps),
        (Verdict::Open | Verdict::Partial, _) => open(question, &what, steps),
        (Verdict::OneWay, Some(step)) if step.packet == PacketKind::Arp => format!(
            "{from}'s {what} request reaches {to}, but {to} cannot learn the address to send the answer to: its ARP {}.",
            fate(question, step)
        ),
        (Verdict::OneWay, Some(step)) => format!(
            "{from}'s {what} request reaches {to}, but the answer is dropped {}: {}.",
            whereabouts(question, step),
            decider(question, step)
        ),
        (Verdict::Closed, Some(step)) if step.packet == PacketKind::Arp => {
            format!("{from} cannot learn the address to send to: its ARP {}.", fate(question, step))
        }
        (Verdict::Closed, Some(step)) => {
            let fate = match (step.outcome, end.refused) {
                (Outcome::Reject, true) => "refused, and told so,",
                (Outcome::Reject, false) => "refused, but never told so (the refusal is dropped on its way back),",
                (Outcome::Drop | Outcome::Pass | Outcome::Allow, _) => "dropped",
            };
            format!(
                "{from}'s {what} request to {to} is {fate} {}: {}.",
                whereabouts(question, step),
                decider(question, step)
            )
        }
        (Verdict::Closed, None) if end.expired => {
            format!("{from}'s {what} request to {to} ends at a router: {EXPIRED}.")
        }
        (Verdict::OneWay, None) if end.expired => {
            format!("{from}'s {what} request reaches {to}, but the answer ends at a router: {EXPIRED}.")
        }
        (Verdict::OneWay | Verdict::Closed, None) => format!("{from}'s {what} request to {to} gets no answer."),
    }
}

const EXPIRED: &str = "each takes one from the TTL, and drops a packet that has none left";

fn open(question: &Question<'_>, what: &str, steps: &[Step]) -> String {
    let (from, to) = (&question.from.id, &question.to.id);
    if question.answer().is_none() {
        return format!("{from}'s {what} message reaches {to}; nobody answers such a message.");
    }
    let established = steps.iter().any(|step| step.half == Half::Reply && step.decider == Decider::Established);
    let elsewhere =
        cause(question, Verdict::Open, steps).map(|cause| format!(", {}", cause.words())).unwrap_or_default();
    let rows = steps.iter().filter(|step| matches!(step.decider, Decider::Row(_))).count();
    let why = match (established, rows) {
        (true, 0) => "no row stands in the way, and the answer passes as the reply of a tracked connection".to_string(),
        (true, _) => {
            "the rows let the request pass, and the answer passes as the reply of a tracked connection".to_string()
        }
        (false, 0) => "no row stands in the way of either half".to_string(),
        (false, _) => "the rows let both the request and the answer pass".to_string(),
    };
    format!("{from} reaches {to} on {what} and is answered: {why}{elsewhere}.")
}

fn undefined(question: &Question<'_>, what: &str, steps: &[Step]) -> String {
    let (from, to) = (&question.from.id, &question.to.id);
    let ambiguous = steps.iter().find_map(|step| match &step.decider {
        Decider::Ambiguous(ids) => Some((step, ids)),
        Decider::Row(_) | Decider::Default | Decider::Established | Decider::Builtin(_) => None,
    });
    let Some((step, ids)) = ambiguous else {
        return format!("whether {from} reaches {to} on {what} depends on something that OVN does not promise.");
    };
    let rows: Vec<_> = ids.iter().filter_map(|id| id.acl(question.network)).collect();
    let named: Vec<_> = rows
        .iter()
        .map(|acl| format!("`{}` of {} ({})", acl.action, acl.provenance.object, acl.provenance.field))
        .collect();
    match rows.as_slice() {
        _ if ids.iter().any(|id| id.is_contested(question.network)) => format!(
            "whether {from} reaches {to} on {what} cannot be known: another object has the same port group and may have overwritten {}.",
            named.join(", ")
        ),
        [_] => format!(
            "whether {from} reaches {to} on {what} cannot be known: the row {} tests something that only the network knows.",
            named.join(", ")
        ),
        [first, ..] => format!(
            "whether {from} reaches {to} on {what} is not defined: in {} rows of equal priority {} disagree, \
             and OVN does not promise which of them decides: {}.",
            step.stage.name(),
            first.priority.get(),
            named.join(", ")
        ),
        [] => format!("whether {from} reaches {to} on {what} is not defined."),
    }
}

/// Where a packet stopped, in plain words beside OVN's.
fn whereabouts(question: &Question<'_>, step: &Step) -> String {
    let crossings = question.crossings(step.half);
    let is_routed = crossings.get(step.crossing).is_some_and(|crossing| match step.stage.direction() {
        Direction::FromLport => crossing.from.is_some(),
        Direction::ToLport => crossing.to.is_some(),
    });
    let plain = match (step.stage.direction(), is_routed) {
        (Direction::FromLport, false) => "as it leaves its sender",
        (Direction::FromLport, true) => "as it comes from the router",
        (Direction::ToLport, false) => "as it arrives",
        (Direction::ToLport, true) => "as it leaves for the router",
    };
    format!("{plain} (`{}`)", step.stage.name())
}

fn fate(question: &Question<'_>, step: &Step) -> String {
    let which = match step.stage {
        Stage::FromLport | Stage::FromLportAfterLb => "request is dropped as it leaves",
        Stage::ToLport => "answer is dropped as it arrives",
    };
    format!("{which} (`{}`): {}", step.stage.name(), decider(question, step))
}

/// What decided, in words.
fn decider(question: &Question<'_>, step: &Step) -> String {
    match &step.decider {
        Decider::Row(id) => id.acl(question.network).map_or_else(
            || "a row of the database".to_string(),
            |acl| {
                let from = &acl.provenance;
                format!(
                    "row `{}` at priority {} (`{}`), {} of {}",
                    acl.action,
                    acl.priority.get(),
                    acl.matches,
                    from.field,
                    from.object
                )
            },
        ),
        Decider::Default => "no row matches, and this network drops by default (`default_acl_drop`)".to_string(),
        Decider::Established => "it is the reply of a tracked connection".to_string(),
        Decider::Builtin(Builtin::Invalid) => {
            "connection tracking calls it invalid, because it has not seen the request on that port".to_string()
        }
        Decider::Builtin(builtin) => builtin.describe().to_string(),
        Decider::Ambiguous(_) => "rows of equal priority disagree".to_string(),
    }
}

pub(super) fn notes(question: &Question<'_>, verdict: Verdict, steps: &[Step]) -> Vec<String> {
    let lost = lost_answer(question, verdict, steps).or_else(|| kept_out(question, verdict, steps));
    lost.into_iter().chain(balanced(question)).collect()
}

fn balanced(question: &Question<'_>) -> Option<String> {
    let backend = question.backend?;
    let address = backend.endpoint.address(question.family)?;
    Some(format!(
        "{} sends this connection to {} ({address}, port {}); which of its backends gets a connection is not promised.",
        question.to.id, backend.endpoint.id, backend.port
    ))
}

/// Why an answer is not known as one at a port that tracks: the request was kept out of connection tracking there.
fn kept_out(question: &Question<'_>, verdict: Verdict, steps: &[Step]) -> Option<String> {
    let dropped = steps.iter().find(|step| matches!(step.outcome, Outcome::Drop | Outcome::Reject));
    let lost = dropped.filter(|step| verdict == Verdict::OneWay && step.packet == PacketKind::Ip)?;
    let pipeline = question.pipelines.get(lost.switch).filter(|pipeline| pipeline.stateful())?;
    let (direction, when) = match lost.stage.direction() {
        Direction::ToLport => (Direction::FromLport, "as it leaves"),
        Direction::FromLport => (Direction::ToLport, "as it arrives"),
    };
    let is_request = |step: &&Step| step.half == Half::Request && step.packet == PacketKind::Ip;
    let mut there = steps.iter().filter(is_request).filter(|step| step.switch == lost.switch);
    there.find(|step| step.stage.direction() == direction && step.tracking == Tracking::Untracked)?;
    let rows: Vec<AclId> = pipeline.stateless_rows(direction).collect();
    let row = match rows.as_slice() {
        [] => return None,
        [row] => decider(question, &Step { decider: Decider::Row(*row), ..lost.clone() }),
        [..] => "a row `allow-stateless`".to_string(),
    };
    let name = question.network.switches.get(lost.switch).map_or("", |switch| switch.name.as_str());
    Some(format!(
        "{name} tracks connections, but not this one: {row}, keeps the request out of connection tracking {when}, whatever its \
         priority, so that its answer is not known there."
    ))
}

fn lost_answer(question: &Question<'_>, verdict: Verdict, steps: &[Step]) -> Option<String> {
    let dropped = steps.iter().find(|step| matches!(step.outcome, Outcome::Drop | Outcome::Reject));
    let step = dropped.filter(|step| verdict == Verdict::OneWay && step.packet == PacketKind::Ip)?;
    let name = question.network.switches.get(step.switch).map_or("", |switch| switch.name.as_str());
    let stateful = question.pipelines.get(step.switch).is_some_and(|pipeline| pipeline.stateful());
    let note = match (stateful, step.tracking) {
        (false, _) => format!(
            "{name} does not track connections: no row there says `allow-related`. With one such row, the answer to \
             a request that was let through would pass by itself."
        ),
        (true, Tracking::Untracked) => format!(
            "{name} tracks connections, but not this packet: traffic through a router port, a physical port or an \
             `allow-stateless` row is judged packet by packet, answers included."
        ),
        (true, _) => return None,
    };
    Some(note)
}
