//! What of a Subnet a policy set says: rows in a list that is everybody's, and switches.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What of a Subnet a policy set says.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Portion {
    /// Rows of `spec.acls`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acls: Vec<Value>,
    /// `private`, `allowSubnets`, `allowEWTraffic`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
}

/// What is noted at a Subnet: what a policy set says of it, and what was there before.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Note {
    #[serde(flatten)]
    pub(crate) portion: Portion,
    /// The fields as they were, null where they were not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) was: BTreeMap<String, Value>,
}

const FIELDS: [&str; 3] = ["private", "allowSubnets", "allowEWTraffic"];

/// Whether a field says what its absence says.
fn is_default(value: &Value) -> bool {
    value.is_null() || *value == json!(false) || value.as_array().is_some_and(Vec::is_empty)
}

fn same(one: &Value, other: &Value) -> bool {
    one == other || (is_default(one) && is_default(other))
}

impl Portion {
    /// What a Subnet's `spec` says of isolation.
    pub(crate) fn written(spec: &Value) -> Self {
        let acls = spec.get("acls").and_then(Value::as_array).cloned().unwrap_or_default();
        let fields = FIELDS.iter().filter_map(|name| Some(((*name).to_owned(), spec.get(*name)?.clone())));
        Self { acls, fields: fields.collect() }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.acls.is_empty() && self.fields.values().all(is_default)
    }

    /// The fields of a `spec` after one portion was replaced by another, and what is to be noted of it.
    pub(crate) fn replace(spec: &Value, old: &Note, new: &Self) -> (Map<String, Value>, Note) {
        let mut changed = Map::new();
        let (acls, portion) = rows(spec, &old.portion.acls, &new.acls);
        if spec.get("acls").and_then(Value::as_array).map_or(!acls.is_empty(), |there| *there != acls) {
            // A list of nothing is as good as none, and none was there before the first row.
            let list = if acls.is_empty() { Value::Null } else { Value::Array(acls) };
            changed.insert("acls".to_owned(), list);
        }
        let mut note = Note { portion: Self { acls: portion, fields: BTreeMap::new() }, was: BTreeMap::new() };
        for name in FIELDS {
            let live = spec.get(name).unwrap_or(&Value::Null);
            match (new.fields.get(name), old.portion.fields.get(name)) {
                (Some(wanted), before) => {
                    let was = before.and_then(|_| old.was.get(name)).unwrap_or(live).clone();
                    if !same(live, wanted) {
                        changed.insert(name.to_owned(), wanted.clone());
                    }
                    if before.is_some() || !same(live, wanted) {
                        note.portion.fields.insert(name.to_owned(), wanted.clone());
                        note.was.insert(name.to_owned(), was);
                    }
                }
                // What somebody else has made of it meanwhile is not ours to take back.
                (None, Some(ours)) if same(live, ours) => {
                    let was = old.was.get(name).cloned().unwrap_or_default();
                    if !same(live, &was) {
                        changed.insert(name.to_owned(), was);
                    }
                }
                (None, _) => {}
            }
        }
        (changed, note)
    }
}

/// The rows of a list after ours in it were replaced, and those of them that are ours. A row that is there and is somebody
/// else's is not written a second time, and not taken for ours.
fn rows(spec: &Value, old: &[Value], new: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let (mut old, mut wanted) = (old.to_vec(), new.to_vec());
    let (mut all, mut ours) = (Vec::new(), Vec::new());
    let take = |list: &mut Vec<Value>, row: &Value| {
        let at = list.iter().position(|known| known == row);
        at.map(|at| list.remove(at)).is_some()
    };
    for row in spec.get("acls").and_then(Value::as_array).into_iter().flatten() {
        let (was_ours, is_wanted) = (take(&mut old, row), take(&mut wanted, row));
        if was_ours && is_wanted {
            ours.push(row.clone());
        }
        if is_wanted || !was_ours {
            all.push(row.clone());
        }
    }
    all.extend(wanted.iter().cloned());
    ours.append(&mut wanted);
    (all, ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(priority: u32) -> Value {
        json!({"priority": priority, "direction": "to-lport", "match": "ip4", "action": "drop"})
    }

    fn portion(acls: Vec<Value>, private: Option<bool>) -> Portion {
        Portion { acls, fields: private.map(|value| ("private".to_owned(), json!(value))).into_iter().collect() }
    }

    #[test]
    fn rows_of_others_stay_where_they_are() {
        let spec = json!({"acls": [row(1), row(2), row(3)]});
        let old = Note { portion: portion(vec![row(2), row(3)], None), was: BTreeMap::new() };
        let (changed, note) = Portion::replace(&spec, &old, &portion(vec![row(3), row(4), row(1)], None));
        assert_eq!(changed["acls"], json!([row(1), row(3), row(4)]));
        assert_eq!(note.portion.acls, [row(3), row(4)]);
        let (gone, note) = Portion::replace(&json!({"acls": changed["acls"]}), &note, &Portion::default());
        assert_eq!((&gone["acls"], note), (&json!([row(1)]), Note::default()));
    }

    #[test]
    fn a_field_is_as_it_was_when_nobody_wants_it_any_more() {
        let spec = json!({"private": false});
        let (changed, note) = Portion::replace(&spec, &Note::default(), &portion(Vec::new(), Some(true)));
        assert_eq!(changed["private"], json!(true));
        let after = json!({"private": true});
        assert!(Portion::replace(&after, &note, &portion(Vec::new(), Some(true))).0.is_empty());
        assert_eq!(Portion::replace(&after, &note, &Portion::default()).0["private"], json!(false));
        assert!(Portion::replace(&json!({"private": false}), &note, &Portion::default()).0.is_empty());
    }
}
