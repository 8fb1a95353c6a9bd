//! The program's own `Inventory`: machines as a table has them, and OVN rows outside Kubernetes.

use super::acl::{AclEntry, Stray, Taker, entries};
use super::address::{addresses, commas, mac, prefixes};
use super::balancer::{Balancer, balancer};
use super::controller::Flags;
use super::fields::{Fields, Item, Out, Placed, unknown_value, word, words};
use super::machine::{Identity, Interface, Machine, Origin, labels};
use crate::ovn::network::{Mac, Version};
use crate::reach::EndpointKind;
use crate::source::Place;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// An `Inventory` document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// `ovn.version`.
    pub version: Option<Placed<Version>>,
    /// `ovn.options.default_acl_drop`.
    pub default_acl_drop: Option<Placed<bool>>,
    /// `ovn.options.use_ct_inv_match`.
    pub use_ct_inv_match: Option<Placed<bool>>,
    /// `kubeOvn`: the controller's flags.
    pub flags: Flags,
    /// `vms`.
    pub machines: Vec<Machine>,
    /// `switches`.
    pub switches: Vec<BareSwitch>,
    /// `portGroups`.
    pub port_groups: Vec<Group>,
    /// `addressSets`.
    pub address_sets: Vec<AddressSet>,
    /// `loadBalancers`.
    pub balancers: Vec<Balancer>,
}

/// A logical switch that no Subnet made, or rows that somebody adds to a Subnet's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BareSwitch {
    /// Its name.
    pub name: Placed<String>,
    /// The whole entry.
    pub place: Place,
    /// `cidr`.
    pub cidrs: Vec<Placed<IpNet>>,
    /// `gateway`.
    pub gateways: Vec<Placed<IpAddr>>,
    /// `router`.
    pub router: Option<Placed<String>>,
    /// `routerPort`: what the port of the switch is called that leads to the router.
    pub router_port: Option<Placed<String>>,
    /// `routerMac`: the router's Ethernet address on the switch.
    pub router_mac: Option<Placed<Mac>>,
    /// `localnet`: names of ports that lead to a physical network.
    pub physical: Vec<Placed<String>>,
    /// `ports`: names of ports at which nobody is asked about; rows of their groups are asked on the switch.
    pub ports: Vec<Placed<String>>,
    /// `loadBalancer`.
    pub load_balancer: bool,
    /// `vlanPassthru`.
    pub vlan_passthru: bool,
    /// `acls`, the valid ones.
    pub acls: Vec<AclEntry>,
    /// What is left of the others.
    pub strays: Vec<Stray>,
}

/// A port group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Placed<String>,
    /// `ports`: names of logical ports.
    pub ports: Vec<Placed<String>>,
    /// `acls`, the valid ones.
    pub acls: Vec<AclEntry>,
    /// What is left of the others.
    pub strays: Vec<Stray>,
}

/// An address set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressSet {
    /// Its name.
    pub name: Placed<String>,
    /// `addresses`, as written.
    pub addresses: Vec<Placed<String>>,
}

const VMS: [&str; 4] = ["vms", "machines", "endpoints", "items"];
/// SecurityGroups by name: a text with commas, or a list.
const GROUPS: &str = "securityGroups";
const SECURED: &str = "portSecurity";
const LEASED: &str = "dhcp";
const SUBNET: [&str; 2] = ["subnet", "switch"];
const PLACE: [&str; 7] = ["subnet", "switch", "mac", "port", GROUPS, SECURED, LEASED];
const ADDRESS: [&str; 4] = ["address", "addresses", "ip", "ips"];

/// An inventory: whatever is wrong is a diagnostic, the rest is taken.
pub(crate) fn inventory(object: &Fields<'_>, out: &mut Out) -> Inventory {
    const SECTIONS: [&str; 10] = [
        "ovn",
        "kubeOvn",
        "switches",
        "portGroups",
        "addressSets",
        "loadBalancers",
        "vms",
        "machines",
        "endpoints",
        "items",
    ];
    let spec = object.fields("spec", out);
    let outer: Vec<&str> = ["apiVersion", "kind", "metadata", "spec"].into_iter().chain(SECTIONS).collect();
    object.only(&outer, out);
    let mut inventory = Inventory::default();
    for part in core::iter::once(object).chain(&spec) {
        add(part, &mut inventory, out);
    }
    if let Some(spec) = &spec {
        spec.only(&SECTIONS, out);
    }
    inventory
}

