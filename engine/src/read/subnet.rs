//! Kube-OVN's `Subnet` (`kubeovn.io/v1`), as far as it decides about isolation.

use super::acl::{AclEntry, Fault, Stray, Taker, entries, fault};
use super::address::{addresses, commas, prefixes, range};
use super::broken::INDENT;
use super::fields::{Fields, Out, Placed, items, words};
use super::naming;
use super::review::Review;
use super::selector::{Selector, selector};
use super::suggest::did_you_mean;
use crate::diagnostic::{Code, Diagnostic};
use crate::reach::AddressRange;
use crate::source::Place;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use ipnet::IpNet;

/// A Subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// Its name, which is the name of the logical switch.
    pub name: Placed<String>,
    /// The whole object.
    pub place: Place,
    /// `cidrBlock`, host bits cleared, in the order of the text.
    pub cidrs: Vec<Placed<IpNet>>,
    /// `gateway`; empty when Kube-OVN chooses.
    pub gateways: Vec<Placed<IpAddr>>,
    /// `excludeIps`.
    pub excluded: Vec<Placed<AddressRange>>,
    /// `vpc`.
    pub vpc: Option<Placed<String>>,
    /// `provider`.
    pub provider: Option<Placed<String>>,
    /// `vlan`.
    pub vlan: Option<Placed<String>>,
    /// `logicalGateway`.
    pub logical_gateway: bool,
    /// `u2oInterconnection`.
    pub underlay_to_overlay: bool,
    /// `status.u2oInterconnectionIP`, else what `spec` asks for; empty when Kube-OVN chooses.
    pub underlay_to_overlay_addresses: Vec<Placed<IpAddr>>,
    /// `private`, where it is true.
    pub private: Option<Place>,
    /// `allowSubnets`.
    pub allow_subnets: Vec<Placed<IpNet>>,
    /// `allowEWTraffic`, where it is true.
    pub allow_east_west: Option<Place>,
    /// `acls`, the valid ones.
    pub acls: Vec<AclEntry>,
    /// What is left of the others.
    pub strays: Vec<Stray>,
    /// What is wrong with them.
    pub fault: Option<Placed<Fault>>,
    /// Why Kube-OVN does not take it, whatever its `acls`; nothing where it does.
    pub refusal: Option<Placed<String>>,
    /// `namespaces`: whose pods it is for.
    pub namespaces: Vec<String>,
    /// `namespaceSelectors`, likewise.
    pub namespace_selectors: Vec<Selector>,
    /// `enableLb`, where it is false: Services have no address on this switch.
    pub without_balancers: Option<Place>,
    /// `default`, where it is true: for the pods of all other namespaces.
    pub default: Option<Place>,
    /// `enableDHCP`: whether OVN gives machines their addresses.
    pub dhcp: bool,
}

/// Every field of `spec` in Kube-OVN 1.12 to 1.17.
const SPEC: &[&str] = &[
    "acls",
    "allowEWTraffic",
    "allowSubnets",
    "cidrBlock",
    "default",
    "dhcpV4Options",
    "dhcpV6Options",
    "disableGatewayCheck",
    "disableInterConnection",
    "enableDHCP",
    "enableEcmp",
    "enableExternalLBAddress",
    "enableIPv6RA",
    "enableLb",
    "enableMulticastSnoop",
    "excludeIps",
    "externalEgressGateway",
    "gateway",
    "gatewayNode",
    "gatewayNodeSelectors",
    "gatewayType",
    "htbqos",
    "ipv6RAConfigs",
    "logicalGateway",
    "mtu",
    "namespaceSelectors",
    "namespaces",
    "natOutgoing",
    "natOutgoingPolicyRules",
    "nodeNetwork",
    "policyRoutingPriority",
    "policyRoutingTableID",
    "private",
    "protocol",
    "provider",
    "routeTable",
    "u2oFeatures",
    "u2oInterconnection",
    "u2oInterconnectionIP",
    "vips",
    "vlan",
    "vpc",
];

