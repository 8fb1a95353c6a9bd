//! Ways between switches of different VPCs: two routers that are peers, with static routes to each other's switches. And ways
//! between switches of one VPC that its policies and routes may change.
//!
//! Kube-OVN links the routers when both VPCs name each other (`pkg/controller/vpc.go`, `handleAddOrUpdateVpc`) and leaves
//! routes to the author.

use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::{Beyond, Unknown, Way};
use crate::ovn::routing::{self as ovn, Routing, overlap};
use crate::read::{Peering, StaticRoute, Vpc};
use crate::world::{Switch, Uplink, World};
use alloc::format;
use alloc::vec::Vec;
use ipnet::IpNet;

/// What lies between the switches of peered VPCs, and of those that do more than to pass packets on.
pub(super) fn beyond(world: &World, out: &mut Vec<Diagnostic>) -> Vec<Beyond> {
    let mut found: Vec<Beyond> = world.vpcs.iter().flat_map(|vpc| within(world, vpc)).collect();
    out.extend(world.vpcs.iter().filter(|vpc| !vpc.policies.is_empty()).map(not_evaluated));
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

fn not_evaluated(vpc: &Vpc) -> Diagnostic {
    let message = format!(
        "VPC `{}` has `policyRoutes`, which are not evaluated: where they may change the way between two of its switches, the \
         answer is `undefined`, and what they do to packets from and to outside is not told",
        vpc.name.value
    );
    Diagnostic::new(Code::NotEvaluated, message).at(vpc.name.place)
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
    let (here, there) = (switches(world, one.0), switches(world, other.0));
    let pairs = here.iter().flat_map(|left| there.iter().map(move |right| (left, right)));
    pairs
        .filter_map(|((left, near), (right, far))| {
            let astray = is_astray(one.0, near, far) || is_astray(other.0, far, near);
            let way = match (leads(one.0, other.1, far), leads(other.0, one.1, near)) {
                _ if astray => Way::Unknown(Unknown::Routing),
                (true, true) => Way::Peers,
                (true, false) | (false, true) => Way::Unknown(Unknown::RouteBack),
                (false, false) => return None,
            };
            Some(Beyond { switches: [*left, *right], way })
        })
        .collect()
}

/// The switches of a VPC.
fn switches<'w>(world: &'w World, vpc: &Vpc) -> Vec<(usize, &'w Switch)> {
    let router = Uplink::Router(vpc.name.value.clone());
    world.switches.iter().enumerate().filter(|(_, switch)| switch.uplink == router).collect()
}

/// The pairs of switches of a VPC between which nobody can say what its router does; a switch with itself, too, as what goes to a
/// load balancer comes by the router.
fn within(world: &World, vpc: &Vpc) -> Vec<Beyond> {
    let route = |route: &StaticRoute| ovn::StaticRoute { prefix: route.prefix, by_source: route.by_source };
    let routing = Routing::new(vpc.policies.clone(), vpc.routes.iter().map(route).collect(), Vec::new());
    if routing.is_plain() {
        return Vec::new();
    }
    let own: Vec<_> = switches(world, vpc).into_iter().map(|(at, switch)| (at, routing.ends(&switch.cidrs))).collect();
    let pairs = own.iter().enumerate().flat_map(|(at, one)| own.iter().skip(at).map(move |other| (one, other)));
    let doubted =
        pairs.filter(|((_, one), (_, other))| routing.may_change(one, other) || routing.may_change(other, one));
    let way = Way::Unknown(Unknown::Routing);
    doubted.map(|((one, _), (other, _))| Beyond { switches: [*one, *other], way }).collect()
}

/// Whether something else than the routes by target, which serve all, may lead packets from one switch to another.
fn is_astray(vpc: &Vpc, from: &Switch, to: &Switch) -> bool {
    let any = |cidrs: &[IpNet], prefix: &IpNet| cidrs.iter().any(|cidr| overlap(prefix, cidr));
    let other = |route: &StaticRoute| match route.by_source {
        true => any(&from.cidrs, &route.prefix),
        false => !route.everywhere && any(&to.cidrs, &route.prefix),
    };
    vpc.routes.iter().any(other)
        || Routing::new(vpc.policies.clone(), Vec::new(), Vec::new()).may_police(&from.cidrs, &to.cidrs)
}

/// Whether the most specific route of a VPC to every prefix of a switch leads to the peer.
fn leads(vpc: &Vpc, peer: &Peering, switch: &Switch) -> bool {
    let to = |cidr: &IpNet| {
        let known = vpc.routes.iter().filter(|route| route.everywhere && !route.by_source);
        let covering = known.filter(|route| route.prefix.contains(cidr));
        covering.max_by_key(|route| route.prefix.prefix_len()).is_some_and(|route| peer.local.contains(&route.next_hop))
    };
    !switch.cidrs.is_empty() && switch.cidrs.iter().all(to)
}
