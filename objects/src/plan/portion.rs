//! Subnets, of which a part is written.

use super::{Adoption, Live, Plan, PlanError, version};
use crate::content::Content;
use crate::deed::{Deed, Kind};
use crate::owned::{note, note_key};
use crate::portion::{Note, Portion};
use crate::reference::Reference;
use crate::writable::Way;
use serde_json::{Map, Value, json};

impl Plan {
    /// What becomes of a Subnet of which something is wanted, or nothing.
    pub(super) fn portion(
        &mut self,
        reference: &Reference,
        there: Option<&Value>,
        new: Option<&Content>,
        is_named: bool,
        live: &Live,
    ) -> Result<Option<Deed>, PlanError> {
        let wanted = match new {
            Some(Content::Portion(portion)) => portion.clone(),
            _ => Portion::default(),
        };
        let Some(object) = there else {
            return match new {
                Some(_) => Err(PlanError::NoSubnet { name: reference.name.clone(), there: subnets(live) }),
                None => Ok(None),
            };
        };
        let none = Value::Null;
        let spec = object.get("spec").unwrap_or(&none);
        let noted = note(object, &self.set);
        let known = match (self.adoption, is_named) {
            (Adoption::Named, true) => Note { portion: Portion::written(spec), was: noted.was.clone() },
            _ => noted.clone(),
        };
        let (changed, after) = Portion::replace(spec, &known, &wanted);
        self.clash(reference, object, &changed)?;
        self.remark_rows(reference, spec, object, &after, new.is_some());
        if changed.is_empty() && after == noted {
            return Ok(None);
        }
        let mut altered = object.clone();
        if let Some(spec) = altered.get_mut("spec").and_then(Value::as_object_mut) {
            for (key, value) in &changed {
                match value.is_null() {
                    true => drop(spec.remove(key)),
                    false => drop(spec.insert(key.clone(), value.clone())),
                }
            }
        }
        let text = match after == Note::default() {
            true => Value::Null,
            false => serde_json::to_string(&after).map_or(Value::Null, Value::String),
        };
        let kind = if changed.is_empty() { Kind::Note } else { Kind::Alter };
        let mut body = json!({ "metadata": {
            "resourceVersion": version(object), "annotations": { note_key(&self.set): text },
        } });
        if let (false, Some(body)) = (changed.is_empty(), body.as_object_mut()) {
            body.insert("spec".to_owned(), Value::Object(changed));
        }
        let said = |note: Note| (note != Note::default()).then_some(Content::Portion(note.portion));
        Ok(Some(Deed {
            reference: reference.clone(),
            kind,
            old: said(known),
            new: said(after),
            before: Some(object.clone()),
            after: Some(altered),
            body,
        }))
    }

    /// A field that two policy sets write would go to and fro.
    fn clash(&self, reference: &Reference, object: &Value, changed: &Map<String, Value>) -> Result<(), PlanError> {
        let notes = object.get("metadata").and_then(|metadata| metadata.get("annotations")?.as_object());
        for key in notes.into_iter().flatten().map(|(key, _)| key) {
            let Some(other) = key.strip_prefix("ringfence/set-").filter(|other| *other != self.set.name()) else {
                continue;
            };
            let theirs = other.parse().map(|set| note(object, &set)).unwrap_or_default();
            if let Some(field) = changed.keys().find(|field| theirs.portion.fields.contains_key(*field)) {
                let object = format!("spec.{field} of {reference}");
                return Err(PlanError::Other { object, other: other.to_owned() });
            }
        }
        Ok(())
    }

    fn remark_rows(&mut self, reference: &Reference, spec: &Value, object: &Value, after: &Note, is_wanted: bool) {
        let rows = Portion::written(spec).acls;
        let noted = note(object, &self.set).portion.acls;
        let theirs = rows.iter().filter(|row| !noted.contains(row) && !after.portion.acls.contains(row)).count();
        if is_wanted && theirs > 0 {
            self.remarks.push(format!("{theirs} of the rows of {reference} are somebody else's, and stay"));
        }
        if is_wanted {
            self.remark_others(reference, object);
        }
    }
}

fn subnets(live: &Live) -> String {
    let all = live.keys().filter(|reference| reference.kind.way() == Way::Portion);
    let names: Vec<String> = all.take(6).map(|reference| format!("`{}`", reference.name)).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
