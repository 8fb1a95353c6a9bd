//! The switches that lie between two endpoints.

use super::endpoint::{Attachment, Endpoint};
use super::l4::Family;
use super::topology::{Between, Topology};
use crate::ovn::network::{Link, Unknown};
use core::net::IpAddr;
use ipnet::IpNet;

/// One crossing of a switch: by which ports, and on which link of a router where one is at an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing<'n> {
    /// Index of the switch.
    pub switch: usize,
    /// Name of the port by which the packet enters.
    pub inport: &'n str,
    /// Name of the port by which it leaves.
    pub outport: &'n str,
    /// The router from which it comes.
    pub from: Option<&'n Link>,
    /// The router to which it goes.
    pub to: Option<&'n Link>,
}

impl Crossing<'_> {
    /// The same switch the other way round.
    pub fn reversed(self) -> Self {
        Self { switch: self.switch, inport: self.outport, outport: self.inport, from: self.to, to: self.from }
    }
}

/// How packets get from one endpoint to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'n> {
    /// No switch of this world lies between them.
    Direct,
    /// One switch.
    Switched(Crossing<'n>),
    /// A switch, so many routers, a switch.
    Routed(Crossing<'n>, Crossing<'n>, u8),
    /// By a load balancer (its index) to one of its backends.
    Balanced(usize),
    /// Nobody can say.
    Unknown(Unknown),
    /// No router connects them.
    Apart,
}

/// What routers do with the packets of a route in a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Carried {
    /// They pass them on.
    Surely,
    /// They may pass them on.
    Perhaps,
    /// They have no route.
    Nowhere,
}

impl Carried {
    /// What routers do with packets between two links, each of a switch.
    pub(crate) fn between(
        topology: &Topology<'_>,
        [(near, out), (far, back)]: [(usize, &Link); 2],
        [from, to]: [&Endpoint; 2],
        family: Family,
    ) -> Self {
        match topology.may_reroute(near, far) || out.doubted || back.doubted {
            true => Self::Perhaps,
            false if !to.is_routed_in(family, back) => Self::Nowhere,
            // What has no way back may still come there, if the sender knows its router.
            false if !from.is_routed_in(family, out) => Self::Perhaps,
            false => Self::Surely,
        }
    }

    /// Whether somebody gets to his router with what he sends to a load balancer: to an address of his own networks he does
    /// not send by it, and nobody answers for one there; a router without a network of its family he has not.
    fn to_balancer(topology: &Topology<'_>, balancer: usize, from: &Endpoint, address: Option<IpAddr>) -> Self {
        let carried = || {
            let (switch, _) = from.port()?;
            let link = topology.balancer_link(balancer, switch)?;
            let (address, networks) = (address?, &link.networks);
            let is_foreign = |net: &IpNet| net.network().is_ipv4() != address.is_ipv4();
            let is_near = || networks.iter().any(|net| net.contains(&address)) || networks.iter().all(is_foreign);
            Some(match link.doubted {
                true => Self::Perhaps,
                false if networks.is_empty() || topology.is_open_on(balancer, switch, address) => Self::Surely,
                false => {
                    if is_near() {
                        Self::Nowhere
                    } else {
                        Self::Surely
                    }
                }
            })
        };
        carried().unwrap_or(Self::Surely)
    }
}

impl<'n> Route<'n> {
    /// What the routers on it do with packets of a family from one endpoint to another, and with their answers.
    pub fn carried(self, topology: &Topology<'n>, from: &Endpoint, to: &Endpoint, family: Family) -> Carried {
        match self {
            Self::Routed(Crossing { switch, to: Some(out), .. }, Crossing { switch: far, from: Some(back), .. }, _) => {
                Carried::between(topology, [(switch, out), (far, back)], [from, to], family)
            }
            Self::Balanced(balancer) => Carried::to_balancer(topology, balancer, from, to.address(family)),
            Self::Switched(Crossing { from, to, .. }) if [from, to].iter().flatten().any(|link| link.doubted) => {
                Carried::Perhaps
            }
            Self::Routed(..) | Self::Direct | Self::Switched(_) | Self::Unknown(_) | Self::Apart => Carried::Surely,
        }
    }

