//! What every mechanism is compiled with, and what it is compiled into.

use super::profile::{Enforcer, Profile};
use super::refused::in_force;
use super::{Strictness, admin_policy, kubernetes, network_policy, security_group};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::{Network, PortGroup};
use crate::read::{AdminPolicy, NetworkPolicy};
use crate::world::{Roster, World};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};

/// What every mechanism is compiled with.
pub(super) struct Compiler<'w> {
    /// The inventory.
    pub(super) world: &'w World,
    /// Its pods by their labels.
    pub(super) roster: Roster<'w>,
    /// Whose behaviour.
    pub(super) profile: &'static Profile,
    /// Whether objects that the API server refuses have an effect.
    pub(super) strictness: Strictness,
}

/// What a mechanism is written as, in the order of the objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Port groups with the rows that hang on them.
    pub(super) groups: Vec<PortGroup>,
    /// Address sets with what is in them.
    pub(super) sets: Vec<(String, Vec<String>)>,
}

impl Compiler<'_> {
    /// Everything that hangs on port groups: policies and SecurityGroups.
    pub(super) fn policies(&self, out: &mut Vec<Diagnostic>) -> Written {
        let policies = in_force(&self.world.network_policies, self.strictness, out);
        let admin = in_force(&self.world.admin_policies, self.strictness, out);
        let groups = in_force(&self.world.security_groups, self.strictness, out);
        network_policy::remarks(self, &policies, out);
        admin_policy::remarks(self, &admin, out);
        match self.profile.enforcer {
            Enforcer::KubeOvn => {
                let (policies, admin) = switched_on(self, policies, admin, out);
                let mut written = network_policy::network_policies(self, &policies, out);
                written.append(admin_policy::admin_policies(self, &admin, out));
                written.append(security_group::security_groups(self, &groups, out));
                written
            }
            Enforcer::Kubernetes => {
                out.extend(groups.iter().map(|group| security_group::without_effect(group, self.profile)));
                kubernetes::policies(self, &policies, &admin, out)
            }
        }
    }
}

/// What the controller looks at: some kinds only where its flags say so.
fn switched_on<'p>(
    compiler: &Compiler<'_>,
    policies: Vec<&'p NetworkPolicy>,
    admin: Vec<&'p AdminPolicy>,
    out: &mut Vec<Diagnostic>,
) -> (Vec<&'p NetworkPolicy>, Vec<&'p AdminPolicy>) {
    let controller = &compiler.world.controller;
    let off = |what: &str, flag: &str, place| {
        let message = format!("the controller runs with `--{flag}=false`: no {what} has an effect");
        Diagnostic::new(Code::EnforcerDiffers, message).at(place).help(format!("set `--{flag}=true`"))
    };
    let (mut kept, mut kept_admin) = (policies, admin);
    if !controller.network_policies {
        out.extend(kept.first().map(|policy| off("NetworkPolicy", "enable-np", policy.name.place)));
        kept = Vec::new();
    }
    if controller.admin_policies == Some(false) {
        out.extend(kept_admin.first().map(|policy| off("policy of an administrator", "enable-anp", policy.name.place)));
        kept_admin = Vec::new();
    }
    (kept, kept_admin)
}

impl Written {
    /// Adds what another mechanism wrote.
    pub(super) fn append(&mut self, other: Self) {
        self.groups.extend(other.groups);
        self.sets.extend(other.sets);
    }

    /// Adds what was written. A group whose name is taken shares the group that is there, as rows of the database do. Of two that
    /// were written one overwrites the other, and nobody knows which.
    pub(super) fn into_network(self, network: &mut Network) {
        let groups = &mut network.port_groups;
        let mut known: HashMap<String, usize> = groups.iter().map(|group| group.name.clone()).zip(0..).collect();
        let stated = groups.len();
        for group in self.groups {
            let at = known.get(&group.name).copied();
            match at.and_then(|index| groups.get_mut(index)) {
                Some(shared) => {
                    shared.doubted |= at >= Some(stated);
                    shared.acls.extend(group.acls);
                    let have: HashSet<String> = shared.ports.iter().cloned().collect();
                    shared.ports.extend(group.ports.into_iter().filter(|port| !have.contains(port)));
                }
                None => {
                    known.insert(group.name.clone(), groups.len());
                    groups.push(group);
                }
            }
        }
        network.address_sets.extend(self.sets);
    }
}
