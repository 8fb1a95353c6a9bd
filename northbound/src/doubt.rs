//! Ways between switches that routers may change: by policies, by static routes, by translating addresses.
//!
//! A packet from one switch to another on the same router takes the connected route, unless a policy (`lr_in_policy`), a more
//! specific static route or the SNAT of a gateway router does something else with it. Between switches of different routers it
//! needs a static route. What is not certain here is for nobody to say; what is ruled out is not doubted.

use crate::name::Names;
use crate::port::{addresses, is_disabled};
use crate::row::{entry, integer, text, texts, uuids};
use ipnet::IpNet;
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A switch with the first router that it meets, and its prefixes there.
struct Place<'s> {
    switch: &'s String,
    router: Uuid,
    networks: Vec<IpNet>,
    /// Addresses of machines that lie in none of them.
    strays: Vec<IpNet>,
}

/// A router with what it may do to packets.
struct Router {
    /// What is asked first at the front.
    policies: Vec<Policy>,
    /// Prefix, and whether the source is looked up in it.
    routes: Vec<(IpNet, bool)>,
    /// Inner prefixes of SNAT that is done whatever the way: that of a gateway router.
    translated: Vec<IpNet>,
}

/// A policy of a router.
struct Policy {
    priority: i64,
    action: Action,
    /// What it asks of both ends; nothing where it is written otherwise than as terms about addresses between `&&`.
    terms: Option<Vec<Term>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Drop,
    Reroute,
    Allow,
}

enum Term {
    Source(IpNet),
    Target(IpNet),
    /// About something else.
    Other,
}

/// Pairs of switches between which nobody can say what becomes of a packet, each in the order of the table.
pub(crate) fn doubts(snapshot: &Snapshot, names: &Names) -> Vec<[String; 2]> {
    let places = places(snapshot, names);
    let routers: BTreeMap<Uuid, Router> =
        snapshot.rows("Logical_Router").map(|(id, row)| (id, Router::of(snapshot, row))).collect();
    let linked = linked(snapshot);
    let harmless = |id: &Uuid| routers.get(id).is_none_or(Router::is_harmless);
    let mut found = Vec::new();
    for (index, one) in places.iter().enumerate() {
        for other in places.iter().skip(index + 1) {
            if harmless(&one.router) && harmless(&other.router) {
                continue;
            }
            let is_one_router = one.router == other.router;
            if !is_one_router && linked.get(&one.router) != linked.get(&other.router) {
                continue;
            }
            let doubted = [(one, other), (other, one)].into_iter().any(|(from, to)| {
                routers.get(&from.router).is_some_and(|router| match is_one_router {
                    true => router.may_change(from, to),
                    false => router.may_lead(to),
                })
            });
            if doubted {
                found.push([one.switch.clone(), other.switch.clone()]);
            }
        }
    }
    found
}

impl Router {
    fn of(snapshot: &Snapshot, row: &Row) -> Self {
        let rows = |column, table: &'static str| {
            uuids(row, column).into_iter().filter_map(move |id| snapshot.row(table, id)).collect::<Vec<_>>()
        };
        let mut policies: Vec<Policy> = rows("policies", "Logical_Router_Policy").into_iter().map(Policy::of).collect();
        // Of equal ones nobody knows which is asked: what is worse counts.
        policies.sort_by_key(|policy| (Reverse(policy.priority), policy.action));
        let route = |row: &Row| {
            let prefix = prefix(text(row, "ip_prefix")?)?;
            Some((prefix, text(row, "policy") == Some("src-ip")))
        };
        let is_gateway = entry(row, "options", "chassis").is_some();
        let nat = rows("nat", "NAT").into_iter().filter(|row| is_gateway && text(row, "type") != Some("dnat"));
        Self {
            policies,
            routes: rows("static_routes", "Logical_Router_Static_Route").into_iter().filter_map(route).collect(),
            translated: nat.filter_map(|row| prefix(text(row, "logical_ip")?)).collect(),
        }
    }

    fn is_harmless(&self) -> bool {
        self.policies.iter().all(|policy| policy.action == Action::Allow)
            && self.routes.is_empty()
            && self.translated.is_empty()
    }

    /// Whether a packet between two switches of the router may meet something else than the connected route.
    fn may_change(&self, from: &Place<'_>, to: &Place<'_>) -> bool {
        // The connected routes do not lead to these; a route to everywhere leads elsewhere.
        let leads = |stray: &IpNet| {
            self.routes
                .iter()
                .any(|(prefix, by_source)| *by_source || (prefix.prefix_len() > 0 && prefix.contains(stray)))
                || from
                    .networks
                    .iter()
                    .filter(|source| source.network().is_ipv4() == stray.network().is_ipv4())
                    .any(|source| self.is_policed(source, stray))
        };
        if to.strays.iter().any(leads) {
            return true;
        }
        let pairs = from.networks.iter().flat_map(|source| to.networks.iter().map(move |target| (source, target)));
        let mut pairs = pairs.filter(|(source, target)| source.network().is_ipv4() == target.network().is_ipv4());
        pairs.any(|(source, target)| {
            let longer = |(prefix, by_source): &(IpNet, bool)| {
                let end = if *by_source { source } else { target };
                overlap(prefix, end) && prefix.prefix_len() > target.prefix_len()
            };
            self.routes.iter().any(longer)
                || self.translated.iter().any(|inner| overlap(inner, source))
                || self.is_policed(source, target)
        })
    }

    fn is_policed(&self, source: &IpNet, target: &IpNet) -> bool {
        for policy in &self.policies {
            match (policy.matches(source, target), policy.action) {
                (Match::None, _) | (Match::Some, Action::Allow) => {}
                (Match::All, Action::Allow) => return false,
                (Match::Some | Match::All, Action::Drop | Action::Reroute) => return true,
            }
        }
        false
    }

    /// Whether a route, or a policy, may lead a packet to a switch of another router.
    fn may_lead(&self, to: &Place<'_>) -> bool {
        let leads =
            |(prefix, by_source): &(IpNet, bool)| *by_source || to.networks.iter().any(|net| overlap(prefix, net));
        self.routes.iter().any(leads) || self.policies.iter().any(|policy| policy.action == Action::Reroute)
    }
}

