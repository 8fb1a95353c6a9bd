//! A plan: what has to change in a cluster so that it holds what is wanted.

mod portion;
mod whole;

use crate::content::Content;
use crate::deed::{Deed, Kind};
use crate::history::{History, HistoryError};
use crate::owned::{content, others};
use crate::reference::Reference;
use crate::wanted::Wanted;
use crate::writable::{WRITABLE, Way, is_writable};
use kube::api::ApiResource;
use ringfence_cluster::{Document, Grade, Observed};
use ringfence_enforce::PolicySet;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Whether what others wrote into the objects that are named is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adoption {
    /// It is theirs.
    None,
    /// It is ours from now on.
    Named,
}

/// What has to change in a cluster.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The policy set.
    pub set: PolicySet,
    /// The cluster as it was.
    pub observed: Observed,
    /// The objects that change, in the order in which they are written.
    pub deeds: Vec<Deed>,
    /// What somebody should know, a sentence each.
    pub remarks: Vec<String>,
    /// Whether fields of others are taken over.
    pub adoption: Adoption,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// A name is none that a cluster takes.
    #[error(
        "in a cluster the name of a policy set is made of small letters, digits, `.` and `-`, and begins and ends with a letter or a digit: `{0}` is not"
    )]
    Set(PolicySet),
    /// Some of the cluster was not read.
    #[error("what a change means cannot be told: {message}; {help}")]
    Unread {
        /// What was not read.
        message: String,
        /// What to do.
        help: String,
    },
    /// The cluster has no such kind.
    #[error("{object} cannot be written: the cluster has no {kind}")]
    NoKind {
        /// The object.
        object: String,
        /// Its kind.
        kind: &'static str,
    },
    /// There is no such Subnet.
    #[error("Subnet `{name}` is not in the cluster, which has {there}; networks are not made here")]
    NoSubnet {
        /// Its name.
        name: String,
        /// Which ones are there.
        there: String,
    },
    /// The object is somebody else's.
    #[error("{object} is there, says something else and belongs to {owner}; `--adopt` takes it over")]
    Foreign {
        /// The object.
        object: String,
        /// Whose it is.
        owner: String,
    },
    /// Another policy set writes the same.
    #[error("{object} belongs to policy set `{other}`")]
    Other {
        /// The object.
        object: String,
        /// Whose it is.
        other: String,
    },
    /// Something cannot be taken back.
    #[error("{0}")]
    History(#[from] HistoryError),
}

/// The objects that are there.
type Live = BTreeMap<Reference, Value>;

impl Plan {
    /// What has to change so that of a policy set exactly this is there.
    pub fn new(observed: Observed, set: &PolicySet, wanted: &Wanted, adoption: Adoption) -> Result<Self, PlanError> {
        let mut plan = Self::of(observed, set, &wanted.contents, &wanted.named, adoption)?;
        if !wanted.left_out.is_empty() {
            let kinds: Vec<String> = wanted.left_out.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
            plan.remarks.push(format!("objects of other kinds in the files are not written: {}", kinds.join(", ")));
        }
        Ok(plan)
    }

    /// What has to change so that a policy set is as it was some applies ago.
    pub fn back(
        observed: Observed,
        set: &PolicySet,
        history: &History,
        steps: usize,
        adoption: Adoption,
    ) -> Result<Self, PlanError> {
        let now = owned(&live(&observed), set);
        let wanted = history.back(steps, now)?;
        Self::of(observed, set, &wanted, &BTreeSet::new(), adoption)
    }

    fn of(
        observed: Observed,
        set: &PolicySet,
        wanted: &BTreeMap<Reference, Content>,
        named: &BTreeSet<Reference>,
        adoption: Adoption,
    ) -> Result<Self, PlanError> {
        check_name(set)?;
        if let Some(absence) = observed.reading.absences.iter().find(|absence| absence.grade == Grade::Wrong) {
            return Err(PlanError::Unread { message: absence.message.clone(), help: absence.help.clone() });
        }
        let live = live(&observed);
        let mut plan = Self { set: set.clone(), observed, deeds: Vec::new(), remarks: Vec::new(), adoption };
        let ours = owned(&live, set);
        let all: BTreeSet<&Reference> = wanted.keys().chain(ours.keys()).chain(named).collect();
        for reference in all {
            let (there, new) = (live.get(reference), wanted.get(reference));
            let is_named = named.contains(reference);
            let deed = match reference.kind.way() {
                Way::Whole => plan.whole(reference, there, ours.get(reference), new)?,
                Way::Portion => plan.portion(reference, there, new, is_named, &live)?,
            };
            plan.deeds.extend(deed);
        }
        plan.deeds.sort_by_key(order);
        Ok(plan)
    }