fn add(part: &Fields<'_>, inventory: &mut Inventory, out: &mut Out) {
    if let Some(ovn) = part.fields("ovn", out) {
        ovn_section(&ovn, inventory, out);
    }
    if let Some(flags) = part.fields("kubeOvn", out) {
        inventory.flags.add_section(&flags, out);
    }
    for (key, node) in VMS.iter().filter_map(|key| part.get(key).map(|node| (*key, node))) {
        let listed = super::fields::items(node, &part.path(key), out);
        inventory.machines.extend(each(&listed, out, machine));
    }
    let switches = part.items("switches", out);
    inventory.switches.extend(each(&switches, out, switch));
    let groups = part.items("portGroups", out);
    inventory.port_groups.extend(each(&groups, out, group));
    let sets = part.items("addressSets", out);
    inventory.address_sets.extend(each(&sets, out, address_set));
    let balancers = part.items("loadBalancers", out);
    inventory.balancers.extend(each(&balancers, out, balancer));
}

fn each<T>(items: &[Item<'_>], out: &mut Out, read: fn(&Fields<'_>, &mut Out) -> Option<T>) -> Vec<T> {
    items.iter().filter_map(|(path, item)| read(&Fields::of(item, path.clone(), out)?, out)).collect()
}

fn ovn_section(ovn: &Fields<'_>, inventory: &mut Inventory, out: &mut Out) {
    ovn.only(&["version", "options"], out);
    if let Some(text) = ovn.word("version", out) {
        inventory.version = Version::from_name(&text.value).map(|version| text.with(version));
        if inventory.version.is_none() {
            let names: Vec<&str> = Version::ALL.iter().map(|version| version.name()).collect();
            let consequence = ", of which this program knows nothing; `main` is taken instead";
            out.push(unknown_value(&text, &ovn.path("version"), &names, consequence));
        }
    }
    let Some(options) = ovn.fields("options", out) else { return };
    options.only(&["default_acl_drop", "use_ct_inv_match"], out);
    inventory.default_acl_drop = option(&options, "default_acl_drop", out);
    inventory.use_ct_inv_match = option(&options, "use_ct_inv_match", out);
}

/// The database holds options as text, so `"true"` is as good as `true`.
fn option(options: &Fields<'_>, key: &str, out: &mut Out) -> Option<Placed<bool>> {
    let text = options.word(key, out)?;
    match text.value.as_str() {
        "true" => Some(text.with(true)),
        "false" => Some(text.with(false)),
        _ => {
            out.push(unknown_value(&text, &options.path(key), &["true", "false"], "; it is left out"));
            None
        }
    }
}

fn name(fields: &Fields<'_>, out: &mut Out) -> Option<Placed<String>> {
    if fields.get("name").is_none() {
        out.push(fields.missing("name", "; this entry is left out", "write `name: ..`"));
    }
    fields.word("name", out)
}

fn machine(fields: &Fields<'_>, out: &mut Out) -> Option<Machine> {
    const OTHERS: [&str; 6] = ["name", "namespace", "kind", "labels", "node", "interfaces"];
    let known: Vec<&str> = OTHERS.into_iter().chain(PLACE).chain(ADDRESS).collect();
    fields.only(&known, out);
    let name = name(fields, out)?;
    let kind = kind(fields, out);
    let mut interfaces = Vec::new();
    if ADDRESS.iter().chain(&PLACE).any(|key| fields.get(key).is_some()) || fields.get("interfaces").is_none() {
        interfaces.push(Interface { name: None, ..interface(fields, out) });
    }
    for (path, item) in fields.items("interfaces", out) {
        if let Some(fields) = Fields::of(item, path, out) {
            let known: Vec<&str> = ["name"].into_iter().chain(PLACE).chain(ADDRESS).collect();
            fields.only(&known, out);
            interfaces.push(interface(&fields, out));
        }
    }
    let namespace = fields.word("namespace", out).map_or_else(|| "default".to_string(), |text| text.value);
    let machine = Machine::new(kind, Identity { name, namespace }, fields.place());
    let node = fields.word("node", out).map(|node| node.value);
    Some(Machine { labels: labels(Some(fields), out), interfaces, node, ..machine })
}

