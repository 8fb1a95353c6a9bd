//! A plan, carried out: tried by the server first, what takes it back kept, then written object by object.

use crate::deed::{Deed, Kind};
use crate::history::{History, Kept};
use crate::owned::manager;
use crate::plan::{Adoption, Plan};
use crate::writable::Way;
use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams, Preconditions};
use kube::{Api, Error};
use ringfence_cluster::{ClusterError, Connection};
use thiserror::Error;

/// What is to become of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The server says whether it would take it, and keeps nothing.
    Trial,
    /// It is carried out.
    Earnest,
}

/// What became of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// All of it was tried, or carried out; then with the history as it is now.
    Done(Option<History>),
    /// Something has changed since the plan was made. So many objects were written before that was seen.
    Moved(usize),
}

/// Why a plan was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// Somebody else writes the same fields.
    #[error("{object} is in conflict: {why}; `--adopt` takes the fields over")]
    Conflict {
        /// The object.
        object: String,
        /// Who writes which fields, in the server's words.
        why: String,
    },
    /// Somebody may not write.
    #[error("no permission for {object}: {why}; let an administrator bind you to the roles of `deploy/writer.yaml`")]
    Forbidden {
        /// The object.
        object: String,
        /// The server's words.
        why: String,
    },
    /// The server does not take it.
    #[error("the server refuses {object}: {why}")]
    Refused {
        /// The object.
        object: String,
        /// The server's words.
        why: String,
    },
    /// The server does not answer as it should.
    #[error("{0}")]
    Failed(ClusterError),
    /// Some of it is written.
    #[error("{done} of {all} objects are written, then: {error}")]
    Halfway {
        /// How many are written.
        done: usize,
        /// How many were to be.
        all: usize,
        /// What happened.
        error: Box<SendError>,
        /// The history as it is now: it takes back what is written.
        history: Box<History>,
    },
}

impl SendError {
    /// What a client's error at an object means.
    pub(crate) fn of(error: &Error, object: &str) -> Self {
        let object = object.to_owned();
        let Error::Api(status) = error else { return Self::Failed(ClusterError::of(error, "of the cluster")) };
        let why = status.message.split_whitespace().collect::<Vec<_>>().join(" ");
        match status.code {
            // Who refuses for another reason than a role, a quota for example, names no user (`apierrors.NewForbidden`).
            403 if why.contains("is forbidden: User ") => Self::Forbidden { object, why },
            409 => Self::Conflict { object, why },
            _ => Self::Refused { object, why },
        }
    }
}

enum Step {
    Done,
    Moved,
}

/// Carries a plan out, or has it tried. Nothing is written before the server has said that it would take all of it.
pub async fn send(
    connection: &Connection,
    plan: &Plan,
    history: &History,
    purpose: Purpose,
) -> Result<Sent, SendError> {
    for deed in &plan.deeds {
        if let Step::Moved = step(connection, plan, deed, Purpose::Trial).await? {
            return Ok(Sent::Moved(0));
        }
    }
    let history = match history.keep(connection, &plan.deeds, &plan.summary(), purpose).await? {
        Kept::Written(history) => history,
        Kept::Moved => return Ok(Sent::Moved(0)),
    };
    if purpose == Purpose::Trial {
        return Ok(Sent::Done(None));
    }
    for (done, deed) in plan.deeds.iter().enumerate() {
        match step(connection, plan, deed, Purpose::Earnest).await {
            Ok(Step::Done) => {}
            Ok(Step::Moved) => return Ok(Sent::Moved(done)),
            Err(error) => {
                let (all, error, history) = (plan.deeds.len(), Box::new(error), Box::new(history));
                return Err(SendError::Halfway { done, all, error, history });
            }
        }
    }
    Ok(Sent::Done(Some(history)))
}

async fn step(connection: &Connection, plan: &Plan, deed: &Deed, purpose: Purpose) -> Result<Step, SendError> {
    let name = deed.reference.to_string();
    let resource = plan
        .resource(&deed.reference)
        .map_err(|error| SendError::Refused { object: name.clone(), why: error.to_string() })?;
    let client = connection.client().clone();
    let api: Api<DynamicObject> = match &deed.reference.namespace {
        Some(namespace) => Api::namespaced_with(client, namespace, &resource),
        None => Api::all_with(client, &resource),
    };
    let dry_run = purpose == Purpose::Trial;
    let result = match (deed.kind, deed.reference.kind.way()) {
        (Kind::Delete, _) => api.delete(&deed.reference.name, &deletion(deed, dry_run)).await.map(drop),
        (_, Way::Whole) => {
            let force = plan.adoption == Adoption::Named;
            let parameters =
                PatchParams { dry_run, force, ..PatchParams::apply(&manager(&plan.set)).validation_strict() };
            api.patch(&deed.reference.name, &parameters, &Patch::Apply(&deed.body)).await.map(drop)
        }
        (_, Way::Portion) => {
            let parameters = PatchParams { dry_run, field_manager: Some(manager(&plan.set)), ..PatchParams::default() };
            api.patch(&deed.reference.name, &parameters, &Patch::Merge(&deed.body)).await.map(drop)
        }
    };
    match result {
        Ok(()) => Ok(Step::Done),
        Err(Error::Api(status)) if status.code == 409 && !is_of_managers(&status) => Ok(Step::Moved),
        // What is to go has gone.
        Err(Error::Api(status)) if status.code == 404 && deed.before.is_some() => Ok(Step::Moved),
        Err(error) => Err(SendError::of(&error, &name)),
    }
}

/// Whether a conflict is one of who writes a field, and not one of versions.
fn is_of_managers(status: &kube::core::Status) -> bool {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    causes.into_iter().any(|cause| cause.reason == "FieldManagerConflict")
}

fn deletion(deed: &Deed, dry_run: bool) -> DeleteParams {
    let metadata = |key: &str| Some(deed.before.as_ref()?.get("metadata")?.get(key)?.as_str()?.to_owned());
    let preconditions = Preconditions { resource_version: metadata("resourceVersion"), uid: metadata("uid") };
    DeleteParams { dry_run, ..DeleteParams::background().preconditions(preconditions) }
}
