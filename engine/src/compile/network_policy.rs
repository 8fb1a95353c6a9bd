//! The rows of NetworkPolicies (`pkg/controller/network_policy.go` of Kube-OVN, `handleUpdateNp`).
//!
//! Each policy is a port group of the ports that it selects. Its rows hang on the group: a default drop for each of its
//! directions, and what its rules allow, of addresses that stand in sets or in the match itself.

mod annotations;
mod gateway;
pub(super) mod l4;
mod logging;
pub(super) mod naming;
mod node;
mod party;
mod remarks;
pub(super) mod roll;
mod rule;
pub(super) mod stage;
mod subject;

use super::compiler::{Compiler, Written};
use super::profile::Profile;
use super::row::short;
use crate::diagnostic::Diagnostic;
use crate::ovn::acl::{Acl, Action};
use crate::ovn::network::PortGroup;
use crate::read::{NetworkPolicy, PolicyType};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use annotations::Mode;
use roll::Roll;
use subject::Subject;

pub(super) use node::groups as node_groups;
pub(super) use remarks::{impossible, missing, remarks, unlabelled};

/// The priority of what a policy allows.
const ALLOW: i64 = 2001;
/// The priority of what it drops otherwise.
const DROP: i64 = 2000;

/// Everything that Kube-OVN writes for NetworkPolicies, the rows for nodes included.
pub(super) fn network_policies(
    compiler: &Compiler<'_>,
    policies: &[&NetworkPolicy],
    out: &mut Vec<Diagnostic>,
) -> Written {
    let mut written = Written::default();
    if policies.is_empty() {
        return written;
    }
    let roll = Roll::new(compiler);
    for policy in policies {
        annotations::check(policy, compiler.profile, out);
        logging::check(policy, compiler.profile, out);
        subject::undeclared(policy, out);
        let subject = Subject::of(policy, compiler, &roll, out);
        let group = group(&subject, compiler, &roll, &mut written, out);
        written.groups.push(group);
    }
    gateway::unknown(compiler, out);
    subject::collisions(policies, out);
    written.groups.extend(node::groups(compiler));
    out.extend(node::homeless(compiler.world));
    written
}

fn group(
    subject: &Subject<'_>,
    compiler: &Compiler<'_>,
    roll: &Roll<'_>,
    written: &mut Written,
    out: &mut Vec<Diagnostic>,
) -> PortGroup {
    let mut acls = Vec::new();
    // Without a family there is no row, the default drop not excepted.
    if !subject.families.is_empty() {
        for direction in PolicyType::ALL.into_iter().filter(|direction| subject.is_restricted(*direction)) {
            defaults(subject, direction, compiler.profile, &mut acls);
            rule::rules(subject, direction, compiler, roll, &mut acls, &mut written.sets, out);
        }
        if subject.mode == Mode::Standard {
            gateway::rows(subject, compiler, &mut acls);
        }
    }
    for row in &mut acls {
        row.tier = compiler.profile.tiers.policy;
    }
    PortGroup { name: subject.group.clone(), ports: subject.ports.clone(), acls, doubted: false }
}

/// The default drop (`UpdateDefaultBlockACLOps`, `UpdateDefaultBlockExceptionsACLOps`).
fn defaults(subject: &Subject<'_>, direction: PolicyType, profile: &Profile, acls: &mut Vec<Acl>) {
    let scope = stage::scope(direction, &subject.group);
    let name = Some(short(&subject.policy.id()));
    let types = subject.restriction(direction);
    match subject.mode {
        Mode::Standard => {
            let row = stage::row(direction, DROP, format!("{scope} && ip"), Action::Drop, types);
            acls.push(Acl { name, log: subject.log(&row, profile), ..row });
        }
        Mode::Lax => {
            let row = stage::row(direction, DROP, format!("{scope} && (tcp || udp || sctp)"), Action::Drop, types);
            acls.push(Acl { name: name.clone(), log: subject.log(&row, profile), ..row });
            for lease in leases(direction) {
                let why = subject.annotated(annotations::ENFORCEMENT);
                let row = stage::row(direction, ALLOW, format!("{scope} && {lease}"), Action::AllowRelated, why);
                acls.push(Acl { name: name.clone(), ..row });
            }
        }
    }
}

/// DHCPv6 and DHCP, from the server and from the client.
pub(super) fn leases(direction: PolicyType) -> [String; 2] {
    let lease = |server: u16, client: u16, ip: &str| match direction {
        PolicyType::Ingress => format!("udp.src == {server} && udp.dst == {client} && {ip}"),
        PolicyType::Egress => format!("udp.src == {client} && udp.dst == {server} && {ip}"),
    };
    [lease(547, 546, "ip6"), lease(67, 68, "ip4")].map(|text| text.to_string())
}
