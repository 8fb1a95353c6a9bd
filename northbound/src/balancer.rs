//! Load balancers of switches, and what is to be said of those of routers.

use crate::doubt::peers;
use crate::name::Names;
use crate::row::{entry, text, uuids};
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Those of a database, each with the switches on which it is.
pub(crate) struct Balancers<'s> {
    on_switches: BTreeMap<Uuid, (&'s Row, Vec<Place<'s>>)>,
    /// Those of routers, each with the names of these.
    on_routers: BTreeMap<Uuid, (&'s Row, Vec<&'s str>)>,
}

/// A switch, and whether a router is there, by which the addresses of load balancers are found.
struct Place<'s> {
    switch: &'s str,
    routed: bool,
}

impl<'s> Balancers<'s> {
    pub(crate) fn of(snapshot: &'s Snapshot, names: &'s Names<'_>) -> Self {
        let mut found: BTreeMap<Uuid, (&Row, Vec<Place<'_>>)> = BTreeMap::new();
        for (id, row) in snapshot.rows("Logical_Switch") {
            let switch = names.switches.get(&id).map_or("", String::as_str);
            let routed = peers(snapshot, row).any(|peer| names.router_ports.contains_key(peer));
            for (id, row) in balancers(snapshot, row) {
                found.entry(id).or_insert_with(|| (row, Vec::new())).1.push(Place { switch, routed });
            }
        }
        let mut on_routers: BTreeMap<Uuid, (&Row, Vec<&str>)> = BTreeMap::new();
        for (id, router) in snapshot.rows("Logical_Router") {
            let name = names.routers.get(&id).map_or("", String::as_str);
            for (id, row) in balancers(snapshot, router) {
                on_routers.entry(id).or_insert_with(|| (row, Vec::new())).1.push(name);
            }
        }
        Self { on_switches: found, on_routers }
    }

    /// As an inventory has them: what they do for an address and port.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Value> {
        self.on_switches.values().map(|(row, places)| {
            let vips = sockets(row).filter_map(|(vip, to)| Some((vip.to_string(), json!(backends(vip, to).ok()?))));
            let vips: Map<String, Value> = vips.collect();
            let switches: BTreeSet<&str> = places.iter().map(|place| place.switch).collect();
            json!({
                "name": text(row, "name"), "protocol": text(row, "protocol").unwrap_or("tcp"), "switches": switches, "vips": vips,
            })
        })
    }

    /// What is not evaluated of them, a sentence each.
    pub(crate) fn remarks(&self, known: &BTreeSet<IpAddr>) -> Vec<String> {
        let mut found = Vec::new();
        for (row, routers) in self.on_routers.values() {
            let (name, routers) = (text(row, "name").unwrap_or_default(), routers.join(", "));
            found.push(format!(
                "load balancer `{name}` is on routers ({routers}), which is not evaluated: what passes them for one of its addresses \
                 goes to its backends"
            ));
        }
        for (row, places) in self.on_switches.values() {
            let name = text(row, "name").unwrap_or_default();
            let others = vips(row).count() - sockets(row).count();
            if others > 0 {
                found.push(format!(
                    "load balancer `{name}` takes connections to {others} addresses that have no port or are variables: who reaches \
                     them is not evaluated"
                ));
            }
            for (vip, backend) in sockets(row).filter_map(|(vip, to)| Some((vip, backends(vip, to).err()?))) {
                found.push(format!(
                    "northd makes nothing of {vip} of load balancer `{name}`, as `{backend}` is no backend: an address of the same \
                     family with a port, without blanks"
                ));
            }
            for vip in sockets(row).map(|(vip, _)| vip.ip()).filter(|vip| known.contains(vip)).collect::<BTreeSet<_>>()
            {
                found.push(format!(
                    "load balancer `{name}` takes connections to {vip}, which a machine or a router has as well: they go to its backends, \
                     and what is said of that one does not hold for them"
                ));
            }
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
        found
    }
}

/// The load balancers of a switch, by themselves and by groups.
pub(crate) fn balancers<'s>(snapshot: &'s Snapshot, switch: &Row) -> impl Iterator<Item = (Uuid, &'s Row)> {
    let groups = uuids(switch, "load_balancer_group").into_iter();
    let groups = groups.filter_map(|id| snapshot.row("Load_Balancer_Group", id));
    let by_group = groups.flat_map(|group| uuids(group, "load_balancer"));
    let all: BTreeSet<Uuid> = uuids(switch, "load_balancer").into_iter().chain(by_group).collect();
    all.into_iter().filter_map(|id| Some((id, snapshot.row("Load_Balancer", id)?)))
}

/// The addresses of a load balancer, each with its backends, as they are written.
fn vips(row: &Row) -> impl Iterator<Item = (&str, &str)> {
    let pairs = row.get("vips").into_iter().flat_map(|vips| vips.pairs());
    pairs.filter_map(|(vip, backends)| Some((vip.as_str()?, backends.as_str()?)))
}

/// Backends of an address, one by one; a variable of a template is somebody whom nobody knows.
///
/// # Errors
///
/// The first that northd does not understand: it makes nothing of the address then (`ovn_lb_vip_init`).
fn backends(vip: SocketAddr, written: &str) -> Result<Vec<SocketAddr>, &str> {
    let nobody =
        SocketAddr::new(if vip.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() }, 1);
    let backend = |text| match str::parse::<SocketAddr>(text) {
        Ok(backend) if backend.port() > 0 && backend.is_ipv4() == vip.is_ipv4() => Ok(backend),
        Err(_) if text.starts_with('^') => Ok(nobody),
        Ok(_) | Err(_) => Err(text),
    };
    written.split(',').filter(|text| !text.is_empty()).map(backend).collect()
}

/// Those with a port.
fn sockets(row: &Row) -> impl Iterator<Item = (SocketAddr, &str)> {
    vips(row).filter_map(|(vip, backends)| Some((vip.parse().ok()?, backends)))
}
