//! Lints: rows that do not do what their author probably wants.

mod cost;
mod hulls;
mod idle;
mod pairs;
mod rows;
mod space;
mod spoof;
mod stateful;
mod unmet;

use crate::diagnostic::Diagnostic;
use crate::ovn::acl::Acl;
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Pipeline};
use crate::reach::{Endpoint, Reach};
use alloc::vec::Vec;

/// All findings about the rows of a network and what they do between its endpoints.
/// Mistakes in the matches themselves are found where the rows are read.
pub fn check(network: &Network, endpoints: &[Endpoint], reach: &mut Reach<'_>) -> Vec<Diagnostic> {
    let mut findings = rows::check(network, reach.pipelines());
    findings.extend(pairs::check(network, endpoints, reach));
    findings.extend(stateful::check(network, endpoints, reach));
    let idle = idle::check(network, reach.pipelines());
    findings.extend(idle);
    let unmet = unmet::check(network, endpoints, reach, &findings);
    findings.extend(unmet);
    findings.extend(cost::check(network, reach.pipelines()));
    findings.extend(spoof::check(network));
    findings.sort_by_key(|finding| (finding.place, finding.code));
    findings
}

/// Rows that are well formed by themselves, and ignored for where OVN puts them.
pub fn misplaced(network: &Network, pipelines: &[Pipeline]) -> Vec<Diagnostic> {
    rows::misplaced(network, pipelines)
}

/// The row of an id with the words by which a finding speaks of it.
fn name(network: &Network, id: AclId) -> Option<(&Acl, alloc::string::String)> {
    let acl = id.acl(network)?;
    let Acl { action, direction, priority, .. } = acl;
    Some((acl, alloc::format!("`{action}` at priority {} ({direction})", priority.get())))
}
