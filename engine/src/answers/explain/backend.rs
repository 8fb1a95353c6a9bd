//! Which backend of a load balancer an explanation is about.

use super::{Explanation, Step, explain, walked};
use crate::answers::conversation::{Question, backends, has_strangers};
use crate::reach::{Endpoint, Verdict};
use alloc::format;
use alloc::vec::Vec;

/// A question about each backend that a load balancer may choose, in their order; about none where there is none, and where one is
/// no endpoint.
fn each<'a>(blank: Question<'a>, endpoints: &'a [Endpoint]) -> Vec<Question<'a>> {
    let Question { network, from, to, family, header, .. } = blank;
    let known = backends(network, endpoints, (from, to), family, header);
    let is_blank = known.is_empty() || has_strangers(network, endpoints, (from, to), family, header);
    let known = known.into_iter().map(|backend| Question { backend: Some(backend), ..blank });
    known.chain(is_blank.then_some(blank)).collect()
}

/// A conversation with the first backend of a load balancer with which it ends on its way, or of which nobody can tell; with the
/// first one where there is none.
pub fn stopping<'a>(blank: Question<'a>, endpoints: &'a [Endpoint]) -> Option<(Question<'a>, Vec<Step>)> {
    let mut walks = each(blank, endpoints).into_iter().filter_map(|question| Some((question, walked(&question)?)));
    let first = walks.next()?;
    let is_stopped = |(_, steps): &(Question<'_>, Vec<Step>)| steps.iter().any(Step::stops);
    if is_stopped(&first) { Some(first) } else { Some(walks.find(is_stopped).unwrap_or(first)) }
}

/// A question about the first backend of a load balancer with which the conversation fails, else about the first one, with its
/// explanation. Where it becomes of it what it does not with another one, nobody can tell.
pub fn telling_backend<'a>(blank: Question<'a>, endpoints: &'a [Endpoint]) -> (Question<'a>, Explanation) {
    let mut told: Option<(Question<'_>, Explanation)> = None;
    let (mut first, mut differ) = (None, false);
    for question in each(blank, endpoints) {
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
