//! Edits: what somebody wants of a pair, proposals that are taken, fixes.

use super::{Effect, Session};
use crate::offsets::Offsets;
use crate::protocol::{Edit, Intent, Proposal, Request};

impl Session {
    /// The lines that a proposal adds and removes.
    pub fn diff(&self, proposal: &Proposal) -> String {
        let mut out = String::new();
        for (index, file) in self.files.iter().enumerate() {
            let edits = proposal.edits.iter().rev().filter(|edit| edit.file == index);
            let text = edits.fold(file.text.clone(), |text, edit| replaced(&text, edit));
            ringfence_view::patch::one(&mut out, &file.name, &file.text, &text);
        }
        out
    }

    /// Asks for edits after which the selected pair connects, or does not.
    pub(super) fn want(&mut self, intent: Intent, filter: String) -> Vec<Effect> {
        if self.is_held() {
            return self.refused();
        }
        // The numbers of endpoints are those of the last answer: with another text they may be those of others.
        let Some((from, to)) = self.pair().filter(|_| !self.busy()) else {
            self.notice = Some("the text has just changed: ask again in a moment".to_owned());
            return Vec::new();
        };
        let ask = self.ask(Request::Propose { input: self.input(), from, to, intent, filter });
        self.pending.wanted_proposals = Some(self.pending.asked);
        vec![ask]
    }

    /// Takes a proposal; what was there before is pinned, where nothing is.
    pub(super) fn accept(&mut self, index: usize) -> Vec<Effect> {
        let Some(edits) = self.proposals.as_ref().and_then(|found| Some(found.proposals.get(index)?.edits.clone()))
        else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        if self.pinned.is_none() {
            self.pinned = Some(self.input());
        }
        effects.extend(self.edit(edits));
        effects
    }

    /// Changes texts: that of the active file through the editor, so that it can be undone; others at once.
    pub(super) fn edit(&mut self, edits: Vec<Edit>) -> Vec<Effect> {
        let Some(first) = edits.first().map(|edit| edit.file) else { return Vec::new() };
        let mut effects = Vec::new();
        if first != self.active && first < self.files.len() {
            self.active = first;
            effects.push(Effect::Show);
        }
        let (here, elsewhere): (Vec<Edit>, Vec<Edit>) = edits.into_iter().partition(|edit| edit.file == self.active);
        for edit in elsewhere.iter().rev() {
            if let Some(file) = self.files.get_mut(edit.file) {
                file.text = replaced(&file.text, edit);
            }
        }
        effects.push(Effect::Replace(here));
        effects
    }
}

/// A text after an edit.
pub(super) fn replaced(text: &str, edit: &Edit) -> String {
    let offsets = Offsets::new(text);
    let (from, to) = (offsets.byte(edit.from), offsets.byte(edit.to.max(edit.from)));
    let (before, after) = (text.get(..from).unwrap_or(text), text.get(to..).unwrap_or(""));
    format!("{before}{}{after}", edit.insert)
}
