//! Rows that no packet of this input gets to. Must be asked after all pairs.

use super::name;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::Action;
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Pipeline};
use crate::reach::{Attachment, Endpoint, Reach, Verdict, evaluate_by};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

/// Rows that are told one by one.
const MOST_TOLD: usize = 10;

/// With more classes of endpoints than this the pairs were not all asked.
const MOST_CLASSES: usize = 1_000;

pub(super) fn check(
    network: &Network,
    endpoints: &[Endpoint],
    reach: &mut Reach<'_>,
    told: &[Diagnostic],
) -> Vec<Diagnostic> {
    let classes = reach.classes();
    if endpoints.len() < 2 || classes.len() > MOST_CLASSES {
        return Vec::new();
    }
    // Pair by pair: whoever asks about many at once asks rows that none of them gets to.
    let mut single = evaluate_by(network, endpoints, reach.pipelines().into()).noting();
    let mut unsaid: BTreeSet<usize> = BTreeSet::new();
    for pair in classes.pairs() {
        // Where nobody knows the way, nobody knows which rows are asked.
        if single.verdict(pair.from, pair.to) == Verdict::Undefined && !single.has_way(pair.from, pair.to) {
            let switch = |end: usize| match endpoints.get(end)?.attachment {
                Attachment::Port { switch, .. } => Some(switch),
                Attachment::Router(_) | Attachment::Balancer(_) => None,
            };
            unsaid.extend([pair.from, pair.to].into_iter().filter_map(switch));
        }
    }
    // What is undefined for being too complex was not asked to the end.
    if single.outgrown().0 {
        return Vec::new();
    }
    let mut met = single.met();
    let unsaid = |pipeline: &&Pipeline| unsaid.contains(&pipeline.switch);
    met.extend(reach.pipelines().iter().filter(unsaid).flat_map(|pipeline| pipeline.acls.iter()));
    let asked = reach.pipelines().iter().flat_map(|pipeline| {
        let broken: BTreeSet<AclId> = pipeline.broken.iter().map(|error| error.id).collect();
        // What keeps packets out of connection tracking is asked before any row is.
        let is_early = move |id: &AclId| {
            pipeline.stateful() && id.acl(network).is_some_and(|acl| acl.action == Action::AllowStateless)
        };
        pipeline.acls.iter().copied().filter(move |id| !broken.contains(id) && !is_early(id))
    });
    let asked: BTreeSet<AclId> = asked.collect();
    let told: BTreeSet<_> = told.iter().filter_map(|found| found.place).collect();
    let unmet = asked.difference(&met).filter_map(|id| tell(network, *id));
    let mut unmet: Vec<_> = unmet.filter(|found| found.place.is_none_or(|place| !told.contains(&place))).collect();
    let more = unmet.len().saturating_sub(MOST_TOLD);
    // A large rule set for few machines: one remark says as much as a thousand.
    if more > 0 {
        unmet.truncate(MOST_TOLD);
        let (rows, them) = if more == 1 { ("row", "it") } else { ("rows", "them") };
        let message =
            format!("no packet between the endpoints of this input gets to {more} more {rows} and matches {them}");
        unmet.push(Diagnostic::new(Code::UnusedHere, message));
    }
    unmet
}

/// Rules of policies are written for pods that come and go; rows by hand are written for those that are there.
fn tell(network: &Network, id: AclId) -> Option<Diagnostic> {
    let (acl, row) = name(network, id).filter(|(acl, _)| acl.provenance.field.contains("acls["))?;
    let message = format!("no packet between the endpoints of this input gets to {row} and matches it");
    Some(Diagnostic::new(Code::UnusedHere, message).at(acl.provenance.place?))
}
