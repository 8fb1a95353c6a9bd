//! An object as a text that the engine reads.

use crate::kind::Kind;
use serde_json::{Value, json};

/// An object as a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is called: `subnet/ovn-default`, `networkpolicy/shop/web`.
    pub name: String,
    /// YAML, with what is kept of the object.
    pub text: String,
}

impl Document {
    /// An object, of which what its kind keeps is kept; nothing where it has no name.
    pub fn of(kind: &Kind, api_version: &str, object: &Value) -> Option<Self> {
        let mut object = object.clone();
        if let Some(fields) = object.as_object_mut() {
            fields.insert("kind".to_owned(), json!(kind.name));
        }
        let kept = kind.keep.of_object(&object);
        let mut document = json!({ "apiVersion": api_version, "kind": kind.name });
        if let (Some(document), Value::Object(kept)) = (document.as_object_mut(), kept) {
            document.extend(kept);
        }
        let name = name(&document)?;
        Some(Self { name, text: yaml(&document)? })
    }
}

fn yaml(value: &Value) -> Option<String> {
    // A match stays one line, whatever its length: places in it are columns.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(value, options).ok()
}

/// `kind/name`, or `kind/namespace/name`.
fn name(object: &Value) -> Option<String> {
    let metadata = |key: &str| object.get("metadata")?.get(key)?.as_str();
    let kind = object.get("kind")?.as_str()?.to_lowercase();
    let name = metadata("name")?;
    let namespace = metadata("namespace").map(|namespace| format!("{namespace}/")).unwrap_or_default();
    Some(format!("{kind}/{namespace}{name}"))
}

/// What the objects of a manifest are called, as [`Document::name`] has it; those without a namespace are in the default
/// one as well. Nothing where the text is no YAML.
pub fn named_in(text: &str) -> Vec<String> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap_or_default();
    let mut names = Vec::new();
    let mut open: Vec<&Value> = documents.iter().collect();
    while let Some(object) = open.pop() {
        open.extend(object.get("items").and_then(Value::as_array).into_iter().flatten());
        let Some(name) = name(object) else { continue };
        if let Some((kind, name)) = name.split_once('/').filter(|(_, name)| !name.contains('/')) {
            names.push(format!("{kind}/default/{name}"));
        }
        names.push(name);
    }
    names
}

/// Whether Kube-OVN's controller is among the objects of a cluster: it makes rows of them.
pub fn runs_kube_ovn(documents: &[Document]) -> bool {
    documents.iter().any(|document| document.name == "deployment/kube-system/kube-ovn-controller")
}
