//! Everything that the page shows of an input.

use super::{drawing, filter_of, names, reach, rows, shown};
use crate::offsets::Offsets;
use crate::protocol::{Analysis, Claim, Counterexample, Edit, Endpoint, Finding, Place, Scope};
use ringfence_engine::answers::expect;
use ringfence_engine::diagnostic::{Diagnostic, Fix};
use ringfence_engine::reach::{self as reached, Verdict};
use ringfence_engine::source::{self, Sources};
use ringfence_view::loaded::Loaded;
use ringfence_view::matrix::Matrix;
use ringfence_view::picture::Picture;
use ringfence_view::report::found;
use ringfence_view::wire::reach::address;

/// Analyses a loaded input.
pub(super) fn analysis(loaded: &Loaded, scope: &Scope) -> Analysis {
    let (sources, compiled) = (&loaded.sources, &loaded.compiled);
    let endpoints = compiled.endpoints.as_slice();
    let mut reach = reach(loaded);
    let matrix = Matrix::of(&mut reach, filter_of(&scope.filter));
    let groups = matrix.alike(endpoints);
    let picture = Picture::of(endpoints, &matrix, &shown(scope));
    let (findings, judgements) = found(loaded, &mut reach, "default");
    Analysis {
        profile: compiled.profile.name.to_owned(),
        ovn: compiled.network.version.name().to_owned(),
        endpoints: endpoints.iter().map(|endpoint| plain(sources, endpoint)).collect(),
        classes: (0..endpoints.len()).filter_map(|endpoint| matrix.classes().of(endpoint)).collect(),
        verdicts: characters(&matrix),
        order: groups.iter().flatten().copied().collect(),
        groups: groups.len(),
        switches: rows::switches(&compiled.network, reach.pipelines()),
        rows: rows::rows(loaded, reach.pipelines()),
        picture: drawing::plain(picture),
        findings: findings.iter().map(|found| finding(sources, found)).collect(),
        claims: judgements.into_iter().map(|judgement| claim(sources, judgement)).collect(),
        changes: None,
        names: names::names(loaded),
        notes: names::notes(loaded, reach.pipelines()),
    }
}

/// A character for each verdict.
pub(super) fn character(verdict: Verdict) -> char {
    match verdict {
        Verdict::Open => 'O',
        Verdict::Partial => '%',
        Verdict::OneWay => '>',
        Verdict::Closed => '.',
        Verdict::Undefined => '?',
    }
}

fn characters(matrix: &Matrix) -> String {
    let count = matrix.classes().len();
    let pairs = (0..count).flat_map(|from| (0..count).map(move |to| (from, to)));
    pairs.map(|(from, to)| matrix.between(from, to).map_or(' ', |cell| character(cell.verdict))).collect()
}

fn plain(sources: &Sources, endpoint: &reached::Endpoint) -> Endpoint {
    Endpoint {
        id: endpoint.id.clone(),
        kind: endpoint.kind.name().to_owned(),
        switch: endpoint.switch.clone(),
        addresses: endpoint.addresses.iter().map(address).collect(),
        place: endpoint.place.and_then(|place| line(sources, place)),
    }
}

/// File and line of a place.
pub(super) fn line(sources: &Sources, place: source::Place) -> Option<Place> {
    let (_, position) = sources.locate(place)?;
    Some(Place { file: usize::try_from(place.source.0).ok()?, line: position.line })
}

/// The units of a place.
pub(super) fn units(sources: &Sources, place: source::Place) -> Option<(usize, usize)> {
    let offsets = Offsets::new(sources.get(place.source)?.text());
    Some((offsets.unit(place.span.start), offsets.unit(place.span.end)))
}

/// An edit as editors take it.
pub(super) fn edit(sources: &Sources, fix: &Fix) -> Option<Edit> {
    let (from, to) = units(sources, fix.place)?;
    let file = usize::try_from(fix.place.source.0).ok()?;
    Some(Edit { file, from, to, insert: fix.replacement.clone() })
}

fn finding(sources: &Sources, found: &Diagnostic) -> Finding {
    Finding {
        code: found.code.name().to_owned(),
        severity: found.severity.name().to_owned(),
        message: found.message.clone(),
        help: found.help.clone(),
        place: found.place.and_then(|place| line(sources, place)),
        span: found.place.and_then(|place| units(sources, place)),
        fix: found.fix.as_ref().and_then(|fix| edit(sources, fix)),
    }
}

fn claim(sources: &Sources, judgement: expect::Judgement) -> Claim {
    let counterexample = |found: &expect::Counterexample| Counterexample {
        from: found.from,
        to: found.to,
        expected: found.expected.name().to_owned(),
        found: found.found.name().to_owned(),
    };
    Claim {
        counterexamples: judgement.counterexamples.iter().map(counterexample).collect(),
        place: line(sources, judgement.place),
        name: judgement.name,
        claim: judgement.claim,
        holds: judgement.holds,
        wrong: judgement.wrong,
    }
}
