//! A logical switch and where it leads: out of a Subnet, out of an inventory, or out of both.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::read::{BareSwitch, DEFAULT_PROVIDER, Machine, Object, Reading, Subnet};
use crate::source::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// The VPC of a Subnet that names none.
pub const DEFAULT_VPC: &str = "ovn-cluster";

/// The Subnet of pods that nobody assigns, and its prefix (`dist/images/install.sh` of Kube-OVN).
const DEFAULT_SUBNET: &str = "ovn-default";
const DEFAULT_CIDR: &str = "10.16.0.0/16";

/// A logical switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Its prefixes.
    pub cidrs: Vec<IpNet>,
    /// The gateway's addresses on it: as written, or the first host of a prefix.
    pub gateways: Vec<IpAddr>,
    /// Where its traffic goes that stays not inside.
    pub uplink: Uplink,
    /// The Subnet that Kube-OVN made it from.
    pub subnet: Option<Subnet>,
    /// What inventories say of it, rows included.
    pub bare: Vec<BareSwitch>,
}

/// How a switch is connected with the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uplink {
    /// Through a logical router, by name.
    Router(String),
    /// Through a physical network.
    Localnet,
    /// Not at all.
    None,
}

impl Switch {
    /// Kube-OVN's provider: part of the names of its ports. A bare switch has none.
    pub fn provider(&self) -> Option<&str> {
        match &self.subnet {
            Some(subnet) => Some(provider(subnet)),
            None => self.is_implied().then_some(DEFAULT_PROVIDER),
        }
    }

    /// Whether an address lies in one of the prefixes.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.cidrs.iter().any(|cidr| cidr.contains(&address))
    }

    /// Whether a router connects it that is the default VPC's, whatever a database calls that.
    pub fn is_in_default_vpc(&self) -> bool {
        let named = self.subnet.as_ref().map(|subnet| subnet.vpc.as_ref().map(|vpc| vpc.value.as_str()));
        match (&self.uplink, named) {
            (Uplink::Router(_), Some(vpc)) => vpc.is_none_or(|vpc| vpc == DEFAULT_VPC),
            (Uplink::Router(router), None) => router == DEFAULT_VPC,
            (Uplink::Localnet | Uplink::None, _) => false,
        }
    }

    fn of_subnet(subnet: &Subnet) -> Self {
        let cidrs: Vec<IpNet> = subnet.cidrs.iter().map(|cidr| cidr.value).collect();
        let stated: Vec<IpAddr> = subnet.gateways.iter().map(|gateway| gateway.value).collect();
        Self {
            name: subnet.name.value.clone(),
            place: subnet.name.place,
            gateways: gateways(&cidrs, stated),
            cidrs,
            uplink: uplink(subnet),
            subnet: Some(subnet.clone()),
            bare: Vec::new(),
        }
    }

    /// The switch that pods are on when the input says nothing of any.
    fn implied(place: Place, addresses: &[IpAddr]) -> Self {
        let around = |address: &IpAddr| IpNet::new(*address, if address.is_ipv4() { 24 } else { 64 });
        let nets: Vec<IpNet> = addresses.iter().filter_map(|address| around(address).ok()).collect();
        let mut cidrs = IpNet::aggregate(&nets);
        if cidrs.is_empty() {
            cidrs.extend(DEFAULT_CIDR.parse::<IpNet>());
        }
        let cidrs = cidrs.iter().map(IpNet::trunc).collect();
        let uplink = Uplink::Router(DEFAULT_VPC.to_string());
        let name = DEFAULT_SUBNET.to_string();
        Self { name, place, cidrs, gateways: Vec::new(), uplink, subnet: None, bare: Vec::new() }
    }

    /// Whether nobody wrote it, its prefixes included.
    pub(crate) fn is_implied(&self) -> bool {
        self.subnet.is_none() && self.bare.is_empty()
    }

    /// Whether pods that nobody assigns are on it.
    pub(crate) fn is_default(&self) -> bool {
        self.name == DEFAULT_SUBNET || self.subnet.as_ref().is_some_and(|subnet| subnet.default.is_some())
    }

    fn of_inventory(bare: &BareSwitch) -> Self {
        let name = bare.name.value.clone();
        let cidrs: Vec<IpNet> = bare.cidrs.iter().map(|cidr| cidr.value).collect();
        let stated: Vec<IpAddr> = bare.gateways.iter().map(|gateway| gateway.value).collect();
        let uplink = match &bare.router {
            Some(router) => Uplink::Router(router.value.clone()),
            None if stated.is_empty() => Uplink::None,
            None => Uplink::Router(format!("{name}-router")),
        };
        let gateways = if uplink == Uplink::None { Vec::new() } else { gateways(&cidrs, stated) };
        Self { name, place: bare.name.place, cidrs, gateways, uplink, subnet: None, bare: alloc::vec![bare.clone()] }
    }
}

