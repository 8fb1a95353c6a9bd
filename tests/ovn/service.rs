//! A Service as the lab has it: an address that is nobody's, and the machines that answer for it.

use super::conversation::{Conversation, Family, Talk};
use super::topology::{self, Machine, SWITCHES};
use ringfence_engine::ovn::network::{LoadBalancer, Mac, Network, VipProtocol};
use ringfence_engine::reach::{Attachment, Endpoint};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first port that questions to Services come from: no other conversation has it.
const ASKER: u16 = 41_000;

/// A Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name and addresses, as of a machine; a family without an address has the unspecified one.
    pub target: Machine,
    /// Where it listens.
    pub doors: Vec<Door>,
}

/// An address and port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Of which family the address is.
    pub family: Family,
    /// Over which protocol.
    pub protocol: VipProtocol,
    /// The port.
    pub port: u16,
    /// The machines behind it, by index, and their ports.
    pub backends: Vec<(usize, u16)>,
}

/// The Services of a network, each with its endpoint.
pub fn services(network: &Network, endpoints: &[Endpoint]) -> Result<Vec<(Service, Endpoint)>, String> {
    let service = |(index, balancer): (usize, &LoadBalancer)| {
        let is = |endpoint: &&Endpoint| endpoint.attachment == Attachment::Balancer(index);
        let endpoint = endpoints.iter().find(is).ok_or(format!("{} is no endpoint", balancer.name))?;
        Ok((of(balancer)?, endpoint.clone()))
    };
    network.load_balancers.iter().enumerate().map(service).collect()
}

fn of(balancer: &LoadBalancer) -> Result<Service, String> {
    let (mut v4, mut v6) = (Ipv4Addr::UNSPECIFIED, Ipv6Addr::UNSPECIFIED);
    let mut doors = Vec::new();
    for vip in &balancer.vips {
        let family = match vip.address {
            IpAddr::V4(address) => {
                v4 = address;
                Family::V4
            }
            IpAddr::V6(address) => {
                v6 = address;
                Family::V6
            }
        };
        let backend = |(address, port): &(IpAddr, u16)| {
            let machine = topology::machines().iter().position(|machine| machine.addresses().contains(address));
            machine.map(|machine| (machine, *port)).ok_or(format!("the lab has no machine at {address}"))
        };
        let backends = vip.backends.iter().map(backend).collect::<Result<_, _>>()?;
        doors.push(Door { family, protocol: vip.protocol, port: vip.port, backends });
    }
    let target = Machine { name: balancer.name.clone(), switch: 0, mac: Mac([0; 6]), v4, v6 };
    Ok(Service { target, doors })
}

/// The index of the first Service among those that machines can ask.
pub fn first() -> usize {
    topology::machines().len() + SWITCHES.len()
}

/// A question of every machine to every door, its own among them.
pub fn conversations(services: &[Service]) -> Vec<Conversation> {
    let mut conversations = Vec::new();
    for (index, service) in services.iter().enumerate() {
        for (number, door) in service.doors.iter().enumerate() {
            let sport = ASKER + u16::try_from(index * 16 + number).unwrap_or_default();
            let talk = match door.protocol {
                VipProtocol::Tcp => Talk::Tcp { sport, dport: door.port },
                VipProtocol::Udp => Talk::Udp { sport, dport: door.port },
                VipProtocol::Sctp => continue,
            };
            let askers = 0..topology::machines().len();
            let to = first() + index;
            conversations.extend(askers.map(|from| Conversation { from, to, family: door.family, talk }));
        }
    }
    conversations
}

/// The same question as the machines behind the door hear it, for each of them; nothing for what is asked of a machine. Who
/// asks itself hears it of the Service.
pub fn behind(services: &[Service], conversation: &Conversation) -> Option<Vec<Conversation>> {
    let service = services.get(conversation.to.checked_sub(first())?)?;
    let heard = |door: &Door| {
        let talk = |port: u16| match (conversation.talk, door.protocol) {
            (Talk::Tcp { sport, dport }, VipProtocol::Tcp) if dport == door.port => {
                Some(Talk::Tcp { sport, dport: port })
            }
            (Talk::Udp { sport, dport }, VipProtocol::Udp) if dport == door.port => {
                Some(Talk::Udp { sport, dport: port })
            }
            _ => None,
        };
        let here = (door.family == conversation.family).then_some(&door.backends);
        let each = here.into_iter().flatten();
        let asker = |to: usize| if to == conversation.from { conversation.to } else { conversation.from };
        each.filter_map(|(to, port)| {
            Some(Conversation { from: asker(*to), to: *to, talk: talk(*port)?, ..*conversation })
        })
        .collect::<Vec<_>>()
    };
    Some(service.doors.iter().flat_map(heard).collect())
}
