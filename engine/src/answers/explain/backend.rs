//! Which backend of a load balancer an explanation is about.

use super::{Explanation, explain};
use crate::answers::conversation::{Question, backends, has_strangers};
use crate::reach::{Endpoint, Verdict};
use alloc::format;
use alloc::vec::Vec;

/// A question about the first backend of a load balancer with which the conversation fails, else about the first one, with its
/// explanation. Where it becomes of it what it does not with another one, nobody can tell.
pub fn telling_backend<'a>(blank: Question<'a>, endpoints: &'a [Endpoint]) -> (Question<'a>, Explanation) {
    let (network, ends) = (blank.network, (blank.from, blank.to));
    let known = backends(network, endpoints, ends, blank.family, blank.header);
    let mut asked: Vec<Question<'_>> =
        known.into_iter().map(|backend| Question { backend: Some(backend), ..blank }).collect();
    if asked.is_empty() || has_strangers(network, endpoints, ends, blank.family, blank.header) {
        asked.push(blank);
    }
    let mut told: Option<(Question<'_>, Explanation)> = None;
    let (mut first, mut differ) = (None, false);
    for question in asked {
        let explanation = explain(&question);
        let fate = (explanation.verdict, explanation.delivered);
        differ |= *first.get_or_insert(fate) != fate;
        let is_news =
            |(_, told): &(_, Explanation)| told.verdict == Verdict::Open && explanation.verdict != Verdict::Open;
        if told.as_ref().is_none_or(is_news) {
            told = Some((question, explanation));
        }
    }
    let (question, mut explanation) = told.unwrap_or_else(|| (blank, explain(&blank)));
    if differ && explanation.verdict != Verdict::Undefined {
        explanation.verdict = Verdict::Undefined;
        explanation.because = format!(
            "which backend gets this connection is not promised, and they fare differently; with one of them: {}",
            explanation.because
        );
    }
    (question, explanation)
}
