//! The kinds that are read, and what of each is kept.

use crate::keep::{self, Keep};

/// A kind of object that is read.
#[derive(Debug)]
pub struct Kind {
    /// Its API group; empty for the core.
    pub group: &'static str,
    /// Its name, for example `NetworkPolicy`.
    pub name: &'static str,
    /// Its name in paths and in roles, for example `networkpolicies`.
    pub plural: &'static str,
    /// What an answer lacks without it.
    pub(crate) without: &'static str,
    pub(crate) keep: Keep,
}

const fn kind(
    group: &'static str,
    name: &'static str,
    plural: &'static str,
    without: &'static str,
    keep: Keep,
) -> Kind {
    Kind { group, name, plural, without, keep }
}

const OVN: &str = "kubeovn.io";
const VIRT: &str = "kubevirt.io";
const POLICY: &str = "policy.networking.k8s.io";
const PODS: &str = "pods that have no object of their own here are missing from the answer";
const ADMIN: &str = "what these policies allow and deny is missing from the answer";

/// Every kind, in the order in which objects are written down.
#[rustfmt::skip]
pub static KINDS: [Kind; 21] = [
    kind("",     "Namespace",   "namespaces",     "selectors of namespaces select by names alone",                keep::LABELS),
    kind("",     "Node",        "nodes",          "nodes are missing from the answer, and rules about them",      keep::NODE),
    kind(OVN,    "Vpc",         "vpcs",           "links and routes between VPCs are missing from the answer",    keep::SPEC),
    kind(OVN,    "Subnet",      "subnets",        "there are no switches, and so nobody has an endpoint",         keep::SUBNET),
    kind("k8s.cni.cncf.io", "NetworkAttachmentDefinition", "network-attachment-definitions", "who makes the further interfaces of a machine is not known", keep::SPEC),
    kind(OVN,    "SecurityGroup", "security-groups", "what these groups allow and deny is missing from the answer", keep::SPEC),
    kind("networking.k8s.io", "NetworkPolicy", "networkpolicies", "what these policies keep apart counts as open",   keep::POLICY),
    kind(POLICY, "AdminNetworkPolicy", "adminnetworkpolicies", ADMIN,                                             keep::SPEC),
    kind(POLICY, "BaselineAdminNetworkPolicy", "baselineadminnetworkpolicies", ADMIN,                             keep::SPEC),
    kind(POLICY, "ClusterNetworkPolicy", "clusternetworkpolicies", ADMIN,                                         keep::SPEC),
    kind("",     "Service",     "services",       "who reaches Services is missing from the answer",              keep::SERVICE),
    kind(VIRT,   "VirtualMachine", "virtualmachines", "stopped virtual machines are missing from the answer",      keep::MACHINE),
    kind(VIRT,   "VirtualMachineInstance", "virtualmachineinstances", "what guests say of their addresses is not known", keep::INSTANCE),
    kind("apps", "Deployment",  "deployments",    "the release and the flags of Kube-OVN are not known, and Deployments without pods are missing", keep::DEPLOYMENT),
    kind("apps", "StatefulSet", "statefulsets",   PODS,                                                           keep::WORKLOAD),
    kind("apps", "DaemonSet",   "daemonsets",     PODS,                                                           keep::WORKLOAD),
    kind("apps", "ReplicaSet",  "replicasets",    PODS,                                                           keep::WORKLOAD),
    kind("batch", "CronJob",    "cronjobs",       PODS,                                                           keep::CRON_JOB),
    kind("batch", "Job",        "jobs",           PODS,                                                           keep::JOB),
    kind("",     "Pod",         "pods",           "pods are missing from the answer, and labels of running machines", keep::POD),
    kind(OVN,    "IP",          "ips",            "addresses that Kube-OVN gave to machines are not known",       keep::SPEC),
];

impl Kind {
    /// As roles and messages of the API server call it: `networkpolicies.networking.k8s.io`.
    pub fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }
}
