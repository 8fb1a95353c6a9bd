//! Which of several replicas acts: whoever holds a Lease of the cluster (`coordination.k8s.io/v1`).
//!
//! As client-go does it: no two clocks are compared. Who sees that a Lease has not changed for as long as it lasts, by the
//! own clock, takes it; of two who do so, the server refuses one. Who cannot renew it in time stops acting before somebody
//! else may take it.

use crate::access::Connection;
use crate::error::ClusterError;
use k8s_openapi::jiff::Timestamp;
use kube::api::{ApiResource, DynamicObject, PostParams};
use kube::{Api, Error};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// How a Lease is held.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// For how long it holds when nobody renews it.
    pub lasts: Duration,
    /// For how long its holder acts when it cannot be renewed: shorter.
    pub trusted: Duration,
    /// How often it is looked at, and renewed.
    pub every: Duration,
}

impl Default for Term {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { lasts: seconds(15), trusted: seconds(10), every: seconds(2) }
    }
}

/// How often it is tried to give a Lease back.
const RELEASES: usize = 3;

/// A Lease that one of several holds.
pub struct Tenure {
    api: Api<DynamicObject>,
    server: String,
    name: String,
    namespace: String,
    /// Who we are.
    identity: String,
    term: Term,
    /// What was seen last, and when it was first seen so.
    seen: Option<(Seen, Instant)>,
    /// When we renewed it.
    renewed: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    holder: String,
    version: String,
    transitions: i64,
    acquired: Value,
}

impl Tenure {
    /// Nothing is asked yet.
    pub fn new(connection: &Connection, namespace: &str, name: &str, identity: &str, term: Term) -> Self {
        let resource = ApiResource {
            group: "coordination.k8s.io".to_owned(),
            version: "v1".to_owned(),
            api_version: "coordination.k8s.io/v1".to_owned(),
            kind: "Lease".to_owned(),
            plural: "leases".to_owned(),
        };
        let api = Api::namespaced_with(connection.client.clone(), namespace, &resource);
        Self {
            api,
            server: connection.server.clone(),
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            identity: identity.to_owned(),
            term,
            seen: None,
            renewed: None,
        }
    }

    /// Whether we may act at this moment.
    pub fn is_held(&self) -> bool {
        self.until().is_some_and(|until| Instant::now() < until)
    }

    /// Until when we may act, where nothing more is heard.
    pub fn until(&self) -> Option<Instant> {
        self.renewed.map(|renewed| renewed + self.term.trusted)
    }

    /// Who acts, as far as is known.
    pub fn holder(&self) -> &str {
        self.seen.as_ref().map_or("", |(seen, _)| seen.holder.as_str())
    }

    /// How long to wait before the next look.
    pub fn pause(&self) -> Duration {
        self.term.every
    }

    /// Renews the Lease, takes it where nobody holds it, or looks who does.
    pub async fn look(&mut self) -> Result<(), ClusterError> {
        let begun = Instant::now();
        let result = match tokio::time::timeout(self.term.trusted / 2, self.step(begun)).await {
            Ok(result) => result,
            Err(_) => {
                let why = "no answer about the Lease in time".to_owned();
                return Err(ClusterError::Unreachable { server: self.server.clone(), why });
            }
        };
        match result {
            // Somebody else was quicker: the next look tells who.
            Err(Error::Api(status)) if status.code == 409 => {
                self.renewed = None;
                Ok(())
            }
            Err(error) => Err(ClusterError::of(&error, &self.server)),
            Ok(()) => Ok(()),
        }
    }

    async fn step(&mut self, begun: Instant) -> Result<(), Error> {
        let Some(found) = self.api.get_opt(&self.name).await? else {
            let written = self.api.create(&PostParams::default(), &self.body(None, 0, None)?).await?;
            self.note(&written, begun);
            self.renewed = Some(begun);
            return Ok(());
        };
        self.note(&found, begun);
        let Some((seen, since)) = self.seen.clone() else { return Ok(()) };
        let ours = seen.holder == self.identity;
        if !ours {
            self.renewed = None;
        }
        if !ours && !seen.holder.is_empty() && since.elapsed() < self.term.lasts {
            return Ok(());
        }
        let (transitions, acquired) = match ours {
            true => (seen.transitions, Some(seen.acquired)),
            false => (seen.transitions + 1, None),
        };
        let body = self.body(Some(seen.version), transitions, acquired)?;
        let written = self.api.replace(&self.name, &PostParams::default(), &body).await?;
        self.note(&written, begun);
        self.renewed = Some(begun);
        Ok(())
    }

    fn note(&mut self, found: &DynamicObject, at: Instant) {
        let spec = |key: &str| found.data.get("spec").and_then(|spec| spec.get(key)).cloned().unwrap_or_default();
        let seen = Seen {
            holder: spec("holderIdentity").as_str().unwrap_or_default().to_owned(),
            version: found.metadata.resource_version.clone().unwrap_or_default(),
            transitions: spec("leaseTransitions").as_i64().unwrap_or_default(),
            acquired: spec("acquireTime"),
        };
        if self.seen.as_ref().is_none_or(|(known, _)| *known != seen) {
            self.seen = Some((seen, at));
        }
    }

    fn body(&self, version: Option<String>, transitions: i64, acquired: Option<Value>) -> Result<DynamicObject, Error> {
        let now = format!("{:.6}", Timestamp::now());
        self.object(version, &self.identity, self.term.lasts.as_secs().max(1), &json!(now), transitions, acquired)
    }

    fn object(
        &self,
        version: Option<String>,
        holder: &str,
        lasts: u64,
        now: &Value,
        transitions: i64,
        acquired: Option<Value>,
    ) -> Result<DynamicObject, Error> {
        let mut object = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": { "name": self.name, "namespace": self.namespace },
            "spec": {
                "holderIdentity": holder, "leaseDurationSeconds": lasts, "renewTime": now,
                "acquireTime": acquired.filter(|time| !time.is_null()).unwrap_or_else(|| now.clone()),
                "leaseTransitions": transitions,
            },
        });
        if let (Some(version), Some(metadata)) = (version, object.get_mut("metadata").and_then(Value::as_object_mut)) {
            metadata.insert("resourceVersion".to_owned(), json!(version));
        }
        serde_json::from_value(object).map_err(Error::SerdeError)
    }

    /// Gives it back, so that nobody has to wait for its end.
    pub async fn release(&mut self) -> Result<(), ClusterError> {
        self.renewed = None;
        let mut result = Ok(());
        // A renewal may have been under way that nobody heard the answer of.
        for _ in 0..RELEASES {
            result = self.give_back().await;
            match &result {
                Err(Error::Api(status)) if status.code == 409 => {}
                _ => break,
            }
        }
        result.map_err(|error| ClusterError::of(&error, &self.server))
    }

    async fn give_back(&mut self) -> Result<(), Error> {
        let Some(found) = self.api.get_opt(&self.name).await? else { return Ok(()) };
        self.note(&found, Instant::now());
        let Some((seen, _)) = self.seen.clone().filter(|(seen, _)| seen.holder == self.identity) else { return Ok(()) };
        let now = json!(format!("{:.6}", Timestamp::now()));
        let body = self.object(Some(seen.version), "", 1, &now, seen.transitions, Some(seen.acquired))?;
        self.api.replace(&self.name, &PostParams::default(), &body).await.map(drop)
    }
}
