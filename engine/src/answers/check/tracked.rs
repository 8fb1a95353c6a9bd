//! The switches of a network, as they would be if one of them tracked connections.

use crate::answers::conversation::Question;
use crate::ovn::network::Network;
use crate::ovn::pipeline::Pipeline;
use crate::ovn::walk::Choice;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// Pipelines of which one at a time is exchanged for one that tracks; each of these is made once.
pub(super) struct Tracked<'n> {
    network: &'n Network,
    pipelines: Vec<Pipeline>,
    /// By switch; nothing where it tracks anyway, or where it cannot be told without parsing anew.
    tracking: HashMap<usize, Option<Pipeline>>,
}

impl<'n> Tracked<'n> {
    pub fn new(network: &'n Network, pipelines: &[Pipeline]) -> Self {
        Self { network, pipelines: pipelines.to_vec(), tracking: HashMap::new() }
    }

    /// Whether the answer would come if that switch tracked connections.
    pub fn answers(&mut self, question: &Question<'_>, switch: usize) -> bool {
        let Some(place) = self.pipelines.get_mut(switch) else { return false };
        let made = || if place.stateful() { None } else { place.tracking(self.network, true) };
        let Some(tracking) = self.tracking.entry(switch).or_insert_with(made) else { return false };
        core::mem::swap(place, tracking);
        let walked = Question { pipelines: &self.pipelines, ..*question }.walk(Choice::Strict);
        let answered = walked.is_some_and(|walked| walked.answered());
        if let (Some(place), Some(Some(before))) = (self.pipelines.get_mut(switch), self.tracking.get_mut(&switch)) {
            core::mem::swap(place, before);
        }
        answered
    }
}
