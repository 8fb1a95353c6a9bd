//! Two inputs, compiled, evaluated and compared: no panic, and what is said of the whole is so of its parts.
//!
//! A line that begins with `<` stands in the old input alone, one that begins with `>` in the new one, all others in both.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringfence_engine::answers::conversation::{Question, Shape, backends};
use ringfence_engine::answers::diff::{Matched, changes, matched};
use ringfence_engine::answers::explain::explain;
use ringfence_engine::compile::Settings;
use ringfence_engine::reach::{Family, PairAnswer, Reach, Verdict};
use ringfence_engine::source::Sources;
use ringfence_view::difference::Difference;
use ringfence_view::loaded::Loaded;
use ringfence_view::report::found;
use std::collections::BTreeSet;

/// With more endpoints than this nothing is evaluated: it is about what they do, not about how many there are.
const MOST_ENDPOINTS: usize = 16;
/// So much may be spent on sets of headers.
const WORK: usize = 1 << 16;

fuzz_target!(|text: &str| {
    let (old, new) = (side(text, '<', '>'), side(text, '>', '<'));
    if [&old, &new].iter().any(|side| side.compiled.endpoints.len() > MOST_ENDPOINTS) {
        return;
    }
    for side in [&old, &new] {
        let (findings, _) = found(side, &mut side.reach().within(WORK), "default");
        assert!(findings.iter().all(|found| !found.message.contains('\n')), "a message is one line");
        let same = matched(&side.compiled.endpoints, &side.compiled.endpoints);
        let none = changes(&same, &mut side.reach().within(WORK), &mut side.reach().within(WORK));
        assert!(none.is_empty(), "nothing differs from itself");
        walked(side);
    }
    compared(&old, &new);
});

/// The lines of one side.
fn side(text: &str, own: char, other: char) -> Loaded {
    let lines = text.lines().filter(|line| !line.starts_with(other));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(own).unwrap_or(line)).collect();
    let mut sources = Sources::new();
    sources.add("fuzz.yaml", lines.join("\n"));
    Loaded::new(sources, &Settings::default())
}

/// What is found by classes is what is found pair by pair, and groups hold just the pairs that change.
fn compared(old: &Loaded, new: &Loaded) {
    let matched = matched(&old.compiled.endpoints, &new.compiled.endpoints);
    let changes = changes(&matched, &mut old.reach().within(WORK), &mut new.reach().within(WORK));
    let common = |index: usize| &matched.common[index];
    let meant =
        |(from, to): &(usize, usize)| common(*from).old != common(*to).old && common(*from).new != common(*to).new;
    let told: BTreeSet<(usize, usize)> =
        changes.iter().map(|change| (change.from, change.to)).filter(|pair| meant(pair)).collect();
    let (mut before, mut after) = (old.reach().within(WORK), new.reach().within(WORK));
    let outgrown = |reach: &Reach<'_>| reach.outgrown().0;
    let differing = pairs(&matched, &mut before, &mut after);
    if !outgrown(&before) && !outgrown(&after) {
        assert_eq!(told, differing, "changes are the pairs that differ");
    }
    let difference = Difference { old, new, matched: &matched, changes: &changes };
    let names = difference.names();
    let mut grouped = BTreeSet::new();
    for group in difference.groups(&names) {
        let (from, to) = (names.all(&group.who.askers), names.all(&group.who.targets));
        grouped.extend(from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))));
    }
    assert_eq!(grouped.into_iter().filter(meant).collect::<BTreeSet<_>>(), told, "groups are what changes");
    assert_eq!(difference.lines("->", usize::MAX).told.is_empty(), changes.is_empty());
}

fn pairs(matched: &Matched, old: &mut Reach<'_>, new: &mut Reach<'_>) -> BTreeSet<(usize, usize)> {
    let mut differing = BTreeSet::new();
    for (from, one) in matched.common.iter().enumerate() {
        for (to, other) in matched.common.iter().enumerate() {
            if one.old == other.old || one.new == other.new {
                continue;
            }
            let (mut was, mut is) = (old.pair(one.old, other.old), new.pair(one.new, other.new));
            let stands = |family: Family| {
                let at = usize::from(family == Family::Ipv6);
                one.families[at] && other.families[at]
            };
            let all = [&was, &is].into_iter().flat_map(|answer| &answer.families).all(|of| stands(of.family));
            was.families.retain(|of| stands(of.family));
            is.families.retain(|of| stands(of.family));
            if was.families != is.families || all && was != is {
                differing.insert((from, to));
            }
        }
    }
    differing
}

/// A packet that is walked arrives where the sets say so, and nowhere else.
fn walked(loaded: &Loaded) {
    let (network, endpoints, pipelines) = (&loaded.compiled.network, &loaded.compiled.endpoints, loaded.pipelines());
    let mut reach = loaded.reach().within(WORK);
    for (from, to) in reach.pairs().collect::<Vec<_>>() {
        let PairAnswer { families, .. } = reach.pair(from, to);
        for answer in families {
            let headers = [answer.answered.example(), answer.delivered.difference(&answer.answered).example()];
            for header in headers.into_iter().flatten() {
                let (family, from, to) = (answer.family, &endpoints[from], &endpoints[to]);
                for backend in
                    backends(network, endpoints, (from, to), family, header).into_iter().map(Some).chain([None])
                {
                    let question =
                        Question { network, pipelines, from, to, family, header, shape: Shape::default(), backend };
                    let told = explain(&question);
                    let balanced =
                        backend.is_none() && !backends(network, endpoints, (from, to), family, header).is_empty();
                    if balanced || backend.is_some_and(|backend| backend.endpoint.id == from.id) {
                        continue;
                    }
                    assert!(
                        told.delivered || told.verdict == Verdict::Undefined,
                        "{} -> {}: {}",
                        from.id,
                        to.id,
                        told.because
                    );
                    assert_eq!(
                        told.answered,
                        answer.answered.contains(header),
                        "{} -> {}: {}",
                        from.id,
                        to.id,
                        told.because
                    );
                }
            }
        }
    }
}
