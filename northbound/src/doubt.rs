//! Ways between switches that routers may change: by policies, by static routes, by translating addresses.
//!
//! Between switches of different routers a packet needs a static route.

use crate::name::Names;
use crate::port::{addresses, is_disabled};
use crate::row::{entry, integer, text, texts, uuids};
use ipnet::IpNet;
use ringfence_engine::ovn::routing::{Policy, Routing, StaticRoute, prefix};
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use std::collections::BTreeMap;

/// A switch with the first router that it meets, and its prefixes there.
struct Place<'s> {
    switch: &'s String,
    router: Uuid,
    networks: Vec<IpNet>,
    /// Addresses of machines that lie in none of them.
    strays: Vec<IpNet>,
    /// Whether a route of the router leads to one of these.
    led: bool,
}

/// Pairs of switches between which nobody can say what becomes of a packet, each in the order of the table.
pub(crate) fn doubts(snapshot: &Snapshot, names: &Names<'_>) -> Vec<[String; 2]> {
    let mut places = places(snapshot, names);
    let routers: BTreeMap<Uuid, Routing> =
        snapshot.rows("Logical_Router").map(|(id, row)| (id, routing(snapshot, row))).collect();
    for place in &mut places {
        let router = routers.get(&place.router);
        place.led = router.is_some_and(|router| place.strays.iter().any(|stray| router.leads_astray(stray)));
    }
    let linked = linked(snapshot, names);
    let harmless = |id: &Uuid| routers.get(id).is_none_or(Routing::is_plain);
    let mut found = Vec::new();
    for (index, one) in places.iter().enumerate() {
        // What goes to a load balancer comes by the router even to a backend of the same switch.
        for other in places.iter().skip(index) {
            if harmless(&one.router) && harmless(&other.router) {
                continue;
            }
            let is_one_router = one.router == other.router;
            if !is_one_router && linked.get(&one.router) != linked.get(&other.router) {
                continue;
            }
            let doubted = [(one, other), (other, one)].into_iter().any(|(from, to)| {
                routers.get(&from.router).is_some_and(|router| match is_one_router {
                    true => may_change(router, from, to),
                    false => router.may_lead(&to.networks),
                })
            });
            if doubted {
                found.push([one.switch.clone(), other.switch.clone()]);
            }
        }
    }
    found
}

/// What a router may do to packets.
fn routing(snapshot: &Snapshot, row: &Row) -> Routing {
    let rows = |column, table: &'static str| {
        uuids(row, column).into_iter().filter_map(move |id| snapshot.row(table, id)).collect::<Vec<_>>()
    };
    let policy = |row: &Row| {
        let words = |column| text(row, column).unwrap_or_default();
        Policy::new(integer(row, "priority").unwrap_or_default(), words("action"), words("match"))
    };
    let route = |row: &Row| {
        let prefix = prefix(text(row, "ip_prefix")?)?;
        Some(StaticRoute { prefix, by_source: text(row, "policy") == Some("src-ip") })
    };
    let is_gateway = entry(row, "options", "chassis").is_some();
    let nat = rows("nat", "NAT").into_iter().filter(|row| is_gateway && text(row, "type") != Some("dnat"));
    Routing::new(
        rows("policies", "Logical_Router_Policy").into_iter().map(policy).collect(),
        rows("static_routes", "Logical_Router_Static_Route").into_iter().filter_map(route).collect(),
        nat.filter_map(|row| prefix(text(row, "logical_ip")?)).collect(),
    )
}

/// Whether a packet between two switches of a router may meet something else than the connected route; these do not lead to
/// machines outside of their networks.
fn may_change(routing: &Routing, from: &Place<'_>, to: &Place<'_>) -> bool {
    to.led || routing.may_police(&from.networks, &to.strays) || routing.may_change(&from.networks, &to.networks)
}

/// The switches in the order of the table, each with the first of its routers.
fn places<'s>(snapshot: &'s Snapshot, names: &'s Names<'_>) -> Vec<Place<'s>> {
    let switches = snapshot.rows("Logical_Switch").filter_map(|(id, switch)| {
        let mut links = peers(snapshot, switch).filter_map(|peer| names.router_ports.get(peer));
        let (router, port) = links.next()?;
        let networks: Vec<IpNet> = texts(port, "networks").into_iter().filter_map(prefix).collect();
        let ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
        let machines = ports.filter(|port| text(port, "type").is_none_or(str::is_empty)).flat_map(addresses);
        let strays = machines.map(|(_, address)| address).filter(|own| networks.iter().all(|net| !net.contains(own)));
        let strays = strays.map(IpNet::from).collect();
        Some(Place { strays, led: false, switch: names.switches.get(&id)?, router: *router, networks })
    });
    switches.collect()
}

/// The ports of routers that a switch is connected with.
pub(crate) fn peers<'s>(snapshot: &'s Snapshot, switch: &'s Row) -> impl Iterator<Item = &'s str> {
    let ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
    let routed = ports.filter(|port| text(port, "type") == Some("router") && !is_disabled(port));
    routed.filter_map(|port| entry(port, "options", "router-port"))
}

/// Of each router one that stands for all that it is linked with, by ports or by switches in between.
pub(crate) fn linked(snapshot: &Snapshot, names: &Names<'_>) -> BTreeMap<Uuid, Uuid> {
    let ports = &names.router_ports;
    let mut of: BTreeMap<Uuid, Uuid> = snapshot.rows("Logical_Router").map(|(id, _)| (id, id)).collect();
    let direct = ports.values().filter_map(|(router, port)| Some([*router, ports.get(text(port, "peer")?)?.0]));
    let mut links: Vec<[Uuid; 2]> = direct.collect();
    for (_, switch) in snapshot.rows("Logical_Switch") {
        let met: Vec<Uuid> = peers(snapshot, switch).filter_map(|peer| Some(ports.get(peer)?.0)).collect();
        links.extend(met.iter().zip(met.iter().skip(1)).map(|(one, other)| [*one, *other]));
    }
    for [one, other] in links {
        let (Some(kept), Some(gone)) = (of.get(&one).copied(), of.get(&other).copied()) else { continue };
        of.values_mut().filter(|root| **root == gone).for_each(|root| *root = kept);
    }
    of
}
