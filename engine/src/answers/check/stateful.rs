//! What changes because a switch tracks connections.

use super::name;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action};
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Holder, Pipeline};
use crate::reach::{Endpoint, Reach, Verdict, evaluate};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// With more endpoints than this the question is not asked.
const MOST_ENDPOINTS: usize = 60;

/// For each switch that only `allow-related` rows make stateful: the pairs whose verdict would be another without it.
pub(super) fn check(network: &Network, endpoints: &[Endpoint], reach: &mut Reach<'_>) -> Vec<Diagnostic> {
    if endpoints.len() > MOST_ENDPOINTS {
        return Vec::new();
    }
    let pipelines = reach.pipelines().to_vec();
    let switched = pipelines.iter().filter(|pipeline| pipeline.stateful_acl && !pipeline.load_balancer);
    switched.filter_map(|pipeline| tell(network, pipeline, endpoints, reach)).collect()
}

fn tell(network: &Network, pipeline: &Pipeline, endpoints: &[Endpoint], reach: &mut Reach<'_>) -> Option<Diagnostic> {
    let related = |id: &AclId| id.acl(network).is_some_and(|acl| acl.action == Action::AllowRelated);
    let causes: Vec<AclId> = pipeline.acls.iter().copied().filter(related).collect();
    let (cause, row) = name(network, *causes.first()?)?;
    let without = stateless(network, &causes);
    let mut other = evaluate(&without, endpoints);
    let mut changed = Vec::new();
    for (from, to) in reach.pairs() {
        let (with, without) = (reach.verdict(from, to), other.verdict(from, to));
        if with != without {
            changed.push((from, to, with, without));
        }
    }
    let switch = &network.switches.get(pipeline.switch)?.name;
    let what = if causes.len() == 1 {
        format!("only {row} makes")
    } else {
        format!("{} `allow-related` rows make", causes.len())
    };
    let message = format!("{what} {switch} track connections, which changes {}", list(endpoints, &changed)?);
    Some(Diagnostic::new(Code::StatefulSwitch, message).at_maybe(cause.provenance.place))
}

fn list(endpoints: &[Endpoint], changed: &[(usize, usize, Verdict, Verdict)]) -> Option<String> {
    let (from, to, with, without) = changed.first()?;
    let (from, to) = (&endpoints.get(*from)?.id, &endpoints.get(*to)?.id);
    let count = changed.len();
    let pairs = if count == 1 { "1 pair".into() } else { format!("{count} pairs") };
    Some(format!("{pairs}: {from} → {to} would be {} without it, and is {}", without.name(), with.name()))
}

/// The same network, with `allow` in the place of what makes the switch stateful.
fn stateless(network: &Network, causes: &[AclId]) -> Network {
    let mut network = network.clone();
    for id in causes {
        let acl: Option<&mut Acl> = match id.holder {
            Holder::Switch(switch) => network.switches.get_mut(switch).and_then(|switch| switch.acls.get_mut(id.index)),
            Holder::Group(group) => network.port_groups.get_mut(group).and_then(|group| group.acls.get_mut(id.index)),
        };
        if let Some(acl) = acl {
            acl.action = Action::Allow;
        }
    }
    network
}
