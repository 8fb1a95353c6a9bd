//! Whether machines that OVN gives their addresses can still ask for them.

use ringfence_engine::ovn::network::Mac;
use ringfence_engine::ovn::packet::{Ip, L4, Packet, Payload};
use ringfence_engine::ovn::pipeline::Stage;
use ringfence_engine::ovn::walk::{Choice, Walk};
use ringfence_engine::reach::{Attachment, Endpoint};
use ringfence_northbound::row::{text, uuids};
use ringfence_ovsdb::Snapshot;
use ringfence_view::loaded::Loaded;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

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
    let stopped =
        |endpoint: &&Endpoint| of(endpoint).is_some_and(|(switch, port)| !passes(world, endpoint, switch, &port));
    endpoints.filter(stopped).map(|endpoint| endpoint.id.clone()).collect()
}

/// A first question passes the stages of what enters the switch; OVN answers behind them.
fn passes(world: &Loaded, endpoint: &Endpoint, switch: usize, port: &str) -> bool {
    let question = discover(endpoint.mac);
    let mut walk = Walk::new(&world.compiled.network, world.pipelines(), Choice::Strict);
    let journey = walk.resolve(switch, port, &question, &question);
    journey.delivered || journey.steps.last().is_some_and(|step| step.stage == Stage::ToLport)
}

/// DHCPDISCOVER (RFC 2131, 4.1).
fn discover(mac: Mac) -> Packet {
    let (from, to) = (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::BROADCAST));
    let ip = Ip::ordinary(from, to, L4::Udp { src: 68, dst: 67 });
    Packet { eth_src: mac, eth_dst: Mac::BROADCAST, vlan_tci: 0, payload: Payload::Ip(Box::new(ip)) }
}
