//! What `check` found, and the texts it speaks of.

use ringfence_engine::answers::expect::Judgement;
use ringfence_engine::diagnostic::Diagnostic;
use ringfence_engine::reach::Endpoint;
use ringfence_engine::source::Sources;

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
