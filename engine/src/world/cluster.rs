//! What of a cluster is no machine: nodes and Services.

use super::assume;
use crate::diagnostic::{Code, Diagnostic};
use crate::read::{ClusterIp, Host, Object, Reading, ServicePort};
use crate::source::Place;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::HashSet;

/// A node of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its addresses of type `InternalIP`; without any, those on Kube-OVN's join network.
    pub addresses: Vec<IpAddr>,
    /// Where it is declared.
    pub place: Place,
}

/// A Service with an address of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `clusterIPs`.
    pub addresses: Vec<IpAddr>,
    /// `selector`; nothing where somebody else says who is behind it.
    pub selector: Option<BTreeMap<String, String>>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Where it is declared.
    pub place: Place,
}

/// The nodes of a reading, in its order.
pub(super) fn nodes(reading: &Reading) -> Vec<Node> {
    let hosts = reading.objects.iter().filter_map(|object| match object {
        Object::Node(host) => Some(host),
        _ => None,
    });
    hosts.map(node).collect()
}

/// `GetNodeInternalIP` of Kube-OVN, else the address on the join network.
fn node(host: &Host) -> Node {
    let addresses = if host.internal.is_empty() { &host.joined } else { &host.internal };
    Node {
        name: host.name.value.clone(),
        labels: host.labels.clone(),
        addresses: addresses.iter().map(|address| address.value).collect(),
        place: host.name.place,
    }
}

/// The Services that have addresses of their own; what the cluster will choose is assumed.
pub(super) fn services(reading: &Reading, out: &mut Vec<Diagnostic>) -> Vec<Service> {
    let said = || {
        reading.objects.iter().filter_map(|object| match object {
            Object::Service(service) => Some(service),
            _ => None,
        })
    };
    let known = said().flat_map(|service| match &service.addresses {
        ClusterIp::Known(addresses) => addresses.as_slice(),
        ClusterIp::None | ClusterIp::Chosen => &[],
    });
    let taken: HashSet<IpAddr> = known.map(|address| address.value).collect();
    // Made when it is needed: whatever rules speak of has to be looked up for it.
    let mut pool = None;
    let mut services = Vec::new();
    let mut assumed = None;
    for service in said() {
        let addresses = match &service.addresses {
            ClusterIp::None => continue,
            ClusterIp::Known(addresses) => addresses.iter().map(|address| address.value).collect(),
            ClusterIp::Chosen => {
                let pool = pool.get_or_insert_with(|| assume::service_addresses(&taken, reading));
                let address = pool.as_mut().and_then(assume::Pool::next);
                assumed = assumed.or(address.map(|address| (service, address)));
                address.into_iter().collect()
            }
        };
        services.push(Service {
            namespace: service.namespace.clone(),
            name: service.name.value.clone(),
            addresses,
            selector: service.selector.clone(),
            ports: service.ports.clone(),
            place: service.name.place,
        });
    }
    out.extend(assumed.map(|(service, address)| {
        let id = format!("{}/{}", service.namespace, service.name.value);
        let message = format!("no `clusterIP` of Service `{id}` is known: `{address}` is assumed");
        Diagnostic::new(Code::AssumedAddress, message).at(service.name.place)
    }));
    services
}
