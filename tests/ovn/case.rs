//! A case file: the rules of a network in the words of an `Inventory`, on top of the lab's own machines.

use super::conversation::{Conversation, Family};
use super::service::Service;
use super::topology::{self, Machine};
use ringfence_engine::compile::{self, Compiled, Settings};
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::reach::Endpoint;
use ringfence_engine::source::Sources;
use serde_json::{Value, json};

/// The rules as an `Inventory` document, one row a line.
///
/// JSON is YAML, so each row is written as JSON: no quoting can go wrong.
pub fn text(network: &Network) -> String {
    let mut lines = vec!["apiVersion: ringfence/v1".to_owned(), "kind: Inventory".to_owned()];
    let options = network.options;
    let options = json!({ "default_acl_drop": options.default_acl_drop, "use_ct_inv_match": options.use_ct_inv_match });
    lines.push(format!("ovn: {}", json!({ "version": network.version.name(), "options": options })));
    lines.push("switches:".to_owned());
    for switch in &network.switches {
        lines.push(format!("- name: {}", switch.name));
        if switch.load_balancer {
            lines.push("  loadBalancer: true".to_owned());
        }
        lines.extend(rows(&switch.acls));
    }
    if !network.port_groups.is_empty() {
        lines.push("portGroups:".to_owned());
    }
    for group in &network.port_groups {
        lines.push(format!("- name: {}\n  ports: {}", group.name, json!(group.ports)));
        lines.extend(rows(&group.acls));
    }
    if !network.address_sets.is_empty() {
        lines.push("addressSets:".to_owned());
    }
    let set = |(name, addresses)| format!("- {}", json!({ "name": name, "addresses": addresses }));
    lines.extend(network.address_sets.iter().map(set));
    lines.join("\n") + "\n"
}

fn rows(acls: &[Acl]) -> Vec<String> {
    if acls.is_empty() {
        return Vec::new();
    }
    let row = |acl: &Acl| format!("  - {}", row(acl));
    ["  acls:".to_owned()].into_iter().chain(acls.iter().map(row)).collect()
}

fn row(acl: &Acl) -> Value {
    let mut row = json!({
        "direction": acl.direction.name(), "priority": acl.priority.get(),
        "match": acl.matches, "action": acl.action.name(),
    });
    if acl.after_lb {
        row["options"] = json!({ "apply-after-lb": "true" });
    }
    row
}

/// A case, ready to be tried.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the engine is asked about.
    pub network: Network,
    /// The same for OVN 23.03, where the network is written for another: the engine is asked about both.
    pub lowered: Option<Network>,
    /// The lab's machines in the order of their numbers; behind them there may be the gateways of the switches.
    pub endpoints: Vec<Endpoint>,
    /// The Services, whose endpoints come last.
    pub services: Vec<Service>,
    /// What became of some conversations when the case was written: its lines `# seen: …`.
    pub recorded: Vec<String>,
    /// Whose DHCP questions are answered, its lines `# dhcp: …`: index of a machine, and what was seen.
    pub dhcp: Vec<(usize, String)>,
}

impl Case {
    /// A case of plain OVN 23.03.
    pub fn plain(network: Network, endpoints: Vec<Endpoint>) -> Self {
        Self { network, lowered: None, endpoints, services: Vec::new(), recorded: Vec::new(), dhcp: Vec::new() }
    }

    /// What the lab is programmed with.
    pub fn programmed(&self) -> &Network {
        self.lowered.as_ref().unwrap_or(&self.network)
    }

    /// Whether the engine speaks of a conversation: both machines have addresses of its family.
    pub fn speaks_of(&self, conversation: &Conversation) -> bool {
        let version = |endpoint: &Endpoint| {
            endpoint.addresses.iter().any(|range| range.first.is_ipv4() == (conversation.family == Family::V4))
        };
        let ends = [conversation.from, conversation.to].map(|index| self.endpoints.get(index));
        ends.iter().all(|endpoint| endpoint.is_some_and(version))
    }
}

/// Reads a case together with the lab's own machines. An error of the reader is an error of the case, except about
/// matches: what OVN makes of a broken match is what some cases are about.
pub fn load(name: &str, text: &str) -> Result<Case, String> {
    let mut sources = Sources::new();
    sources.add("lab/machines.yaml", MACHINES);
    sources.add(name, text);
    let Compiled { mut network, endpoints, diagnostics, .. } = compile::load(&sources, &Settings::default());
    let broken = |diagnostic: &&Diagnostic| {
        diagnostic.severity == Severity::Error && !matches!(diagnostic.code, Code::MatchSyntax | Code::MatchContext)
    };
    if let Some(diagnostic) = diagnostics.iter().find(broken) {
        return Err(diagnostic.message.clone());
    }
    adopt_macs(&mut network);
    let machine = |machine: Machine| {
        let id = format!("default/{}", machine.name);
        endpoints.iter().find(|endpoint| endpoint.id == id).cloned().ok_or_else(|| format!("there is no `{id}`"))
    };
    let endpoints = topology::machines().into_iter().map(machine).collect::<Result<_, _>>()?;
    Ok(Case { recorded: recorded(text), ..Case::plain(network, endpoints) })
}

/// The lines `# seen: …` of a case.
pub fn recorded(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix("# seen: ")).map(str::to_owned).collect()
}

/// An inventory cannot say which MAC addresses a router has: they are the lab's.
fn adopt_macs(network: &mut Network) {
    let lab = topology::network();
    let links = network.routers.iter_mut().flat_map(|router| &mut router.links);
    for link in links {
        let same = lab.routers[0].links.iter().find(|known| known.port == link.port);
        link.mac = same.map_or(link.mac, |known| known.mac);
    }
}

/// The lab's machines, as a case is read with them.
const MACHINES: &str = include_str!("../packets/lab/machines.yaml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_machines_says_what_the_lab_is() {
        let case = load("empty.yaml", "").unwrap();
        assert_eq!(case.network, topology::network());
        let named = |endpoint: &Endpoint| endpoint.id.trim_start_matches("default/").to_owned();
        for (read, built) in case.endpoints.iter().zip(topology::endpoints()) {
            assert_eq!((named(read), read.mac, &read.addresses), (built.id.clone(), built.mac, &built.addresses));
            assert_eq!(read.attachment, built.attachment);
        }
    }

    #[test]
    fn a_written_network_is_read_back() {
        let network = crate::generate::network::network(&mut crate::random::Random::new(3));
        let mut read = load("written.yaml", &text(&network)).unwrap().network;
        let acls = read.switches.iter_mut().map(|switch| &mut switch.acls);
        for acl in acls.chain(read.port_groups.iter_mut().map(|group| &mut group.acls)).flatten() {
            acl.provenance = Default::default();
        }
        assert_eq!(read, network);
    }
}
