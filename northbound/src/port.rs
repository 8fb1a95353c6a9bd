//! Ports of machines: whose they are, and which addresses they have.

use crate::name::Names;
use crate::row::{entry, flag, text, texts, uuids};
use ipnet::IpNet;
use ringfence_engine::ovn::network::Mac;
use ringfence_ovsdb::Row;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// What somebody calls a machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Machine {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Machine {
    /// As an inventory says it, with its interfaces.
    pub(crate) fn to_json(&self, interfaces: &[Interface]) -> Value {
        let mut interfaces = interfaces.iter().collect::<Vec<_>>();
        // The port of the machine's own name is the first: the others have a provider's name as well.
        interfaces.sort_by_key(|interface| (interface.port.len(), interface.port.clone()));
        let mut vm = interfaces.first().map(|interface| interface.to_json(None)).unwrap_or_else(|| json!({}));
        if let Some(fields) = vm.as_object_mut() {
            fields.insert("name".to_owned(), json!(self.name));
            fields.insert("namespace".to_owned(), json!(self.namespace));
            let others: Vec<Value> =
                interfaces.iter().skip(1).map(|interface| interface.to_json(Some(&interface.port))).collect();
            if !others.is_empty() {
                fields.insert("interfaces".to_owned(), json!(others));
            }
        }
        vm
    }
}

/// A machine's port.
#[derive(Debug, Clone)]
pub(crate) struct Interface {
    pub(crate) machine: Machine,
    pub(crate) port: String,
    pub(crate) switch: String,
    pub(crate) mac: Option<String>,
    pub(crate) addresses: Vec<IpAddr>,
    /// Whether OVN drops what comes from it with another address.
    pub(crate) secured: bool,
    /// Whether OVN answers its questions for an address.
    pub(crate) leased: bool,
}

impl Interface {
    /// A port of type `""`, with the switch that it is on: the machine with the first address of each family, and one for each
    /// further address, named by it, as rows may tell them apart; so is an address with another Ethernet address, or one
    /// that lies in none of the router's networks where the first one does. A disabled port is on a switch of its own, as OVN
    /// gives it nothing and takes nothing from it.
    pub(crate) fn of(row: &Row, names: &Names<'_>, switch: &str, networks: &[IpNet]) -> Vec<Self> {
        let port = text(row, "name").unwrap_or_default().to_owned();
        let machine = machine(row, names, &port);
        let secured = !texts(row, "port_security").is_empty();
        let switch = if is_disabled(row) { format!("{port} (disabled)") } else { switch.to_owned() };
        let leased = !uuids(row, "dhcpv4_options").is_empty();
        let is_routed = |address: IpAddr| networks.is_empty() || networks.iter().any(|net| net.contains(&address));
        let mut said = addresses(row);
        // What `dynamic` asked for comes again with its Ethernet address.
        let known: Vec<IpAddr> = said.iter().filter(|(mac, _)| mac.is_some()).map(|(_, address)| *address).collect();
        let mut seen = BTreeSet::new();
        said.retain(|(mac, address)| (mac.is_some() || !known.contains(address)) && seen.insert(*address));
        said.sort_by_key(|(_, address)| !is_routed(*address));
        let mut first = Self { machine, port, switch, mac: None, addresses: Vec::new(), secured, leased };
        first.mac = said.iter().find_map(|(mac, _)| mac.clone());
        let routed = said.first().map(|(_, address)| is_routed(*address));
        let mut others = Vec::new();
        for (mac, address) in said {
            let is_beside = mac == first.mac && routed == Some(is_routed(address));
            if is_beside && first.addresses.iter().all(|known| known.is_ipv4() != address.is_ipv4()) {
                first.addresses.push(address);
            } else if !first.addresses.contains(&address) {
                let name = format!("{} ({address})", first.machine.name);
                let machine = Machine { name, ..first.machine.clone() };
                others.push(Self { machine, mac, addresses: vec![address], ..first.clone() });
            }
        }
        std::iter::once(first).chain(others).collect()
    }

    /// As an inventory says it.
    pub(crate) fn to_json(&self, name: Option<&str>) -> Value {
        let mut interface = json!({ "subnet": self.switch, "port": self.port, "addresses": self.addresses });
        let flag = |is_set: bool| is_set.then_some(json!(true));
        let extra = [
            ("mac", self.mac.as_ref().map(|mac| json!(mac))),
            ("name", name.map(|name| json!(name))),
            ("portSecurity", flag(self.secured)),
            ("dhcp", flag(self.leased)),
        ];
        for (key, value) in extra.into_iter().filter_map(|(key, value)| Some((key, value?))) {
            if let Some(interface) = interface.as_object_mut() {
                interface.insert(key.to_owned(), value);
            }
        }
        interface
    }
}

