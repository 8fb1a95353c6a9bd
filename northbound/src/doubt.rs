//! Ways between switches that routers may change: by policies, by static routes, by translating addresses; and those of switches
//! with further routers.
//!
//! Between switches of different routers a packet needs a static route.

use crate::name::Names;
use crate::port::{addresses, is_disabled};
use crate::row::{entry, integer, text, texts, uuids};
use ipnet::IpNet;
use ringfence_engine::ovn::routing::{Ends, Policy, Routing, StaticRoute, overlap, prefix};
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A switch with a router that it meets, and its prefixes there.
struct Place<'s> {
    switch: &'s String,
    router: Uuid,
    networks: Vec<IpNet>,
    /// Addresses of machines that lie in none of them.
    strays: Vec<IpNet>,
    /// Whether the router's port is one of those at which the addresses of others are translated.
    is_gateway: bool,
    /// Whether another router comes first: then what comes by this one is nobody's to say.
    is_further: bool,
}

/// What a router may do to packets.
#[derive(Default)]
struct Router {
    routing: Routing,
    /// Inner prefixes of SNAT that is done at its gateway ports.
    translated: Vec<IpNet>,
}

/// A place as its router sees it.
struct Seen<'p> {
    ends: Ends<'p>,
    /// Whether a route leads to one of its strays.
    led: bool,
    /// Whether its addresses are translated where they leave by a gateway port.
    translated: bool,
}

/// Pairs of switches between which nobody can say what becomes of a packet, each in the order of the table; of a switch with
/// itself, as what goes to a load balancer comes by the router even to a backend of the same switch.
pub(crate) fn doubts(snapshot: &Snapshot, names: &Names<'_>) -> Vec<[String; 2]> {
    let places = places(snapshot, names);
    let routers: BTreeMap<Uuid, Router> =
        snapshot.rows("Logical_Router").map(|(id, row)| (id, router(snapshot, row))).collect();
    let linked = linked(snapshot, names);
    let nothing = Router::default();
    let of = |place: &Place<'_>| routers.get(&place.router).unwrap_or(&nothing);
    let is_plain = |place: &Place<'_>| {
        let router = of(place);
        router.routing.is_plain() && router.translated.is_empty() && !place.is_further
    };
    let plain: Vec<bool> = places.iter().map(is_plain).collect();
    let seen: Vec<Seen<'_>> = places.iter().map(|place| of(place).seen(place)).collect();
    // By router: to which places it may lead packets of others.
    let leads = |router: &Router| places.iter().map(|place| router.routing.may_lead(&place.networks)).collect();
    let leads: BTreeMap<Uuid, Vec<bool>> = routers.iter().map(|(id, router)| (*id, leads(router))).collect();
    let may_lead = |from: &Place<'_>, to: usize| leads.get(&from.router).and_then(|all| all.get(to)) == Some(&true);
    let every = || places.iter().zip(&seen).zip(&plain).enumerate();
    let mut found = Vec::new();
    for (index, ((one, near), is_plain)) in every() {
        for (at, ((other, far), _)) in every().skip(index).filter(|(_, (_, plain))| !(*is_plain && **plain)) {
            let doubted = if one.router == other.router {
                let router = of(one);
                let is_elsewhere = one.is_further || other.is_further;
                is_elsewhere
                    || router.may_change((one, near), (other, far))
                    || router.may_change((other, far), (one, near))
            } else {
                linked.get(&one.router) == linked.get(&other.router) && (may_lead(one, at) || may_lead(other, index))
            };
            if doubted {
                found.push([one.switch.clone(), other.switch.clone()]);
            }
        }
    }
    found
}

fn router(snapshot: &Snapshot, row: &Row) -> Router {
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
    let nat = rows("nat", "NAT").into_iter().filter(|row| text(row, "type") != Some("dnat"));
    let nat: Vec<IpNet> = nat.filter_map(|row| prefix(text(row, "logical_ip")?)).collect();
    // On a gateway router whatever the way, else where packets leave by a gateway port.
    let (everywhere, translated) = match entry(row, "options", "chassis") {
        Some(_) => (nat, Vec::new()),
        None => (Vec::new(), nat),
    };
    let routing = Routing::new(
        rows("policies", "Logical_Router_Policy").into_iter().map(policy).collect(),
        rows("static_routes", "Logical_Router_Static_Route").into_iter().filter_map(route).collect(),
        everywhere,
    );
    Router { routing, translated }
}

impl Router {
    fn seen<'p>(&self, place: &'p Place<'_>) -> Seen<'p> {
        let is_translated = |net: &IpNet| self.translated.iter().any(|inner| overlap(inner, net));
        Seen {
            ends: self.routing.ends(&place.networks),
            led: place.strays.iter().any(|stray| self.routing.leads_astray(stray)),
            translated: place.networks.iter().chain(&place.strays).any(is_translated),
        }
    }

    /// Whether a packet between two of its switches may meet something else than the connected route; these do not lead to
    /// machines outside of their networks.
    fn may_change(&self, (from, near): (&Place<'_>, &Seen<'_>), (to, far): (&Place<'_>, &Seen<'_>)) -> bool {
        far.led
            || (to.is_gateway && near.translated)
            || self.routing.may_police(&from.networks, &to.strays)
            || self.routing.may_change(&near.ends, &far.ends)
    }
}

/// The switches in the order of the table, each with its routers.
fn places<'s>(snapshot: &'s Snapshot, names: &'s Names<'_>) -> Vec<Place<'s>> {
    let mut found = Vec::new();
    for (id, switch) in snapshot.rows("Logical_Switch") {
        let links = peers(snapshot, switch).filter_map(|peer| names.router_ports.get(peer));
        for (index, (router, port)) in links.enumerate() {
            let networks: Vec<IpNet> = texts(port, "networks").into_iter().filter_map(prefix).collect();
            let ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
            let machines = ports.filter(|port| text(port, "type").is_none_or(str::is_empty)).flat_map(addresses);
            let is_stray = |own: &IpAddr| networks.iter().all(|net| !net.contains(own));
            let strays = machines.map(|(_, address)| address).filter(is_stray).map(IpNet::from).collect();
            let is_gateway =
                ["gateway_chassis", "ha_chassis_group"].iter().any(|column| !uuids(port, column).is_empty());
            let Some(switch) = names.switches.get(&id) else { continue };
            found.push(Place { strays, switch, router: *router, networks, is_gateway, is_further: index > 0 });
        }
    }
    found
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
