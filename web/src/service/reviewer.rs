//! The reviewer: what takes longer than the picture, in a worker of its own, so that the picture does not wait for it.

use super::analysis::finding;
use super::texts::Texts;
use super::{load_by, reach};
use crate::protocol::{Answer, Ask, Input, Reply, Request, Tracking};
use ringfence_engine::answers::check::{Part, sort};
use ringfence_engine::diagnostic::{Code, Diagnostic};
use ringfence_engine::ovn::matching::Adviser;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_view::loaded::Loaded;
use ringfence_view::report::is_news;

/// Looks for what lints find in one input after the other.
#[derive(Default)]
pub struct Reviewer {
    loaded: Option<Loaded>,
    /// What lints found in it so far.
    known: Vec<Diagnostic>,
    matches: Matches,
}

impl Reviewer {
    /// Nothing loaded yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers what is for review.
    pub fn ask(&mut self, ask: Ask) -> Answer {
        Answer { number: ask.number, reply: self.reply(ask.request), took: 0.0 }
    }

    fn reply(&mut self, request: Request) -> Option<Reply> {
        match request {
            Request::Lints { part, input } => {
                if let Some(input) = input {
                    // Of a row that somebody plays with there is nothing to find.
                    let input = Input { tracking: Tracking::AsWritten, ..input };
                    self.loaded = Some(load_by(&input, Adviser::FULL, &mut self.matches));
                }
                Some(lints(self.loaded.as_ref()?, part, &mut self.known))
            }
            _ => None,
        }
    }
}

/// Goes on with one part, where those before it are known; after the last one, all findings, and the mistakes in matches with what
/// to write instead.
fn lints(loaded: &Loaded, part: usize, known: &mut Vec<Diagnostic>) -> Reply {
    if part == 0 {
        known.clear();
    }
    if let Some(wanted) = Part::ALL.get(part) {
        let compiled = &loaded.compiled;
        let found = wanted.check(&compiled.network, &compiled.endpoints, &mut reach(loaded), known);
        known.extend(found);
    }
    let next = part.checked_add(1).filter(|next| *next < Part::ALL.len());
    if next.is_some() {
        return Reply::Lints { findings: Vec::new(), next };
    }
    sort(known);
    let texts = Texts::of(&loaded.sources);
    let mistakes = loaded.compiled.diagnostics.iter().filter(|found| found.code == Code::MatchSyntax);
    let findings = mistakes.chain(known.iter().filter(|found| is_news(found)));
    let findings = findings.map(|found| finding(&texts, found)).collect();
    Reply::Lints { findings, next }
}
