//! The mender: what somebody asks for now and then, in a worker that starts with the first question.

use super::texts::Texts;
use super::{changes, load_by, wishes};
use crate::protocol::{Answer, Ask, Input, Reply, Request, Tracking};
use ringfence_engine::ovn::matching::Adviser;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_view::canonical::canonical;
use ringfence_view::loaded::Loaded;
use ringfence_view::nbctl;

/// Looks for edits that do what somebody wants, and for what is different from what was pinned; writes rows as a script, and
/// matches as OVN prints them.
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
                let loaded = self.load(&input);
                Some(Reply::Proposals(wishes::proposals(&input, &loaded, (from, to), intent, &filter)))
            }
            Request::Compare { input, pinned } => {
                let (old, new) = (self.load(&pinned), self.load(&input));
                Some(Reply::Changes(changes::changes(&old, &new)))
            }
            Request::Script { input } => {
                let mut script = Vec::new();
                // What somebody plays with is no row of his.
                let input = Input { tracking: Tracking::AsWritten, ..input };
                nbctl::write(&mut script, &self.load(&input)).ok()?;
                String::from_utf8(script).ok().map(Reply::Script)
            }
            Request::Format { input } => {
                // An object that the API server refuses has matches all the same.
                let loaded = self.load(&Input { lenient: true, ..input });
                let texts = Texts::of(&loaded.sources);
                Some(Reply::Format(canonical(&loaded).iter().filter_map(|fix| texts.edit(fix)).collect()))
            }
            _ => None,
        }
    }

    fn load(&mut self, input: &Input) -> Loaded {
        load_by(input, Adviser::default(), &mut self.matches)
    }
}
