//! The enforcers whose behaviour can be asked about, side by side.
//!
//! A profile is data: what one release does differently from another is a value in its column, and nothing else in the
//! program asks for a release by name. Source: `pkg/util/const.go`, `pkg/ovs/ovn-nb-acl.go` and `pkg/controller` of each
//! release branch of Kube-OVN; the API types of Kubernetes and of the network-policy-api for `kubernetes`.

use crate::ovn::acl::Tier;
use crate::ovn::network::Version;

/// One enforcer's exact behaviour.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// As users name it.
    pub name: &'static str,
    /// Who turns objects into rows.
    pub enforcer: Enforcer,
    /// The OVN that evaluates the rows.
    pub version: Version,
    /// `NB_Global.options:use_ct_inv_match`, where no inventory says otherwise.
    pub invalid: Invalid,
    /// The tiers that rows are written into.
    pub tiers: Tiers,
    /// Which switches track connections, so that answers return.
    pub tracking: Tracking,
    /// Rules of a Subnet: `spec.acls`, `private`, `allowSubnets`.
    pub subnet_rules: Support,
    /// `spec.allowEWTraffic` of a Subnet.
    pub east_west: Support,
    /// What happens to a Subnet with an entry of `acls` that the database does not take.
    pub bad_acl: BadAcl,
    /// NetworkPolicy: rows for the gateway beside the default drops.
    pub gateway_rows: GatewayRows,
    /// NetworkPolicy: the lax enforcement mode.
    pub lax: Support,
    /// NetworkPolicy: which of its rows can be logged.
    pub logging: Logging,
    /// NetworkPolicy: the annotation `ovn.kubernetes.io/network_policy_for`.
    pub policy_for: Support,
    /// NetworkPolicy: how `ipBlock` is written.
    pub ip_block: IpBlock,
    /// NetworkPolicy: whether addresses of Services stand in the sets of their pods.
    pub cluster_ips: ClusterIps,
    /// AdminNetworkPolicy and BaselineAdminNetworkPolicy.
    pub admin: Support,
    /// ClusterNetworkPolicy.
    pub cluster: Support,
    /// SecurityGroup: which priorities its rules get, and what they can say.
    pub security_group: SecurityGroups,
}

/// Who turns objects into rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enforcer {
    /// Kube-OVN's controller.
    KubeOvn,
    /// Any conforming implementation of the Kubernetes API: its promise, and nothing of Kube-OVN's own.
    Kubernetes,
}

/// Whether a release has a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It has.
    Yes,
    /// It has not: the field or object does nothing.
    No,
}

/// What happens to packets that connection tracking calls invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// Dropped before any row is asked: OVN's default.
    Dropped,
    /// Asked about like others: `use_ct_inv_match=false`, which Kube-OVN's controller sets.
    Asked,
}

/// Which switches track connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracking {
    /// Those with an `allow-related` row or a load balancer: OVN's own rule.
    ByRows,
    /// All of them: whoever keeps the promise that answers return has to.
    Always,
}

/// The tiers of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiers {
    /// AdminNetworkPolicy, ClusterNetworkPolicy in tier Admin.
    pub admin: Tier,
    /// Subnet, NetworkPolicy, SecurityGroup.
    pub policy: Tier,
    /// BaselineAdminNetworkPolicy, ClusterNetworkPolicy in tier Baseline, SecurityGroup of tier 1.
    pub baseline: Tier,
}

/// What happens to a Subnet with an entry of `acls` that the database does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadAcl {
    /// The API server refuses the Subnet: the schema of the custom resource names the values.
    Refused,
    /// Kube-OVN deletes the rows that were there and fails to write the new ones: the switch has none of `acls`.
    NoneWritten,
}

/// NetworkPolicy: rows for the gateway beside the default drops, in standard mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayRows {
    /// `allow-stateless` to and from each gateway address, and neighbour discovery.
    PerGateway,
    /// The same, and to and from the router's address of an underlay Subnet that is joined with overlays.
    PerGatewayAndRouter,
    /// `icmp6` without a port, where a selected port has an IPv6 address.
    Icmp6,
    /// No such rows.
    Nothing,
}

/// NetworkPolicy: which of its rows can be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logging {
    /// The default drop (`enable_log`).
    Drops,
    /// That, and what is allowed (`log_acl_actions`).
    Actions,
    /// The same, no more than so many records a second (`acl_log_meter_rate`).
    Metered,
}

/// NetworkPolicy: how `ipBlock` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpBlock {
    /// Into the rule's allow set, and `except` into its except set: it then excludes from all peers of the rule.
    Sets,
    /// In the match itself, each `except` with its own block.
    Inline,
}

/// NetworkPolicy: whether addresses of Services stand in the sets of their pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterIps {
    /// They do.
    InSets,
    /// They do not.
    Absent,
}

/// SecurityGroup: which priorities its rules get, and what they can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecurityGroups {
    /// The row of a rule has this priority less the rule's.
    pub top: i64,
    /// The largest priority of a rule; the smallest is 1.
    pub last: i64,
    /// `spec.tier`, policy `pass`, `localAddress` and source ports.
    pub tiered: Support,
}

const UNTIERED: Tiers = Tiers { admin: tier(0), policy: tier(0), baseline: tier(0) };
const TIERED: Tiers = Tiers { admin: tier(1), policy: tier(2), baseline: tier(3) };
const SMALL: SecurityGroups = SecurityGroups { top: 2300, last: 200, tiered: Support::No };
const LARGE: SecurityGroups = SecurityGroups { top: 18_484, last: 16_384, tiered: Support::Yes };

const fn tier(number: u8) -> Tier {
    Tier::of(number)
}

