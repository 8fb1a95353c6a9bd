//! Load balancers of switches, and what is to be said of those of routers.

use crate::doubt::peers;
use crate::name::Names;
use crate::open::Open;
use crate::row::{entry, text, uuids};
use ringfence_engine::ovn::network::nobody;
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

/// Those of switches, each with these.
pub(crate) type OnSwitches<'s> = BTreeMap<Uuid, (&'s Row, Vec<Place<'s>>)>;

/// Those of routers, each with these.
pub(crate) type OnRouters<'s> = BTreeMap<Uuid, (&'s Row, Vec<Uuid>)>;

/// Those of a database.
pub(crate) struct Balancers<'s> {
    on_switches: OnSwitches<'s>,
    on_routers: OnRouters<'s>,
    open: Open<'s>,
    names: &'s Names<'s>,
}

/// A switch, and whether a router is there, by which the addresses of load balancers are found.
pub(crate) struct Place<'s> {
    pub(crate) id: Uuid,
    pub(crate) switch: &'s str,
    routed: bool,
}

/// A load balancer with the backends of an address, and where it is.
type Taker<'b> = (&'b Row, &'b str, &'b [Place<'b>]);

/// An address, and its port where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Door {
    pub(crate) address: IpAddr,
    port: Option<u16>,
}

impl<'s> Balancers<'s> {
    pub(crate) fn of(snapshot: &'s Snapshot, names: &'s Names<'s>) -> Self {
        let mut on_switches = OnSwitches::new();
        for (id, row) in snapshot.rows("Logical_Switch") {
            let switch = names.switches.get(&id).map_or("", String::as_str);
            let routed = peers(snapshot, row).any(|peer| names.router_ports.contains_key(peer));
            for (balancer, row) in balancers(snapshot, row) {
                let place = Place { id, switch, routed };
                on_switches.entry(balancer).or_insert_with(|| (row, Vec::new())).1.push(place);
            }
        }
        let mut on_routers = OnRouters::new();
        for (router, row) in snapshot.rows("Logical_Router") {
            for (id, row) in balancers(snapshot, row) {
                on_routers.entry(id).or_insert_with(|| (row, Vec::new())).1.push(router);
            }
        }
        let open = Open::of(snapshot, names, &on_switches, &on_routers);
        Self { on_switches, on_routers, open, names }
    }

    /// As an inventory has them that names these routers: what they do for an address and port.
    pub(crate) fn entries(&self, routers: &BTreeSet<String>) -> impl Iterator<Item = Value> {
        let known = self.on_switches.values().map(|(row, places)| {
            let known = vips(row).filter_map(|(door, to)| Some((door.key(), json!(door.backends(to).ok()?))));
            let known: Map<String, Value> = known.collect();
            let switches: BTreeSet<&str> = places.iter().map(|place| place.switch).collect();
            json!({
                "name": text(row, "name"), "protocol": text(row, "protocol").unwrap_or("tcp"), "switches": switches, "vips": known,
            })
        });
        known.chain(self.open.entries(routers))
    }

    /// What is not evaluated of them, a sentence each.
    pub(crate) fn remarks(&self, known: &BTreeSet<IpAddr>) -> Vec<String> {
        let mut found = Vec::new();
        for (row, routers) in self.on_routers.values() {
            let routers: Vec<&str> =
                routers.iter().filter_map(|id| self.names.routers.get(id).map(String::as_str)).collect();
            found.push(format!(
                "load balancer `{}` is on routers ({}), which is not evaluated: what passes them for one of its addresses goes to its \
                 backends, and who reaches these addresses is `undefined`",
                text(row, "name").unwrap_or_default(),
                routers.join(", ")
            ));
            found.extend(taken(row, known));
        }
        for (row, places) in self.on_switches.values() {
            let name = text(row, "name").unwrap_or_default();
            let whole = vips(row).filter(|(door, _)| door.port.is_none()).count();
            if whole > 0 {
                found.push(format!(
                    "load balancer `{name}` takes everything to {whole} addresses that have no port, which is not evaluated: who reaches \
                     them is `undefined`"
                ));
            }
            let others = written(row).count() - vips(row).count();
            if others > 0 {
                found.push(format!(
                    "load balancer `{name}` takes connections to {others} addresses that are variables: who reaches them is not evaluated"
                ));
            }
            for (door, backend) in vips(row).filter_map(|(door, to)| Some((door, door.backends(to).err()?))) {
                found.push(format!(
                    "northd makes nothing of {} of load balancer `{name}`, as `{backend}` is no backend: an address of the same \
                     family with a port, without blanks",
                    door.key()
                ));
            }
            found.extend(taken(row, known));
            let alone: Vec<&str> = places.iter().filter(|place| !place.routed).map(|place| place.switch).collect();
            if !alone.is_empty() {
                found.push(format!(
                    "load balancer `{name}` is on switches without a router ({}): who reaches its addresses from there is not evaluated",
                    alone.join(", ")
                ));
            }
            if entry(row, "options", "hairpin_snat_ip").is_some() {
                found.push(format!(
                    "load balancer `{name}` has `hairpin_snat_ip`: rows see another address where a machine asks its own Service, \
                     which is not evaluated"
                ));
            }
        }
        found.extend(self.disputed());
        found.extend(self.open.remarks());
        found
    }

