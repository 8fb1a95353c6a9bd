//! Everything that the page shows of an input.

use super::shown::Shown;
use super::texts::{Texts, line};
use super::{drawing, filter_of, names, reach, rows, wishes_of};
use crate::protocol::{Analysis, Claim, Counterexample, Endpoint, Finding, Parcel, Scope};
use ringfence_engine::answers::expect;
use ringfence_engine::diagnostic::Diagnostic;
use ringfence_engine::reach::{self as reached, Verdict};
use ringfence_engine::source::Sources;
use ringfence_view::matrix::Matrix;
use ringfence_view::picture::Picture;
use ringfence_view::report::known;
use ringfence_view::wire::reach::address;

/// Analyses what is shown.
pub(super) fn analysis(shown: &Shown, scope: &Scope) -> Analysis {
    let (sources, loaded) = (shown.texts(), &shown.loaded);
    let compiled = &loaded.compiled;
    let texts = Texts::of(sources);
    let endpoints = compiled.endpoints.as_slice();
    let mut reach = reach(loaded);
    let matrix = Matrix::of(&mut reach, filter_of(&scope.filter));
    let groups = matrix.alike(endpoints);
    let picture = Picture::of(endpoints, &matrix, &wishes_of(scope));
    let (findings, judgements) = known(loaded, &mut reach, "default");
    let findings = || findings.iter().map(|found| finding(&texts, found)).collect();
    Analysis {
        profile: compiled.profile.name.to_owned(),
        ovn: compiled.network.version.name().to_owned(),
        endpoints: Parcel::of(&endpoints.iter().map(plain).collect()),
        classes: (0..endpoints.len()).filter_map(|endpoint| matrix.classes().of(endpoint)).collect(),
        verdicts: characters(&matrix),
        order: groups.iter().flatten().copied().collect(),
        groups: groups.len(),
        switches: rows::switches(&compiled.network, reach.pipelines()),
        rows: Parcel::of(&rows::rows(loaded, reach.pipelines(), sources)),
        lines: picture.edges.len(),
        picture: Parcel::of(&drawing::plain(picture)),
        held: shown.held.is_some(),
        findings: shown.held.as_ref().map_or_else(findings, |held| held.findings.clone()),
        claims: judgements.into_iter().map(|judgement| claim(sources, judgement)).collect(),
        names: Parcel::of(&names::names(loaded)),
        notes: Parcel::of(&names::notes(loaded, reach.pipelines(), &texts)),
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

fn plain(endpoint: &reached::Endpoint) -> Endpoint {
    Endpoint {
        id: endpoint.id.clone(),
        kind: endpoint.kind.name().to_owned(),
        switch: endpoint.switch.clone(),
        addresses: endpoint.addresses.iter().map(address).collect(),
    }
}

/// A finding as the page shows it.
pub(super) fn finding(texts: &Texts<'_>, found: &Diagnostic) -> Finding {
    Finding {
        code: found.code.name().to_owned(),
        severity: found.severity.name().to_owned(),
        message: found.message.clone(),
        help: found.help.clone(),
        place: found.place.and_then(|place| texts.line(place)),
        span: found.place.and_then(|place| texts.units(place)),
        fix: found.fix.as_ref().and_then(|fix| texts.edit(fix)),
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
        flaws: judgement.flaws.into_iter().map(|flaw| flaw.message).collect(),
    }
}
