//! What becomes of the state when an answer comes.

use super::lints::Lints;
use super::{Effect, Session, View};
use crate::protocol::{Analysis, Answer, Reply, Worker};
use ringfence_view::picture::READABLE;
use std::rc::Rc;

impl Session {
    /// Takes an answer.
    pub(super) fn answered(&mut self, answer: Answer) -> Vec<Effect> {
        match answer.reply {
            Some(Reply::Analysis(analysis)) if self.pending.analyzing == Some(answer.number) => {
                self.pending.analyzing = None;
                if self.pending.stale {
                    return vec![self.analyze()];
                }
                let analysis = match self.analysis.as_deref() {
                    Some(last) => analysis.after(last),
                    None => *analysis,
                };
                self.turned = Rc::new(turned(self.analysis.as_deref(), &analysis));
                if self.analysis.is_none() && !self.chosen {
                    self.view = if analysis.lines > READABLE { View::Matrix } else { View::Graph };
                }
                // What is said of other answers than these would be marked in them.
                if !self.analysis.as_ref().is_some_and(|last| last.reaches_like(&analysis)) {
                    self.changes = None;
                }
                let (lints, whole) = self.lints.moved(&self.files);
                // An editor moves what it shows by itself.
                let same = whole && self.analysis.as_ref().is_some_and(|last| last.tells_like(&analysis));
                self.analysis = Some(Rc::new(analysis));
                self.lints = Rc::new(lints);
                let mut effects = vec![if same { Effect::Remark } else { Effect::Annotate }];
                effects.extend(self.explain());
                effects.extend(self.compare());
                // Of half a text there is nothing to find.
                if !self.is_held() {
                    effects.push(self.lint(0));
                }
                effects
            }
            Some(Reply::Changes(changes)) if self.pending.comparing == Some(answer.number) => {
                self.pending.comparing = None;
                if self.pending.outrun {
                    return if self.busy() { Vec::new() } else { self.compare() };
                }
                self.changes = Some(Rc::new(changes));
                Vec::new()
            }
            Some(Reply::Lints { findings, next }) if self.pending.linting == Some(answer.number) => match next {
                Some(part) => vec![self.lint(part)],
                None => {
                    self.pending.linting = None;
                    if self.lints.findings == findings {
                        return Vec::new();
                    }
                    self.lints = Rc::new(Lints { files: self.files.clone(), findings });
                    vec![Effect::Annotate]
                }
            },
            Some(Reply::Why(why)) if self.pending.wanted_why == Some(answer.number) => {
                self.why = Some(Rc::from(why));
                vec![Effect::Light]
            }
            Some(Reply::Proposals(proposals)) if self.pending.wanted_proposals == Some(answer.number) => {
                self.proposals = Some(Rc::new(proposals));
                Vec::new()
            }
            Some(Reply::Script(script)) => vec![Effect::Download("ringfence.sh", script)],
            Some(Reply::Format(edits)) if self.pending.wanted_format == Some(answer.number) => {
                self.pending.wanted_format = None;
                if edits.is_empty() {
                    self.notice = Some("there is nothing to format".to_owned());
                }
                self.edit(edits)
            }
            Some(
                Reply::Analysis(_)
                | Reply::Lints { .. }
                | Reply::Why(_)
                | Reply::Changes(_)
                | Reply::Format(_)
                | Reply::Proposals(_),
            )
            | None => {
                // Whoever could not answer may be asked again.
                if self.pending.comparing == Some(answer.number) {
                    self.pending.comparing = None;
                }
                Vec::new()
            }
        }
    }
}

impl Session {
    /// Nobody answers what a worker was asked that is gone; the next question is put to another one.
    pub(super) fn lost(&mut self, worker: Worker) -> Vec<Effect> {
        let pending = &mut self.pending;
        let (who, next) = match worker {
            Worker::Answerer => {
                (pending.analyzing, pending.stale, pending.wanted_why) = (None, false, None);
                ("draws the picture", "with the next change of the text, or when the page is loaded anew")
            }
            Worker::Reviewer => {
                pending.linting = None;
                ("looks for mistakes", "with the next change of the text")
            }
            Worker::Mender => {
                (pending.comparing, pending.outrun) = (None, false);
                (pending.wanted_proposals, pending.wanted_format) = (None, None);
                ("changes and compares texts", "when you ask again")
            }
        };
        self.notice = Some(format!(
            "the part of this page that {who} could not be loaded, or broke down: it is tried again {next}"
        ));
        Vec::new()
    }
}

/// Pairs of the new answer whose verdict is not that of the old one, where the same endpoints are in both.
fn turned(old: Option<&Analysis>, new: &Analysis) -> Vec<(usize, usize)> {
    let Some(old) = old else { return Vec::new() };
    let ids = |analysis: &Analysis| analysis.endpoints.iter().map(|endpoint| endpoint.id.clone()).collect::<Vec<_>>();
    let size = new.endpoints.len();
    let same = old.endpoints == new.endpoints || ids(old) == ids(new);
    if size == 0 || size > MOST_TURNED || !same {
        return Vec::new();
    }
    let pairs = (0..size).flat_map(|from| (0..size).map(move |to| (from, to)));
    pairs.filter(|(from, to)| old.verdict(*from, *to) != new.verdict(*from, *to)).collect()
}

/// With more endpoints than this nobody sees single pairs glow.
const MOST_TURNED: usize = 200;
