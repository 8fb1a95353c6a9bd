//! Where routers meet switches.

use crate::name::Names;
use crate::port::is_disabled;
use crate::row::{entry, text, texts};
use ringfence_engine::ovn::network::Mac;
use ringfence_ovsdb::Row;
use std::net::IpAddr;

/// A switch's port of type `router`, with the router's port behind it.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) port: String,
    pub(crate) router: String,
    pub(crate) mac: Option<Mac>,
    pub(crate) networks: Vec<String>,
}

impl Link {
    /// The link of a switch's port; nothing where the router's port is not there. Where one of both ports or the router is
    /// disabled, northd joins none (`lsp_is_enabled`, `lrport_is_enabled`, `lrouter_is_enabled`).
    pub(crate) fn of(names: &Names<'_>, row: &Row) -> Option<Self> {
        let (router, found) = names.router_ports.get(entry(row, "options", "router-port")?)?;
        if is_disabled(row) {
            return None;
        }
        Some(Self {
            port: text(row, "name")?.to_owned(),
            router: names.routers.get(router)?.clone(),
            mac: text(found, "mac").and_then(Mac::parse),
            networks: texts(found, "networks").into_iter().map(str::to_owned).collect(),
        })
    }

    /// The router's own addresses.
    pub(crate) fn gateways(&self) -> Vec<IpAddr> {
        let address = |network: &String| network.split('/').next().and_then(|address| address.parse().ok());
        self.networks.iter().filter_map(address).collect()
    }
}
