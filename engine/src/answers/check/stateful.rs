//! What changes because a switch tracks connections.

use super::name;
use crate::answers::tracking::{causes, without};
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Pipeline};
use crate::reach::{Endpoint, Example, Reach, Verdict, evaluate_by};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// With more classes of endpoints than this the question is not asked.
const MOST_CLASSES: usize = 120;

/// For each switch that only `allow-related` rows make stateful: the pairs whose verdict would be another without it.
pub(super) fn check(network: &Network, endpoints: &[Endpoint], reach: &mut Reach<'_>) -> Vec<Diagnostic> {
    if reach.classes().len() > MOST_CLASSES {
        return Vec::new();
    }
    let pipelines = reach.pipelines().to_vec();
    pipelines.iter().filter_map(|pipeline| tell(network, pipeline, endpoints, reach)).collect()
}

fn tell(network: &Network, pipeline: &Pipeline, endpoints: &[Endpoint], reach: &mut Reach<'_>) -> Option<Diagnostic> {
    let causes: Vec<AclId> = causes(network, pipeline).collect();
    let (cause, row) = name(network, *causes.first()?)?;
    let pipelines = without(network, reach.pipelines(), pipeline);
    let mut other = evaluate_by(network, endpoints, pipelines.into());
    let others = other.classes();
    let classes = reach.classes().divided(&|endpoint| others.of(endpoint));
    let mut changed = Vec::new();
    for pair in classes.pairs() {
        let (with, without) = (reach.verdict(pair.from, pair.to), other.verdict(pair.from, pair.to));
        if with != without {
            changed.push((pair, with, without));
        }
    }
    let switch = &network.switches.get(pipeline.switch)?.name;
    let (rows, place) = match causes.len() {
        1 => (row, "its place"),
        many => (format!("{many} `allow-related` rows"), "their place"),
    };
    let changed = list(endpoints, &changed)?;
    let message = format!("{switch} tracks connections only because of {rows}; with `allow` in {place} {changed}");
    Some(Diagnostic::new(Code::StatefulSwitch, message).at_maybe(cause.provenance.place))
}

fn list(endpoints: &[Endpoint], changed: &[(Example, Verdict, Verdict)]) -> Option<String> {
    let (pair, with, without) = changed.first()?;
    let (from, to) = (&endpoints.get(pair.from)?.id, &endpoints.get(pair.to)?.id);
    let count: usize = changed.iter().map(|(pair, ..)| pair.pairs).sum();
    let pairs = if count == 1 { "1 pair would change".into() } else { format!("{count} pairs would change") };
    let among = if count == 1 { ":" } else { ", among them" };
    Some(format!("{pairs}{among} {from} → {to} from {} to {}", with.name(), without.name()))
}
