//! Which object.

use crate::writable::{Writable, find};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use std::fmt;

/// Which object of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Its kind.
    pub kind: &'static Writable,
    /// Its namespace, where its kind has one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl Reference {
    /// Of an object in a manifest or of the server; an object without a namespace is in `default`. Nothing where its kind
    /// is not written, or where it has no name.
    pub(crate) fn of(object: &Value) -> Option<Self> {
        let api_version = object.get("apiVersion")?.as_str()?;
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        Self::within(find(group, object.get("kind")?.as_str()?)?, object)
    }

    /// Of an object whose kind is known.
    pub(crate) fn within(kind: &'static Writable, object: &Value) -> Option<Self> {
        let metadata = |key: &str| object.get("metadata")?.get(key)?.as_str();
        let namespace = kind.namespaced.then(|| metadata("namespace").unwrap_or("default").to_owned());
        Some(Self { kind, namespace, name: metadata("name")?.to_owned() })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        write!(out, "{}/{namespace}{}", self.kind.name, self.name)
    }
}

/// `group/Kind/namespace/name`, the namespace empty where the kind has none.
impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let namespace = self.namespace.as_deref().unwrap_or_default();
        to.serialize_str(&format!("{}/{}/{namespace}/{}", self.kind.group, self.kind.name, self.name))
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let mut parts = text.splitn(4, '/');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (group, kind, namespace, name) = (part(), part(), part(), part());
        let kind = find(&group, &kind).ok_or_else(|| de::Error::custom(format!("`{text}` is no object")))?;
        Ok(Self { kind, namespace: kind.namespaced.then_some(namespace), name })
    }
}