    /// Addresses and ports that several take on one switch, a sentence for each two.
    fn disputed(&self) -> BTreeSet<String> {
        let mut takers: BTreeMap<(Door, &str), Vec<Taker<'_>>> = BTreeMap::new();
        for (row, places) in self.on_switches.values() {
            for (door, to) in vips(row).filter(|(door, to)| door.port.is_some() && door.backends(to).is_ok()) {
                let protocol = text(row, "protocol").unwrap_or("tcp");
                takers.entry((door, protocol)).or_default().push((row, to, places));
            }
        }
        let mut found = BTreeSet::new();
        for ((door, _), takers) in takers.iter().filter(|(_, takers)| takers.len() > 1) {
            for (at, (one, to, places)) in takers.iter().enumerate() {
                let here: BTreeSet<Uuid> = places.iter().map(|place| place.id).collect();
                let meets = |places: &[Place<'_>]| places.iter().any(|place| here.contains(&place.id));
                let others = takers.iter().skip(at + 1).filter(|(_, other, places)| other != to && meets(places));
                found.extend(others.map(|(other, ..)| {
                    let mut names = [one, other].map(|row| text(row, "name").unwrap_or_default());
                    names.sort_unstable();
                    format!(
                        "load balancers `{}` take connections to {} on the same switch: OVN has two equal flows, and who reaches it \
                         is `undefined`",
                        names.join("` and `"),
                        door.key()
                    )
                }));
            }
        }
        found
    }
}

/// Addresses of a load balancer that somebody else has as well, a sentence each.
fn taken<'r>(row: &'r Row, known: &'r BTreeSet<IpAddr>) -> impl Iterator<Item = String> {
    let name = text(row, "name").unwrap_or_default();
    let taken: BTreeSet<IpAddr> =
        vips(row).map(|(door, _)| door.address).filter(|address| known.contains(address)).collect();
    taken.into_iter().map(move |vip| {
        format!(
            "load balancer `{name}` takes connections to {vip}, which a machine or a router has as well: they go to its backends, \
             and who reaches that one at those ports is `undefined`"
        )
    })
}

/// The load balancers of a switch or a router, by themselves and by groups.
pub(crate) fn balancers<'s>(snapshot: &'s Snapshot, of: &Row) -> impl Iterator<Item = (Uuid, &'s Row)> {
    let groups = uuids(of, "load_balancer_group").into_iter();
    let groups = groups.filter_map(|id| snapshot.row("Load_Balancer_Group", id));
    let by_group = groups.flat_map(|group| uuids(group, "load_balancer"));
    let all: BTreeSet<Uuid> = uuids(of, "load_balancer").into_iter().chain(by_group).collect();
    all.into_iter().filter_map(|id| Some((id, snapshot.row("Load_Balancer", id)?)))
}

/// Whether a load balancer with at least one address is on a switch.
pub(crate) fn balanced(snapshot: &Snapshot, switch: &Row) -> bool {
    balancers(snapshot, switch).any(|(_, row)| row.get("vips").is_some_and(|vips| vips.pairs().next().is_some()))
}

/// The addresses of a load balancer, each with its backends, as they are written.
fn written(row: &Row) -> impl Iterator<Item = (&str, &str)> {
    let pairs = row.get("vips").into_iter().flat_map(|vips| vips.pairs());
    pairs.filter_map(|(vip, backends)| Some((vip.as_str()?, backends.as_str()?)))
}

/// The same without those that are variables.
pub(crate) fn vips(row: &Row) -> impl Iterator<Item = (Door, &str)> {
    written(row).filter_map(|(vip, backends)| Some((Door::read(vip)?, backends)))
}

/// What a load balancer takes connections to.
pub(crate) fn doors(row: &Row) -> impl Iterator<Item = Door> {
    vips(row).filter(|(door, to)| door.backends(to).is_ok()).map(|(door, _)| door)
}

impl Door {
    /// An address by itself, or with a port; one with port zero has none (`ip_address_and_port_from_lb_key`).
    fn read(text: &str) -> Option<Self> {
        let port = |socket: SocketAddr| Some(socket.port()).filter(|port| *port > 0);
        let with = text.parse().map(|socket: SocketAddr| Self { address: socket.ip(), port: port(socket) });
        let bare = text.trim_matches(['[', ']']);
        with.ok().or_else(|| Some(Self { address: bare.parse().ok()?, port: None }))
    }

    /// As `ovn-nbctl lb-add` takes it.
    fn key(self) -> String {
        self.port.map_or_else(|| self.address.to_string(), |port| SocketAddr::new(self.address, port).to_string())
    }

    /// Its backends, one by one; a variable of a template is somebody whom nobody knows. Those of an address without a port
    /// are not looked at.
    ///
    /// # Errors
    ///
    /// The first that northd does not understand: it makes nothing of the address then (`ovn_lb_vip_init`).
    fn backends(self, written: &str) -> Result<Vec<SocketAddr>, &str> {
        let backend = |text| match str::parse::<SocketAddr>(text) {
            Ok(backend) if backend.port() > 0 && backend.is_ipv4() == self.address.is_ipv4() => Ok(backend),
            Err(_) if text.starts_with('^') => Ok(SocketAddr::new(nobody(self.address), 1)),
            Ok(_) | Err(_) => Err(text),
        };
        let texts = written.split(',').filter(|text| self.port.is_some() && !text.is_empty());
        texts.map(backend).collect()
    }
}
