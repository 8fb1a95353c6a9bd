//! Whether machines that OVN gives their addresses can still ask for them.

use ringfence_engine::answers::lease::{question, stopper};
use ringfence_engine::reach::{Attachment, Endpoint};
use ringfence_northbound::row::{text, uuids};
use ringfence_ovsdb::Snapshot;
use ringfence_view::loaded::Loaded;
use std::collections::BTreeSet;

/// The ports of a database that OVN answers.
pub(crate) fn served(snapshot: &Snapshot) -> BTreeSet<String> {
    let ports = snapshot.rows("Logical_Switch_Port").filter(|(_, row)| !uuids(row, "dhcpv4_options").is_empty());
    ports.filter_map(|(_, row)| Some(text(row, "name")?.to_owned())).collect()
}

/// The machines whose question for an address does not reach OVN's answerer, of those that OVN answers.
pub(crate) fn unanswered(world: &Loaded, served: &BTreeSet<String>) -> BTreeSet<String> {
    let endpoints = world.compiled.endpoints.iter();
    let of = |endpoint: &Endpoint| match &endpoint.attachment {
        Attachment::Port { switch, port } if served.contains(port) => Some((*switch, port.clone())),
        Attachment::Port { .. } | Attachment::Router(_) | Attachment::Balancer(_) => None,
    };
    let (network, pipelines) = (&world.compiled.network, world.pipelines());
    let stopped = |endpoint: &&Endpoint| {
        let asks = question(endpoint.mac, None);
        of(endpoint).is_some_and(|(switch, port)| stopper(network, pipelines, (switch, &port), &asks).is_some())
    };
    endpoints.filter(stopped).map(|endpoint| endpoint.id.clone()).collect()
}
