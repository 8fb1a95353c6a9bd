//! What every lab has: seven machines on two switches with a router between them.
//!
//! | machine | switch | addresses |
//! |---|---|---|
//! | `vm1` … `vm5` | `vswitch1` | 172.20.10.2 … .6, fd00:10::2 … ::6 |
//! | `vm6`, `vm7` | `vswitch2` | 172.20.20.2, .3, fd00:20::2, ::3 |
//!
//! The router `ovn-cluster` has the .1 and ::1 of both. A machine's logical port has the machine's name;
//! MAC addresses end in the switch's and the machine's number: `02:00:00:00:10:02` is `vm1`.

use ringfence_engine::ovn::network::{Link, Mac, Network, Port, PortKind, Router, Switch, Version};
use ringfence_engine::reach::{AddressRange, Attachment, Endpoint, EndpointKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The router's name.
pub const ROUTER: &str = "ovn-cluster";

/// The switches.
pub const SWITCHES: [Subnet; 2] =
    [Subnet { name: "vswitch1", octet: 10, machines: 5 }, Subnet { name: "vswitch2", octet: 20, machines: 2 }];

/// A switch with its prefix: 172.20.`octet`.0/24 and fd00:`octet`::/64, read as decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet {
    /// Its name.
    pub name: &'static str,
    /// The number that tells its addresses from the other's.
    pub octet: u8,
    /// How many machines it has.
    pub machines: u8,
}

/// A machine, a network namespace in truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its name, and that of its logical port.
    pub name: String,
    /// Index of its switch in [`SWITCHES`].
    pub switch: usize,
    /// Its Ethernet address.
    pub mac: Mac,
    /// Its IPv4 address.
    pub v4: Ipv4Addr,
    /// Its IPv6 address.
    pub v6: Ipv6Addr,
}

impl Subnet {
    /// IPv4 address of a host.
    pub fn v4(self, host: u8) -> Ipv4Addr {
        Ipv4Addr::new(172, 20, self.octet, host)
    }

    /// IPv6 address of a host.
    pub fn v6(self, host: u8) -> Ipv6Addr {
        let digits = (u16::from(self.octet / 10) << 4) | u16::from(self.octet % 10);
        Ipv6Addr::new(0xfd00, digits, 0, 0, 0, 0, 0, host.into())
    }

    /// Ethernet address of a host.
    pub fn mac(self, host: u8) -> Mac {
        Mac([2, 0, 0, 0, ((self.octet / 10) << 4) | (self.octet % 10), host])
    }

    /// Name of the port that leads to the router, as Kube-OVN would name it.
    pub fn router_port(self) -> String {
        format!("{}-{ROUTER}", self.name)
    }
}

impl Machine {
    /// Both addresses, IPv4 first.
    pub fn addresses(&self) -> [IpAddr; 2] {
        [self.v4.into(), self.v6.into()]
    }
}

/// All machines in the order of their numbers.
pub fn machines() -> Vec<Machine> {
    let hosts =
        SWITCHES.iter().enumerate().flat_map(|(index, subnet)| (0..subnet.machines).map(move |n| (index, n + 2)));
    let machine = |(number, (switch, host)): (usize, (usize, u8))| {
        let subnet: Subnet = SWITCHES[switch];
        let name = format!("vm{}", number + 1);
        Machine { name, switch, mac: subnet.mac(host), v4: subnet.v4(host), v6: subnet.v6(host) }
    };
    hosts.enumerate().map(machine).collect()
}

/// Whom machines can ask: each other, and behind them the router, once for each switch. Of the router only answers are seen.
pub fn targets() -> Vec<Machine> {
    let face = |(switch, subnet): (usize, &Subnet)| {
        let name = format!("the gateway of {}", subnet.name);
        Machine { name, switch, mac: subnet.mac(1), v4: subnet.v4(1), v6: subnet.v6(1) }
    };
    machines().into_iter().chain(SWITCHES.iter().enumerate().map(face)).collect()
}

/// The lab as a network without a row.
pub fn network() -> Network {
    let switches = SWITCHES.iter().enumerate().map(|(index, subnet)| Switch {
        name: subnet.name.into(),
        ports: ports(index),
        ..Switch::default()
    });
    let link = |(switch, subnet): (usize, &Subnet)| Link {
        switch,
        port: subnet.router_port(),
        mac: subnet.mac(1),
        addresses: vec![subnet.v4(1).into(), subnet.v6(1).into()],
        networks: [format!("{}/24", subnet.v4(0)), format!("{}/64", subnet.v6(0))]
            .map(|net| net.parse().unwrap())
            .into(),
        doubted: false,
    };
    let router = Router { name: ROUTER.into(), links: SWITCHES.iter().enumerate().map(link).collect() };
    Network { version: Version::V23_03, switches: switches.collect(), routers: vec![router], ..Network::default() }
}

fn ports(switch: usize) -> Vec<Port> {
    let of_switch = machines().into_iter().filter(|machine| machine.switch == switch);
    let mut ports: Vec<Port> = of_switch.map(|machine| Port::new(machine.name, PortKind::Vif)).collect();
    ports.push(Port::new(SWITCHES[switch].router_port(), PortKind::Router));
    ports
}

/// The machines as endpoints of [`network`].
pub fn endpoints() -> Vec<Endpoint> {
    let range = |address: IpAddr| AddressRange { first: address, last: address };
    let endpoint = |machine: Machine| Endpoint {
        id: machine.name.clone(),
        kind: EndpointKind::VirtualMachine,
        attachment: Attachment::Port { switch: machine.switch, port: machine.name.clone() },
        switch: SWITCHES[machine.switch].name.into(),
        mac: machine.mac,
        addresses: machine.addresses().map(range).to_vec(),
        place: None,
        mixed: false,
        alone: false,
    };
    machines().into_iter().map(endpoint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_table() {
        let machines = machines();
        assert_eq!(machines.len(), 7);
        assert_eq!(machines[0].v4.to_string(), "172.20.10.2");
        assert_eq!(machines[4].v6.to_string(), "fd00:10::6");
        assert_eq!(machines[6].mac.to_string(), "02:00:00:00:20:03");
    }
}
