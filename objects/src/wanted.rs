//! What is to be in a cluster: the objects of manifests that say who may talk to whom.

use crate::content::Content;
use crate::reference::Reference;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// What is to be in a cluster.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wanted {
    /// What is to be said of each object.
    pub contents: BTreeMap<Reference, Content>,
    /// Objects that are named, whether anything is said of them or not.
    pub named: BTreeSet<Reference>,
    /// Kinds of objects that are in the manifests and that are not written.
    pub left_out: BTreeMap<String, usize>,
}

/// Why manifests say nothing that could be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WantedError {
    /// A text is no YAML.
    #[error("`{name}` is no YAML: {why}")]
    Text {
        /// The text.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// An object is there twice.
    #[error("{object} is written twice, in `{name}` for the second time")]
    Twice {
        /// The object.
        object: String,
        /// The text.
        name: String,
    },
    /// An object has no name of its own.
    #[error("a {kind} in `{name}` has no `metadata.name`")]
    Nameless {
        /// Its kind.
        kind: String,
        /// The text.
        name: String,
    },
}

/// The objects of a text: its documents that are not empty, lists unpacked, of whatever kind.
///
/// # Errors
///
/// [`WantedError::Text`].
pub fn listed(name: &str, text: &str) -> Result<Vec<Value>, WantedError> {
    let documents: Result<Vec<Value>, _> = serde_saphyr::from_multiple(text);
    let mut open = documents.map_err(|error| WantedError::Text {
        name: name.to_owned(),
        why: error.to_string().lines().next().unwrap_or_default().to_owned(),
    })?;
    open.reverse();
    let mut objects = Vec::new();
    while let Some(mut object) = open.pop() {
        match object.get_mut("items").and_then(Value::as_array_mut).map(std::mem::take) {
            Some(items) => open.extend(items.into_iter().rev()),
            None if object.is_null() => {}
            None => objects.push(object),
        }
    }
    Ok(objects)
}

impl Wanted {
    /// Adds what a text says; how many objects it has.
    pub fn add(&mut self, name: &str, text: &str) -> Result<usize, WantedError> {
        let objects = listed(name, text)?;
        objects.iter().try_for_each(|object| self.object(name, object))?;
        Ok(objects.len())
    }

    fn object(&mut self, name: &str, object: &Value) -> Result<(), WantedError> {
        let word = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (api_version, kind) = (word("apiVersion"), word("kind"));
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        if !crate::writable::is_writable(group, &kind) {
            if !kind.is_empty() && group != "ringfence" {
                *self.left_out.entry(kind).or_default() += 1;
            }
            return Ok(());
        }
        let Some(reference) = Reference::of(object) else {
            return Err(WantedError::Nameless { kind, name: name.to_owned() });
        };
        if !self.named.insert(reference.clone()) {
            return Err(WantedError::Twice { object: reference.to_string(), name: name.to_owned() });
        }
        if let Some(content) = Content::written(&reference, object) {
            self.contents.insert(reference, content);
        }
        Ok(())
    }
}
