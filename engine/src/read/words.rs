//! Keys, each kept once: manifests say the same few over and over.

use alloc::rc::Rc;
use hashbrown::HashSet;

/// Longer ones are rarely said twice.
const LONGEST: usize = 48;

/// The keys of everything that is read at once.
#[derive(Debug, Default)]
pub(crate) struct Words(HashSet<Rc<str>>);

impl Words {
    /// A key, shared with those that are the same.
    pub(crate) fn word(&mut self, text: &str) -> Rc<str> {
        if text.len() > LONGEST {
            return Rc::from(text);
        }
        Rc::clone(self.0.get_or_insert_with(text, |text| Rc::from(text)))
    }
}
