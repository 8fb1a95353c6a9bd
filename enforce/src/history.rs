//! What every apply undoes, kept in the database itself: in `external_ids` of `NB_Global`, by policy set and generation.

use crate::change::Change;
use crate::item::Item;
use crate::set::PolicySet;
use crate::tables::GLOBAL;
use ringfence_ovsdb::{Datum, Snapshot, Uuid};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// How many applies can be taken back.
const KEPT: usize = 10;

/// How many bytes a database may have to keep for one policy set.
const BYTES: usize = 4 << 20;

/// The applies of a policy set that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    set: PolicySet,
    /// How many applies there were; nothing where there was none.
    generation: Option<u64>,
    /// What takes each of them back, as it is kept.
    kept: BTreeMap<u64, String>,
    /// When the next one is made, where that is known.
    at: Option<String>,
}

/// An apply that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub generation: u64,
    /// When it was made, in UTC, as RFC 3339 writes it; earlier releases kept no time.
    pub at: Option<String>,
    /// What was done, in a few words.
    pub did: String,
}

/// What takes one apply back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undo {
    /// What was done, in a few words.
    did: String,
    /// When, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Rows that came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    added: Vec<Uuid>,
    /// Rows that were altered or went, as they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    was: Vec<(Uuid, Item)>,
}

/// Why something cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HistoryError {
    /// Nothing was applied, or not so often.
    #[error("of policy set `{set}` {kept} applies can be taken back, and not {wanted}")]
    TooFar {
        /// The policy set.
        set: PolicySet,
        /// How many can be.
        kept: usize,
        /// How many were to be.
        wanted: usize,
    },
    /// What is kept cannot be read.
    #[error("what takes generation {0} back cannot be read: somebody has changed it")]
    Broken(u64),
}

/// What is written about an apply.
pub(crate) struct Record {
    /// Keys that go.
    pub(crate) delete: Datum,
    /// Keys that come, with their values.
    pub(crate) insert: Datum,
    /// Whether it can be taken back.
    pub(crate) undoable: bool,
}