const GATEWAY_TYPES: [&str; 2] = ["distributed", "centralized"];
const PROTOCOLS: [&str; 4] = ["IPv4", "IPv6", "Dual", "Mac"];

/// A Subnet with a name; whatever else is wrong is a diagnostic.
pub(crate) fn subnet(object: &Fields<'_>, name: Placed<String>, out: &mut Out) -> Option<Subnet> {
    object.only(&["apiVersion", "kind", "metadata", "spec", "status"], out);
    let Some(spec) = object.fields("spec", out) else {
        if object.get("spec").is_none() {
            let flat = SPEC.iter().any(|key| object.get(key).is_some());
            let help = if flat { INDENT } else { "write `spec:` with a `cidrBlock` below it" };
            out.push(object.missing("spec", "; the Subnet is left out", help));
        }
        return None;
    };
    spec.only(SPEC, out);
    let (acls, strays) = entries(&spec.items("acls", out), Taker::Subnet, out);
    let before = out.len();
    let mut subnet = Subnet {
        name,
        place: object.place(),
        cidrs: cidrs(&spec, out),
        gateways: listed(&spec, "gateway", addresses, out),
        excluded: excluded(&spec, out),
        vpc: named(&spec, "vpc", out),
        provider: named(&spec, "provider", out),
        vlan: named(&spec, "vlan", out),
        logical_gateway: flag(&spec, "logicalGateway", out).is_some(),
        underlay_to_overlay: flag(&spec, "u2oInterconnection", out).is_some(),
        underlay_to_overlay_addresses: underlay_to_overlay_addresses(object, &spec, out),
        private: flag(&spec, "private", out),
        allow_subnets: allow_subnets(&spec, out),
        allow_east_west: flag(&spec, "allowEWTraffic", out),
        acls,
        strays,
        fault: None,
        refusal: refusal(&spec),
        namespaces: namespaces(&spec, out),
        namespace_selectors: namespace_selectors(&spec),
        without_balancers: spec.boolean("enableLb", out).filter(|flag| !flag.value).map(|flag| flag.place),
        default: flag(&spec, "default", out),
        dhcp: flag(&spec, "enableDHCP", out).is_some(),
    };
    let mut typed = out.iter().skip(before).filter(|found| found.code == Code::WrongType);
    let typed = typed.find_map(|found| Some(Placed::new(Fault::Type, found.place?)));
    let is_impossible = !naming::subdomain(&subnet.name.value).is_empty();
    let named = is_impossible.then(|| Placed::new(Fault::Name, subnet.name.place));
    subnet.fault = named.or(typed).or_else(|| fault(&spec.items("acls", &mut Vec::new())));
    Some(subnet)
}

/// `ValidateSubnet` of Kube-OVN, which its controller asks before it writes anything: the first thing that it does not take.
fn refusal(spec: &Fields<'_>) -> Option<Placed<String>> {
    let cidrs = listed(spec, "cidrBlock", prefixes, &mut Vec::new());
    let is_inside = |text: &str| {
        let inside = |address: IpAddr| cidrs.is_empty() || cidrs.iter().any(|cidr| cidr.value.contains(&address));
        text.parse().is_ok_and(inside)
    };
    let is_range = |text: &Placed<String>| range(text, "", &mut Vec::new()).is_some();
    let is_lower = |text: &str| !text.contains(|letter: char| letter.is_ascii_uppercase());
    let text = |key| named(spec, key, &mut Vec::new());
    let list = |key| spec.get(key).map(|node| words(node, "", &mut Vec::new())).unwrap_or_default().into_iter();
    let gateways = text("gateway").map(|text| commas(&text)).unwrap_or_default();
    let found = [
        ("gateway", gateways.into_iter().find(|gateway| !is_inside(&gateway.value))),
        ("excludeIps", list("excludeIps").find(|text| !is_range(text))),
        (
            "allowSubnets",
            list("allowSubnets").find(|text| !is_lower(&text.value) || text.value.parse::<IpNet>().is_err()),
        ),
        ("gatewayType", text("gatewayType").filter(|text| !GATEWAY_TYPES.contains(&text.value.as_str()))),
        ("protocol", text("protocol").filter(|text| !PROTOCOLS.contains(&text.value.as_str()))),
    ];
    let (key, text) = found.into_iter().find_map(|(key, text)| Some((key, text?)))?;
    Some(text.with(format!("`spec.{key}` is `{}`", text.value)))
}

