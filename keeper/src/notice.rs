//! Events: what was written for which object.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use ringfence_cluster::{Connection, KINDS, Served};
use ringfence_enforce::Plan;
use std::collections::BTreeMap;

/// Of one plan no more objects are told than that.
const MOST: usize = 20;

/// Tells of objects.
pub(crate) struct Notices {
    recorder: Recorder,
}

impl Notices {
    pub(crate) fn new(connection: &Connection, instance: &str) -> Self {
        let reporter = Reporter { controller: "ringfence".to_owned(), instance: Some(instance.to_owned()) };
        Self { recorder: Recorder::new(connection.client().clone(), reporter) }
    }

    /// Tells every object of a plan; gives what went wrong, which is no reason to stop.
    pub(crate) async fn tell(
        &self,
        plan: &Plan,
        served: &Served,
        (type_, reason, what): (EventType, &str, &str),
    ) -> Option<String> {
        let mut objects: BTreeMap<&str, usize> = BTreeMap::new();
        for item in plan.changes.iter().filter_map(|change| change.item()) {
            *objects.entry(item.origin().object.as_str()).or_default() += 1;
        }
        let told = objects.into_iter().filter_map(|(object, count)| Some((reference(object, served)?, count)));
        for (reference, count) in told.take(MOST) {
            let rows = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
            let note: String = format!("{rows} of policy set {}: {what}", plan.set).chars().take(900).collect();
            let event = Event {
                type_,
                reason: reason.to_owned(),
                note: Some(note),
                action: "Enforce".to_owned(),
                secondary: None,
            };
            if let Err(error) = self.recorder.publish(&event, &reference).await {
                return Some(format!("cannot write an Event: {error}"));
            }
        }
        None
    }
}

/// `Kind/name` or `Kind/namespace/name`, of a kind that the server has.
fn reference(object: &str, served: &Served) -> Option<ObjectReference> {
    let mut parts = object.splitn(2, '/');
    let (kind, name) = (parts.next()?, parts.next()?);
    KINDS.iter().find(|known| known.name == kind)?;
    let api_version = served.api_version(kind)?;
    // Events of objects without a namespace are in this one.
    let (namespace, name) = name.split_once('/').unwrap_or(("default", name));
    Some(ObjectReference {
        api_version: Some(api_version.to_owned()),
        kind: Some(kind.to_owned()),
        name: Some(name.to_owned()),
        namespace: Some(namespace.to_owned()),
        ..ObjectReference::default()
    })
}
