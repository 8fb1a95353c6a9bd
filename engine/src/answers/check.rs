//! Lints: rows that do not do what their author probably wants.

mod cost;
mod cuboid;
mod cut;
mod hulls;
mod idle;
mod leases;
mod odd;
mod outgrown;
mod pairs;
mod rows;
mod space;
mod spoof;
mod stateful;
mod tracked;
mod unmet;

use crate::diagnostic::Diagnostic;
use crate::ovn::acl::Acl;
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Pipeline};
use crate::reach::{Endpoint, Reach};
use alloc::vec::Vec;

/// A part of all lints, for whoever wants to do something else before the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What can be said of the rows by themselves.
    Rows,
    /// What they do between the endpoints.
    Pairs,
    /// What is left, for which the findings of the other parts must be known.
    Rest,
}

impl Part {
    /// All parts, in their order.
    pub const ALL: [Self; 3] = [Self::Rows, Self::Pairs, Self::Rest];

    /// The findings of this part; `told` are those of the parts before it.
    pub fn check(
        self,
        network: &Network,
        endpoints: &[Endpoint],
        reach: &mut Reach<'_>,
        told: &[Diagnostic],
    ) -> Vec<Diagnostic> {
        match self {
            Self::Rows => [rows::check(network, reach.pipelines()), idle::check(network, reach.pipelines())].concat(),
            Self::Pairs => {
                let mut found = pairs::check(network, endpoints, reach);
                found.extend(leases::check(network, endpoints, reach));
                found.extend(stateful::check(network, endpoints, reach));
                found
            }
            Self::Rest => {
                let mut found = unmet::check(network, endpoints, reach, told);
                found.extend(cost::check(network, reach.pipelines()));
                found.extend(spoof::check(network, endpoints));
                found.extend(outgrown::check(network, reach));
                found
            }
        }
    }
}

/// All findings about the rows of a network and what they do between its endpoints.
/// Mistakes in the matches themselves are found where the rows are read.
pub fn check(network: &Network, endpoints: &[Endpoint], reach: &mut Reach<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for part in Part::ALL {
        let found = part.check(network, endpoints, reach, &findings);
        findings.extend(found);
    }
    sort(&mut findings);
    findings
}

/// Puts findings into the order of their places.
pub fn sort(findings: &mut [Diagnostic]) {
    findings.sort_by_key(|finding| (finding.place, finding.code));
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