/// Kube-OVN writes what it has taken into `status`.
fn underlay_to_overlay_addresses(object: &Fields<'_>, spec: &Fields<'_>, out: &mut Out) -> Vec<Placed<IpAddr>> {
    const KEY: &str = "u2oInterconnectionIP";
    let taken = object.quiet("status").map(|status| listed(&status, KEY, addresses, out));
    let asked = listed(spec, KEY, addresses, out);
    taken.filter(|taken| !taken.is_empty()).unwrap_or(asked)
}

fn cidrs(spec: &Fields<'_>, out: &mut Out) -> Vec<Placed<IpNet>> {
    let cidrs = listed(spec, "cidrBlock", prefixes, out);
    if cidrs.is_empty() && spec.get("cidrBlock").is_none() {
        let help = "write the prefix of the subnet, for example `172.20.10.0/24`";
        out.push(spec.missing("cidrBlock", "; machines on this Subnet are found by its name only", help));
    }
    cidrs
}

fn allow_subnets(spec: &Fields<'_>, out: &mut Out) -> Vec<Placed<IpNet>> {
    let Some(node) = spec.get("allowSubnets") else { return Vec::new() };
    let path = spec.path("allowSubnets");
    let listed = items(node, &path, out);
    let texts = listed.iter().flat_map(|(path, item)| words(item, path, out)).collect::<Vec<_>>();
    let prefixes = texts.iter().filter(|text| !text.value.trim().is_empty());
    prefixes.flat_map(|text| super::address::prefixes(text, &path, out)).collect()
}

fn namespaces(spec: &Fields<'_>, out: &mut Out) -> Vec<String> {
    let Some(node) = spec.get("namespaces") else { return Vec::new() };
    words(node, &spec.path("namespaces"), out).into_iter().map(|text| text.value).collect()
}

/// Kube-OVN tells nobody of a selector that is wrong; what is left of it is taken.
fn namespace_selectors(spec: &Fields<'_>) -> Vec<Selector> {
    let listed = spec.items("namespaceSelectors", &mut Vec::new());
    listed.iter().map(|(path, item)| selector(item, path, &mut Review::default())).collect()
}

fn excluded(spec: &Fields<'_>, out: &mut Out) -> Vec<Placed<AddressRange>> {
    let listed = spec.items("excludeIps", out);
    listed
        .iter()
        .filter_map(|(path, item)| {
            let text = super::fields::word(item, path, out)?;
            range(&text, path, out)
        })
        .collect()
}

/// A text that counts as absent when it is empty, as Go reads it.
fn named(spec: &Fields<'_>, key: &str, out: &mut Out) -> Option<Placed<String>> {
    spec.text(key, out).filter(|text| !text.value.is_empty())
}

fn flag(spec: &Fields<'_>, key: &str, out: &mut Out) -> Option<Place> {
    spec.boolean(key, out).filter(|flag| flag.value).map(|flag| flag.place)
}

fn listed<T>(
    spec: &Fields<'_>,
    key: &str,
    read: fn(&Placed<String>, &str, &mut Out) -> Vec<Placed<T>>,
    out: &mut Out,
) -> Vec<Placed<T>> {
    let text = named(spec, key, out);
    text.map_or_else(Vec::new, |text| read(&text, &spec.path(key), out))
}

/// Says that an `apiVersion` is not the one that the kind has.
pub(crate) fn foreign_group(kind: &Placed<String>, api: &str, group: &str) -> Diagnostic {
    let message = format!("`{}` of `{api}` is none of the kinds that are evaluated; it is left out", kind.value);
    let help = did_you_mean(api, [group]).unwrap_or_else(|| format!("this kind is known as `{group}`"));
    Diagnostic::new(Code::UnknownKind, message).at(kind.place).help(help)
}
