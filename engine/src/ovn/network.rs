//! The part of an OVN Northbound database that decides about packets between ports.

use super::acl::Acl;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use hashbrown::{HashMap, HashSet};
use ipnet::IpNet;

/// Which OVN evaluates the rows, as far as its versions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Version {
    /// 23.03: no tiers, no `pass`, a stateful `reject` is pasted without parentheses.
    V23_03,
    /// 23.06 and newer, as of OVN's main branch.
    #[default]
    Main,
}

impl Version {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::V23_03, Self::Main];

    /// `23.03` or `main`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V23_03 => "23.03",
            Self::Main => "main",
        }
    }

    /// The version with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|version| version.name() == name)
    }
}

/// The options of `NB_Global` that change verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Options {
    /// What a switch with at least one ACL does with a packet that no row matches.
    pub default_acl_drop: bool,
    /// Whether packets that connection tracking calls invalid are dropped before any row is asked.
    pub use_ct_inv_match: bool,
    /// The address of OVN's own service monitor, where it is known.
    pub svc_monitor_mac: Option<Mac>,
}

impl Default for Options {
    /// OVN's own defaults.
    fn default() -> Self {
        Self { default_acl_drop: false, use_ct_inv_match: true, svc_monitor_mac: None }
    }
}

/// An Ethernet address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// `ff:ff:ff:ff:ff:ff`.
    pub const BROADCAST: Self = Self([0xff; 6]);

    /// Reads six two-digit groups between colons.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0u8; 6];
        let mut groups = text.split(':');
        for byte in &mut bytes {
            let group = groups.next().filter(|group| group.len() == 2)?;
            *byte = u8::from_str_radix(group, 16).ok()?;
        }
        groups.next().is_none().then_some(Self(bytes))
    }

    /// The address as a 48-bit number.
    pub fn number(self) -> u128 {
        self.0.iter().fold(0, |number, byte| (number << 8) | u128::from(*byte))
    }

    /// The address of a 48-bit number; higher bits are ignored.
    pub fn from_number(number: u128) -> Self {
        let [.., a, b, c, d, e, f] = number.to_be_bytes();
        Self([a, b, c, d, e, f])
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, f] = self.0;
        write!(out, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
    }
}

/// What a logical switch port leads to, as far as connection tracking cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortKind {
    /// A virtual interface: tracked.
    Vif,
    /// A logical router: not tracked.
    Router,
    /// A physical network: not tracked, unless by a load balancer.
    Localnet,
}

/// A logical switch port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name, what `inport` and `outport` are compared with.
    pub name: String,
    /// What it leads to.
    pub kind: PortKind,
    /// Whether OVN drops what comes from it with another address than its own: `port_security`.
    pub secured: bool,
    /// Whether OVN answers its questions for an address: `dhcpv4_options`.
    pub leased: bool,
    /// Whether OVN gives it nothing and takes nothing from it: `enabled` is false. Such a port is on a switch alone.
    pub disabled: bool,
}

impl Port {
    /// A port that may send with any address, and gets its own from elsewhere.
    pub fn new(name: impl Into<String>, kind: PortKind) -> Self {
        Self { name: name.into(), kind, secured: false, leased: false, disabled: false }
    }
}

/// A logical switch with its ports and its own rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Switch {
    /// Its name.
    pub name: String,
    /// Its ports.
    pub ports: Vec<Port>,
    /// Rows that hang on the switch itself.
    pub acls: Vec<Acl>,
    /// Whether a load balancer with at least one virtual address is attached.
    pub load_balancer: bool,
    /// Whether it takes what has a VLAN tag: `vlan-passthru` (`build_lswitch_lflows_admission_control`).
    pub vlan_passthru: bool,
}

impl Switch {
    /// The names of its ports.
    pub fn port_names(&self) -> HashSet<&str> {
        self.ports.iter().map(|port| port.name.as_str()).collect()
    }
}

/// A port group with its rows. Its rows go to every switch that has one of its ports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PortGroup {
    /// Its name, after `@` in a match.
    pub name: String,
    /// Names of its ports, on any switch; names of ports that do not exist are dropped by OVN.
    pub ports: Vec<String>,
    /// Rows that hang on the group.
    pub acls: Vec<Acl>,
    /// Whether nobody knows which of its ports and rows are in force.
    pub doubted: bool,
}

impl PortGroup {
    /// Whether one of its ports is among these.
    pub fn has_port(&self, names: &HashSet<&str>) -> bool {
        self.ports.iter().any(|port| names.contains(port.as_str()))
    }
}

/// What the rows are asked about: everything that OVN knows, and nothing that Kubernetes knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// Whose semantics apply.
    pub version: Version,
    /// The database's global options.
    pub options: Options,
    /// The switches.
    pub switches: Vec<Switch>,
    /// The routers between them.
    pub routers: Vec<Router>,
    /// What lies between switches that share no router.
    pub beyond: WaysBeyond,
    /// The load balancers whose addresses are asked about.
    pub load_balancers: Vec<LoadBalancer>,
    /// The port groups.
    pub port_groups: Vec<PortGroup>,
    /// Address sets by name: each address, prefix or masked constant as it is written.
    pub address_sets: BTreeMap<String, Vec<String>>,
}

