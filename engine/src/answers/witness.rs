//! Conversations that show what becomes of a pair: a few of which each verdict, and each row that decides, is shown by one.

use super::conversation::{Half, Question, Shape};
use super::explain::{Decider, Explanation, explain};
use crate::ovn::network::Network;
use crate::ovn::pipeline::{Pipeline, Stage};
use crate::reach::{Cells, Endpoint, Family, L4Header, L4Set, Ports, Region, Route, Topology, Verdict};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

/// So many kinds of headers of one pair are looked at.
const MOST: usize = 160;

/// One conversation, explained.
#[derive(Debug, Clone)]
pub struct Witness<'a> {
    /// What is asked.
    pub question: Question<'a>,
    /// What the rows make of it.
    pub explanation: Explanation,
}

/// Why there is no witness of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// Nothing gets from one to the other, whatever the rows say; or nobody knows.
    NoWay,
    /// A load balancer chooses who answers.
    Balanced,
    /// OVN does not promise what becomes of it.
    Undefined,
    /// An Ethernet address cannot be learnt, so that no packet is sent.
    Unresolved,
    /// The rows tell more headers apart than are looked at.
    Outgrown,
}

/// Finds witnesses; what is known of one pair's switches serves the next one.
#[derive(Debug)]
pub struct Witnesses<'a> {
    network: &'a Network,
    pipelines: &'a [Pipeline],
    topology: Topology<'a>,
    cells: BTreeMap<(Vec<usize>, Family), Cells>,
}

/// The witnesses of a pair, and what has none.
#[derive(Debug, Default)]
pub struct Found<'a> {
    /// The witnesses.
    pub witnesses: Vec<Witness<'a>>,
    /// What has none.
    pub gaps: BTreeSet<Gap>,
}

/// What a conversation shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// A verdict on a protocol.
    Verdict(u8, Verdict),
    /// What decided at a stage of a switch.
    Decided(Half, usize, Stage, String),
}

impl<'a> Witnesses<'a> {
    /// Nothing is known yet.
    pub fn new(network: &'a Network, pipelines: &'a [Pipeline]) -> Self {
        Self { network, pipelines, topology: Topology::of(network), cells: BTreeMap::new() }
    }

    /// The witnesses of a pair.
    pub fn of(&mut self, from: &'a Endpoint, to: &'a Endpoint) -> Found<'a> {
        let mut found = Found::default();
        match Route::between(&self.topology, from, to) {
            Route::Balanced(_) => drop(found.gaps.insert(Gap::Balanced)),
            Route::Apart | Route::Unknown(_) => drop(found.gaps.insert(Gap::NoWay)),
            route @ (Route::Direct | Route::Switched(_) | Route::Routed(..)) => {
                let switches: Vec<usize> = route.crossings().map(|crossing| crossing.switch).collect();
                let common = Family::ALL.into_iter().filter(|family| from.has(*family) && to.has(*family));
                common.for_each(|family| self.family((from, to), family, &switches, &mut found));
            }
        }
        found
    }

    fn family(
        &mut self,
        (from, to): (&'a Endpoint, &'a Endpoint),
        family: Family,
        switches: &[usize],
        found: &mut Found<'a>,
    ) {
        let (network, pipelines) = (self.network, self.pipelines);
        let asked = || switches.iter().filter_map(|switch| pipelines.get(*switch));
        let cells = self.cells.entry((switches.to_vec(), family)).or_insert_with(|| Cells::of(asked(), family, MOST));
        if cells.outgrown {
            found.gaps.insert(Gap::Outgrown);
        }
        let question = |header| {
            let shape = Shape::default();
            Question { network, pipelines, from, to, family, header, shape, backend: None }
        };
        let mut candidates = Vec::new();
        let ordinary = cells.sets.iter().map(|set| set.difference(&untracked()));
        for header in ordinary.filter_map(|set| set.example()) {
            let witness = Witness { question: question(header), explanation: explain(&question(header)) };
            match (witness.explanation.verdict, witness.explanation.traces.is_empty()) {
                (Verdict::Undefined, _) => drop(found.gaps.insert(Gap::Undefined)),
                // A switch is crossed, and no packet is sent.
                (_, true) => {}
                (_, false) if witness.is_unresolved() => drop(found.gaps.insert(Gap::Unresolved)),
                (_, false) => candidates.push((witness.shown(), witness)),
            }
        }
        found.witnesses.extend(few(candidates));
    }
}

/// DHCPv6's own messages, which OVN never tracks; sets do not speak of them.
fn untracked() -> L4Set {
    let (client, server) = (Ports::range(546, 546), Ports::range(547, 547));
    let udp = Region::product(&client, &server).union(&Region::product(&server, &client));
    L4Set { udp, ..L4Set::empty() }
}

impl Witness<'_> {
    /// Whether its request, or its answer, is not sent for want of an Ethernet address.
    fn is_unresolved(&self) -> bool {
        self.explanation.steps.iter().any(|step| step.packet == super::explain::PacketKind::Arp)
    }

    fn shown(&self) -> BTreeSet<Shown> {
        let protocol = match self.question.header {
            L4Header::Tcp(..) => 6,
            L4Header::Udp(..) => 17,
            L4Header::Sctp(..) => 132,
            L4Header::Icmp(..) => 1,
            L4Header::Other(_) => 0,
        };
        let decided = self.explanation.steps.iter().map(|step| {
            let decider = alloc::format!("{:?}", step.decider);
            Shown::Decided(step.half, step.crossing, step.stage, decider)
        });
        decided.chain([Shown::Verdict(protocol, self.explanation.verdict)]).collect()
    }

    /// The rows that decided, and the built-in ones.
    pub fn deciders(&self) -> impl Iterator<Item = &Decider> {
        self.explanation.steps.iter().map(|step| &step.decider)
    }
}

/// As few as show all that the candidates show: always the one that shows most of what is not shown yet.
fn few<T>(mut candidates: Vec<(BTreeSet<Shown>, T)>) -> Vec<T> {
    let mut chosen = Vec::new();
    loop {
        // Of several that show as much the first one.
        let best = candidates.iter().enumerate().rev().max_by_key(|(_, (shown, _))| shown.len());
        let Some(at) = best.filter(|(_, (shown, _))| !shown.is_empty()).map(|(at, _)| at) else { return chosen };
        let (shown, witness) = candidates.remove(at);
        candidates.iter_mut().for_each(|(left, _)| left.retain(|item| !shown.contains(item)));
        chosen.push(witness);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(protocols: &[u8]) -> BTreeSet<Shown> {
        protocols.iter().map(|protocol| Shown::Verdict(*protocol, Verdict::Open)).collect()
    }

    #[test]
    fn few_show_everything() {
        let candidates = [&[1][..], &[1, 2, 3], &[3, 4], &[4]].map(|protocols| (shown(protocols), protocols.len()));
        let chosen = few(candidates.to_vec());
        assert_eq!(chosen.len(), 2);
        assert!(chosen.contains(&3));
    }
}