fn kind(fields: &Fields<'_>, out: &mut Out) -> EndpointKind {
    let kinds = [EndpointKind::VirtualMachine, EndpointKind::Pod];
    let Some(text) = fields.text("kind", out) else { return EndpointKind::VirtualMachine };
    let kind = kinds.into_iter().find(|kind| kind.name() == text.value);
    if kind.is_none() {
        let names = kinds.map(EndpointKind::name);
        out.push(unknown_value(&text, &fields.path("kind"), &names, "; it is taken for a `VirtualMachine`"));
    }
    kind.unwrap_or(EndpointKind::VirtualMachine)
}

fn interface(fields: &Fields<'_>, out: &mut Out) -> Interface {
    let mut interface = Interface::new(Origin::Declared, fields.place());
    interface.name = fields.word("name", out).map(|text| text.value);
    interface.subnet = fields.either(&SUBNET).and_then(|(key, node)| word(node, &fields.path(key), out));
    interface.port = fields.word("port", out);
    interface.mac = fields.text("mac", out).and_then(|text| mac(&text, &fields.path("mac"), out));
    interface.secured = fields.boolean(SECURED, out).is_some_and(|flag| flag.value);
    interface.leased = fields.boolean(LEASED, out).is_some_and(|flag| flag.value);
    if let Some(node) = fields.get(GROUPS) {
        interface.security_groups = words(node, &fields.path(GROUPS), out).iter().flat_map(commas).collect();
    }
    if let Some((key, node)) = fields.either(&ADDRESS) {
        let path = fields.path(key);
        let texts = words(node, &path, out);
        interface.addresses = texts.iter().flat_map(|text| addresses(text, &path, out)).collect();
    }
    interface
}

fn switch(fields: &Fields<'_>, out: &mut Out) -> Option<BareSwitch> {
    const KNOWN: [&str; 11] = [
        "name",
        "cidr",
        "gateway",
        "router",
        "routerPort",
        "routerMac",
        "localnet",
        "ports",
        "acls",
        "loadBalancer",
        "vlanPassthru",
    ];
    fields.only(&KNOWN, out);
    let name = name(fields, out)?;
    let rows = fields.items("acls", out);
    let (acls, strays) = entries(&rows, Taker::Database, out);
    Some(BareSwitch {
        name,
        place: fields.place(),
        cidrs: listed(fields, "cidr", prefixes, out),
        gateways: listed(fields, "gateway", addresses, out),
        router: fields.word("router", out),
        router_port: fields.word("routerPort", out),
        router_mac: fields.text("routerMac", out).and_then(|text| mac(&text, &fields.path("routerMac"), out)),
        physical: names(fields, "localnet", out),
        ports: names(fields, "ports", out),
        load_balancer: fields.boolean("loadBalancer", out).is_some_and(|flag| flag.value),
        vlan_passthru: fields.boolean("vlanPassthru", out).is_some_and(|flag| flag.value),
        acls,
        strays,
    })
}

fn group(fields: &Fields<'_>, out: &mut Out) -> Option<Group> {
    fields.only(&["name", "ports", "acls"], out);
    let name = name(fields, out)?;
    let rows = fields.items("acls", out);
    let ports = names(fields, "ports", out);
    let (acls, strays) = entries(&rows, Taker::Database, out);
    Some(Group { name, ports, acls, strays })
}

pub(super) fn names(fields: &Fields<'_>, key: &str, out: &mut Out) -> Vec<Placed<String>> {
    fields.get(key).map_or_else(Vec::new, |node| words(node, &fields.path(key), out))
}

fn address_set(fields: &Fields<'_>, out: &mut Out) -> Option<AddressSet> {
    fields.only(&["name", "addresses"], out);
    let name = name(fields, out)?;
    let Some(node) = fields.get("addresses") else {
        return Some(AddressSet { name, addresses: Vec::new() });
    };
    Some(AddressSet { name, addresses: words(node, &fields.path("addresses"), out) })
}

fn listed<T>(
    fields: &Fields<'_>,
    key: &str,
    read: fn(&Placed<String>, &str, &mut Out) -> Vec<Placed<T>>,
    out: &mut Out,
) -> Vec<Placed<T>> {
    let Some(node) = fields.get(key) else { return Vec::new() };
    let path = fields.path(key);
    words(node, &path, out).iter().flat_map(|text| read(text, &path, out)).collect()
}
