//! The inventory: switches, routers and machines, out of objects that may speak of the same thing.
//!
//! Knows what Kube-OVN makes of a name and an address, and nothing of rules: those are compiled next.

mod assume;
mod attachment;
mod check;
mod cluster;
mod controller;
mod join;
mod literals;
mod locate;
mod machine;
mod namespace;
mod roster;
mod switch;
mod workload;

pub use cluster::{Node, Service};
pub use controller::Controller;
pub use machine::{Interface, Machine};
pub(crate) use namespace::NAME_LABEL;
pub use namespace::Namespace;
pub use roster::{Roster, Scope};
pub use switch::{DEFAULT_VPC, Switch, Uplink};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::network::Version;
use crate::read::{
    AddressSet, AdminPolicy, Balancer, Expectation, Group, Inventory, NetworkPolicy, Object, Placed, Reading,
    SecurityGroup, Vpc,
};
use crate::source::SourceId;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// Everything that the objects say, joined.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The OVN version that an inventory names.
    pub version: Option<Version>,
    /// What inventories say of the database's options.
    pub options: StatedOptions,
    /// What Kube-OVN's controller was told.
    pub controller: Controller,
    /// The switches, in the order of the input.
    pub switches: Vec<Switch>,
    /// The machines, in the order of their ids.
    pub machines: Vec<Machine>,
    /// Pods that have ended: nobody asks them, but Kube-OVN keeps their addresses in the sets of policies.
    pub ended: Vec<Machine>,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The VPCs of which more is known than a Subnet's word.
    pub vpcs: Vec<Vpc>,
    /// The Services.
    pub services: Vec<Service>,
    /// The NetworkPolicies, in the order of the input; those that the API server refuses included.
    pub network_policies: Vec<NetworkPolicy>,
    /// The policies of administrators, in the order of the input; those that the API server refuses included.
    pub admin_policies: Vec<AdminPolicy>,
    /// The SecurityGroups, in the order of the input; those that the API server refuses included.
    pub security_groups: Vec<SecurityGroup>,
    /// The namespaces by name: those in the input, and those that something in the input is in.
    pub namespaces: BTreeMap<String, Namespace>,
    /// Port groups.
    pub port_groups: Vec<Group>,
    /// Address sets.
    pub address_sets: Vec<AddressSet>,
    /// Load balancers that no Service made.
    pub balancers: Vec<Balancer>,
    /// What somebody expects.
    pub expectations: Vec<Expectation>,
    /// What does not fit together.
    pub diagnostics: Vec<Diagnostic>,
}

impl World {
    /// What the router of the default VPC is called.
    pub(crate) fn default_router(&self) -> &str {
        let mut routers = self.switches.iter().filter_map(|switch| match &switch.uplink {
            Uplink::Router(name) if switch.is_in_default_vpc() => Some(name.as_str()),
            Uplink::Router(_) | Uplink::Localnet | Uplink::None => None,
        });
        routers.next().unwrap_or(DEFAULT_VPC)
    }
}

/// Joins the objects of a reading.
pub fn world(reading: &Reading) -> World {
    let mut out = Vec::new();
    let switches = switch::switches(reading, &mut out);
    let named = namespace::namespaces(reading);
    let controller = controller::controller(reading, &mut out);
    let (machines, ended) = join::machines(reading, &switches, &named, &controller, &mut out);
    let namespaces = namespace::with_all_of(named, reading, &machines);
    let nodes = cluster::nodes(reading);
    let services = cluster::services(reading, &mut out);
    check::machines(&machines, &switches, &mut out);
    let inventories: Vec<&Inventory> = reading.objects.iter().filter_map(inventory).collect();
    let version =
        agreed(inventories.iter().filter_map(|inventory| inventory.version.as_ref()), "ovn.version", &mut out);
    let options = options(&inventories, &mut out);
    let port_groups = inventories.iter().flat_map(|inventory| inventory.port_groups.clone()).collect();
    let address_sets = inventories.iter().flat_map(|inventory| inventory.address_sets.clone()).collect();
    let balancers = inventories.iter().flat_map(|inventory| inventory.balancers.clone()).collect();
    let mut world =
        World { balancers, version, options, switches, machines, ended, port_groups, address_sets, ..World::default() };
    world.network_policies = reading.objects.iter().filter_map(network_policy).cloned().collect();
    world.controller = controller;
    world.admin_policies = reading.objects.iter().filter_map(admin_policy).cloned().collect();
    world.security_groups = reading.objects.iter().filter_map(security_group).cloned().collect();
    (world.namespaces, world.nodes, world.services) = (namespaces, nodes, services);
    world.vpcs = reading.objects.iter().filter_map(vpc).cloned().collect();
    world.expectations = reading.objects.iter().filter_map(expectation).cloned().collect();
    unique_names(&mut world.port_groups, |group| &group.name, "port group", &mut out);
    unique_names(&mut world.address_sets, |set| &set.name, "address set", &mut out);
    check::ports(&world, &mut out);
    check::switches(&world, &mut out);
    check::balancers(&world, &mut out);
    check::nodes(&world, &mut out);
    check::stopped(&world, &mut out);
    world.diagnostics = fresh(out, reading);
    world
}