    /// The route between two endpoints.
    pub fn between(topology: &Topology<'n>, from: &'n Endpoint, to: &'n Endpoint) -> Self {
        match (&from.attachment, &to.attachment) {
            (Attachment::Port { switch, .. }, Attachment::Balancer(balancer)) => {
                topology.balancer_link(*balancer, *switch).map_or(Self::Apart, |_| Self::Balanced(*balancer))
            }
            (Attachment::Router(router), Attachment::Balancer(balancer)) if topology.is_open(*balancer, *router) => {
                Self::Unknown(Unknown::Backend)
            }
            (Attachment::Balancer(_), _) | (_, Attachment::Balancer(_)) => Self::Apart,
            (Attachment::Router(a), Attachment::Router(b)) if a == b => Self::Direct,
            (Attachment::Router(_), Attachment::Router(_)) => Self::Apart,
            (Attachment::Port { .. }, Attachment::Port { .. })
                if from.attachment == to.attachment && !from.kind.is_several() =>
            {
                Self::Direct
            }
            (Attachment::Port { switch, port }, Attachment::Port { switch: same, port: other }) if switch == same => {
                Self::Switched(Crossing { switch: *switch, inport: port, outport: other, from: None, to: None })
            }
            (Attachment::Port { switch, .. }, Attachment::Router(_))
            | (Attachment::Router(_), Attachment::Port { switch, .. })
                if topology.is_physical(*switch) =>
            {
                Self::Unknown(Unknown::Physical)
            }
            (Attachment::Port { switch, port }, Attachment::Router(router)) => {
                topology.link(*router, *switch).map_or(Self::Apart, |link| match from.is_routed(link) {
                    true => Self::Switched(leave(*switch, port, link)),
                    false => Self::Unknown(Unknown::Routing),
                })
            }
            (Attachment::Router(router), Attachment::Port { switch, port }) => {
                let link = topology.link(*router, *switch).filter(|link| to.is_routed(link));
                link.map_or(Self::Apart, |link| Self::Switched(leave(*switch, port, link).reversed()))
            }
            (Attachment::Port { switch: a, port: first }, Attachment::Port { switch: b, port: last }) => {
                match topology.between(*a, *b) {
                    Between::Routers(_, back, _)
                        if !to.is_routed(back) && !back.doubted && !topology.may_reroute(*a, *b) =>
                    {
                        Self::Apart
                    }
                    Between::Routers(out, back, hops) => {
                        Self::Routed(leave(*a, first, out), leave(*b, last, back).reversed(), hops)
                    }
                    Between::Unknown(why) => Self::Unknown(why),
                    Between::Apart => Self::Apart,
                }
            }
        }
    }

    /// How many routers lie between two crossings; each takes one from the TTL.
    pub fn hops(self) -> u8 {
        match self {
            Self::Routed(_, _, hops) => hops,
            Self::Direct | Self::Switched(_) | Self::Balanced(_) | Self::Unknown(_) | Self::Apart => 0,
        }
    }

    /// The switches in the order in which the request crosses them.
    pub fn crossings(self) -> impl DoubleEndedIterator<Item = Crossing<'n>> {
        let (first, second) = match self {
            Self::Direct | Self::Apart | Self::Balanced(_) | Self::Unknown(_) => (None, None),
            Self::Switched(crossing) => (Some(crossing), None),
            Self::Routed(first, second, _) => (Some(first), Some(second)),
        };
        first.into_iter().chain(second)
    }
}

/// The way from a port of a switch to a router.
pub(super) fn leave<'n>(switch: usize, port: &'n str, link: &'n Link) -> Crossing<'n> {
    Crossing { switch, inport: port, outport: &link.port, from: None, to: Some(link) }
}
