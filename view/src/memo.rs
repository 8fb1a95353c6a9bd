//! What was made of a pair's header sets, remembered: many pairs share the same few sets.

use hashbrown::HashMap;
use ringfence_engine::reach::{Family, L4Set, PairAnswer};
use std::rc::Rc;
use std::sync::Arc;

/// The sets of an answer by identity: delivered, answered and undefined of each family.
type Key = [Option<(Family, [*const L4Set; 3])>; 2];

/// Values by the sets that they were made of.
#[derive(Debug)]
pub struct Memo<T> {
    /// The answer is kept, so that its sets stay where they are.
    known: HashMap<Key, (PairAnswer, Rc<T>)>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self { known: HashMap::new() }
    }
}

impl<T> Memo<T> {
    /// Nothing made yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of an answer, made if it is not known.
    pub fn of(&mut self, answer: &PairAnswer, make: impl FnOnce(&PairAnswer) -> T) -> Rc<T> {
        let (_, value) = self.known.entry(key(answer)).or_insert_with(|| (answer.clone(), Rc::new(make(answer))));
        Rc::clone(value)
    }
}

fn key(answer: &PairAnswer) -> Key {
    let mut families = answer
        .families
        .iter()
        .map(|family| (family.family, [&family.delivered, &family.answered, &family.undefined].map(Arc::as_ptr)));
    [families.next(), families.next()]
}