    fn remark_others(&mut self, reference: &Reference, object: &Value) {
        let others = others(object, &self.set);
        if !others.is_empty() {
            let names: Vec<String> = others.iter().map(|name| format!("`{}`", name.escape_debug())).collect();
            self.remarks
                .push(format!("{} writes {reference} too, and may undo what is written here", names.join(", ")));
        }
    }

    /// How the server calls the objects of a kind.
    pub(crate) fn resource(&self, reference: &Reference) -> Result<ApiResource, PlanError> {
        let (group, name) = (reference.kind.group, reference.kind.name);
        let found = self.observed.served.iter().find(|(kind, _)| kind.group == group && kind.name == name);
        found
            .map(|(_, resource)| resource.clone())
            .ok_or(PlanError::NoKind { object: reference.to_string(), kind: name })
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.deeds.is_empty()
    }

    /// How many objects change in a way.
    pub fn count(&self, kind: Kind) -> usize {
        self.deeds.iter().filter(|deed| deed.kind == kind).count()
    }

    /// How many objects come, change and go, in few words.
    pub fn summary(&self) -> String {
        let [create, alter, note, delete] =
            [Kind::Create, Kind::Alter, Kind::Note, Kind::Delete].map(|kind| self.count(kind));
        let note = if note > 0 { format!(", {note} noted") } else { String::new() };
        format!("{create} created, {alter} altered, {delete} deleted{note}")
    }

    /// What everybody may see of the cluster after it.
    pub fn after(&self) -> Vec<Document> {
        let mut documents = self.observed.reading.documents.clone();
        for deed in &self.deeds {
            let served = self.observed.served.iter();
            let kind = served
                .clone()
                .find(|(kind, _)| kind.group == deed.reference.kind.group && kind.name == deed.reference.kind.name);
            let Some((kind, resource)) = kind else { continue };
            let object = deed.after.as_ref().or(deed.before.as_ref());
            let Some(document) = object.and_then(|object| Document::of(kind, &resource.api_version, object)) else {
                continue;
            };
            let at = documents.iter().position(|known| known.name == document.name);
            match (at.and_then(|at| documents.get_mut(at)), at, &deed.after) {
                (Some(known), _, Some(_)) => *known = document,
                (_, Some(at), None) => drop(documents.remove(at)),
                (None, _, Some(_)) => documents.push(document),
                (_, None, None) => {}
            }
        }
        documents
    }
}

fn check_name(set: &PolicySet) -> Result<(), PlanError> {
    let name = set.name();
    let inner = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let ends = [name.chars().next(), name.chars().last()].into_iter().flatten().all(inner);
    let fits = name.chars().all(|letter| inner(letter) || letter == '.' || letter == '-') && !name.contains("..");
    if ends && fits { Ok(()) } else { Err(PlanError::Set(set.clone())) }
}

fn live(observed: &Observed) -> Live {
    let writable = |group: &str, name: &str| WRITABLE.iter().find(|kind| kind.group == group && kind.name == name);
    let objects = observed.objects.iter().filter(|(kind, _)| is_writable(kind.group, kind.name));
    let known = |object: &Value, kind: &ringfence_cluster::Kind| {
        let mut object = object.clone();
        if let Some(fields) = object.as_object_mut() {
            fields.insert("kind".to_owned(), json!(kind.name));
        }
        Some((Reference::within(writable(kind.group, kind.name)?, &object)?, object))
    };
    objects.filter_map(|(kind, object)| known(object, kind)).collect()
}

/// What a policy set says, as it is noted in the cluster.
fn owned(live: &Live, set: &PolicySet) -> BTreeMap<Reference, Content> {
    let said = |(reference, object): (&Reference, &Value)| Some((reference.clone(), content(reference, object, set)?));
    live.iter().filter_map(said).collect()
}

/// What comes or changes before what goes.
fn order(deed: &Deed) -> (bool, usize, Reference) {
    let at = WRITABLE.iter().position(|kind| kind == deed.reference.kind).unwrap_or_default();
    let gone = deed.kind == Kind::Delete;
    (gone, if gone { WRITABLE.len() - at } else { at }, deed.reference.clone())
}

fn version(object: &Value) -> Option<&Value> {
    object.get("metadata")?.get("resourceVersion")
}
