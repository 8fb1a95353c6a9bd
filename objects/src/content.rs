//! What of an object a policy set says.

use crate::portion::Portion;
use crate::reference::Reference;
use crate::writable::Way;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What of an object a policy set says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// `metadata.labels`, `metadata.annotations` and `spec`, as far as they are written.
    Whole(Value),
    /// Rows and switches of a Subnet.
    Portion(Portion),
}

impl Content {
    /// What an object of a manifest says; nothing where it says nothing that is ours to say.
    pub(crate) fn written(reference: &Reference, object: &Value) -> Option<Self> {
        match reference.kind.way() {
            Way::Whole => Some(Self::Whole(whole(object))),
            Way::Portion => {
                let portion = Portion::written(object.get("spec").unwrap_or(&Value::Null));
                (!portion.is_empty()).then_some(Self::Portion(portion))
            }
        }
    }
}

/// The parts of an object that say something, less what `kubectl` and this program note there.
pub(crate) fn whole(object: &Value) -> Value {
    let mut kept = Map::new();
    let mut metadata = Map::new();
    for key in ["labels", "annotations"] {
        let Some(pairs) = object.get("metadata").and_then(|metadata| metadata.get(key)?.as_object()) else { continue };
        let ours =
            |name: &str| name.starts_with("ringfence/") || name == "kubectl.kubernetes.io/last-applied-configuration";
        let pairs: Map<String, Value> =
            pairs.iter().filter(|(name, _)| !ours(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
        if !pairs.is_empty() {
            metadata.insert(key.to_owned(), Value::Object(pairs));
        }
    }
    if !metadata.is_empty() {
        kept.insert("metadata".to_owned(), Value::Object(metadata));
    }
    kept.insert("spec".to_owned(), object.get("spec").cloned().unwrap_or_default());
    Value::Object(kept)
}
