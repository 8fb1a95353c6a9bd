//! Ways between switches of different VPCs: two routers that are peers, with static routes to each other's switches.
//!
//! Kube-OVN links the routers when both VPCs name each other (`pkg/controller/vpc.go`, `handleAddOrUpdateVpc`) and leaves
//! routes to the author.

use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::{Beyond, Unknown, Way};
use crate::read::{Peering, Vpc};
use crate::world::{Switch, Uplink, World};
use alloc::format;
use alloc::vec::Vec;
use ipnet::IpNet;

/// What lies between the switches of peered VPCs.
pub(super) fn beyond(world: &World, out: &mut Vec<Diagnostic>) -> Vec<Beyond> {
    let mut found = Vec::new();
    for (index, one) in world.vpcs.iter().enumerate() {
        for peering in &one.peers {
            let other = world.vpcs.iter().enumerate().find(|(_, other)| other.name.value == peering.remote.value);
            let Some((at, other, back)) = other.and_then(|(at, other)| Some((at, other, named(other, one)?))) else {
                out.push(one_sided(one, peering, other.is_some()));
                continue;
            };
            if index < at {
                found.extend(between(world, (one, peering), (other, back)));
            }
        }
    }
    found
}

fn named<'v>(vpc: &'v Vpc, other: &Vpc) -> Option<&'v Peering> {
    vpc.peers.iter().find(|peering| peering.remote.value == other.name.value)
}

fn one_sided(vpc: &Vpc, peering: &Peering, known: bool) -> Diagnostic {
    let (own, remote) = (&vpc.name.value, &peering.remote.value);
    let why = if known { "which does not name it as a peer" } else { "which is not in the input" };
    let message = format!("VPC `{own}` names `{remote}` as a peer, {why}: nothing is taken to pass between them");
    let help = format!("add `{own}` to the `vpcPeerings` of `{remote}`");
    Diagnostic::new(Code::DanglingReference, message).at(peering.remote.place).help(help)
}

fn between(world: &World, one: (&Vpc, &Peering), other: (&Vpc, &Peering)) -> Vec<Beyond> {
    let of = |vpc: &Vpc| -> Vec<(usize, &Switch)> {
        let router = Uplink::Router(vpc.name.value.clone());
        world.switches.iter().enumerate().filter(|(_, switch)| switch.uplink == router).collect()
    };
    let (here, there) = (of(one.0), of(other.0));
    let pairs = here.iter().flat_map(|left| there.iter().map(move |right| (left, right)));
    pairs
        .filter_map(|((left, near), (right, far))| {
            let way = match (leads(one.0, other.1, far), leads(other.0, one.1, near)) {
                (true, true) => Way::Peers,
                (true, false) | (false, true) => Way::Unknown(Unknown::RouteBack),
                (false, false) => return None,
            };
            Some(Beyond { switches: [*left, *right], way })
        })
        .collect()
}

/// Whether the most specific route of a VPC to every prefix of a switch leads to the peer.
fn leads(vpc: &Vpc, peer: &Peering, switch: &Switch) -> bool {
    let to = |cidr: &IpNet| {
        let covering = vpc.routes.iter().filter(|route| route.prefix.contains(cidr));
        covering.max_by_key(|route| route.prefix.prefix_len()).is_some_and(|route| peer.local.contains(&route.next_hop))
    };
    !switch.cidrs.is_empty() && switch.cidrs.iter().all(to)
}
