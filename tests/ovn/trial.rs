//! A rule set on trial: programmed, probed, judged; looked at twice before it is called wrong.

use super::bench::Bench;
use super::case::Case;
use super::conversation::{self, Conversation, Outcome};
use super::judgement::{Judgement, judge};
use super::lab::Lab;
use super::probe::{self, Patience};
use super::service;
use ringfence_engine::ovn::network::Network;
use std::collections::BTreeMap;
use std::io;

/// Tries a case. Contradictions are those that a second, more patient round confirms.
pub fn hold(lab: &Lab, case: &Case) -> io::Result<Judgement> {
    let first = judge(case, &see(lab, case, Patience::USUAL)?);
    if first.holds() {
        return Ok(first);
    }
    Ok(judge(case, &see(lab, case, Patience::SECOND)?))
}

/// What packets do in a case.
pub fn see(lab: &Lab, case: &Case, patience: Patience) -> io::Result<BTreeMap<Conversation, Outcome>> {
    lab.program(case.programmed())?;
    let mut conversations = conversation::all(lab.machines().len());
    conversations.extend(conversation::with_gateways());
    conversations.retain(|conversation| case.speaks_of(conversation));
    conversations.extend(service::conversations(&case.services));
    probe::round(lab, &conversations, &case.services, patience)
}

/// Leaves out rows as long as what remains still contradicts the engine.
pub fn shrink(bench: &mut Bench, case: &Case) -> io::Result<Case> {
    let mut smallest = case.clone();
    'again: loop {
        for network in steps(&smallest.network) {
            let smaller = Case { network, ..smallest.clone() };
            if !bench.work(|lab| hold(lab, &smaller))?.contradictions.is_empty() {
                smallest = smaller;
                continue 'again;
            }
        }
        return Ok(smallest);
    }
}

/// The network with one thing less.
fn steps(network: &Network) -> Vec<Network> {
    let mut steps = Vec::new();
    for (index, switch) in network.switches.iter().enumerate() {
        for row in 0..switch.acls.len() {
            steps.push(changed(network, |network| drop(network.switches[index].acls.remove(row))));
        }
        if switch.load_balancer {
            steps.push(changed(network, |network| network.switches[index].load_balancer = false));
        }
    }
    for (index, group) in network.port_groups.iter().enumerate() {
        for row in 0..group.acls.len() {
            steps.push(changed(network, |network| drop(network.port_groups[index].acls.remove(row))));
        }
        if group.acls.is_empty() {
            steps.push(changed(network, |network| drop(network.port_groups.remove(index))));
        }
    }
    if network.options.default_acl_drop {
        steps.push(changed(network, |network| network.options.default_acl_drop = false));
    }
    if !network.options.use_ct_inv_match {
        steps.push(changed(network, |network| network.options.use_ct_inv_match = true));
    }
    steps
}

fn changed(network: &Network, change: impl FnOnce(&mut Network)) -> Network {
    let mut network = network.clone();
    change(&mut network);
    network
}
