//! Rows in the order in which OVN asks them, and those that nobody asks.

use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::{AclId, Holder, Origin, Pipeline, RowError, Stage};
use std::collections::BTreeSet;

/// The rows of a stage as OVN asks them, then those that it ignores.
pub fn asked<'p>(
    network: &'p Network,
    pipeline: &'p Pipeline,
    stage: Stage,
) -> impl Iterator<Item = (AclId, &'p Acl, Option<&'p RowError>)> {
    let ids = pipeline.stage(stage).into_iter().flat_map(|rows| rows.acls.iter()).filter_map(|row| match row.origin {
        Origin::Acl(id) => Some((id, None)),
        Origin::Builtin(_) => None,
    });
    let broken = pipeline.broken.iter().map(|error| (error.id, Some(error)));
    let rows = ids.chain(broken).filter_map(|(id, error)| Some((id, id.acl(network)?, error)));
    rows.filter(move |(_, acl, _)| Stage::of(acl) == stage)
}

/// The rows of groups that have no port on any switch: nobody asks them.
pub fn unasked<'n>(network: &'n Network, pipelines: &[Pipeline]) -> Vec<(AclId, &'n Acl)> {
    let asked: BTreeSet<AclId> = pipelines.iter().flat_map(|pipeline| pipeline.acls.iter().copied()).collect();
    let groups = network.port_groups.iter().enumerate();
    let rows = groups.flat_map(|(group, of)| {
        let id = move |index| AclId { holder: Holder::Group(group), index };
        of.acls.iter().enumerate().map(move |(index, acl)| (id(index), acl))
    });
    rows.filter(|(id, _)| !asked.contains(id)).collect()
}
