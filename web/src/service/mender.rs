//! The mender: what somebody asks for now and then, in a worker that starts with the first question.

use super::{drawing, load_by, wishes};
use crate::protocol::{Answer, Ask, Reply, Request};
use ringfence_engine::ovn::matching::Adviser;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_view::picture;

/// Looks for edits that do what somebody wants, and draws pictures to keep.
#[derive(Default)]
pub struct Mender {
    matches: Matches,
}

impl Mender {
    /// Nothing parsed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers.
    pub fn ask(&mut self, ask: Ask) -> Answer {
        Answer { number: ask.number, reply: self.reply(ask.request), took: 0.0 }
    }

    fn reply(&mut self, request: Request) -> Option<Reply> {
        match request {
            Request::Propose { input, from, to, intent, filter } => {
                let loaded = load_by(&input, Adviser::default(), &mut self.matches);
                Some(Reply::Proposals(wishes::proposals(&input, &loaded, (from, to), intent, &filter)))
            }
            Request::Svg { input, scope } => {
                let loaded = load_by(&input, Adviser::default(), &mut self.matches);
                let mut text = String::new();
                picture::write(&mut text, &drawing::drawn(&loaded, &scope), "Who can talk to whom").ok()?;
                Some(Reply::Svg(text))
            }
            _ => None,
        }
    }
}
