//! Where routers meet switches.

use crate::name::Names;
use crate::port::{ethernet, is_disabled};
use crate::row::{entry, text, texts};
use ipnet::IpNet;
use ringfence_engine::ovn::network::Mac;
use ringfence_ovsdb::{Row, Uuid};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A switch's port of type `router`, with the router's port behind it.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) port: String,
    pub(crate) router: String,
    pub(crate) mac: Option<Mac>,
    pub(crate) networks: Vec<String>,
    /// Whether the switch knows the router's Ethernet address: by `router` or by itself in `addresses`, or as one that may be
    /// any (`build_lswitch_ip_unicast_lookup`).
    pub(crate) is_known: bool,
}

impl Link {
    /// The link of a switch's port; nothing where the router's port is not there. Where one of both ports or the router is
    /// disabled, northd joins none (`lsp_is_enabled`, `lrport_is_enabled`, `lrouter_is_enabled`).
    pub(crate) fn of(names: &Names<'_>, row: &Row) -> Option<Self> {
        let (router, found) = names.router_ports.get(entry(row, "options", "router-port")?)?;
        if is_disabled(row) {
            return None;
        }
        let mac = text(found, "mac").and_then(ethernet);
        let is_own = |element: &&str| {
            let first = element.split_whitespace().next();
            matches!(first, Some("router" | "unknown")) || (mac.is_some() && first.and_then(ethernet) == mac)
        };
        Some(Self {
            port: text(row, "name")?.to_owned(),
            router: names.routers.get(router)?.clone(),
            mac,
            is_known: texts(row, "addresses").iter().any(is_own),
            networks: texts(found, "networks").into_iter().map(str::to_owned).collect(),
        })
    }

    /// The router's own addresses.
    pub(crate) fn gateways(&self) -> Vec<IpAddr> {
        let address = |network: &String| network.split('/').next().and_then(|address| address.parse().ok());
        self.networks.iter().filter_map(address).collect()
    }
}

/// Ports of routers, each with the port of the same router that has a part of its networks: what goes there, or all of it, may leave
/// by that one.
pub(crate) fn shared<'s>(names: &Names<'s>) -> BTreeMap<&'s str, &'s str> {
    let mut of_router: BTreeMap<Uuid, BTreeSet<(IpNet, &str)>> = BTreeMap::new();
    for (name, (router, port)) in &names.router_ports {
        let networks = texts(port, "networks").into_iter().filter_map(|network| network.parse::<IpNet>().ok());
        of_router.entry(*router).or_default().extend(networks.map(|network| (network.trunc(), *name)));
    }
    let mut found = BTreeMap::new();
    for networks in of_router.values() {
        // Behind a network come those that it contains, and those that are the same.
        for (at, (network, port)) in networks.iter().enumerate() {
            for (other, with) in networks.iter().skip(at + 1).take_while(|(other, _)| network.contains(other)) {
                if with != port {
                    found.entry(*port).or_insert(*with);
                    if other == network {
                        found.entry(*with).or_insert(*port);
                    }
                }
            }
        }
    }
    found
}
