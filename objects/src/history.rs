//! What every apply undoes, kept in the cluster itself: in a ConfigMap for each policy set, by generation.

use crate::content::Content;
use crate::deed::Deed;
use crate::reference::Reference;
use crate::send::{Purpose, SendError};
use kube::Api;
use kube::api::{ApiResource, DynamicObject, PostParams};
use ringfence_cluster::Connection;
use ringfence_enforce::{Applied, PolicySet, now};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use thiserror::Error;

/// How many applies can be taken back.
const KEPT: usize = 10;

/// How many bytes of them are kept: a ConfigMap holds a mebibyte.
const BYTES: usize = 900 << 10;

/// The applies of a policy set that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    set: PolicySet,
    namespace: String,
    /// How many applies there were.
    generation: u64,
    /// What takes each of them back, as it is kept.
    kept: BTreeMap<u64, String>,
    /// The version of the ConfigMap; nothing where there is none.
    version: Option<String>,
}

/// What takes one apply back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Undo {
    did: String,
    /// When, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    was: Vec<(Reference, Option<Content>)>,
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

/// Whether the history could be written.
pub(crate) enum Kept {
    /// It is; the history that it is now.
    Written(History),
    /// Somebody else wrote it meanwhile.
    Moved,
}

impl History {
    /// What a cluster keeps of a policy set in a namespace.
    pub async fn read(connection: &Connection, set: &PolicySet, namespace: &str) -> Result<Self, SendError> {
        let mut history = Self {
            set: set.clone(),
            namespace: namespace.to_owned(),
            generation: 0,
            kept: BTreeMap::new(),
            version: None,
        };
        let found = history.api(connection).get_opt(&history.name()).await;
        let Some(found) = found.map_err(|error| SendError::of(&error, &history.place()))? else { return Ok(history) };
        history.take(&found);
        Ok(history)
    }

    fn take(&mut self, found: &DynamicObject) {
        self.version = found.metadata.resource_version.clone();
        for (key, value) in found.data.get("data").and_then(Value::as_object).into_iter().flatten() {
            let Some(text) = value.as_str() else { continue };
            if key == "generation" {
                self.generation = text.parse().unwrap_or_default();
            } else if let Some(number) = key.strip_prefix("undo-").and_then(|number| number.parse().ok()) {
                self.kept.insert(number, text.to_owned());
            }
        }
    }

    /// How many applies there were.
    pub fn generation(&self) -> u64 {
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

    /// Whether the last apply can be taken back.
    pub fn is_undoable(&self) -> bool {
        self.kept.contains_key(&self.generation)
    }

    fn name(&self) -> String {
        format!("ringfence-{}", self.set)
    }

    fn place(&self) -> String {
        format!("ConfigMap/{}/{}", self.namespace, self.name())
    }

    fn api(&self, connection: &Connection) -> Api<DynamicObject> {
        let resource = ApiResource {
            group: String::new(),
            version: "v1".to_owned(),
            api_version: "v1".to_owned(),
            kind: "ConfigMap".to_owned(),
            plural: "configmaps".to_owned(),
        };
        Api::namespaced_with(connection.client().clone(), &self.namespace, &resource)
    }

    /// Writes what takes deeds back, before they are done, or has that tried. Who writes it first, of two, goes on.
    pub(crate) async fn keep(
        &self,
        connection: &Connection,
        deeds: &[Deed],
        did: &str,
        purpose: Purpose,
    ) -> Result<Kept, SendError> {
        let next = self.with(deeds, did);
        let mut data: Map<String, Value> =
            next.kept.iter().map(|(number, text)| (format!("undo-{number}"), json!(text))).collect();
        data.insert("generation".to_owned(), json!(next.generation.to_string()));
        let mut object = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": { "name": self.name(), "namespace": self.namespace },
        });
        if let (Some(version), Some(metadata)) =
            (&self.version, object.get_mut("metadata").and_then(Value::as_object_mut))
        {
            metadata.insert("resourceVersion".to_owned(), json!(version));
        }
        let failed = |error: &kube::Error| SendError::of(error, &self.place());
        let object: DynamicObject =
            serde_json::from_value(object).map_err(|error| failed(&kube::Error::SerdeError(error)))?;
        let api = self.api(connection);
        let dry_run = purpose == Purpose::Trial;
        let parameters = PostParams { dry_run, field_manager: Some("ringfence".to_owned()) };
        let written = match self.version {
            Some(_) => api.replace(&self.name(), &parameters, &object).await,
            None => api.create(&parameters, &object).await,
        };
        match written {
            Ok(found) => Ok(Kept::Written(Self { version: found.metadata.resource_version, ..next })),
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(Kept::Moved),
            Err(error) => Err(failed(&error)),
        }
    }

    /// The history after deeds.
    fn with(&self, deeds: &[Deed], did: &str) -> Self {
        let was = deeds.iter().map(|deed| (deed.reference.clone(), deed.old.clone())).collect();
        let undo = serde_json::to_string(&Undo { did: did.to_owned(), at: Some(now()), was }).unwrap_or_default();
        let mut next = Self { generation: self.generation + 1, kept: BTreeMap::new(), ..self.clone() };
        let all =
            [(next.generation, &undo)].into_iter().chain(self.kept.iter().rev().map(|(number, text)| (*number, text)));
        let mut room = Some(BYTES);
        for (number, text) in all.take(KEPT) {
            room = room.and_then(|room| room.checked_sub(text.len()));
            if room.is_some() && !text.is_empty() {
                next.kept.insert(number, text.clone());
            }
        }
        next
    }

    /// What a policy set said some applies ago.
    pub(crate) fn back(
        &self,
        steps: usize,
        mut now: BTreeMap<Reference, Content>,
    ) -> Result<BTreeMap<Reference, Content>, HistoryError> {
        let unbroken = (0..).zip(self.kept.keys().rev());
        let kept = unbroken.take_while(|(back, number)| Some(**number) == self.generation.checked_sub(*back)).count();
        if steps > kept {
            return Err(HistoryError::TooFar { set: self.set.clone(), kept, wanted: steps });
        }
        for (number, text) in self.kept.iter().rev().take(steps) {
            let undo: Undo = serde_json::from_str(text).map_err(|_| HistoryError::Broken(*number))?;
            for (reference, was) in undo.was {
                match was {
                    Some(content) => drop(now.insert(reference, content)),
                    None => drop(now.remove(&reference)),
                }
            }
        }
        Ok(now)
    }
}
