//! The rows of AdminNetworkPolicies, BaselineAdminNetworkPolicies and ClusterNetworkPolicies (`admin_network_policy.go`,
//! `baseline_admin_network_policy.go`, `cluster_network_policy.go` in `pkg/controller` of Kube-OVN).
//!
//! Each policy is a port group of the pods that it is about. A rule is a row for each family and port, of addresses that
//! stand in a set; there is no default.

mod naming;
mod party;
mod remarks;
mod rule;
mod slot;

use super::compiler::{Compiler, Written};
use super::network_policy::roll::Roll;
use super::profile::{Profile, Support};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::network::PortGroup;
use crate::read::{AdminKind, AdminPeer, AdminPeerChoice, AdminPolicy, PolicyType};
use crate::world::Scope;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub(super) use remarks::remarks;

/// Everything that Kube-OVN writes for the policies of administrators.
pub(super) fn admin_policies(compiler: &Compiler<'_>, policies: &[&AdminPolicy], out: &mut Vec<Diagnostic>) -> Written {
    let mut written = Written::default();
    let mut known = supported(policies, compiler.profile, out);
    if !compiler.world.controller.resolves_names {
        known.retain(|policy| names(policy).map(|peer| out.push(unresolved(policy, peer))).is_none());
    }
    let Some(first) = known.first() else { return written };
    if compiler.world.controller.admin_policies.is_none() {
        out.push(flag(first));
    }
    let installed = slot::installed(&known, out);
    naming::collisions(&installed, out);
    slot::overlaps(&installed, out);
    let roll = Roll::new(compiler);
    for policy in installed {
        let group = group(policy, compiler, &roll, &mut written, out);
        written.groups.push(group);
    }
    written
}

/// Those of a kind that the release knows.
fn supported<'p>(policies: &[&'p AdminPolicy], profile: &Profile, out: &mut Vec<Diagnostic>) -> Vec<&'p AdminPolicy> {
    let is_known = |policy: &&AdminPolicy| {
        let support = match policy.kind {
            AdminKind::Admin | AdminKind::Baseline => profile.admin,
            AdminKind::Cluster => profile.cluster,
        };
        support == Support::Yes
    };
    let (known, other): (Vec<&AdminPolicy>, Vec<&AdminPolicy>) = policies.iter().copied().partition(is_known);
    out.extend(other.into_iter().map(|policy| {
        let message =
            format!("{} does not know {}: {} has no effect here", profile.name, policy.kind.name(), policy.title());
        policy.finding(Code::EnforcerDiffers, message).help("ask about a later release")
    }));
    known
}

/// A peer that is called by names of domains.
fn names(policy: &AdminPolicy) -> Option<&AdminPeer> {
    let peers = policy.rules(PolicyType::Egress).iter().flat_map(|rule| &rule.peers);
    peers.into_iter().find(|peer| matches!(peer.choice, AdminPeerChoice::Domains(_)))
}

fn unresolved(policy: &AdminPolicy, peer: &AdminPeer) -> Diagnostic {
    let message = format!(
        "Kube-OVN takes nothing of {} because of the names of `{}`: it resolves names with `--enable-dns-name-resolver` \
         only, which is off by default",
        policy.title(),
        peer.field
    );
    let help = "name prefixes in `networks`, or say `kubeOvn: {enable-dns-name-resolver: true}` in an `Inventory`";
    Diagnostic::new(Code::EnforcerDiffers, message).severity(Severity::Error).at(peer.place).help(help)
}

/// Kube-OVN looks at none of them unless it is told to.
fn flag(policy: &AdminPolicy) -> Diagnostic {
    let message = format!(
        "Kube-OVN enforces {} only with `--enable-anp`, which is off by default; it is taken to be on",
        policy.title()
    );
    let help = "set `--enable-anp=true` for `kube-ovn-controller` where these policies shall have an effect";
    super::row::worth_knowing(policy.finding(Code::EnforcerDiffers, message).help(help))
}

fn group(
    policy: &AdminPolicy,
    compiler: &Compiler<'_>,
    roll: &Roll<'_>,
    written: &mut Written,
    out: &mut Vec<Diagnostic>,
) -> PortGroup {
    let name = naming::group(policy);
    let mut acls = Vec::new();
    for direction in PolicyType::ALL {
        // The controller stops at the first error, and has written nothing of the direction yet.
        if let Some(error) = naming::unnameable(policy, direction) {
            out.push(error);
            break;
        }
        for rule in policy.rules(direction) {
            acls.extend(rule::rows(policy, direction, rule, compiler, roll, &mut written.sets, out));
        }
    }
    PortGroup { name, ports: ports(policy, compiler, roll), acls, doubted: false }
}

/// The ports that a policy is about, on every network of Kube-OVN.
fn ports(policy: &AdminPolicy, compiler: &Compiler<'_>, roll: &Roll<'_>) -> Vec<String> {
    let Some(subject) = &policy.subject else { return Vec::new() };
    let pods = compiler.roster.pods(&Scope::Selected(subject.namespaces.clone()), &subject.pods);
    pods.iter().flat_map(|pod| roll.nets(*pod)).map(|net| net.port.to_string()).collect()
}
