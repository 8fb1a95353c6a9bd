//! Whose an object is: a label of those that are ours as a whole, an annotation of Subnets.

use crate::content::{Content, whole};
use crate::portion::Note;
use crate::reference::Reference;
use crate::writable::Way;
use ringfence_enforce::PolicySet;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The label of objects that a policy set made.
pub(crate) const SET: &str = "ringfence/set";
/// The annotation with what was applied.
pub(crate) const APPLIED: &str = "ringfence/applied";

/// The annotation of a Subnet with what of it a policy set says.
pub(crate) fn note_key(set: &PolicySet) -> String {
    format!("ringfence/set-{set}")
}

/// Who writes, as the server is told.
pub(crate) fn manager(set: &PolicySet) -> String {
    format!("ringfence-{set}")
}

fn entry<'o>(object: &'o Value, pairs: &str, key: &str) -> Option<&'o str> {
    object.get("metadata")?.get(pairs)?.get(key)?.as_str()
}

/// Whether a policy set made an object.
pub(crate) fn is_of(object: &Value, set: &PolicySet) -> bool {
    entry(object, "labels", SET) == Some(set.name())
}

/// The policy set that made an object.
pub(crate) fn owner(object: &Value) -> Option<&str> {
    entry(object, "labels", SET)
}

/// What was applied to an object; nothing of it where somebody has changed the note.
pub(crate) fn applied(object: &Value) -> Value {
    entry(object, "annotations", APPLIED).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// What is noted at a Subnet.
pub(crate) fn note(object: &Value, set: &PolicySet) -> Note {
    let text = entry(object, "annotations", &note_key(set));
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// What a policy set says of an object that is there; nothing where it says nothing.
pub(crate) fn content(reference: &Reference, object: &Value, set: &PolicySet) -> Option<Content> {
    match reference.kind.way() {
        Way::Whole => {
            let applied = applied(object);
            let said = if applied.is_null() { whole(object) } else { applied };
            is_of(object, set).then_some(Content::Whole(said))
        }
        Way::Portion => {
            let note = note(object, set);
            (note != Note::default()).then_some(Content::Portion(note.portion))
        }
    }
}

/// Others who write the `spec` of an object, as the server knows them.
pub(crate) fn others(object: &Value, set: &PolicySet) -> BTreeSet<String> {
    let own = manager(set);
    let managers = object.get("metadata").and_then(|metadata| metadata.get("managedFields")?.as_array());
    let of = |entry: &Value| {
        let name = entry.get("manager")?.as_str()?;
        let fields = entry.get("fieldsV1")?.get("f:spec")?;
        let isolates = fields.as_object()?.keys().any(|field| {
            !is_subnet(object)
                || ["f:acls", "f:private", "f:allowSubnets", "f:allowEWTraffic"].contains(&field.as_str())
        });
        (isolates && name != own).then(|| name.to_owned())
    };
    managers.into_iter().flatten().filter_map(of).collect()
}

fn is_subnet(object: &Value) -> bool {
    object.get("kind") == Some(&json!("Subnet"))
}