/// Leaves out what only follows from something that could not be read at the same place.
fn fresh(mut found: Vec<Diagnostic>, reading: &Reading) -> Vec<Diagnostic> {
    let errors = reading.diagnostics.iter().filter(|known| known.severity == Severity::Error);
    let places: BTreeSet<(SourceId, usize)> =
        errors.filter_map(|known| known.place).map(|place| (place.source, place.span.start)).collect();
    found.retain(|found| match found.place {
        Some(place) if found.code == Code::NoEndpoint => {
            let within = (place.source, place.span.start)..(place.source, place.span.end.max(place.span.start + 1));
            places.range(within).next().is_none()
        }
        Some(_) | None => true,
    });
    found
}

fn inventory(object: &Object) -> Option<&Inventory> {
    if let Object::Inventory(inventory) = object { Some(inventory) } else { None }
}

fn vpc(object: &Object) -> Option<&Vpc> {
    if let Object::Vpc(vpc) = object { Some(vpc) } else { None }
}

fn expectation(object: &Object) -> Option<&Expectation> {
    if let Object::Expectation(expectation) = object { Some(expectation) } else { None }
}

fn network_policy(object: &Object) -> Option<&NetworkPolicy> {
    if let Object::NetworkPolicy(policy) = object { Some(policy) } else { None }
}

fn admin_policy(object: &Object) -> Option<&AdminPolicy> {
    if let Object::AdminPolicy(policy) = object { Some(policy) } else { None }
}

fn security_group(object: &Object) -> Option<&SecurityGroup> {
    if let Object::SecurityGroup(group) = object { Some(group) } else { None }
}

/// What inventories say of the options of `NB_Global`; what none of them says is for the profile to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatedOptions {
    /// `default_acl_drop`.
    pub default_acl_drop: Option<bool>,
    /// `use_ct_inv_match`.
    pub use_ct_inv_match: Option<bool>,
}

fn options(inventories: &[&Inventory], out: &mut Vec<Diagnostic>) -> StatedOptions {
    let drop = inventories.iter().filter_map(|inventory| inventory.default_acl_drop.as_ref());
    let invalid = inventories.iter().filter_map(|inventory| inventory.use_ct_inv_match.as_ref());
    StatedOptions {
        default_acl_drop: agreed(drop, "ovn.options.default_acl_drop", out),
        use_ct_inv_match: agreed(invalid, "ovn.options.use_ct_inv_match", out),
    }
}

/// The first of several values for one thing; a later one that differs is a conflict.
fn agreed<'v, T: Copy + PartialEq + 'v>(
    mut values: impl Iterator<Item = &'v Placed<T>>,
    path: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<T> {
    let first = values.next()?;
    for other in values.filter(|other| other.value != first.value) {
        let message = format!("`{path}` has another value elsewhere; the first one counts");
        let conflict =
            Diagnostic::new(Code::Conflict, message).at(other.place).label(first.place, "it has this value here");
        out.push(conflict.help("write it once"));
    }
    Some(first.value)
}

fn unique_names<T>(items: &mut Vec<T>, name: fn(&T) -> &Placed<String>, what: &str, out: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    items.retain(|item| {
        let name = name(item);
        let first = *seen.entry(name.value.clone()).or_insert(name.place);
        if first != name.place {
            out.push(twice(what, name, first));
        }
        first == name.place
    });
}

/// A name that is taken already.
fn twice(what: &str, name: &Placed<String>, first: crate::source::Place) -> Diagnostic {
    let message = format!("{what} `{}` is declared twice; the first one counts", name.value);
    Diagnostic::new(Code::Conflict, message)
        .severity(Severity::Error)
        .at(name.place)
        .label(first, "it is declared here first")
        .help("rename or remove one of them")
}
