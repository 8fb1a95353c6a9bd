//! What somebody wants of a pair, and the edits that do it.

use super::changes::lines;
use super::{filter_of, settings, sources, track};
use crate::offsets::Offsets;
use crate::protocol::{Edit, Input, Intent, Proposal, Proposals};
use ringfence_engine::answers::repair::{self, Wish, repair};
use ringfence_engine::compile::load;
use ringfence_engine::ovn::matching::Adviser;
use ringfence_engine::source::Sources;
use ringfence_view::difference::Difference;
use ringfence_view::loaded::Loaded;
use ringfence_view::patch;

/// Looks for edits, and proves them.
pub(super) fn proposals(
    input: &Input,
    loaded: &Loaded,
    (from, to): (usize, usize),
    intent: Intent,
    filter: &str,
) -> Proposals {
    let id = |index: usize| loaded.compiled.endpoints.get(index).map_or("", |endpoint| endpoint.id.as_str());
    let wanted = match intent {
        Intent::Connect => repair::Intent::Connect,
        Intent::Separate => repair::Intent::Separate,
    };
    let wish = Wish { from: id(from), to: id(to), intent: wanted, part: filter_of(filter) };
    let sources = sources(input);
    let settings = settings(input, Adviser::default());
    let compiled = |sources: &Sources| {
        let mut compiled = load(sources, &settings);
        track(&mut compiled.network, input.tracking);
        compiled
    };
    let (found, refusal) = match repair(&sources, &compiled, &wish) {
        Ok(found) => (found, None),
        Err(refusal) => (Vec::new(), Some(refusal)),
    };
    let proposals = found.into_iter().map(|found| proposal(&sources, loaded, found)).collect();
    Proposals { from, to, intent, proposals, refusal }
}

fn proposal(old: &Sources, loaded: &Loaded, found: repair::Proposal) -> Proposal {
    let edits = edits(old, &found.sources);
    let new = Loaded::of(found.sources, found.compiled);
    let difference = Difference { old: loaded, new: &new, matched: &found.matched, changes: &found.changes };
    Proposal { title: found.title, edits, summary: difference.summary(), changes: lines(&difference) }
}

/// One edit for each text that is another one: what lies between their common beginning and their common end.
fn edits(old: &Sources, new: &Sources) -> Vec<Edit> {
    let both = old.iter().zip(new.iter()).enumerate();
    let edit = |(file, ((_, old), (_, new))): (
        usize,
        ((_, &ringfence_engine::source::Source), (_, &ringfence_engine::source::Source)),
    )| {
        let (start, end, insert) = patch::between(old.text(), new.text())?;
        let offsets = Offsets::new(old.text());
        Some(Edit { file, from: offsets.unit(start), to: offsets.unit(end), insert: insert.to_owned() })
    };
    both.filter_map(edit).collect()
}
