//! What a logical router may do to packets between its switches, but pass them on.
//!
//! A packet from one switch to another on the same router takes the connected route, unless a policy (`lr_in_policy`), a more
//! specific static route or the SNAT of a gateway router does something else with it. What is not certain here is for nobody to
//! say; what is ruled out is not doubted.

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::net::IpAddr;
use fixedbitset::FixedBitSet;
use ipnet::IpNet;

/// The policies, static routes and translated addresses of a router.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Routing {
    policies: Vec<Policy>,
    routes: Vec<StaticRoute>,
    /// Inner prefixes of SNAT that is done whatever the way: that of a gateway router.
    translated: Vec<IpNet>,
}

/// Some prefixes as what a router sees in packets from and to them: found once, and asked for with many others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends<'p> {
    prefixes: &'p [IpNet],
    /// The policies that may be about packets from them, by index, and to them.
    policies: [FixedBitSet; 2],
    /// Whether a route leads to a part of one, and whether the address of one is translated, for IPv4 and IPv6.
    led: [bool; 2],
    translated: [bool; 2],
}

/// A static route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaticRoute {
    /// What is looked up in it.
    pub prefix: IpNet,
    /// Whether that is the source (`policy` is `src-ip`).
    pub by_source: bool,
}

/// A policy of a router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    priority: i64,
    action: PolicyAction,
    /// What it asks of both ends; nothing where it is written otherwise than as terms about addresses between `&&`.
    terms: Option<Vec<Term>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PolicyAction {
    Drop,
    Reroute,
    Allow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Term {
    Source(IpNet),
    Target(IpNet),
    /// About something else.
    Other,
}

/// Which packets between two prefixes a policy is about.
enum Share {
    None,
    Some,
    All,
}

impl Routing {
    /// A router with these policies and routes, each in any order, that translates these inner prefixes whatever the way.
    pub fn new(mut policies: Vec<Policy>, routes: Vec<StaticRoute>, translated: Vec<IpNet>) -> Self {
        // Of equal ones nobody knows which is asked: what is worse counts.
        policies.sort_by_key(|policy| (Reverse(policy.priority), policy.action));
        Self { policies, routes, translated }
    }

    /// Whether packets take connected routes alone, whoever sends them.
    pub fn is_plain(&self) -> bool {
        self.policies.iter().all(|policy| policy.action == PolicyAction::Allow)
            && self.routes.is_empty()
            && self.translated.is_empty()
    }

    /// What there is to know of packets from and to some prefixes.
    pub fn ends<'p>(&self, prefixes: &'p [IpNet]) -> Ends<'p> {
        let about = |term: fn(&Term) -> Option<&IpNet>| {
            let mut found = FixedBitSet::with_capacity(self.policies.len());
            let meets = |value: &IpNet| prefixes.iter().any(|prefix| overlap(value, prefix));
            let may = |policy: &Policy| policy.terms.iter().flatten().filter_map(term).all(meets);
            found.extend(self.policies.iter().enumerate().filter(|(_, policy)| may(policy)).map(|(index, _)| index));
            found
        };
        let in_family = |is: &dyn Fn(&IpNet) -> bool| {
            [true, false].map(|v4| prefixes.iter().any(|prefix| prefix.network().is_ipv4() == v4 && is(prefix)))
        };
        let is_longer = |route: &StaticRoute, prefix: &IpNet| {
            !route.by_source && overlap(&route.prefix, prefix) && route.prefix.prefix_len() > prefix.prefix_len()
        };
        Ends {
            prefixes,
            policies: [about(Term::source), about(Term::target)],
            led: in_family(&|prefix| self.routes.iter().any(|route| is_longer(route, prefix))),
            translated: in_family(&|prefix| self.translated.iter().any(|inner| overlap(inner, prefix))),
        }
    }

    /// Whether a packet between two prefixes that are connected may meet something else than the connected route.
    pub fn may_change(&self, from: &Ends<'_>, to: &Ends<'_>) -> bool {
        let mut policies = None;
        let by_source = || self.routes.iter().filter(|route| route.by_source);
        between(from.prefixes, to.prefixes).any(|(source, target)| {
            let family = usize::from(!source.network().is_ipv4());
            let is_set = |of: &[bool; 2]| of.get(family) == Some(&true);
            let is_longer =
                |route: &StaticRoute| overlap(&route.prefix, source) && route.prefix.prefix_len() > target.prefix_len();
            let policies = policies.get_or_insert_with(|| {
                let [[mut sources, _], [_, targets]] = [from.policies.clone(), to.policies.clone()];
                sources.intersect_with(&targets);
                sources
            });
            let mut asked = policies.ones().filter_map(|index| self.policies.get(index));
            is_set(&to.led)
                || is_set(&from.translated)
                || by_source().any(is_longer)
                || is_policed(&mut asked, source, target)
        })
    }

    /// Whether a policy may change the way from a prefix to another.
    pub fn may_police(&self, from: &[IpNet], to: &[IpNet]) -> bool {
        !self.policies.is_empty()
            && between(from, to).any(|(source, target)| is_policed(&mut self.policies.iter(), source, target))
    }

    /// Whether a route leads to an address that is in no connected network; one to everywhere leads elsewhere.
    pub fn leads_astray(&self, address: &IpNet) -> bool {
        let leads =
            |route: &StaticRoute| route.by_source || (route.prefix.prefix_len() > 0 && route.prefix.contains(address));
        self.routes.iter().any(leads)
    }

    /// Whether a route, or a policy, may lead a packet to a switch of another router.
    pub fn may_lead(&self, to: &[IpNet]) -> bool {
        let leads = |route: &StaticRoute| route.by_source || to.iter().any(|net| overlap(&route.prefix, net));
        self.routes.iter().any(leads) || self.policies.iter().any(|policy| policy.action == PolicyAction::Reroute)
    }
}

