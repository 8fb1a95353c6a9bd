//! What a policy is about: the ports that it selects (`fetchSelectedPorts`).

use super::super::compiler::Compiler;
use super::super::profile::Profile;
use super::super::row::provenance;
use super::annotations::{self, Mode, Networks};
use super::roll::{Roll, family};
use super::{logging, naming};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Log, Provenance};
use crate::reach::Family;
use crate::read::{NetworkPolicy, PolicyType};
use crate::source::Place;
use crate::world::{Scope, Switch};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use hashbrown::HashMap;

/// A policy with what it selects.
pub(super) struct Subject<'p> {
    /// The policy.
    pub(super) policy: &'p NetworkPolicy,
    /// Its kind, namespace and name.
    pub(super) object: String,
    /// The name of its port group.
    pub(super) group: String,
    /// What it drops.
    pub(super) mode: Mode,
    /// Which networks it is for.
    pub(super) networks: Networks,
    /// The machines that it selects, by index.
    pub(super) machines: Rc<[usize]>,
    /// Their ports.
    pub(super) ports: Vec<String>,
    /// The switches that those are on, by index.
    pub(super) switches: BTreeSet<usize>,
    /// The families of the Subnets of those.
    pub(super) families: Vec<Family>,
}

impl<'p> Subject<'p> {
    /// What a policy selects.
    pub(super) fn of(
        policy: &'p NetworkPolicy,
        compiler: &Compiler<'_>,
        roll: &Roll<'_>,
        out: &mut Vec<Diagnostic>,
    ) -> Self {
        let machines = compiler.roster.pods(&Scope::Namespace(policy.namespace.clone()), &policy.spec.pods);
        let networks = annotations::networks(policy, compiler.profile);
        let nets = machines.iter().flat_map(|machine| roll.nets(*machine));
        let mut ports = Vec::new();
        let mut switches = BTreeSet::new();
        let mut stated = Vec::new();
        for net in nets.filter(|net| networks.include(net.provider)) {
            ports.push(net.port.to_string());
            if switches.insert(net.switch) {
                stated.extend(net.addresses.iter().map(|(family, _)| *family));
            }
        }
        if ports.is_empty() && !machines.is_empty() && networks != Networks::Only(Vec::new()) {
            out.push(portless(policy));
        }
        let of_switches = switches.iter().filter_map(|index| compiler.world.switches.get(*index));
        let mut known: Vec<Family> = of_switches.flat_map(families).collect();
        if known.is_empty() {
            // Of a Subnet without prefixes its machines tell.
            known = stated;
        }
        let families = Family::ALL.into_iter().filter(|family| known.contains(family)).collect();
        Self {
            object: format!("NetworkPolicy/{}", policy.id()),
            group: naming::group(policy),
            mode: annotations::mode(policy, compiler.profile, compiler.world.controller.enforcement),
            policy,
            networks,
            machines,
            ports,
            switches,
            families,
        }
    }

    /// Whether a direction is restricted: `policyTypes` says so, or there are rules for it (`hasIngressRule`).
    ///
    /// An empty list is not among the latter: the API server keeps none (`omitempty`).
    pub(super) fn is_restricted(&self, direction: PolicyType) -> bool {
        let spec = &self.policy.spec;
        spec.types.contains(&direction) || spec.rules(direction).is_some_and(|rules| !rules.is_empty())
    }

    /// A row for what makes a direction restricted.
    pub(super) fn restriction(&self, direction: PolicyType) -> Provenance {
        let spec = &self.policy.spec;
        match spec.types.contains(&direction) {
            true => self.whole("spec.policyTypes", spec.places.types),
            false => self.whole(&format!("spec.{}", direction.field()), spec.places.rules(direction)),
        }
    }

    /// What a row of the policy logs.
    pub(super) fn log(&self, row: &Acl, profile: &Profile) -> Option<Log> {
        logging::log(self.policy, &self.group, profile, row.direction, row.action)
    }

    /// A row for a part of the policy.
    pub(super) fn whole(&self, field: &str, place: Place) -> Provenance {
        provenance(&self.object, field.to_string(), place)
    }

    /// A row for an annotation.
    pub(super) fn annotated(&self, key: &str) -> Provenance {
        let place = self.policy.annotations.get(key).map_or(self.policy.name.place, |text| text.place);
        self.whole(&format!("metadata.annotations[ovn.kubernetes.io/{key}]"), place)
    }
}

fn families(switch: &Switch) -> impl Iterator<Item = Family> {
    switch.cidrs.iter().map(|cidr| family(cidr.network()))
}

fn portless(policy: &NetworkPolicy) -> Diagnostic {
    let message = format!(
        "NetworkPolicy `{}` selects pods, but none of their networks that it is for is Kube-OVN's: it has no effect",
        policy.id()
    );
    let help = "Kube-OVN enforces policies on its own Subnets, and only on networks that `network_policy_for` names";
    policy.finding(Code::SelectsNothing, message).help(help)
}

/// Says which rules are enforced although `policyTypes` leaves their direction out.
pub(super) fn undeclared(policy: &NetworkPolicy, out: &mut Vec<Diagnostic>) {
    let spec = &policy.spec;
    for direction in PolicyType::ALL.into_iter().filter(|direction| !spec.types.contains(direction)) {
        if spec.rules(direction).is_none_or(<[_]>::is_empty) {
            continue;
        }
        let (field, name) = (direction.field(), direction.name());
        let message = format!(
            "`policyTypes` leaves `{name}` out, and Kubernetes ignores `{field}` then; Kube-OVN enforces it: what none \
             of its rules allows is dropped"
        );
        let finding = Diagnostic::new(Code::EnforcerDiffers, message).at(spec.places.rules(direction));
        out.push(finding.help(format!("add `{name}` to `policyTypes`, or remove `{field}`")));
    }
}

/// Policies that share a port group: `-` and `.` are one in its name.
pub(super) fn collisions(policies: &[&NetworkPolicy], out: &mut Vec<Diagnostic>) {
    let mut known: HashMap<String, &NetworkPolicy> = HashMap::new();
    for policy in policies {
        let name = naming::group(policy);
        let Some(first) = known.get(&name) else {
            known.insert(name, policy);
            continue;
        };
        let message = format!(
            "NetworkPolicies `{}` and `{}` share the port group `{name}`: each overwrites the rows of the other, and \
             the one that was handled last is in force",
            first.id(),
            policy.id()
        );
        let finding = policy.finding(Code::EnforcerDiffers, message).label(first.name.place, "the other one");
        out.push(finding.help("rename one of them: Kube-OVN writes `.` for `-`"));
    }
}
