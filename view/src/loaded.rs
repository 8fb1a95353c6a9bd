//! Texts, compiled: what every answer starts from.

use ringfence_engine::answers::check::misplaced;
use ringfence_engine::answers::readings::other_reading;
use ringfence_engine::compile::{Compiled, Settings, load};
use ringfence_engine::diagnostic::Severity;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::ovn::pipeline::{Matches, Pipeline};
use ringfence_engine::reach::{Reach, evaluate_by};
use ringfence_engine::source::Sources;
use std::sync::Arc;

/// The input, compiled.
pub struct Loaded {
    /// All texts.
    pub sources: Sources,
    /// What can be evaluated. Its diagnostics include what could not be read at all, and which rows OVN ignores.
    pub compiled: Compiled,
    /// What the switches of the network do.
    pipelines: Arc<[Pipeline]>,
}

impl Loaded {
    /// Compiles texts, and says what every verb and every view must say of them.
    pub fn new(sources: Sources, settings: &Settings) -> Self {
        Self::by(sources, settings, |_| {}, &mut Matches::default())
    }

    /// The same of a network that is changed before anybody looks, with matches that were parsed before.
    pub fn by(sources: Sources, settings: &Settings, change: impl Fn(&mut Network), matches: &mut Matches) -> Self {
        let mut compiled = load(&sources, settings);
        change(&mut compiled.network);
        let pipelines: Arc<[Pipeline]> = Pipeline::all_by(&compiled.network, matches).into();
        // What else there is to say of rows is for `check`; a row that is not there at all, everybody must be told of.
        compiled.diagnostics.extend(misplaced(&compiled.network, &pipelines));
        compiled.diagnostics.extend(other_reading(&sources, settings, &compiled));
        Self { sources, compiled, pipelines }
    }

    /// What was compiled before, of which everything was said.
    pub fn of(sources: Sources, compiled: Compiled) -> Self {
        let pipelines = Pipeline::all(&compiled.network).into();
        Self { sources, compiled, pipelines }
    }

    /// Who can talk to whom.
    pub fn reach(&self) -> Reach<'_> {
        evaluate_by(&self.compiled.network, &self.compiled.endpoints, Arc::clone(&self.pipelines))
    }

    /// What the switches of the network do.
    pub fn pipelines(&self) -> &[Pipeline] {
        &self.pipelines
    }

    /// Whether some of the input could not be used as it is written.
    pub fn has_errors(&self) -> bool {
        self.compiled.diagnostics.iter().any(|found| found.severity == Severity::Error)
    }
}
