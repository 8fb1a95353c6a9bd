//! What `check` found, and the texts it speaks of.

use crate::loaded::Loaded;
use ringfence_engine::answers::check::check;
use ringfence_engine::answers::expect::{Counterexample, Judgement, judge};
use ringfence_engine::diagnostic::{Code, Diagnostic};
use ringfence_engine::reach::{Endpoint, Reach};
use ringfence_engine::source::{Position, Sources};
use std::collections::BTreeSet;

/// Everything that `check` found.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The endpoints, to which counterexamples point by index.
    pub endpoints: &'a [Endpoint],
    /// What was found.
    pub findings: &'a [Diagnostic],
    /// What became of the expectations.
    pub judgements: &'a [Judgement],
}

impl<'a> Report<'a> {
    /// The id of an endpoint.
    pub fn id(&self, index: usize) -> &'a str {
        self.endpoints.get(index).map_or("?", |endpoint| &endpoint.id)
    }
}

/// What was found in several inputs, told as that of one.
#[derive(Debug, Default)]
pub struct Joined {
    sources: Sources,
    endpoints: Vec<Endpoint>,
    findings: Vec<Diagnostic>,
    judgements: Vec<Judgement>,
    /// What was told of which place, so that files which several inputs share are told of once.
    told: BTreeSet<(Code, String, String, Option<Position>)>,
}

impl Joined {
    /// Adds an input.
    pub fn add(&mut self, loaded: &Loaded, findings: Vec<Diagnostic>, judgements: Vec<Judgement>) {
        let shift = self.endpoints.len();
        self.endpoints.extend(loaded.compiled.endpoints.iter().cloned());
        let moved = self.sources.append(&loaded.sources);
        for found in findings {
            // Of a database the row.
            let place = found.place.and_then(|place| {
                let row = loaded.sources.row(place).map(|row| row.name.as_str());
                let at = loaded.sources.locate(place).map(|(_, at)| at);
                Some((row.or(loaded.sources.name(place))?, at))
            });
            let known = place.map(|(name, at)| (found.code, found.message.clone(), name.to_owned(), at));
            if known.is_none_or(|known| self.told.insert(known)) {
                self.findings.push(found.moved(moved));
            }
        }
        for mut judgement in judgements {
            judgement.place = moved(judgement.place);
            judgement.flaws.iter_mut().for_each(|flaw| flaw.place = moved(flaw.place));
            for found in &mut judgement.counterexamples {
                (found.from, found.to, found.place) = (found.from + shift, found.to + shift, moved(found.place));
            }
            self.judgements.push(judgement);
        }
    }

    /// All of it.
    pub fn report(&self) -> Report<'_> {
        let Self { sources, endpoints, findings, judgements, .. } = self;
        Report { sources, endpoints, findings, judgements }
    }
}

/// Everything that is found in a loaded input, and what became of its expectations.
pub fn found(loaded: &Loaded, reach: &mut Reach<'_>, namespace: &str) -> (Vec<Diagnostic>, Vec<Judgement>) {
    let (mut findings, judgements) = known(loaded, reach, namespace);
    let unknown = findings.split_off(loaded.compiled.diagnostics.len());
    let lints = check(&loaded.compiled.network, &loaded.compiled.endpoints, reach);
    findings.extend(lints.into_iter().filter(is_news));
    findings.extend(unknown);
    (findings, judgements)
}

/// What is known without any lint: what was found on loading and by the expectations, and what became of these.
pub fn known(loaded: &Loaded, reach: &mut Reach<'_>, namespace: &str) -> (Vec<Diagnostic>, Vec<Judgement>) {
    let compiled = &loaded.compiled;
    let mut findings = compiled.diagnostics.clone();
    let (mut judgements, unknown) = judge(&compiled.expectations, &compiled.endpoints, reach, namespace);
    findings.extend(unknown);
    for judgement in &mut judgements {
        let found = std::mem::take(&mut judgement.counterexamples);
        let walk = |found: Counterexample| found.walked(&compiled.network, loaded.pipelines(), &compiled.endpoints);
        judgement.counterexamples = found.into_iter().map(walk).collect();
    }
    (findings, judgements)
}

/// Whether a lint says what was not said on loading: rows that OVN ignores are told there, by everybody.
pub fn is_news(found: &Diagnostic) -> bool {
    found.code != Code::MatchContext
}
