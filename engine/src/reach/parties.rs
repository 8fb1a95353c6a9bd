//! Every endpoint as every switch sees it.

use super::endpoint::{Attachment, Endpoint};
use super::l4::Family;
use super::partition::Sides;
use super::predicate::Side;
use super::topology::{Between, Topology};
use crate::ovn::network::{Link, Network, PortKind, Switch};
use crate::ovn::pipeline::sketch;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::HashMap;

/// The parties of one switch: its own endpoints, those behind its routers, and the routers themselves.
#[derive(Debug, Clone, Default)]
pub struct Parties {
    sides: Vec<(Side, PortKind)>,
    of_endpoint: Vec<Option<usize>>,
    /// Endpoints of this switch as it sees them when their packets come back from its router, behind a load balancer.
    returning: Vec<Option<usize>>,
    /// What a load balancer sends back to the port that it came from, by the endpoints of who asked and of the balancer.
    turned: HashMap<(usize, usize), Turned>,
    /// The routers, by the port of the switch that leads to them.
    of_link: Vec<(String, usize)>,
    /// The sketches of the names of their ports, rising.
    ports: Vec<u64>,
}

/// The sources of packets that a load balancer turns back, at the port and with the router's Ethernet address.
#[derive(Debug, Clone, Copy)]
pub struct Turned {
    /// With the address of the balancer.
    pub balancer: usize,
    /// With the address of who asked.
    pub client: usize,
}

impl Parties {
    /// The parties of a switch.
    pub fn of<'n>(network: &'n Network, topology: &Topology<'n>, switch: usize, endpoints: &'n [Endpoint]) -> Self {
        let mut parties = Self::default();
        let Some(here) = network.switches.get(switch) else { return parties };
        let ports = Ports::of(here);
        for endpoint in endpoints {
            let addresses = endpoint.addresses.iter().map(|range| range.first);
            let side = match Seen::of(topology, switch, endpoint) {
                Seen::Local(port) => ports.side(port, endpoint.mac.number(), addresses),
                Seen::Behind(link) => ports.side(&link.port, link.mac.number(), addresses),
                Seen::Nowhere => None,
            };
            let number = side.map(|side| parties.add(side));
            parties.of_endpoint.push(number);
        }
        let home = topology.links(switch).first().filter(|_| !network.load_balancers.is_empty());
        for endpoint in home.map_or(&[][..], |_| endpoints) {
            let local = matches!(&endpoint.attachment, Attachment::Port { switch: at, .. } if *at == switch);
            let side = home.filter(|_| local).and_then(|(_, link)| {
                let addresses = endpoint.addresses.iter().map(|range| range.first);
                ports.side(&link.port, link.mac.number(), addresses)
            });
            let number = side.map(|side| parties.add(side));
            parties.returning.push(number);
        }
        if let Some((_, home)) = home {
            parties.turn(network, endpoints, (switch, home), &ports);
        }
        for (_, link) in topology.links(switch) {
            if let Some(side) = ports.side(&link.port, link.mac.number(), link.addresses.iter().copied()) {
                let number = parties.add(side);
                parties.of_link.push((link.port.clone(), number));
            }
        }
        let at = parties.sides.iter().filter_map(|(side, _)| here.ports.get(usize::try_from(side.port).ok()?));
        parties.ports = at.map(|port| sketch(&port.name)).collect();
        parties.ports.sort_unstable();
        parties
    }

    /// The party that an endpoint is.
    pub fn endpoint(&self, endpoint: usize) -> Option<usize> {
        self.of_endpoint.get(endpoint).copied().flatten()
    }

    /// The party that an endpoint is when its packets come from this switch's router, wherever it is itself.
    pub fn routed(&self, endpoint: usize) -> Option<usize> {
        self.returning.get(endpoint).copied().flatten().or_else(|| self.endpoint(endpoint))
    }

    /// The sources of what a balancer turns back to who asked, both by their endpoints.
    pub fn turned(&self, client: usize, balancer: usize) -> Option<Turned> {
        self.turned.get(&(client, balancer)).copied()
    }

    /// Those endpoints of the switch that are backends of a balancer, as they see what it turns back to them.
    fn turn(&mut self, network: &Network, endpoints: &[Endpoint], (switch, home): (usize, &Link), ports: &Ports<'_>) {
        let mut local = HashMap::new();
        for (index, endpoint) in endpoints.iter().enumerate() {
            if let Attachment::Port { switch: at, port } = &endpoint.attachment
                && *at == switch
            {
                local.extend(endpoint.addresses.iter().map(|range| (range.first, (index, port, endpoint))));
            }
        }
        for (number, balancer) in endpoints.iter().enumerate() {
            let Attachment::Balancer(of) = balancer.attachment else { continue };
            let here = network.load_balancers.get(of).filter(|of| of.switches.contains(&switch));
            let vips = here.map_or(&[][..], |of| &of.vips);
            for (address, _) in vips.iter().flat_map(|vip| &vip.backends) {
                let Some((client, port, endpoint)) = local.get(address) else { continue };
                if self.turned.contains_key(&(*client, number)) {
                    continue;
                }
                let mut add = |of: &Endpoint| {
                    let addresses = of.addresses.iter().map(|range| range.first);
                    ports.side(port, home.mac.number(), addresses).map(|side| self.add(side))
                };
                if let Some((balancer, client_side)) = add(balancer).zip(add(endpoint)) {
                    self.turned.insert((*client, number), Turned { balancer, client: client_side });
                }
            }
        }
    }

    /// The party that the router at a link of this switch is.
    pub fn router(&self, link: &Link) -> Option<usize> {
        self.of_link.iter().find(|(port, _)| *port == link.port).map(|(_, number)| *number)
    }

    /// The parties that are routers.
    pub fn routers(&self) -> impl Iterator<Item = usize> {
        self.of_link.iter().map(|(_, number)| *number)
    }

    /// Whether a party is at a port, by the sketch of its name; perhaps at another one with the same sketch.
    pub fn are_at(&self, port: u64) -> bool {
        self.ports.binary_search(&port).is_ok()
    }

    /// How many parties there are.
    pub fn len(&self) -> usize {
        self.sides.len()
    }

    /// What the port of a party leads to.
    pub fn kind(&self, party: usize) -> PortKind {
        self.sides.get(party).map_or(PortKind::Vif, |(_, kind)| *kind)
    }

    /// The parties with their addresses of a family.
    pub fn sides(&self, family: Family) -> Sides {
        let address = |side: &Side| match family {
            Family::Ipv6 => side.ipv6,
            Family::Ipv4 => side.ipv4,
        };
        Sides::new(self.sides.iter().map(|(side, _)| (side.clone(), address(side).unwrap_or(0))).collect())
    }

    fn add(&mut self, side: (Side, PortKind)) -> usize {
        self.sides.push(side);
        self.sides.len() - 1
    }
}

