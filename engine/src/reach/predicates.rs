//! Interned predicates: a predicate is a number, and two of them are put together once.

use super::predicate::Predicate;
use alloc::sync::Arc;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// A predicate of one [`Predicates`]; equal numbers mean equal predicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PredicateId(u32);

/// All that the rows of one evaluation ask of parties.
#[derive(Debug, Clone)]
pub struct Predicates {
    all: Vec<Arc<Predicate>>,
    ids: HashMap<Arc<Predicate>, PredicateId>,
    never: Arc<Predicate>,
}

impl Predicates {
    /// None yet.
    pub fn new() -> Self {
        Self { all: Vec::new(), ids: HashMap::new(), never: Arc::new(Predicate::Any(Vec::new())) }
    }

    /// The number of a predicate.
    pub fn intern(&mut self, predicate: Predicate) -> PredicateId {
        if let Some(id) = self.ids.get(&predicate) {
            return *id;
        }
        let id = PredicateId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let predicate = Arc::new(predicate);
        self.all.push(Arc::clone(&predicate));
        self.ids.insert(predicate, id);
        id
    }

    /// The predicate of a number.
    pub fn get(&self, id: PredicateId) -> &Predicate {
        usize::try_from(id.0).ok().and_then(|at| self.all.get(at)).unwrap_or(&self.never)
    }
}
