//! Objects that are written as a whole.

use super::{Adoption, Plan, PlanError, version};
use crate::content::{Content, whole};
use crate::deed::{Deed, Kind};
use crate::merge::merged;
use crate::owned::{APPLIED, SET, applied, is_of, others, owner};
use crate::reference::Reference;
use kube::api::ApiResource;
use ringfence_enforce::PolicySet;
use serde_json::{Value, json};

impl Plan {
    /// What becomes of an object that is there, or is not, and of which something is wanted, or nothing.
    pub(super) fn whole(
        &mut self,
        reference: &Reference,
        there: Option<&Value>,
        old: Option<&Content>,
        new: Option<&Content>,
    ) -> Result<Option<Deed>, PlanError> {
        let Some(Content::Whole(wanted)) = new else {
            // What is not ours does not go with the files that named it.
            let deed = |old: &Content| Deed {
                reference: reference.clone(),
                kind: Kind::Delete,
                old: Some(old.clone()),
                new: None,
                before: there.cloned(),
                after: None,
                body: Value::Null,
            };
            return Ok(old.map(deed));
        };
        let resource = self.resource(reference)?;
        let ours = there.is_some_and(|object| is_of(object, &self.set));
        let now = there.map(whole).unwrap_or_default();
        let before = if ours { there.map(applied).unwrap_or_default() } else { Value::Null };
        let after = if there.is_some() { merged(&now, &before, wanted) } else { wanted.clone() };
        let is_same = there.is_some() && after == now;
        if let Some(object) = there.filter(|_| !ours) {
            if let Some(other) = owner(object) {
                return Err(PlanError::Other { object: reference.to_string(), other: other.to_owned() });
            }
            if self.adoption == Adoption::None {
                if is_same {
                    self.remarks
                        .push(format!("{reference} is there as it is wanted, and somebody else's: it stays theirs"));
                    return Ok(None);
                }
                return Err(PlanError::Foreign { object: reference.to_string(), owner: managers(object, &self.set) });
            }
        }
        if let Some(object) = there.filter(|_| ours) {
            self.remark_others(reference, object);
        }
        if is_same && ours && before == *wanted {
            return Ok(None);
        }
        let kind = match there {
            None => Kind::Create,
            Some(_) if is_same => Kind::Note,
            Some(_) => Kind::Alter,
        };
        let old = match there {
            Some(_) if !ours => Some(Content::Whole(now)),
            _ => old.cloned(),
        };
        let mut object = there.cloned().unwrap_or_else(|| identity(reference, &resource));
        copy(&after, &mut object);
        let body = self.applied(reference, &resource, there, wanted);
        let (before, after) = (there.cloned(), Some(object));
        Ok(Some(Deed { reference: reference.clone(), kind, old, new: new.cloned(), before, after, body }))
    }

    /// What a server-side apply says.
    fn applied(&self, reference: &Reference, resource: &ApiResource, there: Option<&Value>, wanted: &Value) -> Value {
        let mut body = identity(reference, resource);
        copy(wanted, &mut body);
        let Some(metadata) = body.get_mut("metadata").and_then(Value::as_object_mut) else { return body };
        let mut note = |pairs: &str, key: &str, value: String| {
            let entry = metadata.entry(pairs).or_insert_with(|| json!({}));
            if let Some(entry) = entry.as_object_mut() {
                entry.insert(key.to_owned(), Value::String(value));
            }
        };
        note("labels", SET, self.set.name().to_owned());
        note("annotations", APPLIED, wanted.to_string());
        if let Some(version) = there.and_then(version) {
            metadata.insert("resourceVersion".to_owned(), version.clone());
        }
        body
    }
}

fn identity(reference: &Reference, resource: &ApiResource) -> Value {
    let mut metadata = json!({ "name": reference.name });
    if let (Some(namespace), Some(metadata)) = (&reference.namespace, metadata.as_object_mut()) {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    json!({ "apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata })
}

/// Writes what a content says into an object.
fn copy(content: &Value, object: &mut Value) {
    let Some(object) = object.as_object_mut() else { return };
    object.insert("spec".to_owned(), content.get("spec").cloned().unwrap_or_default());
    let said = content.get("metadata").and_then(Value::as_object);
    let metadata = object.entry("metadata").or_insert_with(|| json!({}));
    if let (Some(said), Some(metadata)) = (said, metadata.as_object_mut()) {
        metadata.extend(said.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
}

fn managers(object: &Value, set: &PolicySet) -> String {
    let others: Vec<String> = others(object, set).iter().map(|name| format!("`{}`", name.escape_debug())).collect();
    if others.is_empty() { "somebody else".to_owned() } else { others.join(", ") }
}
