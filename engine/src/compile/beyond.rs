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
            let way = match (Lead::of(one.0, other.1, far), Lead::of(other.0, one.1, near)) {
                _ if astray => Way::Unknown(Unknown::Routing),
                (Lead::Parted, _) | (_, Lead::Parted) => Way::Unknown(Unknown::Routing),
                (Lead::Peer, Lead::Peer) => Way::Peers,
                (Lead::Peer, Lead::Nowhere) | (Lead::Nowhere, Lead::Peer) => Way::Unknown(Unknown::RouteBack),
                (Lead::Nowhere, Lead::Nowhere) => return None,
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

/// Where the routes of a VPC lead that decide about the prefixes of a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// To the peer, for every prefix.
    Peer,
    /// To the peer for some addresses of a prefix, elsewhere for others; or for each by one of several routes of a kind.
    Parted,
    /// Elsewhere, or nowhere, for some prefix.
    Nowhere,
}

impl Lead {
    fn of(vpc: &Vpc, peer: &Peering, switch: &Switch) -> Self {
        let leads: Vec<Self> = switch.cidrs.iter().map(|cidr| Self::of_prefix(vpc, peer, cidr)).collect();
        match leads.as_slice() {
            [] => Self::Nowhere,
            leads if leads.contains(&Self::Parted) => Self::Parted,
            leads if leads.contains(&Self::Nowhere) => Self::Nowhere,
            [..] => Self::Peer,
        }
    }

    /// The most specific routes that cover a prefix, and all of its parts.
    fn of_prefix(vpc: &Vpc, peer: &Peering, cidr: &IpNet) -> Self {
        let known = || vpc.routes.iter().filter(|route| route.everywhere && !route.by_source);
        let covering = || known().filter(|route| route.prefix.contains(cidr));
        let longest = covering().map(|route| route.prefix.prefix_len()).max();
        let best = covering().filter(|route| Some(route.prefix.prefix_len()) == longest);
        let parts = known().filter(|route| route.prefix != *cidr && cidr.contains(&route.prefix));
        let leads = |route: &StaticRoute| peer.local.contains(&route.next_hop);
        let mut deciding: Vec<bool> = best.chain(parts).map(leads).collect();
        // What no route covers has none.
        deciding.extend(longest.is_none().then_some(false));
        match (deciding.contains(&true), deciding.contains(&false)) {
            (true, false) => Self::Peer,
            (true, true) => Self::Parted,
            (false, _) => Self::Nowhere,
        }
    }
}