/// Kube-OVN says it in `external_ids:pod`, ovn-kubernetes by the namespace there and `NAMESPACE_NAME`, Neutron in
/// `external_ids:neutron:port_name`; without any of them, Kube-OVN's `NAME.NAMESPACE` is understood, and any other name stands
/// for itself.
fn machine(row: &Row, names: &Names<'_>, port: &str) -> Machine {
    let machine = |namespace: &str, name: &str| Machine { namespace: namespace.to_owned(), name: name.to_owned() };
    let id = |key: &str| entry(row, "external_ids", key);
    if let Some((namespace, name)) = id("pod").and_then(|pod| pod.split_once('/')) {
        return machine(namespace, name);
    }
    let by_namespace = id("namespace")
        .and_then(|namespace| Some(machine(namespace, port.strip_prefix(namespace)?.strip_prefix('_')?)));
    if let Some(found) = by_namespace {
        return found;
    }
    if let Some(name) = names.by_neutron(row) {
        return machine("default", &name);
    }
    match port.rsplit_once('.') {
        Some((name, namespace)) if !name.is_empty() && !namespace.is_empty() => machine(namespace, name),
        _ => machine("default", port),
    }
}

/// Whether OVN keeps a port or a router out of everything: `enabled` is false.
pub(crate) fn is_disabled(row: &Row) -> bool {
    flag(row, "enabled") == Some(false)
}

