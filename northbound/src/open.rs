//! Addresses of load balancers of which nobody can say what becomes of connections to them, and the switches that these come from.
//!
//! What passes a router for an address of one of its load balancers goes to a backend, and the answer may come from the wrong
//! address: a router without a gateway port translates requests alone. An address without a port takes every protocol. And for
//! one in the networks of a switch itself nobody answers there, unless somebody has it by other means.

use crate::balancer::{Door, OnRouters, OnSwitches, doors, vips};
use crate::doubt::{linked, peers};
use crate::link::Link;
use crate::name::Names;
use crate::port::addresses;
use crate::row::{entry, text, texts, uuids};
use ipnet::IpNet;
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// By address: the switches.
#[derive(Debug, Default)]
pub(crate) struct Open<'s> {
    behind_routers: BTreeMap<IpAddr, BTreeSet<&'s str>>,
    /// Those that somebody may answer for on the switch itself.
    answered: BTreeMap<IpAddr, BTreeSet<&'s str>>,
}

impl<'s> Open<'s> {
    pub(crate) fn of(
        snapshot: &'s Snapshot,
        names: &'s Names<'_>,
        on_switches: &OnSwitches<'s>,
        on_routers: &OnRouters<'s>,
    ) -> Self {
        let mut open = Self::default();
        let around = if on_routers.is_empty() { BTreeMap::new() } else { around(snapshot, names) };
        // What a switch takes itself does not come to a router.
        let mut taken: BTreeMap<(Door, &str), BTreeSet<&str>> = BTreeMap::new();
        for (row, places) in on_switches.values() {
            let switches = || places.iter().map(|place| place.switch);
            doors(row).for_each(|door| taken.entry((door, protocol(row))).or_default().extend(switches()));
        }
        let mut of_router: BTreeMap<Uuid, BTreeSet<IpAddr>> = BTreeMap::new();
        for (row, routers) in on_routers.values() {
            let roots: BTreeSet<&Uuid> = routers.iter().filter_map(|id| Some(&around.get(id)?.0)).collect();
            let here: Vec<&BTreeSet<&str>> = roots.into_iter().filter_map(|root| Some(&around.get(root)?.1)).collect();
            for (door, _) in vips(row) {
                routers.iter().for_each(|router| of_router.entry(*router).or_default().extend([door.address]));
                let own = taken.get(&(door, protocol(row)));
                let left = here.iter().copied().flatten().filter(|switch| own.is_none_or(|own| !own.contains(*switch)));
                open.behind_routers.entry(door.address).or_default().extend(left);
            }
        }
        let mut networks: BTreeMap<Uuid, Vec<IpNet>> = BTreeMap::new();
        for (row, places) in on_switches.values() {
            let asked: BTreeSet<IpAddr> = vips(row).map(|(door, _)| door.address).collect();
            for place in places {
                let Some(switch) = snapshot.row("Logical_Switch", place.id) else { continue };
                let here = networks.entry(place.id).or_insert_with(|| networks_of(snapshot, names, switch));
                let near = asked.iter().filter(|address| here.iter().any(|net| net.contains(*address)));
                for address in near.filter(|near| answers(snapshot, names, switch, **near, &of_router)) {
                    open.answered.entry(*address).or_default().insert(place.switch);
                }
            }
        }
        open
    }

    /// As an inventory has them: as whole addresses, and together those that are open from the same switches.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Value> {
        let mut found: BTreeMap<IpAddr, BTreeSet<&str>> = self.behind_routers.clone();
        for (address, switches) in &self.answered {
            found.entry(*address).or_default().extend(switches);
        }
        let mut together: BTreeMap<BTreeSet<&str>, Map<String, Value>> = BTreeMap::new();
        for (address, switches) in found.into_iter().filter(|(_, switches)| !switches.is_empty()) {
            together.entry(switches).or_default().insert(address.to_string(), json!([]));
        }
        together.into_iter().map(|(switches, vips)| json!({ "switches": switches, "vips": vips }))
    }

    /// What is to be said of them, a sentence each.
    pub(crate) fn remarks(&self) -> impl Iterator<Item = String> {
        self.answered.iter().map(|(address, switches)| {
            let switches = switches.iter().copied().collect::<Vec<_>>().join(", ");
            format!(
                "load balancers take connections to {address}, which is in a network of the switch itself ({switches}), and somebody may \
                 answer for it there, which is not evaluated: who reaches it from there is `undefined`"
            )
        })
    }
}

fn protocol(row: &Row) -> &str {
    text(row, "protocol").unwrap_or("tcp")
}

/// For each router one that stands for all that it is linked with, and for each of these the switches of all of them.
fn around<'s>(snapshot: &'s Snapshot, names: &'s Names<'_>) -> BTreeMap<Uuid, (Uuid, BTreeSet<&'s str>)> {
    let mut found: BTreeMap<Uuid, (Uuid, BTreeSet<&str>)> =
        linked(snapshot, names).into_iter().map(|(router, root)| (router, (root, BTreeSet::new()))).collect();
    for (id, switch) in snapshot.rows("Logical_Switch") {
        let name = names.switches.get(&id).map_or("", String::as_str);
        for (router, _) in peers(snapshot, switch).filter_map(|peer| names.router_ports.get(peer)) {
            let root = found.get(router).map(|(root, _)| *root);
            root.and_then(|root| found.get_mut(&root)).into_iter().for_each(|(_, all)| all.extend([name]));
        }
    }
    found
}

/// The networks that routers have on a switch.
fn networks_of(snapshot: &Snapshot, names: &Names<'_>, switch: &Row) -> Vec<IpNet> {
    let networks = links(snapshot, names, switch).flat_map(|(_, link)| link.networks);
    networks.filter_map(|network| network.parse().ok()).collect()
}

fn links<'s>(snapshot: &'s Snapshot, names: &'s Names<'_>, switch: &'s Row) -> impl Iterator<Item = (&'s Row, Link)> {
    let ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
    let routed = ports.filter(|port| text(port, "type") == Some("router"));
    routed.filter_map(|port| Some((port, Link::of(names, port)?)))
}

/// Whether somebody may say on a switch that he has an address: a machine, a router by any of its tables, whoever is behind a port
/// of which no address is known.
fn answers(
    snapshot: &Snapshot,
    names: &Names<'_>,
    switch: &Row,
    address: IpAddr,
    of_router: &BTreeMap<Uuid, BTreeSet<IpAddr>>,
) -> bool {
    let mut ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
    let says = |port: &Row| {
        text(port, "type") == Some("localnet")
            || texts(port, "addresses").contains(&"unknown")
            || entry(port, "options", "arp_proxy").is_some()
            || addresses(port).iter().any(|(_, own)| *own == address)
    };
    let translates = |router: &Uuid| {
        let nat = snapshot.row("Logical_Router", *router).map(|row| uuids(row, "nat")).unwrap_or_default();
        let mut rows = nat.into_iter().filter_map(|id| snapshot.row("NAT", id));
        rows.any(|nat| text(nat, "external_ip").and_then(|own| own.parse().ok()) == Some(address))
    };
    ports.any(says)
        || links(snapshot, names, switch).any(|(port, link)| {
            let peer = entry(port, "options", "router-port").and_then(|peer| names.router_ports.get(peer));
            link.gateways().contains(&address)
                || peer.is_some_and(|(router, _)| {
                    of_router.get(router).is_some_and(|own| own.contains(&address)) || translates(router)
                })
        })
}