impl History {
    /// What a database keeps of a policy set.
    pub fn of(snapshot: &Snapshot, set: &PolicySet) -> Self {
        let mut history = Self { set: set.clone(), generation: None, kept: BTreeMap::new(), at: None };
        let ids = snapshot.rows(GLOBAL).filter_map(|(_, row)| row.get("external_ids")).flat_map(Datum::pairs);
        for (key, value) in ids.filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?))) {
            if key == history.generation_key() {
                history.generation = value.parse().ok();
            } else if let Some(number) = key.strip_prefix(&history.prefix()).and_then(|number| number.parse().ok()) {
                history.kept.insert(number, value.to_owned());
            }
        }
        history
    }

    /// How many applies there were; nothing where there was none.
    pub fn generation(&self) -> Option<u64> {
        self.generation
    }

    /// What was done, the last first.
    pub fn steps(&self) -> Vec<Applied> {
        let applied = |(generation, text): (&u64, &String)| {
            let Undo { did, at, .. } = serde_json::from_str(text).ok()?;
            Some(Applied { generation: *generation, at, did })
        };
        self.kept.iter().rev().filter_map(applied).collect()
    }

    /// The same, with the moment at which the next apply is made.
    pub(crate) fn dated(&self, at: String) -> Self {
        Self { at: Some(at), ..self.clone() }
    }

    /// The key of the generation.
    pub(crate) fn generation_key(&self) -> String {
        format!("ringfence-generation-{}", self.set)
    }

    fn prefix(&self) -> String {
        format!("ringfence-undo-{}-", self.set)
    }

    /// What is written with changes: the next generation, and what takes it back.
    pub(crate) fn record(&self, changes: &[Change], did: &str) -> Record {
        let next = self.generation.unwrap_or(0) + 1;
        let undo = self.undo(changes, did);
        let mut room = BYTES.checked_sub(undo.len());
        let undoable = room.is_some() && !undo.is_empty();
        let mut stay = 1;
        let gone = self.kept.iter().rev().filter(|(_, text)| {
            room = room.and_then(|room| room.checked_sub(text.len()));
            stay += 1;
            room.is_none() || stay > KEPT
        });
        let gone = gone.map(|(number, _)| format!("{}{number}", self.prefix()));
        let delete =
            Datum::set([self.generation_key()].into_iter().chain(gone).collect::<Vec<_>>().iter().map(String::as_str));
        let generation = (self.generation_key(), next.to_string());
        let kept = undoable.then(|| (format!("{}{next}", self.prefix()), undo));
        let pairs: Vec<(String, String)> = [generation].into_iter().chain(kept).collect();
        let insert = Datum::texts(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        Record { delete, insert, undoable }
    }

    /// Whether the last apply is that of a plan which was made on an older history.
    pub(crate) fn follows(&self, older: &Self, changes: &[Change], did: &str) -> bool {
        let next = older.generation.unwrap_or(0) + 1;
        let written = older.undo(changes, did);
        self.generation == Some(next) && self.kept.get(&next).is_none_or(|kept| *kept == written)
    }

    /// What takes changes back, as it is kept.
    fn undo(&self, changes: &[Change], did: &str) -> String {
        let undo = Undo {
            did: did.to_owned(),
            at: self.at.clone(),
            added: changes.iter().filter(|change| change.old.is_none()).map(|change| change.id).collect(),
            was: changes.iter().filter_map(|change| Some((change.id, change.old.clone()?))).collect(),
        };
        serde_json::to_string(&undo).unwrap_or_default()
    }

    /// The rows of a set as they were some applies ago.
    pub(crate) fn back(
        &self,
        steps: usize,
        mut now: BTreeMap<Uuid, Item>,
    ) -> Result<BTreeMap<Uuid, Item>, HistoryError> {
        let latest = self.generation.unwrap_or(0);
        let unbroken =
            (0..).zip(self.kept.keys().rev()).take_while(|(back, number)| Some(**number) == latest.checked_sub(*back));
        let kept = unbroken.count();
        if steps > kept {
            return Err(HistoryError::TooFar { set: self.set.clone(), kept, wanted: steps });
        }
        for (number, text) in self.kept.iter().rev().take(steps) {
            let undo: Undo = serde_json::from_str(text).map_err(|_| HistoryError::Broken(*number))?;
            for id in undo.added {
                now.remove(&id);
            }
            now.extend(undo.was);
        }
        Ok(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::{AddressSet, Origin};
    use std::collections::BTreeSet;

    fn item(name: &str) -> Item {
        Item::AddressSet(AddressSet { name: name.into(), addresses: BTreeSet::new(), origin: Origin::default() })
    }

    /// What is in the database after a record was written there.
    fn written(history: &History, record: &Record) -> History {
        let mut kept = history.clone();
        let prefix = kept.prefix();
        for key in record.delete.atoms().filter_map(|key| key.as_str()) {
            if let Some(number) = key.strip_prefix(&prefix).and_then(|number| number.parse().ok()) {
                kept.kept.remove(&number);
            }
        }
        for (key, value) in record.insert.pairs().filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?))) {
            match key.strip_prefix(&prefix).and_then(|number| number.parse().ok()) {
                Some(number) => drop(kept.kept.insert(number, value.to_owned())),
                None => kept.generation = value.parse().ok(),
            }
        }
        kept
    }

    #[test]
    fn the_last_applies_can_be_taken_back_and_no_more() {
        let mut history = History { set: PolicySet::default(), generation: None, kept: BTreeMap::new(), at: None };
        let mut now = BTreeMap::new();
        for step in 1..=15u128 {
            let id = Uuid::from_u128(step);
            let change = Change { id, old: None, new: Some(item(&step.to_string())) };
            now.insert(id, item(&step.to_string()));
            history = written(&history, &history.record(&[change], "one more"));
        }
        assert_eq!((history.generation(), history.steps().len()), (Some(15), KEPT));
        let dated = history.dated("2026-12-01T05:00:00Z".to_owned());
        let change = Change { id: Uuid::from_u128(16), old: None, new: Some(item("16")) };
        let after = written(&history, &dated.record(std::slice::from_ref(&change), "dated"));
        let at = |back: usize| after.steps().get(back).and_then(|step| step.at.clone());
        assert_eq!((at(0).as_deref(), at(1)), (Some("2026-12-01T05:00:00Z"), None));
        assert!(after.follows(&dated, &[change], "dated"));
        assert_eq!(history.back(3, now.clone()).unwrap().len(), 12);
        assert_eq!(history.back(10, now.clone()).unwrap().len(), 5);
        assert!(matches!(history.back(11, now), Err(HistoryError::TooFar { kept: 10, wanted: 11, .. })));
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_ends_the_way_back() {
        let mut history = History { set: PolicySet::default(), generation: None, kept: BTreeMap::new(), at: None };
        let small = Change { id: Uuid::from_u128(1), old: Some(item("a")), new: None };
        let large = Change { id: Uuid::from_u128(2), old: Some(item(&"x".repeat(BYTES))), new: None };
        for (change, undoable) in [(&small, true), (&large, false), (&small, true)] {
            let record = history.record(std::slice::from_ref(change), "");
            assert_eq!(record.undoable, undoable);
            history = written(&history, &record);
        }
        assert!(history.back(1, BTreeMap::new()).is_ok());
        assert!(matches!(history.back(2, BTreeMap::new()), Err(HistoryError::TooFar { kept: 1, .. })));
    }
}
