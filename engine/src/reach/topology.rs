//! Which routers meet which switches, and what lies beyond them.

use super::balanced::only;
use super::endpoint::{Attachment, Endpoint};
use super::l4::{Family, L4Set};
use super::route::{Crossing, Route};
use crate::ovn::network::{Link, LoadBalancer, Network, PortKind, Switch, Unknown, Vip, Way, WaysBeyond};
use alloc::vec;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::net::IpAddr;

/// The links of every switch.
#[derive(Debug, Clone)]
pub struct Topology<'n> {
    /// By switch: each link with the index of its router, in the order of routers.
    links: Vec<Vec<(usize, &'n Link)>>,
    beyond: &'n WaysBeyond,
    /// The load balancers of the network.
    balancers: &'n [LoadBalancer],
    switches: &'n [Switch],
    /// By switch: whether a physical network is the only way out of it, once somebody asked.
    physical: Vec<OnceCell<bool>>,
}

/// What lies between two switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between<'n> {
    /// One router or two, which meet the one switch and the other at these links.
    Routers(&'n Link, &'n Link, u8),
    /// Nobody can say.
    Unknown(Unknown),
    /// Nothing.
    Apart,
}

impl<'n> Topology<'n> {
    /// The links of a network by switch.
    pub fn of(network: &'n Network) -> Self {
        let mut links = vec![Vec::new(); network.switches.len()];
        for (router, link) in
            network.routers.iter().enumerate().flat_map(|(at, of)| of.links.iter().map(move |l| (at, l)))
        {
            links.get_mut(link.switch).into_iter().for_each(|links| links.push((router, link)));
        }
        Self {
            beyond: &network.beyond,
            balancers: &network.load_balancers,
            switches: &network.switches,
            physical: vec![OnceCell::new(); links.len()],
            links,
        }
    }

    /// The links of a switch, each with the index of its router.
    pub fn links(&self, switch: usize) -> &[(usize, &'n Link)] {
        self.links.get(switch).map_or(&[], Vec::as_slice)
    }

    /// Where a router meets a switch.
    pub fn link(&self, router: usize, switch: usize) -> Option<&'n Link> {
        self.links(switch).iter().find(|(at, _)| *at == router).map(|(_, link)| *link)
    }

    /// Where the router of a switch meets it, on which a load balancer takes connections.
    pub fn balancer_link(&self, balancer: usize, switch: usize) -> Option<&'n Link> {
        self.balancers.get(balancer)?.switches.binary_search(&switch).ok()?;
        self.links(switch).first().map(|(_, link)| *link)
    }

    /// Whether nobody knows what becomes of all that a router gets for the address of a load balancer.
    pub fn is_open(&self, balancer: usize, router: usize) -> bool {
        self.balancers.get(balancer).is_some_and(|of| of.routers.contains(&router))
    }

    /// Whether nobody knows that of what comes from a switch for one of its addresses.
    pub fn is_open_on(&self, balancer: usize, switch: usize, address: IpAddr) -> bool {
        let is_here = |vip: &Vip| vip.is_whole() && vip.address == address && vip.is_on(switch);
        self.balancers.get(balancer).is_some_and(|of| of.vips.iter().any(is_here))
    }

    /// What load balancers may take of that which somebody sends to another one's own address.
    pub fn taken(&self, route: Route<'_>, from: &Endpoint, to: &Endpoint, family: Family) -> L4Set {
        let is_near = matches!(route, Route::Switched(Crossing { from: None, to: None, .. }));
        let is_to = |vip: &&Vip| vip.address.is_ipv4() == (family == Family::Ipv4) && to.is_at(vip.address);
        let mut taken = L4Set::empty();
        for of in self.balancers.iter().filter(|_| !matches!(to.attachment, Attachment::Balancer(_))) {
            let is_asked = |vip: &&Vip| match &from.attachment {
                Attachment::Port { switch, .. } => of.switches.binary_search(switch).is_ok() && vip.is_on(*switch),
                Attachment::Router(router) => of.routers.contains(router),
                Attachment::Balancer(_) => false,
            };
            let is_whole = |vip: &Vip| vip.is_whole() || from.port().is_none();
            let here = of.vips.iter().filter(is_to).filter(is_asked);
            // Of what passes no router all ports are known.
            let is_known = is_near && here.clone().any(|vip| !is_whole(vip));
            for vip in here.filter(|vip| !(is_known && is_whole(vip))) {
                let all = if is_whole(vip) { L4Set::full(family) } else { only(vip.protocol, vip.port) };
                taken = taken.union(&all);
            }
        }
        taken
    }

    /// What lies between two different switches: the first router that meets both, or what the network says.
    pub fn between(&self, one: usize, other: usize) -> Between<'n> {
        let said = self.beyond.between(one, other);
        let shared = self.links(one).iter().find_map(|(router, link)| Some((*link, self.link(*router, other)?)));
        if let Some((out, back)) = shared {
            return Between::Routers(out, back, 1);
        }
        match said {
            Some(Way::Peers) => {
                let ends = self.links(one).first().zip(self.links(other).first());
                ends.map_or(Between::Apart, |((_, out), (_, back))| Between::Routers(out, back, 2))
            }
            Some(Way::Unknown(why)) => Between::Unknown(why),
            None if self.connected(one)
                && self.connected(other)
                && (self.is_physical(one) || self.is_physical(other)) =>
            {
                Between::Unknown(Unknown::Physical)
            }
            None => Between::Apart,
        }
    }

    /// Whether what lies between two switches may do something else with packets than to pass them on.
    pub fn may_reroute(&self, one: usize, other: usize) -> bool {
        self.beyond.between(one, other) == Some(Way::Unknown(Unknown::Routing))
    }

    /// Whether a physical network is the only way out of a switch.
    pub fn is_physical(&self, switch: usize) -> bool {
        let is_localnet = |of: &Switch| of.ports.iter().any(|port| port.kind == PortKind::Localnet);
        let look = || self.links(switch).is_empty() && self.switches.get(switch).is_some_and(is_localnet);
        self.physical.get(switch).is_some_and(|known| *known.get_or_init(look))
    }

    fn connected(&self, switch: usize) -> bool {
        self.is_physical(switch) || !self.links(switch).is_empty()
    }
}