use BadAcl::{NoneWritten, Refused};
use ClusterIps::{Absent, InSets};
use Enforcer::{KubeOvn, Kubernetes};
use GatewayRows::{Icmp6, Nothing, PerGateway, PerGatewayAndRouter};
use Invalid::{Asked, Dropped};
use IpBlock::{Inline, Sets};
use Logging::{Actions, Drops, Metered};
use Support::{No, Yes};
use Tracking::{Always, ByRows};
use Version::{Main, V23_03};

/// Every profile.
#[rustfmt::skip]
pub static PROFILES: [Profile; 9] = [
    Profile { name: "kube-ovn/1.12", enforcer: KubeOvn,    version: V23_03, invalid: Asked,   tiers: UNTIERED, tracking: ByRows, subnet_rules: Yes, east_west: No,  bad_acl: Refused,     gateway_rows: PerGateway,          lax: No,  logging: Drops,   policy_for: No,  ip_block: Sets,   cluster_ips: InSets, admin: No,  cluster: No,  security_group: SMALL },
    Profile { name: "kube-ovn/1.13", enforcer: KubeOvn,    version: Main,   invalid: Asked,   tiers: TIERED,   tracking: ByRows, subnet_rules: Yes, east_west: Yes, bad_acl: Refused,     gateway_rows: PerGatewayAndRouter, lax: No,  logging: Actions, policy_for: No,  ip_block: Sets,   cluster_ips: InSets, admin: Yes, cluster: No,  security_group: SMALL },
    Profile { name: "kube-ovn/1.14", enforcer: KubeOvn,    version: Main,   invalid: Asked,   tiers: TIERED,   tracking: ByRows, subnet_rules: Yes, east_west: Yes, bad_acl: Refused,     gateway_rows: PerGatewayAndRouter, lax: No,  logging: Actions, policy_for: No,  ip_block: Sets,   cluster_ips: InSets, admin: Yes, cluster: No,  security_group: SMALL },
    Profile { name: "kube-ovn/1.15", enforcer: KubeOvn,    version: Main,   invalid: Asked,   tiers: TIERED,   tracking: ByRows, subnet_rules: Yes, east_west: Yes, bad_acl: Refused,     gateway_rows: Icmp6,               lax: Yes, logging: Metered, policy_for: No,  ip_block: Inline, cluster_ips: InSets, admin: Yes, cluster: Yes, security_group: SMALL },
    Profile { name: "kube-ovn/1.16", enforcer: KubeOvn,    version: Main,   invalid: Asked,   tiers: TIERED,   tracking: ByRows, subnet_rules: Yes, east_west: Yes, bad_acl: NoneWritten, gateway_rows: Icmp6,               lax: Yes, logging: Metered, policy_for: Yes, ip_block: Inline, cluster_ips: Absent, admin: Yes, cluster: Yes, security_group: LARGE },
    Profile { name: "kube-ovn/1.17", enforcer: KubeOvn,    version: Main,   invalid: Asked,   tiers: TIERED,   tracking: ByRows, subnet_rules: Yes, east_west: Yes, bad_acl: NoneWritten, gateway_rows: Icmp6,               lax: Yes, logging: Metered, policy_for: Yes, ip_block: Inline, cluster_ips: Absent, admin: Yes, cluster: Yes, security_group: LARGE },
    Profile { name: "kubernetes",    enforcer: Kubernetes, version: Main,   invalid: Asked,   tiers: TIERED,   tracking: Always, subnet_rules: No,  east_west: No,  bad_acl: Refused,     gateway_rows: Nothing,             lax: No,  logging: Drops,   policy_for: No,  ip_block: Inline, cluster_ips: Absent, admin: Yes, cluster: Yes, security_group: LARGE },
    Profile { name: "ovn/23.03",     enforcer: KubeOvn,    version: V23_03, invalid: Dropped, tiers: UNTIERED, tracking: ByRows, subnet_rules: Yes, east_west: Yes, bad_acl: NoneWritten, gateway_rows: Icmp6,               lax: Yes, logging: Metered, policy_for: Yes, ip_block: Inline, cluster_ips: Absent, admin: Yes, cluster: Yes, security_group: LARGE },
    Profile { name: "ovn/main",      enforcer: KubeOvn,    version: Main,   invalid: Dropped, tiers: TIERED,   tracking: ByRows, subnet_rules: Yes, east_west: Yes, bad_acl: NoneWritten, gateway_rows: Icmp6,               lax: Yes, logging: Metered, policy_for: Yes, ip_block: Inline, cluster_ips: Absent, admin: Yes, cluster: Yes, security_group: LARGE },
];

impl Profile {
    /// The profile that is in force where nobody asks for another: the newest release of Kube-OVN.
    pub const DEFAULT: &'static str = "kube-ovn/1.16";

    /// The profile with that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// The profile in force: the one that was asked for, else the release that runs, else OVN as an inventory names it,
    /// else the default.
    pub(super) fn in_force(
        asked: Option<&'static Self>,
        running: Option<&'static Self>,
        version: Option<Version>,
    ) -> &'static Self {
        let [.., default, _, _, old, main] = &PROFILES;
        asked.or(running).unwrap_or(match version {
            Some(V23_03) => old,
            Some(Main) => main,
            None => default,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_found_by_name() {
        assert_eq!(Profile::in_force(None, None, None).name, Profile::DEFAULT);
        assert_eq!(Profile::in_force(None, None, Some(V23_03)).name, "ovn/23.03");
        assert_eq!(Profile::in_force(None, None, Some(Main)).name, "ovn/main");
        for profile in &PROFILES {
            assert_eq!(Profile::named(profile.name), Some(profile));
        }
    }
}