/// Where a switch sees an endpoint.
enum Seen<'n> {
    Local(&'n str),
    Behind(&'n Link),
    Nowhere,
}

impl<'n> Seen<'n> {
    fn of(topology: &Topology<'n>, switch: usize, endpoint: &'n Endpoint) -> Self {
        let behind = |link: Option<&'n Link>| link.map_or(Self::Nowhere, Self::Behind);
        match &endpoint.attachment {
            Attachment::Port { switch: at, port } if *at == switch => Self::Local(port),
            Attachment::Port { switch: at, .. } => match topology.between(switch, *at) {
                Between::Routers(link, ..) => Self::Behind(link),
                Between::Unknown(_) | Between::Apart => Self::Nowhere,
            },
            Attachment::Router(router) => behind(topology.link(*router, switch)),
            Attachment::Balancer(balancer) => behind(topology.balancer_link(*balancer, switch)),
        }
    }
}

/// The ports of a switch by name.
struct Ports<'n>(HashMap<&'n str, (u32, PortKind)>);

impl<'n> Ports<'n> {
    fn of(switch: &'n Switch) -> Self {
        Self((0u32..).zip(&switch.ports).map(|(index, port)| (port.name.as_str(), (index, port.kind))).collect())
    }

    fn side(&self, port: &str, mac: u128, addresses: impl Iterator<Item = IpAddr>) -> Option<(Side, PortKind)> {
        let (index, kind) = self.0.get(port).copied().unwrap_or((u32::MAX, PortKind::Vif));
        let mut side = Side { port: index, mac, ipv4: None, ipv6: None };
        for address in addresses {
            match address {
                IpAddr::V4(address) => side.ipv4 = side.ipv4.or(Some(address.to_bits().into())),
                IpAddr::V6(address) => side.ipv6 = side.ipv6.or(Some(address.to_bits())),
            }
        }
        Some((side, kind))
    }
}
