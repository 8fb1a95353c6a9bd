//! Where `ovn-trace` is known to answer otherwise than OVN.

use ringfence_engine::answers::conversation::Question;
use ringfence_engine::answers::explain::{Explanation, Step, Trace};
use ringfence_engine::ovn::acl::{Acl, Direction};
use ringfence_engine::ovn::network::{Network, Port, PortKind};
use ringfence_engine::ovn::pipeline::{Stage, Tracking};

/// Why ovn-trace is known to answer otherwise than OVN.
pub(crate) fn caution(question: &Question<'_>, explanation: &Explanation, trace: &Trace) -> Option<String> {
    let lost = lost_test(question.network, explanation, trace)
        .map(|field| format!("it heeds `{field}`, a test that is lost when a row is installed (RF107)"));
    let cleared = || {
        let words = "where connection tracking is not asked again it keeps what it said, which OVN clears, and that may matter to rows";
        keeps_state(question.network, explanation, trace).then(|| words.to_owned())
    };
    lost.or_else(cleared)
}

/// Whether a packet meets to-lport rows without being tracked there, by a router port or because of an `allow-stateless` row, where
/// it matters to them what connection tracking said of it before: the commit on entering has cleared that in OVN, and not in
/// ovn-trace. What was invalid is asked about by fewer rows; of what was new only tests of connection tracking know.
fn keeps_state(network: &Network, explanation: &Explanation, trace: &Trace) -> bool {
    let leaves = |port: &Port| port.name == trace.outport && port.kind == PortKind::Router;
    let tests = |acl: &Acl| {
        acl.direction == Direction::ToLport && ["ct.", "ct_"].iter().any(|field| acl.matches.contains(field))
    };
    let here = network.switches.iter().filter(|switch| switch.name == trace.switch);
    let is_routed = here.clone().any(|switch| switch.ports.iter().any(leaves));
    let own = here.flat_map(|switch| &switch.acls);
    let grouped = network.port_groups.iter().flat_map(|group| &group.acls);
    let tracked = |stage| {
        let is_own = |step: &&Step| {
            let switch = network.switches.get(step.switch).map(|switch| switch.name.as_str());
            step.half == trace.half && step.stage == stage && switch == Some(trace.switch.as_str())
        };
        explanation.steps.iter().find(is_own).map(|step| step.tracking)
    };
    (is_routed || tracked(Stage::ToLport) == Some(Tracking::Untracked))
        && match tracked(Stage::FromLport) {
            Some(Tracking::Invalid | Tracking::BlockedRequest) => true,
            Some(Tracking::New) => own.chain(grouped).any(tests),
            _ => false,
        }
}

/// A field that a row which decided about the packet on this switch tests for ovn-trace alone: OpenFlow loses it. What is lost
/// always holds, so that no other row can be behind such a disagreement.
fn lost_test(network: &Network, explanation: &Explanation, trace: &Trace) -> Option<&'static str> {
    let is_here = |switch: usize| network.switches.get(switch).is_some_and(|switch| switch.name == trace.switch);
    let steps = explanation.steps.iter().filter(|step| step.half == trace.half && is_here(step.switch));
    let decided: Vec<_> = steps.flat_map(|step| step.decider.rows()).filter_map(|id| id.acl(network)).collect();
    ["ip.dscp", "ip.ecn"].into_iter().find(|field| decided.iter().any(|acl| acl.matches.contains(field)))
}