/// Which packets between two prefixes a policy is about.
enum Match {
    None,
    Some,
    All,
}

impl Policy {
    fn of(row: &Row) -> Self {
        let action = match text(row, "action") {
            Some("allow") => Action::Allow,
            Some("drop") => Action::Drop,
            Some(_) | None => Action::Reroute,
        };
        let matches = text(row, "match").unwrap_or_default();
        let is_plain = !matches.contains(['|', '!', '(', '{', '<', '>']);
        let terms = is_plain.then(|| matches.split("&&").map(Term::of).collect());
        Self { priority: integer(row, "priority").unwrap_or_default(), action, terms }
    }

    fn matches(&self, source: &IpNet, target: &IpNet) -> Match {
        let Some(terms) = &self.terms else { return Match::Some };
        let mut found = Match::All;
        for term in terms {
            let (value, end) = match term {
                Term::Source(value) => (value, source),
                Term::Target(value) => (value, target),
                Term::Other => {
                    found = Match::Some;
                    continue;
                }
            };
            if !overlap(value, end) {
                return Match::None;
            }
            if !value.contains(end) {
                found = Match::Some;
            }
        }
        found
    }
}

impl Term {
    fn of(term: &str) -> Self {
        let side = term.split_once("==").map(|(field, value)| (field.trim(), prefix(value.trim())));
        match side {
            Some(("ip4.src" | "ip6.src", Some(value))) => Self::Source(value),
            Some(("ip4.dst" | "ip6.dst", Some(value))) => Self::Target(value),
            Some(_) | None => Self::Other,
        }
    }
}

fn prefix(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).map(|net| net.trunc())
}

fn overlap(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

/// The switches in the order of the table, each with the first of its routers.
fn places<'s>(snapshot: &'s Snapshot, names: &'s Names) -> Vec<Place<'s>> {
    let routers = routers(snapshot);
    let switches = snapshot.rows("Logical_Switch").filter_map(|(id, switch)| {
        let mut links = peers(snapshot, switch).filter_map(|peer| routers.get(peer));
        let (router, port) = links.next()?;
        let networks: Vec<IpNet> = texts(port, "networks").into_iter().filter_map(prefix).collect();
        let ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
        let machines = ports.filter(|port| text(port, "type").is_none_or(str::is_empty)).flat_map(addresses);
        let strays = machines.map(|(_, address)| address).filter(|own| networks.iter().all(|net| !net.contains(own)));
        let strays = strays.map(IpNet::from).collect();
        Some(Place { strays, switch: names.switches.get(&id)?, router: *router, networks })
    });
    switches.collect()
}

/// Ports of routers by name, each with its router; none that is disabled.
fn routers(snapshot: &Snapshot) -> BTreeMap<&str, (Uuid, &Row)> {
    let enabled = snapshot.rows("Logical_Router").filter(|(_, router)| !is_disabled(router));
    let ports = enabled.flat_map(|(id, router)| {
        let ports = uuids(router, "ports").into_iter().filter_map(|port| snapshot.row("Logical_Router_Port", port));
        let ports = ports.filter(|port| !is_disabled(port));
        ports.filter_map(move |port| Some((text(port, "name")?, (id, port))))
    });
    ports.collect()
}

/// The ports of routers that a switch is connected with.
fn peers<'s>(snapshot: &'s Snapshot, switch: &'s Row) -> impl Iterator<Item = &'s str> {
    let ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
    let routed = ports.filter(|port| text(port, "type") == Some("router") && !is_disabled(port));
    routed.filter_map(|port| entry(port, "options", "router-port"))
}

/// Of each router one that stands for all that it is linked with, by ports or by switches in between.
fn linked(snapshot: &Snapshot) -> BTreeMap<Uuid, Uuid> {
    let ports = routers(snapshot);
    let mut of: BTreeMap<Uuid, Uuid> = snapshot.rows("Logical_Router").map(|(id, _)| (id, id)).collect();
    let direct = ports.values().filter_map(|(router, port)| Some([*router, ports.get(text(port, "peer")?)?.0]));
    let mut links: Vec<[Uuid; 2]> = direct.collect();
    for (_, switch) in snapshot.rows("Logical_Switch") {
        let met: Vec<Uuid> = peers(snapshot, switch).filter_map(|peer| Some(ports.get(peer)?.0)).collect();
        links.extend(met.iter().zip(met.iter().skip(1)).map(|(one, other)| [*one, *other]));
    }
    for [one, other] in links {
        let (Some(kept), Some(gone)) = (of.get(&one).copied(), of.get(&other).copied()) else { continue };
        of.values_mut().filter(|root| **root == gone).for_each(|root| *root = kept);
    }
    of
}
