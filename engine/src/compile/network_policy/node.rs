//! Rows between a node and the pods on it (`checkAndUpdateNodePortGroup`, `CreateNodeACL`).
//!
//! Kube-OVN keeps them as long as there is a NetworkPolicy, wherever it is.

use super::super::compiler::Compiler;
use super::super::row::provenance;
use super::naming::symbol;
use super::roll::family;
use super::stage;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action};
use crate::ovn::network::PortGroup;
use crate::read::{DEFAULT_PROVIDER, PolicyType, Presence};
use crate::world::{Interface, Machine, Node, World};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::HashMap;

/// The priority of what a node and its pods send to each other.
const NODE: i64 = 3000;

/// A group for each node, in their order.
pub(in super::super) fn groups(compiler: &Compiler<'_>) -> Vec<PortGroup> {
    if compiler.world.nodes.is_empty() {
        return Vec::new();
    }
    let mut members = members(compiler.world);
    let mut group = |node: &Node| {
        let name = format!("node-{}", node.name).replace('-', ".");
        let acls = node.addresses.iter().flat_map(|address| rows(node, &name, *address));
        let acls = acls.map(|row| Acl { tier: compiler.profile.tiers.policy, ..row }).collect();
        PortGroup { ports: members.remove(node.name.as_str()).unwrap_or_default(), acls, name, doubted: false }
    };
    compiler.world.nodes.iter().map(&mut group).collect()
}

fn members(world: &World) -> HashMap<&str, Vec<String>> {
    let mut members: HashMap<&str, Vec<String>> = HashMap::new();
    for machine in world.machines.iter().filter(|machine| machine.pod == Presence::Running) {
        let Some(node) = machine.node.as_deref() else { continue };
        let ports = machine.interfaces.iter().filter(|interface| is_near(interface, world));
        members.entry(node).or_default().extend(ports.map(|interface| interface.port.clone()));
    }
    members
}

/// What is to be said of pods of which nobody knows their node: it is kept from none of them.
pub(super) fn homeless(world: &World) -> Option<Diagnostic> {
    let is_near = |machine: &&Machine| machine.interfaces.iter().any(|interface| is_near(interface, world));
    let mut machines = world
        .machines
        .iter()
        .filter(|machine| machine.pod == Presence::Running && machine.node.is_none())
        .filter(is_near);
    let first = machines.next().filter(|_| !world.nodes.is_empty())?;
    let rest = match machines.count() {
        0 => String::new(),
        1 => ", nor of one other".into(),
        more => format!(", nor of {more} others"),
    };
    let id = first.id();
    let message = format!(
        "on which node `{id}` runs is not known{rest}: it is taken to be on none, while its own node reaches it whatever policies say"
    );
    let help = "name the node in `spec.nodeName`, or by `vms: [{name: .., node: ..}]` in an `Inventory`";
    Some(Diagnostic::new(Code::AssumedAddress, message).at(first.place).help(help))
}

/// Whether a node reaches an interface: that of the default network, in the default VPC or on a VLAN.
fn is_near(interface: &Interface, world: &World) -> bool {
    let Some(switch) = world.switches.get(interface.switch) else { return false };
    let vlan = switch.subnet.as_ref().is_some_and(|subnet| subnet.vlan.is_some());
    let near = vlan || switch.is_in_default_vpc();
    interface.provider == DEFAULT_PROVIDER && near
}

fn rows(node: &Node, group: &str, address: IpAddr) -> [Acl; 2] {
    let ip = symbol(family(address));
    PolicyType::ALL.map(|direction| {
        let (theirs, own) = match direction {
            PolicyType::Ingress => ("src", "dst"),
            PolicyType::Egress => ("dst", "src"),
        };
        let matches = format!("{ip}.{theirs} == {address} && {ip}.{own} == ${group}_{ip}");
        let why = provenance(&format!("Node/{}", node.name), "status.addresses".into(), node.place);
        stage::row(direction, NODE, matches, Action::AllowRelated, why)
    })
}
