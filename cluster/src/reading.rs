//! A whole cluster, read.

use crate::absence::Absence;
use crate::access::Connection;
use crate::document::Document;
use crate::error::{ClusterError, chain};
use crate::kind::{KINDS, Kind};
use crate::listing::Listing;
use kube::Error;
use kube::api::ApiResource;
use kube::discovery::Discovery;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a cluster holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Its objects, kind by kind, each kind by namespace and name.
    pub documents: Vec<Document>,
    /// What was not read.
    pub absences: Vec<Absence>,
}

/// What a cluster holds, with objects as the server has them.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// What everybody may see.
    pub reading: Reading,
    /// Objects of the kinds that were asked for, all of each.
    pub objects: Vec<(&'static Kind, Value)>,
    /// The kinds that the server has, with the versions that it prefers.
    pub served: Vec<(&'static Kind, ApiResource)>,
}

/// Reads every kind that is there and may be read, so many objects at once.
pub async fn read(connection: &Connection, page: u32) -> Result<Reading, ClusterError> {
    Ok(observe(connection, page, |_| false).await?.reading)
}

/// Reads the same, and keeps all of the objects of some kinds, for somebody who is to write them.
pub async fn observe(
    connection: &Connection,
    page: u32,
    whole: impl Fn(&Kind) -> bool,
) -> Result<Observed, ClusterError> {
    let served = served(connection).await?;
    let mut observed = Observed::default();
    let reading = &mut observed.reading;
    let mut unknown: BTreeMap<&str, Vec<&Kind>> = BTreeMap::new();
    for kind in &KINDS {
        let Some(resource) = served.iter().find(|known| known.group == kind.group && known.kind == kind.name) else {
            unknown.entry(kind.group).or_default().push(kind);
            continue;
        };
        observed.served.push((kind, resource.clone()));
        match Listing::new(connection, resource, page).all().await {
            Ok(objects) => {
                let of = |object| Document::of(kind, &resource.api_version, object);
                let mut documents: Vec<Document> = objects.iter().filter_map(of).collect();
                documents.sort_by(|one, other| one.name.cmp(&other.name));
                reading.documents.append(&mut documents);
                if whole(kind) {
                    observed.objects.extend(objects.into_iter().map(|object| (kind, object)));
                }
            }
            Err(Error::Api(status)) if status.code == 403 => reading.absences.push(Absence::forbidden(kind)),
            // The kind went while the others were read.
            Err(Error::Api(status)) if status.code == 404 => unknown.entry(kind.group).or_default().push(kind),
            Err(Error::Api(status)) => reading.absences.push(Absence::failed(kind, &status.message)),
            Err(error @ Error::SerdeError(_)) => reading.absences.push(Absence::failed(kind, &chain(&error).1)),
            Err(error) => return Err(ClusterError::of(&error, &connection.server)),
        }
    }
    reading.absences.extend(unknown.iter().map(|(group, kinds)| Absence::unknown(group, kinds)));
    Ok(observed)
}

/// What the server has of the groups that matter, the version that it prefers first.
pub(crate) async fn served(connection: &Connection) -> Result<Vec<ApiResource>, ClusterError> {
    let groups: Vec<&str> = KINDS.iter().map(|kind| kind.group).collect();
    let discovery = Discovery::new(connection.client.clone()).filter(&groups).run().await;
    let discovery = discovery.map_err(|error| ClusterError::of(&error, &connection.server))?;
    let resources = |group: &kube::discovery::ApiGroup| {
        let all = group.recommended_resources().into_iter().chain(group.resources_by_stability());
        all.map(|(resource, _)| resource).collect::<Vec<_>>()
    };
    Ok(discovery.groups().flat_map(resources).collect())
}
