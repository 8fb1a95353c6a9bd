//! What is put into a network beside the rows of an `Inventory`, which has no words for it.

use ringfence_engine::ovn::acl::{Acl, Log, Provenance};
use ringfence_engine::ovn::network::{Beyond, Mac, Network, PortKind, Unknown, Way};
use ringfence_engine::source::SourceId;
use std::collections::{BTreeMap, BTreeSet};

/// What a database says and an inventory cannot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addendum {
    /// Pairs of switches between which routers may do what is not evaluated.
    pub doubts: Vec<[String; 2]>,
    /// Ports that are disabled.
    pub disabled: BTreeSet<String>,
    /// The Ethernet address of OVN's service monitor, where a machine has it as well.
    pub monitor: Option<Mac>,
    /// Ports that lead to a router.
    pub routed: BTreeSet<String>,
    /// Those of them at which nobody can say what becomes of a packet.
    pub doubted: BTreeSet<String>,
    /// Of rows by their paths: whose they are, and what they log.
    pub owners: BTreeMap<String, (Provenance, Option<Log>)>,
}

impl Addendum {
    /// Puts in what an inventory cannot say: whose each row is, what it logs, and [what is no row](Self::amend).
    pub fn complete(&self, network: &mut Network, source: SourceId) {
        let acls = network.switches.iter_mut().map(|switch| &mut switch.acls);
        for acl in acls.chain(network.port_groups.iter_mut().map(|group| &mut group.acls)).flatten() {
            self.credit(acl, source);
        }
        self.amend(network);
    }

    /// Puts in which ports are disabled or lead to further routers, and between which switches nobody can say what routers do;
    /// also where somebody has edited the rows of the text.
    pub fn amend(&self, network: &mut Network) {
        for port in network.switches.iter_mut().flat_map(|switch| &mut switch.ports) {
            port.disabled |= self.disabled.contains(&port.name);
            port.secured |= port.disabled;
            if self.routed.contains(&port.name) {
                port.kind = PortKind::Router;
            }
        }
        for link in network.routers.iter_mut().flat_map(|router| &mut router.links) {
            link.doubted |= self.doubted.contains(&link.port);
        }
        network.options.svc_monitor_mac = network.options.svc_monitor_mac.or(self.monitor);
        let names = network.switches.iter().enumerate().map(|(index, switch)| (switch.name.as_str(), index));
        let names: BTreeMap<&str, usize> = names.collect();
        let index = |name: &String| names.get(name.as_str()).copied();
        let doubts = self.doubts.iter().filter_map(|[one, other]| Some([index(one)?, index(other)?]));
        let way = Way::Unknown(Unknown::Routing);
        let doubts: Vec<Beyond> = doubts.map(|switches| Beyond { switches, way }).collect();
        network.beyond.extend(doubts);
    }

    fn credit(&self, acl: &mut Acl, source: SourceId) {
        let place = acl.provenance.place.filter(|place| place.source == source);
        if let (Some(place), Some((known, log))) = (place, self.owners.get(&acl.provenance.field)) {
            acl.provenance = Provenance { place: Some(place), ..known.clone() };
            acl.log.clone_from(log);
        }
    }
}
