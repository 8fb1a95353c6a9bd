//! What an editor knows of this world: names to complete, remarks on pieces of text.

use super::texts::Texts;
use crate::protocol::{Note, Word};
use ringfence_engine::ovn::pipeline::{Pipeline, Stage};
use ringfence_engine::reach::EndpointKind;
use ringfence_view::loaded::Loaded;
use ringfence_view::rows::asked;
use ringfence_view::wire::reach::address;
use std::collections::BTreeMap;

/// More names than this help nobody.
const MOST: usize = 2_000;

/// Addresses, switches, address sets and port groups.
pub(super) fn names(loaded: &Loaded) -> Vec<Word> {
    let word =
        |label: String, kind: &str, detail: String| Word { label, kind: kind.to_owned(), detail, info: String::new() };
    let network = &loaded.compiled.network;
    let single = |endpoint: &&ringfence_engine::reach::Endpoint| {
        !matches!(endpoint.kind, EndpointKind::External | EndpointKind::Address)
    };
    let endpoints = loaded.compiled.endpoints.iter().filter(single);
    let addresses = endpoints.flat_map(|endpoint| {
        endpoint.addresses.iter().map(move |range| word(address(range), "constant", endpoint.id.clone()))
    });
    let sets = network.address_sets.iter().map(|(name, members)| {
        word(
            format!("${name}"),
            "variable",
            format!("address set, {}", ringfence_view::line::count(members.len(), "address")),
        )
    });
    let groups = network.port_groups.iter().map(|group| {
        word(
            format!("@{}", group.name),
            "variable",
            format!("port group, {}", ringfence_view::line::count(group.ports.len(), "port")),
        )
    });
    let switches = network.switches.iter().map(|switch| word(switch.name.clone(), "namespace", "switch".to_owned()));
    switches.chain(sets).chain(groups).chain(addresses).take(MOST).collect()
}

/// What became of each row that is written somewhere: its turn, or why OVN ignores it.
pub(super) fn notes(loaded: &Loaded, pipelines: &[Pipeline], texts: &Texts<'_>) -> Vec<Note> {
    let network = &loaded.compiled.network;
    let mut told: BTreeMap<(usize, usize, usize), Vec<String>> = BTreeMap::new();
    for pipeline in pipelines {
        let Some(switch) = network.switches.get(pipeline.switch) else { continue };
        for stage in Stage::ALL {
            for (turn, (_, acl, error)) in asked(network, pipeline, stage).enumerate() {
                let Some(place) = acl.provenance.place else { continue };
                let Some(((from, to), line)) = texts.units(place).zip(texts.line(place)) else {
                    continue;
                };
                let what = match error {
                    Some(error) => format!("ignored by OVN: {}", error.message),
                    None => format!(
                        "{} on {}: asked as number {} of this stage (tier {}, priority {}, {})",
                        stage.name(),
                        switch.name,
                        turn + 1,
                        acl.tier.get(),
                        acl.priority.get(),
                        acl.action
                    ),
                };
                told.entry((line.file, from, to)).or_default().push(what);
            }
        }
    }
    let note = |((file, from, to), mut lines): ((usize, usize, usize), Vec<String>)| {
        lines.truncate(4);
        Note { file, from, to, text: lines.join("\n") }
    };
    told.into_iter().map(note).collect()
}