/// Where a router meets a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Index of the switch in [`Network::switches`].
    pub switch: usize,
    /// Name of the switch's port of kind [`PortKind::Router`].
    pub port: String,
    /// The router's MAC on that switch.
    pub mac: Mac,
    /// The router's own addresses on that switch: the gateways.
    pub addresses: Vec<IpAddr>,
    /// Its networks there, to whose addresses it has a route; all where there are none.
    pub networks: Vec<IpNet>,
    /// Whether nobody can say what becomes of packets there.
    pub doubted: bool,
}

impl Link {
    /// Whether the router has a route to an address on that switch.
    pub fn routes(&self, address: IpAddr) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|net| net.contains(&address))
    }
}

/// A logical router.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Router {
    /// Its name.
    pub name: String,
    /// The switches that it connects.
    pub links: Vec<Link>,
}

/// What lies between two switches that share no router; between others of which nothing is said there is no way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Beyond {
    /// Indexes of the switches in [`Network::switches`].
    pub switches: [usize; 2],
    /// What lies between them.
    pub way: Way,
}

/// What lies between switches of different routers, whoever asks: looked up by both of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaysBeyond(HashMap<[usize; 2], Way>);

impl WaysBeyond {
    /// What lies between two switches, whichever comes first; nothing where nothing is said of them.
    pub fn between(&self, one: usize, other: usize) -> Option<Way> {
        self.0.get(&[one.min(other), one.max(other)]).copied()
    }

    /// Whether nothing is said of any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Extend<Beyond> for WaysBeyond {
    fn extend<I: IntoIterator<Item = Beyond>>(&mut self, ways: I) {
        let ordered = |Beyond { switches: [one, other], way }| ([one.min(other), one.max(other)], way);
        self.0.extend(ways.into_iter().map(ordered));
    }
}

impl FromIterator<Beyond> for WaysBeyond {
    fn from_iter<I: IntoIterator<Item = Beyond>>(ways: I) -> Self {
        let mut all = Self::default();
        all.extend(ways);
        all
    }
}

/// A way from a switch to another by more than one router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Their routers are linked, with routes both ways.
    Peers,
    /// Nobody can say.
    Unknown(Unknown),
}

/// Why a way cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unknown {
    /// It leads through a physical network.
    Physical,
    /// The routers are linked, but only one has a route to the other's switch.
    RouteBack,
    /// Routers have policies, static routes or translated addresses that may change it.
    Routing,
    /// A load balancer may send it to an address that is no machine's.
    Backend,
}

/// A load balancer on switches: it sends connections to its addresses on to one of several backends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadBalancer {
    /// Its name.
    pub name: String,
    /// The switches on which it takes connections, by index, rising.
    pub switches: Vec<usize>,
    /// The routers that may take what comes to them from outside, by index in [`Network::routers`]; nobody knows what becomes of it.
    pub routers: Vec<usize>,
    /// Its addresses and ports.
    pub vips: Vec<Vip>,
}

/// An address and port of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vip {
    /// The address.
    pub address: IpAddr,
    /// The protocol.
    pub protocol: VipProtocol,
    /// The port; zero for the whole address, as OVN has it (`ovn_lb_vip_init`): what is sent there goes to nobody knows whom.
    pub port: u16,
    /// Where connections go: addresses and ports.
    pub backends: Vec<(IpAddr, u16)>,
    /// On which switches of its balancer, by index; on all where none is named.
    pub switches: Vec<usize>,
}

impl Vip {
    /// An address and port without backends, on all switches of its balancer.
    pub fn of(socket: SocketAddr, protocol: VipProtocol) -> Self {
        Self { address: socket.ip(), protocol, port: socket.port(), backends: Vec::new(), switches: Vec::new() }
    }

    /// A whole address, of every protocol and port, and nobody knows who is behind it.
    pub fn whole(address: IpAddr) -> Self {
        let vip = Self::of(SocketAddr::new(address, 0), VipProtocol::Tcp);
        Self { backends: [(nobody(address), 0)].into(), ..vip }
    }

    /// Whether it is a whole address.
    pub fn is_whole(&self) -> bool {
        self.port == 0
    }

    /// Whether it takes the same connections as another one, where both are.
    pub fn is_door_of(&self, other: &Self) -> bool {
        (self.address, self.protocol, self.port) == (other.address, other.protocol, other.port)
    }

    /// Whether it takes connections on a switch of its balancer.
    pub fn is_on(&self, switch: usize) -> bool {
        self.switches.is_empty() || self.switches.contains(&switch)
    }
}

/// An address of the family of another one that is nobody's.
pub fn nobody(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// A protocol that load balancers know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VipProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}
