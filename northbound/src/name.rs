//! What switches, routers and machines are called, each by a name of its own.
//!
//! Neither table has an index on `name` (`ovn-nb.ovsschema`): two rows may have the same one, or none.

use crate::port::is_disabled;
use crate::row::{entry, text, texts, uuids};
use crate::template::Variables;
use ipnet::IpNet;
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The names of a database, and what they stand for.
#[derive(Debug)]
pub(crate) struct Names<'s> {
    pub(crate) switches: BTreeMap<Uuid, String>,
    pub(crate) routers: BTreeMap<Uuid, String>,
    /// Ports of routers, each with its router; none that is disabled, or whose router is.
    pub(crate) router_ports: BTreeMap<&'s str, (Uuid, &'s Row)>,
    pub(crate) variables: Variables<'s>,
    /// How many ports of machines Neutron calls so: two may have one name.
    neutron: BTreeMap<&'s str, usize>,
}

impl<'s> Names<'s> {
    pub(crate) fn of(snapshot: &'s Snapshot) -> Self {
        Self {
            switches: names(snapshot, "Logical_Switch"),
            routers: names(snapshot, "Logical_Router"),
            router_ports: router_ports(snapshot),
            variables: Variables::of(snapshot),
            neutron: neutron(snapshot),
        }
    }

    /// The addresses of the routers themselves.
    pub(crate) fn gateways(&self) -> impl Iterator<Item = IpAddr> {
        let networks = self.router_ports.values().flat_map(|(_, port)| texts(port, "networks"));
        networks.filter_map(|network| network.parse::<IpNet>().ok()).map(|network| network.addr())
    }

    /// What Neutron calls the port of a machine, whose own name is a UUID.
    pub(crate) fn by_neutron(&self, row: &Row) -> Option<String> {
        let name = named_by_neutron(row)?;
        let port = text(row, "name").unwrap_or_default();
        Some(match self.neutron.get(name) {
            Some(1) => name.to_owned(),
            _ => format!("{name} ({})", port.chars().take(8).collect::<String>()),
        })
    }
}

fn neutron(snapshot: &Snapshot) -> BTreeMap<&str, usize> {
    let mut count = BTreeMap::new();
    let ports =
        snapshot.rows("Logical_Switch_Port").filter(|(_, port)| text(port, "type").unwrap_or_default().is_empty());
    ports.filter_map(|(_, port)| named_by_neutron(port)).for_each(|name| *count.entry(name).or_default() += 1);
    count
}

fn named_by_neutron(row: &Row) -> Option<&str> {
    entry(row, "external_ids", "neutron:port_name").filter(|name| !name.is_empty())
}

fn router_ports(snapshot: &Snapshot) -> BTreeMap<&str, (Uuid, &Row)> {
    let enabled = snapshot.rows("Logical_Router").filter(|(_, router)| !is_disabled(router));
    let ports = enabled.flat_map(|(id, router)| {
        let ports = uuids(router, "ports").into_iter().filter_map(|port| snapshot.row("Logical_Router_Port", port));
        let ports = ports.filter(|port| !is_disabled(port));
        ports.filter_map(move |port| Some((text(port, "name")?, (id, port))))
    });
    ports.collect()
}

/// The names of a table's rows. Those that share theirs have the beginning of their identity behind it, those without have
/// nothing else.
fn names(snapshot: &Snapshot, table: &str) -> BTreeMap<Uuid, String> {
    let written = |row| text(row, "name").unwrap_or_default();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    snapshot.rows(table).for_each(|(_, row)| *count.entry(written(row)).or_default() += 1);
    let name = |id: Uuid, name: &str| match count.get(name) {
        _ if name.is_empty() => short(id),
        Some(1) => name.to_owned(),
        _ => format!("{name} ({})", short(id)),
    };
    snapshot.rows(table).map(|(id, row)| (id, name(id, written(row)))).collect()
}

/// The first eight digits, as OVN's own programs show an identity.
pub(crate) fn short(id: Uuid) -> String {
    id.simple().to_string().chars().take(8).collect()
}