/// The switches of a reading, in the order of the input; a Subnet comes before what an inventory adds to it.
pub(crate) fn switches(reading: &Reading, out: &mut Vec<Diagnostic>) -> Vec<Switch> {
    let mut switches: Vec<Switch> = Vec::new();
    for object in &reading.objects {
        if let Object::Subnet(subnet) = object {
            match is_ovn(subnet) {
                true => switches.push(Switch::of_subnet(subnet)),
                false => out.push(foreign(subnet)),
            }
        }
    }
    let bare = reading.objects.iter().filter_map(super::inventory).flat_map(|inventory| &inventory.switches);
    for bare in bare {
        match switches.iter_mut().find(|known| known.name == bare.name.value) {
            Some(known) => add(known, bare, out),
            None => switches.push(Switch::of_inventory(bare)),
        }
    }
    if switches.is_empty() {
        switches.extend(implied(reading, out));
    }
    overlaps(&switches, out);
    for switch in &switches {
        stray_gateways(switch, out);
    }
    switches
}

/// Where there are machines and no switch, they are on one.
fn implied(reading: &Reading, out: &mut Vec<Diagnostic>) -> Option<Switch> {
    let machines: Vec<&Machine> = reading.objects.iter().flat_map(super::join::machines_of).collect();
    let place = machines.first()?.name.place;
    let interfaces = machines.iter().flat_map(|machine| &machine.interfaces);
    let addresses: Vec<IpAddr> =
        interfaces.flat_map(|interface| &interface.addresses).map(|address| address.value).collect();
    let switch = Switch::implied(place, &addresses);
    let prefixes: Vec<String> = switch.cidrs.iter().take(3).map(ToString::to_string).collect();
    let more = if switch.cidrs.len() > prefixes.len() { ", .." } else { "" };
    let message = format!(
        "no Subnet is in the input: all machines are taken to be on one switch, {} ({}{more})",
        switch.name,
        prefixes.join(", ")
    );
    let help = "add the Subnets for their own rules and for what lies between them";
    out.push(Diagnostic::new(Code::AssumedAddress, message).at(place).help(help));
    Some(switch)
}

/// Rows are added to a switch that is known; what else is said must not contradict. Of a switch that only had rows so far, or
/// of a Subnet that names no VPC, the router is said here: that of a database may have any name.
fn add(known: &mut Switch, bare: &BareSwitch, out: &mut Vec<Diagnostic>) {
    if known.subnet.is_none() && known.cidrs.is_empty() && known.uplink == Uplink::None {
        let before = core::mem::take(&mut known.bare);
        *known = Switch { place: known.place, ..Switch::of_inventory(bare) };
        known.bare.splice(0..0, before);
        return;
    }
    if let (Some(router), Uplink::Router(own)) = (&bare.router, &mut known.uplink)
        && *own != router.value
    {
        if known.subnet.as_ref().is_some_and(|subnet| subnet.vpc.is_none()) && own == DEFAULT_VPC {
            own.clone_from(&router.value);
        } else {
            let message =
                format!("switch `{}` is on router `{own}` where it is declared first; that counts", known.name);
            let conflict = Diagnostic::new(Code::Conflict, message).severity(Severity::Warning).at(router.place);
            out.push(
                conflict.label(known.place, "it is declared here").help("write the same router, or the same `vpc`"),
            );
        }
    }
    let contradicts = bare.cidrs.iter().any(|cidr| !known.cidrs.contains(&cidr.value))
        || bare.gateways.iter().any(|gateway| !known.gateways.contains(&gateway.value));
    if contradicts {
        let message = format!("switch `{}` has other addresses where it is declared first; those count", known.name);
        let conflict =
            Diagnostic::new(Code::Conflict, message).at(bare.name.place).label(known.place, "it is declared here");
        out.push(conflict.help("leave `cidr` and `gateway` out where rows are added"));
    }
    known.bare.push(bare.clone());
}

