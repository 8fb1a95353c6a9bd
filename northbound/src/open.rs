//! Addresses of load balancers of which nobody can say what becomes of connections to them, and the switches that these come from.
//!
//! What passes a router for an address of one of its load balancers goes to a backend, and the answer may come from the wrong
//! address: a router without a gateway port translates requests alone. An address without a port takes every protocol. And for
//! one in the networks of a switch itself nobody answers there, unless somebody has it by other means.

use crate::balancer::{Door, OnRouters, OnSwitches, doors, vips};
use crate::doubt::{linked, peers};
use crate::link::Link;
use crate::name::Names;
use crate::port::{addresses, is_disabled};
use crate::row::{entry, text, texts, uuids};
use ipnet::IpNet;
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Types of ports to networks outside.
const PHYSICAL: [&str; 3] = ["localnet", "l2gateway", "vtep"];

/// Switches and routers.
type Places<'s> = (BTreeSet<&'s str>, BTreeSet<&'s str>);

/// By address.
#[derive(Debug, Default)]
pub(crate) struct Open<'s> {
    /// For each load balancer: the switches behind its routers and those that are linked with them, and all these routers.
    behind_routers: BTreeMap<(IpAddr, Uuid), Places<'s>>,
    /// The switches on which somebody may answer for it himself.
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
        let is_empty = on_routers.is_empty() && on_switches.is_empty();
        let around = if is_empty { BTreeMap::new() } else { around(snapshot, names) };
        let stateless = if on_routers.is_empty() { BTreeSet::new() } else { stateless(snapshot, names) };
        let homes = if on_routers.is_empty() { BTreeSet::new() } else { homes(snapshot, names) };
        // What a switch takes itself does not come to a router.
        let mut taken: BTreeMap<(Door, &str), BTreeSet<&str>> = BTreeMap::new();
        for (row, places) in on_switches.values() {
            let switches = || places.iter().map(|place| place.switch);
            doors(row).for_each(|door| taken.entry((door, protocol(row))).or_default().extend(switches()));
        }
        let mut of_router: BTreeMap<Uuid, BTreeSet<IpAddr>> = BTreeMap::new();
        for (id, (row, routers)) in on_routers {
            let roots: BTreeSet<Uuid> = routers.iter().filter_map(|id| Some(around.get(id)?.0)).collect();
            for (door, _) in vips(row) {
                routers.iter().for_each(|router| of_router.entry(*router).or_default().extend([door.address]));
                let own = taken.get(&(door, protocol(row)));
                let is_own = |switch: &str| own.is_some_and(|own| own.contains(switch)) && !stateless.contains(switch);
                for root in &roots {
                    let Some((_, (switches, routers))) = around.get(root) else { continue };
                    let (left, by) = open.behind_routers.entry((door.address, *id)).or_default();
                    let is_left = |switch: &&str| !is_own(switch) && !homes.contains(&(door.address, *switch));
                    left.extend(switches.iter().copied().filter(is_left));
                    by.extend(routers);
                }
            }
        }
        open.physical(snapshot, names, on_switches, &around);
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

    /// A switch balances what comes from a physical network, which is outside, too (`build_pre_lb` exempts no such port).
    fn physical(
        &mut self,
        snapshot: &'s Snapshot,
        names: &'s Names<'_>,
        on_switches: &OnSwitches<'s>,
        around: &BTreeMap<Uuid, (Uuid, Places<'s>)>,
    ) {
        // By switch with a physical network: what its routers are linked with.
        let is_physical = |port: &Row| PHYSICAL.contains(&text(port, "type").unwrap_or_default());
        let roots = |switch: &'s Row| {
            let routers = peers(snapshot, switch).filter_map(|peer| Some(names.router_ports.get(peer)?.0));
            routers.filter_map(|router| Some(around.get(&router)?.0)).collect::<BTreeSet<Uuid>>()
        };
        let switches = snapshot.rows("Logical_Switch").filter(|(_, switch)| ports(snapshot, switch).any(is_physical));
        let physical: BTreeMap<Uuid, BTreeSet<Uuid>> = switches.map(|(id, switch)| (id, roots(switch))).collect();
        for (id, (row, places)) in on_switches {
            for root in places.iter().filter_map(|place| physical.get(&place.id)).flatten() {
                let Some((_, (_, routers))) = around.get(root) else { continue };
                for door in doors(row) {
                    self.behind_routers.entry((door.address, *id)).or_default().1.extend(routers);
                }
            }
        }
    }

    /// As an inventory has them: as whole addresses, and together those that are open from the same switches. Of routers it knows
    /// those that it names for a switch.
    pub(crate) fn entries(&self, named: &BTreeSet<String>) -> impl Iterator<Item = Value> {
        let behind = self.behind_routers.iter().map(|((address, _), (switches, routers))| {
            let routers = routers.iter().copied().filter(|router| named.contains(*router)).collect();
            (*address, (switches.clone(), routers))
        });
        let alone = |(address, switches): (&IpAddr, &BTreeSet<&'s str>)| {
            let each: Vec<_> =
                switches.iter().map(|switch| (*address, (BTreeSet::from([*switch]), BTreeSet::new()))).collect();
            each
        };
        let mut together: BTreeMap<Places<'_>, Map<String, Value>> = BTreeMap::new();
        for (address, places) in behind.chain(self.answered.iter().flat_map(alone)) {
            together.entry(places).or_default().insert(address.to_string(), json!([]));
        }
        let entry = |((switches, routers), vips)| match BTreeSet::is_empty(&routers) {
            true => json!({ "switches": switches, "vips": vips }),
            false => json!({ "switches": switches, "routers": routers, "vips": vips }),
        };
        together.into_iter().map(entry)
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

/// For each router one that stands for all that it is linked with, and for each of these the switches of all of them, and they.
fn around<'s>(snapshot: &'s Snapshot, names: &'s Names<'_>) -> BTreeMap<Uuid, (Uuid, Places<'s>)> {
    let linked = linked(snapshot, names);
    let mut found: BTreeMap<Uuid, (Uuid, Places<'_>)> =
        linked.iter().map(|(router, root)| (*router, (*root, Places::default()))).collect();
    for (router, root) in &linked {
        let name = names.routers.get(router).map(String::as_str);
        found.get_mut(root).into_iter().for_each(|(_, (_, all))| all.extend(name));
    }
    for (id, switch) in snapshot.rows("Logical_Switch") {
        let name = names.switches.get(&id).map_or("", String::as_str);
        for (router, _) in peers(snapshot, switch).filter_map(|peer| names.router_ports.get(peer)) {
            let root = found.get(router).map(|(root, _)| *root);
            root.and_then(|root| found.get_mut(&root)).into_iter().for_each(|(_, (all, _))| all.extend([name]));
        }
    }
    found
}

/// Switches with rows that may keep requests out of connection tracking: these no load balancer of the switch takes.
fn stateless<'s>(snapshot: &'s Snapshot, names: &'s Names<'_>) -> BTreeSet<&'s str> {
    let is_stateless = |id: Uuid| {
        let acl = snapshot.row("ACL", id);
        let says = |column, word| acl.and_then(|acl| text(acl, column)) == Some(word);
        says("action", "allow-stateless") && says("direction", "from-lport")
    };
    let has_rows = |of: &Row| uuids(of, "acls").into_iter().any(is_stateless);
    let groups = snapshot.rows("Port_Group").filter(|(_, group)| has_rows(group));
    let grouped: BTreeSet<Uuid> = groups.flat_map(|(_, group)| uuids(group, "ports")).collect();
    let is_met = |switch: &Row| has_rows(switch) || uuids(switch, "ports").iter().any(|port| grouped.contains(port));
    let switches = snapshot.rows("Logical_Switch").filter(|(_, switch)| is_met(switch));
    switches.filter_map(|(id, _)| names.switches.get(&id).map(String::as_str)).collect()
}

