//! What was there before something else took its place: it can come back.

use super::{Effect, Session};
use crate::gallery;
use crate::protocol::File;
use std::rc::Rc;

/// A work that gave way.
#[derive(Debug, Clone, PartialEq)]
pub struct Former {
    /// What took its place.
    pub said: String,
    /// The work.
    pub session: Session,
}

impl Former {
    /// Of a work; nothing where it is nobody's own: an example that nobody has changed is in the list still.
    pub fn of(session: &Session, said: &str) -> Option<Rc<Self>> {
        if !session.is_own() {
            return None;
        }
        let session = Session { analysis: None, former: None, notice: None, ..session.clone() };
        Some(Rc::new(Self { said: said.to_owned(), session: session.at_rest() }))
    }
}

impl Session {
    /// Whether somebody has written something here.
    pub fn is_own(&self) -> bool {
        let is_blank = |file: &File| file.text.trim().is_empty();
        !self.files.iter().all(is_blank) && !gallery::EXAMPLES.iter().any(|example| example.files() == self.files)
    }

    /// Another work takes the place of this one, which can come back.
    pub(super) fn give_way(&mut self, session: Self, said: &str) -> Vec<Effect> {
        let is_other = session.files != self.files;
        let former = Former::of(self, said).filter(|_| is_other).or_else(|| self.former.take());
        let mut effects = self.replaced(Self { former, ..session });
        effects.push(Effect::Aside);
        effects
    }

    /// A change of the files that can be taken back.
    pub(super) fn change(&mut self, said: &str, change: impl FnOnce(&mut Self)) -> Vec<Effect> {
        let (former, files) = (Former::of(self, said), self.files.clone());
        change(self);
        let lost = |file: &File| !file.text.trim().is_empty() && !self.files.contains(file);
        let is_lost = files.iter().any(lost);
        let mut effects = self.all_shown();
        if let Some(former) = former.filter(|_| is_lost) {
            self.former = Some(former);
            effects.push(Effect::Aside);
        }
        effects
    }

    /// What gave way comes back; so does what takes its place now, if somebody wants it.
    pub(super) fn come_back(&mut self) -> Vec<Effect> {
        let Some(former) = self.former.take() else { return Vec::new() };
        self.give_way(former.session.clone(), "the text from before is back")
    }

    /// What gave way is wanted no more.
    pub(super) fn let_go(&mut self) -> Vec<Effect> {
        self.former = None;
        vec![Effect::Aside]
    }
}
