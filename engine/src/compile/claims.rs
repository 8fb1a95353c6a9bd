//! Expectations with their selectors and groups resolved into the ids of endpoints.

use crate::ovn::network::Network;
use crate::reach::{Attachment, Endpoint};
use crate::read::{Expectation, Party, Selector};
use crate::world::{Roster, Scope};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashSet;

/// The expectations of a world, in which every party is a word. A selector that selects nobody becomes an empty
/// word, which means nobody, so that the claim does not hold for want of a subject.
pub(super) fn claims(
    expectations: &[Expectation],
    roster: &Roster<'_>,
    network: &Network,
    endpoints: &[Endpoint],
) -> Vec<Expectation> {
    let mut claims = expectations.to_vec();
    for assertion in claims.iter_mut().flat_map(|claim| &mut claim.assertions) {
        for parties in [&mut assertion.from, &mut assertion.to] {
            let all = core::mem::take(parties);
            *parties = all.into_iter().flat_map(|party| resolved(party, roster, network, endpoints)).collect();
        }
    }
    claims
}

fn resolved(party: Party, roster: &Roster<'_>, network: &Network, endpoints: &[Endpoint]) -> Vec<Party> {
    let found: Vec<String> = match &party {
        Party::Word(word) => match word.strip_prefix('@') {
            Some(group) => members(group, network, endpoints),
            None => return [party].to_vec(),
        },
        Party::Pods { namespaces, pods, .. } => {
            let scope = Scope::Selected(namespaces.clone().unwrap_or_else(Selector::default));
            let machines =
                roster.pods(&scope, pods).iter().filter_map(|index| roster.machine(*index)).collect::<Vec<_>>();
            machines.into_iter().map(|machine| format!("{}/{}", machine.namespace, machine.name)).collect()
        }
    };
    if found.is_empty() {
        let nobody = match party {
            Party::Word(word) => word,
            Party::Pods { .. } => String::new(),
        };
        return [Party::Word(nobody)].to_vec();
    }
    found.into_iter().map(Party::Word).collect()
}

/// The endpoints at the ports of a port group.
fn members(group: &str, network: &Network, endpoints: &[Endpoint]) -> Vec<String> {
    let groups = network.port_groups.iter().filter(|one| one.name == group);
    let ports: HashSet<&String> = groups.flat_map(|one| &one.ports).collect();
    let inside = |endpoint: &&Endpoint| match &endpoint.attachment {
        Attachment::Port { port, .. } => ports.contains(port),
        Attachment::Router(_) | Attachment::Balancer(_) => false,
    };
    endpoints.iter().filter(inside).map(|endpoint| endpoint.id.clone()).collect()
}