/// Addresses of machines in the networks of their own switches, each with the switch: what is sent to them there passes no router.
fn homes<'s>(snapshot: &'s Snapshot, names: &'s Names<'_>) -> BTreeSet<(IpAddr, &'s str)> {
    let mut found = BTreeSet::new();
    for (id, switch) in snapshot.rows("Logical_Switch") {
        let (name, networks) =
            (names.switches.get(&id).map_or("", String::as_str), networks_of(snapshot, names, switch));
        let machines =
            ports(snapshot, switch).filter(|port| text(port, "type").is_none_or(str::is_empty) && !is_disabled(port));
        let own = machines.flat_map(addresses).map(|(_, address)| address);
        found.extend(own.filter(|own| networks.iter().any(|net| net.contains(own))).map(|own| (own, name)));
    }
    found
}

/// The networks that routers have on a switch.
fn networks_of(snapshot: &Snapshot, names: &Names<'_>, switch: &Row) -> Vec<IpNet> {
    let networks = links(snapshot, names, switch).flat_map(|(_, link)| link.networks);
    networks.filter_map(|network| network.parse().ok()).collect()
}

fn links<'s>(snapshot: &'s Snapshot, names: &'s Names<'_>, switch: &'s Row) -> impl Iterator<Item = (&'s Row, Link)> {
    let routed = ports(snapshot, switch).filter(|port| text(port, "type") == Some("router"));
    routed.filter_map(|port| Some((port, Link::of(names, port)?)))
}

fn ports<'s>(snapshot: &'s Snapshot, switch: &Row) -> impl Iterator<Item = &'s Row> + use<'s> {
    uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id))
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
    let mut ports = ports(snapshot, switch);
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
