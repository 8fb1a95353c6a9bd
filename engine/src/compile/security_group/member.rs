//! Which ports are in which group.

use super::sound::Sound;
use crate::diagnostic::{Code, Diagnostic};
use crate::read::Placed;
use crate::world::{Interface, Switch, Uplink, World};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};

/// The group that ports outside the default VPC are in without naming it.
const DEFAULT: &str = "default-securitygroup";

/// The ports of groups.
pub(super) struct Members<'w> {
    by_group: HashMap<&'w str, Vec<&'w Interface>>,
    by_port: HashMap<&'w str, Vec<&'w str>>,
    /// The ports of which everything is dropped that no rule decides: those of which a group is there.
    pub(super) denied: Vec<String>,
}

impl<'w> Members<'w> {
    /// The ports of a world that are in a group that Kube-OVN takes. A stopped machine's ports remain in theirs.
    pub(super) fn new(world: &'w World, groups: &[Sound<'w>], out: &mut Vec<Diagnostic>) -> Self {
        let installed: HashSet<&str> = groups.iter().map(|group| group.object.name.value.as_str()).collect();
        let declared: HashSet<&str> = world.security_groups.iter().map(|group| group.name.value.as_str()).collect();
        let mut members = Self { by_group: HashMap::new(), by_port: HashMap::new(), denied: Vec::new() };
        for interface in world.machines.iter().flat_map(|machine| &machine.interfaces) {
            let Some(switch) = world.switches.get(interface.switch) else { continue };
            if switch.provider().is_none() {
                out.extend(interface.security_groups.first().map(|name| foreign(name, switch)));
                continue;
            }
            let mut there: Vec<&str> = named(interface, switch).filter(|name| installed.contains(name)).collect();
            there.sort_unstable();
            there.dedup();
            let missing = interface.security_groups.iter().filter(|name| !declared.contains(name.value.as_str()));
            out.extend(missing.map(|name| dangling(name, interface, !there.is_empty())));
            if !there.is_empty() {
                members.denied.push(interface.port.clone());
            }
            for name in &there {
                members.by_group.entry(name).or_default().push(interface);
            }
            members.by_port.entry(&interface.port).or_default().extend(there);
        }
        members
    }

    /// The ports of a group.
    pub(super) fn of(&self, group: &str) -> &[&'w Interface] {
        self.by_group.get(group).map_or(&[], Vec::as_slice)
    }

    /// The groups that a port is in.
    pub(super) fn groups(&self, port: &str) -> impl Iterator<Item = &'w str> {
        self.by_port.get(port).into_iter().flatten().copied()
    }
}

/// The groups that a port names, and the one that it is in without naming it.
fn named<'w>(interface: &'w Interface, switch: &Switch) -> impl Iterator<Item = &'w str> {
    let elsewhere = matches!(switch.uplink, Uplink::Router(_)) && !switch.is_in_default_vpc();
    let own = interface.security_groups.iter().map(|name| name.value.as_str());
    own.chain(elsewhere.then_some(DEFAULT))
}

fn dangling(name: &Placed<String>, interface: &Interface, is_in_another: bool) -> Diagnostic {
    let follows = match is_in_another {
        true => "the others that it names are enforced",
        false => "no group restricts it, and it is open",
    };
    let message = format!(
        "SecurityGroup `{}`, which port `{}` names, is not in the input: {follows}",
        name.value, interface.port
    );
    Diagnostic::new(Code::DanglingReference, message).at(name.place).help("add the SecurityGroup, or correct its name")
}

fn foreign(name: &Placed<String>, switch: &Switch) -> Diagnostic {
    let message = format!(
        "switch `{}` is no Subnet of Kube-OVN: SecurityGroup `{}` has no effect on its ports",
        switch.name, name.value
    );
    Diagnostic::new(Code::EnforcerDiffers, message).at(name.place).help("write the switch as a Subnet")
}
