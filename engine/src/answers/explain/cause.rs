//! The cause that stands elsewhere: an answer that passes only because of a row that is not about it.

use super::{Decider, Step};
use crate::answers::conversation::{Conversation, Half, Question};
use crate::answers::tracking::{causes, without};
use crate::ovn::pipeline::{AclId, Pipeline};
use crate::ovn::walk::Choice;
use crate::reach::Verdict;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};

/// Whose rows make a switch track connections without which the answer would be lost.
pub(super) struct Cause {
    /// The switch.
    switch: String,
    /// The objects whose rows they are.
    objects: BTreeSet<String>,
}

impl Cause {
    /// As the end of a sentence.
    pub(super) fn words(&self) -> String {
        let mut objects = self.objects.iter();
        let first = objects.next().map_or("a row", String::as_str);
        let others = match objects.count() {
            0 => String::new(),
            1 => " and one other object".to_string(),
            more => format!(" and {more} other objects"),
        };
        let verb = if others.is_empty() { "makes" } else { "make" };
        format!("only because {first}{others} {verb} {} track connections", self.switch)
    }
}

/// The first switch on whose tracking the answer depends, where no row that let the request pass is its cause.
pub(super) fn cause(question: &Question<'_>, verdict: Verdict, steps: &[Step]) -> Option<Cause> {
    let answers = steps.iter().filter(|step| step.half == Half::Reply && step.decider == Decider::Established);
    let switches: BTreeSet<usize> = answers.map(|step| step.switch).collect();
    let mut switches = switches.into_iter().filter(|_| verdict == Verdict::Open && question.backend.is_none());
    switches.find_map(|switch| of_switch(question, question.pipelines.get(switch)?, steps))
}

fn of_switch(question: &Question<'_>, pipeline: &Pipeline, steps: &[Step]) -> Option<Cause> {
    let network = question.network;
    let requests = steps.iter().filter(|step| step.half == Half::Request);
    let mut rows = requests.flat_map(|step| step.decider.rows());
    if pipeline.load_balancer || !pipeline.stateful_acl || rows.any(|row| pipeline.is_tracked_for(network, *row)) {
        return None;
    }
    let pipelines = without(network, question.pipelines, pipeline);
    let untracked = Question { pipelines: &pipelines, ..*question };
    let lost = !untracked.walk(Choice::Strict).as_ref().is_some_and(Conversation::answered);
    let object = |id: AclId| id.acl(network).map(|acl| acl.provenance.object.clone());
    lost.then(|| Cause {
        switch: network.switches.get(pipeline.switch).map(|switch| switch.name.clone()).unwrap_or_default(),
        objects: causes(network, pipeline).filter_map(object).collect(),
    })
}