fn provider(subnet: &Subnet) -> &str {
    subnet.provider.as_ref().map_or("ovn", |provider| &provider.value)
}

/// `IsOvnProvider` of Kube-OVN.
fn is_ovn(subnet: &Subnet) -> bool {
    let provider = provider(subnet);
    provider == "ovn" || provider.ends_with(".ovn")
}

fn foreign(subnet: &Subnet) -> Diagnostic {
    let message = format!(
        "Subnet `{}` has provider `{}`, which is not OVN's: Kube-OVN makes no switch and writes no ACL for it",
        subnet.name.value,
        provider(subnet)
    );
    let place = subnet.provider.as_ref().map_or(subnet.name.place, |provider| provider.place);
    Diagnostic::new(Code::NoEndpoint, message)
        .severity(Severity::Info)
        .at(place)
        .help("an OVN provider is `ovn` or ends in `.ovn`")
}

fn uplink(subnet: &Subnet) -> Uplink {
    if subnet.vlan.is_some() && !subnet.logical_gateway && !subnet.underlay_to_overlay {
        return Uplink::Localnet;
    }
    Uplink::Router(subnet.vpc.as_ref().map_or_else(|| DEFAULT_VPC.to_string(), |vpc| vpc.value.clone()))
}

/// The gateways as written, and the first host of each family that has none (`formatGateway` of Kube-OVN).
fn gateways(cidrs: &[IpNet], stated: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut gateways: Vec<IpAddr> = Vec::new();
    for gateway in stated {
        if !gateways.contains(&gateway) {
            gateways.push(gateway);
        }
    }
    for cidr in cidrs {
        if !gateways.iter().any(|gateway| gateway.is_ipv4() == cidr.network().is_ipv4()) {
            gateways.extend(
                cidr.hosts()
                    .next()
                    .filter(|_| cidr.prefix_len() < cidr.max_prefix_len())
                    .map(|host| first_host(*cidr, host)),
            );
        }
    }
    gateways
}

/// The first host: of an IPv6 prefix not the network's own address.
fn first_host(cidr: IpNet, host: IpAddr) -> IpAddr {
    match cidr {
        IpNet::V6(net) => IpAddr::V6((u128::from(net.network()) + 1).into()),
        IpNet::V4(_) => host,
    }
}

fn stray_gateways(switch: &Switch, out: &mut Vec<Diagnostic>) {
    let stated = switch.subnet.iter().flat_map(|subnet| &subnet.gateways);
    let stated = stated.chain(switch.bare.iter().flat_map(|bare| &bare.gateways));
    for gateway in stated.filter(|gateway| !switch.cidrs.is_empty() && !switch.contains(gateway.value)) {
        let message = format!("gateway `{}` lies outside the prefixes of `{}`", gateway.value, switch.name);
        let help = "write an address of the subnet, usually the first one";
        out.push(Diagnostic::new(Code::MisplacedAddress, message).at(gateway.place).help(help));
    }
}

/// Two switches on one router must not share addresses.
fn overlaps(switches: &[Switch], out: &mut Vec<Diagnostic>) {
    for (index, switch) in switches.iter().enumerate() {
        let before = switches.iter().take(index).filter(|other| other.uplink == switch.uplink);
        let routed = before.filter(|other| matches!(other.uplink, Uplink::Router(_)));
        for other in routed.filter(|other| overlap(switch, other)) {
            let message = format!("`{}` shares addresses with `{}` on the same router", switch.name, other.name);
            let conflict =
                Diagnostic::new(Code::Conflict, message).at(switch.place).label(other.place, "the other one");
            out.push(conflict.severity(Severity::Warning).help("give each subnet of a VPC a prefix of its own"));
        }
    }
}

fn overlap(one: &Switch, other: &Switch) -> bool {
    one.cidrs.iter().any(|left| other.cidrs.iter().any(|right| left.contains(right) || right.contains(left)))
}
