//! What makes a switch track connections, and the same network without it.

use crate::ovn::acl::{Acl, Action};
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Holder, Pipeline};
use alloc::vec::Vec;

/// The rows of a switch that make it track connections; none where a load balancer does so anyway.
pub(super) fn causes<'a>(network: &'a Network, pipeline: &'a Pipeline) -> impl Iterator<Item = AclId> + 'a {
    let rows: &[AclId] = if pipeline.load_balancer { &[] } else { &pipeline.acls };
    let is_related = |row: &AclId| row.acl(network).is_some_and(|acl| acl.action == Action::AllowRelated);
    rows.iter().copied().filter(is_related)
}

/// What the switches of a network do with `allow` in the place of the rows that make one of them track connections.
pub(super) fn without(network: &Network, pipelines: &[Pipeline], of: &Pipeline) -> Vec<Pipeline> {
    let known = pipelines.iter().map(|pipeline| pipeline.allowing(network, of));
    known.collect::<Option<_>>().unwrap_or_else(|| Pipeline::all(&stateless(network, causes(network, of))))
}

/// The same network, with `allow` in the place of what makes a switch stateful.
fn stateless(old: &Network, causes: impl Iterator<Item = AclId>) -> Network {
    let mut network = old.clone();
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
