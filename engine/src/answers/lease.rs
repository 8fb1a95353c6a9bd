//! Whether a machine that OVN gives its address can ask for it: OVN answers behind the rows of what enters the switch.

use crate::ovn::network::{Mac, Network};
use crate::ovn::packet::{Ip, L4, Packet, Payload};
use crate::ovn::pipeline::{AclId, Origin, Outcome, Pipeline, Stage};
use crate::ovn::walk::{Choice, Decider, Walk};
use alloc::boxed::Box;
use core::net::{IpAddr, Ipv4Addr};

/// A question to everybody who gives addresses (RFC 2131, 4.1 and 4.4.5): the first one without an address, and those that
/// ask to keep one from it.
pub fn question(mac: Mac, address: Option<Ipv4Addr>) -> Packet {
    let (from, to) = (IpAddr::V4(address.unwrap_or(Ipv4Addr::UNSPECIFIED)), IpAddr::V4(Ipv4Addr::BROADCAST));
    let ip = Ip::ordinary(from, to, L4::Udp { src: 68, dst: 67 });
    Packet { eth_src: mac, eth_dst: Mac::BROADCAST, vlan_tci: 0, payload: Payload::Ip(Box::new(ip)) }
}

/// What keeps a question from OVN, if anything: a row, or the default.
pub fn stopper(
    network: &Network,
    pipelines: &[Pipeline],
    (switch, port): (usize, &str),
    question: &Packet,
) -> Option<Option<AclId>> {
    let journey = Walk::new(network, pipelines, Choice::Strict).resolve(switch, port, question, question);
    let stops = |outcome: Outcome| matches!(outcome, Outcome::Drop | Outcome::Reject);
    let step = journey.steps.iter().find(|step| step.stage != Stage::ToLport && stops(step.decision.outcome))?;
    let row = |origin: &Origin| match origin {
        Origin::Acl(id) => Some(*id),
        Origin::Builtin(_) => None,
    };
    Some(match &step.decision.decider {
        Decider::Row(origin) => row(origin),
        Decider::Ambiguous(origins) => origins.iter().find_map(row),
        Decider::Default => None,
    })
}
