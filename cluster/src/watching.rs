//! A whole cluster, followed.

use crate::absence::Absence;
use crate::access::Connection;
use crate::document::Document;
use crate::error::ClusterError;
use crate::kind::{KINDS, Kind};
use crate::reading::served;
use futures_util::stream::{BoxStream, SelectAll, StreamExt};
use kube::Api;
use kube::api::{ApiResource, DynamicObject};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Config, Event, watcher};
use std::collections::{BTreeMap, BTreeSet};

/// What comes of a kind.
type Happening = Result<Event<DynamicObject>, watcher::Error>;

/// A cluster that is followed: what it holds is known at every moment.
///
/// A connection that is lost, or a state that the server has forgotten (410), is begun anew by itself.
pub struct Watching {
    kinds: Vec<Followed>,
    events: SelectAll<BoxStream<'static, (usize, Happening)>>,
    absences: Vec<Absence>,
}

/// One kind of it.
struct Followed {
    kind: &'static Kind,
    resource: ApiResource,
    documents: BTreeMap<String, String>,
    /// What is listed anew, until all of it is there.
    fresh: Option<BTreeMap<String, String>>,
    is_known: bool,
    /// Why nothing comes of it.
    trouble: Option<Trouble>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Trouble {
    Forbidden,
    Failed(String),
}

/// What a step of following brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Something has changed.
    Changed,
    /// Nothing that matters.
    Same,
    /// A kind was listed anew: at the beginning, or because the server has forgotten where we were.
    Relisted,
    /// The server did not answer as it should; it is asked again.
    Failed,
}

/// The kinds that a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served(BTreeSet<(String, String)>);

impl Served {
    /// The version in which a kind is followed: `networking.k8s.io/v1`.
    pub fn api_version(&self, kind: &str) -> Option<&str> {
        self.0.iter().find(|(_, name)| name == kind).map(|(version, _)| version.as_str())
    }
}

impl Watching {
    /// Begins to follow every kind that the server has, so many objects of a page.
    pub async fn start(connection: &Connection, page: u32) -> Result<Self, ClusterError> {
        let served = served(connection).await?;
        let mut watching = Self { kinds: Vec::new(), events: SelectAll::new(), absences: Vec::new() };
        let mut unknown: BTreeMap<&str, Vec<&Kind>> = BTreeMap::new();
        for kind in &KINDS {
            let Some(resource) = served.iter().find(|known| known.group == kind.group && known.kind == kind.name)
            else {
                unknown.entry(kind.group).or_default().push(kind);
                continue;
            };
            let at = watching.kinds.len();
            let api: Api<DynamicObject> = Api::all_with(connection.client.clone(), resource);
            let events = watcher(api, Config::default().page_size(page)).default_backoff();
            watching.events.push(events.map(move |event| (at, event)).boxed());
            watching.kinds.push(Followed {
                kind,
                resource: resource.clone(),
                documents: BTreeMap::new(),
                fresh: None,
                is_known: false,
                trouble: None,
            });
        }
        watching.absences = unknown.iter().map(|(group, kinds)| Absence::unknown(group, kinds)).collect();
        Ok(watching)
    }

    /// What the server has now; other kinds than those that are followed are a reason to start anew.
    pub async fn kinds_of(connection: &Connection) -> Result<Served, ClusterError> {
        let served = served(connection).await?;
        let ours = |known: &&ApiResource| KINDS.iter().any(|kind| kind.group == known.group && kind.name == known.kind);
        let mut first: BTreeMap<(&str, &str), &ApiResource> = BTreeMap::new();
        for known in served.iter().filter(ours) {
            first.entry((&known.group, &known.kind)).or_insert(known);
        }
        Ok(Served(first.values().map(|known| (known.api_version.clone(), known.kind.clone())).collect()))
    }

    /// The kinds that are followed.
    pub fn kinds(&self) -> Served {
        let name = |kind: &Followed| (kind.resource.api_version.clone(), kind.resource.kind.clone());
        Served(self.kinds.iter().map(name).collect())
    }

    /// Waits until something comes. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Turn {
        match self.events.next().await {
            Some((at, event)) => self.kinds.get_mut(at).map_or(Turn::Same, |kind| kind.take(event)),
            // There is no kind at all to follow.
            None => std::future::pending().await,
        }
    }

    /// Whether all of it is known: of each kind everything was listed, or nothing may be.
    pub fn is_complete(&self) -> bool {
        self.kinds.iter().all(|kind| kind.is_known || kind.trouble == Some(Trouble::Forbidden))
    }

    /// What the cluster holds.
    pub fn documents(&self) -> Vec<Document> {
        let of = |kind: &Followed| {
            let documents = kind.documents.iter();
            documents.map(|(name, text)| Document { name: name.clone(), text: text.clone() }).collect::<Vec<_>>()
        };
        self.kinds.iter().flat_map(of).collect()
    }

    /// What is not known of it.
    pub fn absences(&self) -> Vec<Absence> {
        let of = |kind: &Followed| match &kind.trouble {
            Some(Trouble::Forbidden) => Some(Absence::forbidden(kind.kind)),
            // What was known of it is still the best that there is.
            Some(Trouble::Failed(_)) if kind.is_known => None,
            Some(Trouble::Failed(why)) => Some(Absence::failed(kind.kind, why)),
            None => None,
        };
        self.kinds.iter().filter_map(of).chain(self.absences.iter().cloned()).collect()
    }
}

impl Followed {
    fn take(&mut self, event: Happening) -> Turn {
        match event {
            Ok(Event::Init) => {
                self.fresh = Some(BTreeMap::new());
                Turn::Same
            }
            Ok(Event::InitApply(object)) => {
                if let (Some((name, text)), Some(fresh)) = (self.document(&object), &mut self.fresh) {
                    fresh.insert(name, text);
                }
                Turn::Same
            }
            Ok(Event::InitDone) => {
                self.documents = self.fresh.take().unwrap_or_default();
                self.is_known = true;
                self.trouble = None;
                Turn::Relisted
            }
            Ok(Event::Apply(object)) => {
                self.trouble = None;
                let Some((name, text)) = self.document(&object) else { return Turn::Same };
                let is_same = self.documents.get(&name) == Some(&text);
                self.documents.insert(name, text);
                if is_same { Turn::Same } else { Turn::Changed }
            }
            Ok(Event::Delete(object)) => {
                let known = self.document(&object).and_then(|(name, _)| self.documents.remove(&name));
                if known.is_some() { Turn::Changed } else { Turn::Same }
            }
            Err(error) => {
                self.trouble = Some(trouble(&error));
                Turn::Failed
            }
        }
    }

    fn document(&self, object: &DynamicObject) -> Option<(String, String)> {
        let object = serde_json::to_value(object).ok()?;
        let document = Document::of(self.kind, &self.resource.api_version, &object)?;
        Some((document.name, document.text))
    }
}

fn trouble(error: &watcher::Error) -> Trouble {
    let why = match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status)) => status,
        watcher::Error::WatchError(status) => status,
        other => return Trouble::Failed(crate::error::chain(other).1),
    };
    if why.code == 403 { Trouble::Forbidden } else { Trouble::Failed(why.message.clone()) }
}
