//! The two directions of a policy in OVN's words.

use super::super::row::built;
use crate::ovn::acl::{Acl, Action, Direction, Provenance};
use crate::read::PolicyType;
use alloc::format;
use alloc::string::String;

/// A row for one direction; what pods send is asked about after load balancing.
pub(in crate::compile) fn row(
    direction: PolicyType,
    priority: i64,
    matches: String,
    action: Action,
    why: Provenance,
) -> Acl {
    match direction {
        PolicyType::Ingress => built(priority, matches, action, Direction::ToLport, why),
        PolicyType::Egress => Acl { after_lb: true, ..built(priority, matches, action, Direction::FromLport, why) },
    }
}

/// The ports of a group.
pub(in crate::compile) fn scope(direction: PolicyType, group: &str) -> String {
    match direction {
        PolicyType::Ingress => format!("outport == @{group}"),
        PolicyType::Egress => format!("inport == @{group}"),
    }
}

/// The side of the packet that a peer is on.
pub(in crate::compile) fn side(direction: PolicyType) -> &'static str {
    match direction {
        PolicyType::Ingress => "src",
        PolicyType::Egress => "dst",
    }
}