/// Whether one of some policies, in their order, may change the way from a prefix to another.
fn is_policed(policies: &mut dyn Iterator<Item = &Policy>, source: &IpNet, target: &IpNet) -> bool {
    for policy in policies {
        match (policy.share(source, target), policy.action) {
            (Share::None, _) | (Share::Some, PolicyAction::Allow) => {}
            (Share::All, PolicyAction::Allow) => return false,
            (Share::Some | Share::All, PolicyAction::Drop | PolicyAction::Reroute) => return true,
        }
    }
    false
}

impl Policy {
    /// A policy as the database spells it.
    pub fn new(priority: i64, action: &str, matches: &str) -> Self {
        let action = match action {
            "allow" => PolicyAction::Allow,
            "drop" => PolicyAction::Drop,
            _ => PolicyAction::Reroute,
        };
        let is_simple = !matches.contains(['|', '!', '(', '{', '<', '>']);
        let terms = is_simple.then(|| matches.split("&&").map(Term::of).collect());
        Self { priority, action, terms }
    }

    fn share(&self, source: &IpNet, target: &IpNet) -> Share {
        let Some(terms) = &self.terms else { return Share::Some };
        let mut found = Share::All;
        for term in terms {
            let (value, end) = match term {
                Term::Source(value) => (value, source),
                Term::Target(value) => (value, target),
                Term::Other => {
                    found = Share::Some;
                    continue;
                }
            };
            if !overlap(value, end) {
                return Share::None;
            }
            if !value.contains(end) {
                found = Share::Some;
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

    fn source(&self) -> Option<&IpNet> {
        match self {
            Self::Source(value) => Some(value),
            Self::Target(_) | Self::Other => None,
        }
    }

    fn target(&self) -> Option<&IpNet> {
        match self {
            Self::Target(value) => Some(value),
            Self::Source(_) | Self::Other => None,
        }
    }
}

/// A prefix, or an address by itself, as databases have them; nothing where it is neither.
pub fn prefix(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).map(|net| net.trunc())
}

/// Whether two prefixes have an address in common.
pub fn overlap(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

/// Each source with each target of its family.
fn between<'n>(from: &'n [IpNet], to: &'n [IpNet]) -> impl Iterator<Item = (&'n IpNet, &'n IpNet)> {
    let pairs = from.iter().flat_map(move |source| to.iter().map(move |target| (source, target)));
    pairs.filter(|(source, target)| source.network().is_ipv4() == target.network().is_ipv4())
}