/// `addresses` first; what `dynamic` stands for is in `dynamic_addresses`, and a port of which nothing else is known says
/// it by `port_security`. Each address with the Ethernet address in front of it.
pub(crate) fn addresses(row: &Row) -> Vec<(Option<String>, IpAddr)> {
    for column in ["addresses", "dynamic_addresses", "port_security"] {
        let mut found: Vec<(Option<String>, IpAddr)> = Vec::new();
        let stated = texts(row, column);
        // `dynamic fd00::2` states one family: of the other one only `dynamic_addresses` tells.
        let is_dynamic = column == "addresses"
            && stated.iter().any(|element| element.split_whitespace().any(|word| word == "dynamic"));
        let assigned = if is_dynamic { texts(row, "dynamic_addresses") } else { Vec::new() };
        found.extend(stated.into_iter().chain(assigned).flat_map(self::stated));
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The addresses of an element such as `MAC IP IP`, each with the Ethernet address in front of it.
pub(crate) fn stated(element: &str) -> Vec<(Option<String>, IpAddr)> {
    let (mut mac, mut found) = (None, Vec::new());
    for word in element.split_whitespace() {
        let address = word.split('/').next().unwrap_or_default();
        match address.parse() {
            Ok(address) => found.push((mac.clone(), address)),
            Err(_) => mac = ethernet(word).map(|mac| mac.to_string()).or(mac),
        }
    }
    found
}

/// An Ethernet address as OVN reads it (`ETH_ADDR_SCAN_FMT`): six groups of one or two digits.
pub(crate) fn ethernet(word: &str) -> Option<Mac> {
    let groups: Vec<String> = word.split(':').map(|group| format!("{group:0>2}")).collect();
    Mac::parse(&groups.join(":"))
}

/// Whether OVN sends to a port what is for an Ethernet and an IP address, and takes from it what comes from them: what
/// `addresses`, with `dynamic_addresses` behind `dynamic`, and `port_security` say (ovn-nb(5)).
pub fn is_served(row: &Row, mac: Mac, address: IpAddr) -> bool {
    let (stated, written) = (texts(row, "addresses"), mac.to_string());
    let is_own = |(own, known): (Option<String>, IpAddr)| own.as_ref() == Some(&written) && known == address;
    let is_dynamic = stated.iter().any(|element| element.split_whitespace().any(|word| word == "dynamic"));
    let assigned = if is_dynamic { texts(row, "dynamic_addresses") } else { Vec::new() };
    let is_sent = stated.contains(&"unknown") || stated.into_iter().chain(assigned).flat_map(self::stated).any(is_own);
    let secured = texts(row, "port_security");
    is_sent && (secured.is_empty() || secured.iter().any(|element| is_taken(element, mac, address)))
}

/// The addresses of a port that its `port_security` does not take: OVN drops what the port sends from there, its ARP included.
pub(crate) fn forbidden(row: &Row) -> Vec<IpAddr> {
    let secured = texts(row, "port_security");
    let is_taken = |mac: Option<Mac>, address: IpAddr| {
        mac.is_none_or(|mac| secured.iter().any(|element| is_taken(element, mac, address)))
    };
    let own = addresses(row).into_iter().filter(|_| !secured.is_empty());
    let own = own.filter(|(mac, address)| !is_taken(mac.as_deref().and_then(ethernet), *address));
    own.map(|(_, address)| address).collect()
}

/// Whether an element of `port_security` takes packets from an address: from every one where it names none.
fn is_taken(element: &str, mac: Mac, address: IpAddr) -> bool {
    let mut words = element.split_whitespace();
    let is_own = words.next().and_then(ethernet).is_some_and(|own| own == mac);
    let mut named = words.clone();
    let is_named = named.any(|word| {
        let net = word.parse::<IpNet>().or_else(|_| word.parse::<IpAddr>().map(IpNet::from));
        // `10.0.0.5/24` is that address, and the network's own one the whole network.
        net.is_ok_and(|net| net.addr() == address || (net.addr() == net.network() && net.contains(&address)))
    });
    is_own && (is_named || words.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringfence_ovsdb::{Atom, Datum};

    fn port(columns: &[(&str, &[&str])]) -> Row {
        let set = |texts: &[&str]| Datum::Set(texts.iter().map(|text| Atom::String((*text).to_owned())).collect());
        columns.iter().map(|(name, texts)| ((*name).to_owned(), set(texts))).collect()
    }

    fn serves(columns: &[(&str, &[&str])]) -> bool {
        is_served(&port(columns), Mac([2, 0, 0, 0, 0, 1]), "10.0.0.5".parse().unwrap())
    }

    #[test]
    fn a_port_may_be_forbidden_its_own_addresses() {
        let own = ("addresses", &["02:00:00:00:00:01 10.0.0.5 fd00::5"][..]);
        let found = |columns: &[(&str, &[&str])]| {
            forbidden(&port(columns)).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        let by = |element: &'static [&str]| found(&[own, ("port_security", element)]);
        assert_eq!(found(&[own]), "");
        assert_eq!(by(&["02:00:00:00:00:01"]), "");
        assert_eq!(by(&["02:00:00:00:00:01 10.0.0.5 fd00::/64"]), "");
        assert_eq!(by(&["02:00:00:00:00:01 10.0.0.5"]), "fd00::5");
        assert_eq!(by(&["02:00:00:00:00:01 10.0.0.6"]), "10.0.0.5 fd00::5");
        assert_eq!(by(&["02:00:00:00:00:02 10.0.0.5 fd00::5"]), "10.0.0.5 fd00::5");
    }

    #[test]
    fn a_port_is_served_as_its_columns_say() {
        let own = ("addresses", &["02:00:00:00:00:01 10.0.0.5"][..]);
        let dynamic = ("addresses", &["dynamic"][..]);
        let secured = |element: &'static [&str]| ("port_security", element);
        for columns in [
            &[own][..],
            &[("addresses", &["unknown"])],
            &[dynamic, ("dynamic_addresses", &["02:00:00:00:00:01 10.0.0.5"])],
            &[own, secured(&["02:00:00:00:00:01"])],
            &[own, secured(&["02:00:00:00:00:01 10.0.0.5/24"])],
            &[own, secured(&["02:00:00:00:00:02", "02:00:00:00:00:01 10.0.0.0/24 fd00::1"])],
        ] {
            assert!(serves(columns), "{columns:?}");
        }
        for columns in [
            &[][..],
            &[dynamic],
            &[("addresses", &["02:00:00:00:00:01"])],
            &[("addresses", &["02:00:00:00:00:02 10.0.0.5"])],
            &[secured(&["02:00:00:00:00:01 10.0.0.5"])],
            &[own, ("dynamic_addresses", &[]), secured(&["02:00:00:00:00:01 10.0.0.4/24"])],
            &[own, secured(&["02:00:00:00:00:01 fd00::1"])],
        ] {
            assert!(!serves(columns), "{columns:?}");
        }
    }
}
