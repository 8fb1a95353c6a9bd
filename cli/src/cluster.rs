//! The only place where clusters are asked.
#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use crate::files::Files;
use crate::render::plan::quoted;
use clap::Args;
use ringfence_cluster::{
    Absence, Access, ClusterError, Connection, Document, Grade, Kind, Observed, PAGE, Reading, named_in, observe, read,
};
use ringfence_enforce::PolicySet;
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_objects::{History, Plan, Purpose, SendError, Sent, is_writable, send};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Which cluster is asked, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct Cluster {
    /// Reads a live Kubernetes cluster: by the kubeconfig's current context, in a pod by its account
    #[arg(long, help_heading = "Input")]
    cluster: bool,

    /// Reads the cluster of this context; `--to cluster` takes several, with commas between them
    #[arg(id = "context", long, value_name = "NAME", value_delimiter = ',', value_parser = context)]
    #[arg(help_heading = "Input")]
    contexts: Vec<String>,

    /// Reads the cluster of this kubeconfig; without it what KUBECONFIG names, or ~/.kube/config
    #[arg(long, value_name = "FILE", help_heading = "Input", value_hint = clap::ValueHint::FilePath)]
    kubeconfig: Option<PathBuf>,
}

/// The arguments that may stand in the place of files.
pub(crate) const ARGUMENTS: [&str; 3] = ["cluster", "context", "kubeconfig"];

/// A context as it is written.
fn context(name: &str) -> Result<String, String> {
    match name.trim() {
        "" => Err("a context is named with nothing: write names with one comma between two of them".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// Why a cluster cannot be asked.
struct Fault {
    message: String,
    help: String,
}

impl From<ClusterError> for Fault {
    fn from(error: ClusterError) -> Self {
        Self { message: error.to_string(), help: error.help() }
    }
}

impl From<Fault> for String {
    fn from(Fault { message, help }: Fault) -> Self {
        format!("{message}; {help}")
    }
}

/// What a cluster said.
pub(crate) struct Answer {
    /// What it is called in messages.
    name: String,
    said: Result<Reading, Fault>,
}

impl Cluster {
    /// Whether somebody wants one to be read.
    pub(crate) fn is_wanted(&self) -> bool {
        self.cluster || !self.contexts.is_empty() || self.kubeconfig.is_some()
    }

    /// Adds the cluster to what was read, where somebody wants it.
    pub(crate) fn read(&self, files: &mut Files) {
        if self.is_wanted() {
            self.ask().add(files, |_| true);
        }
    }

    /// Asks it.
    pub(crate) fn ask(&self) -> Answer {
        Answer { name: self.name(), said: self.reading() }
    }

    /// Each of the clusters that are named, in the order in which they are written.
    ///
    /// # Errors
    ///
    /// A context that is named twice.
    pub(crate) fn each(&self) -> Result<Vec<Self>, String> {
        let mut known = BTreeSet::new();
        if let Some(twice) = self.contexts.iter().find(|context| !known.insert(*context)) {
            return Err(format!("`--context` names `{twice}` twice: write each context once"));
        }
        if self.contexts.is_empty() {
            return Ok(vec![self.clone()]);
        }
        Ok(self.contexts.iter().map(|context| Self { contexts: vec![context.clone()], ..self.clone() }).collect())
    }

    fn name(&self) -> String {
        if self.contexts.is_empty() { "cluster".to_owned() } else { format!("cluster {}", self.contexts.join(",")) }
    }

    fn access(&self) -> Result<Access, Fault> {
        let context = match self.contexts.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => return Err(several_of(several)),
        };
        Ok(Access { kubeconfig: self.kubeconfig.clone(), context })
    }

    fn reading(&self) -> Result<Reading, Fault> {
        let access = self.access()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ClusterError::Kubeconfig(error.to_string()))?;
        Ok(runtime.block_on(async { read(&access.connect().await?, PAGE).await })?)
    }
}

fn several_of(contexts: &[String]) -> Fault {
    let names: Vec<String> = contexts.iter().map(|name| format!("`{name}`")).collect();
    Fault {
        message: format!("`--context` names {}, and one cluster is asked here", names.join(", ")),
        help: "name one of them; `plan`, `apply`, `verify` and `rollback` take several with `--to cluster`".to_owned(),
    }
}

/// A cluster that objects are written into.
pub(crate) struct Writing {
    /// What it is called in messages.
    pub(crate) name: String,
    /// The context that names it; empty where that is the current one.
    pub(crate) context: String,
    /// The arguments that name it, as they were written.
    pub(crate) arguments: String,
    connection: Connection,
    runtime: Runtime,
}

impl Cluster {
    /// Connects to the cluster that is to be written.
    pub(crate) fn open(&self) -> Result<Writing, String> {
        let access = self.access()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let connection = runtime.block_on(access.connect()).map_err(Fault::from)?;
        let arguments = self.place();
        Ok(Writing { name: self.name(), context: self.contexts.concat(), arguments, connection, runtime })
    }

    fn place(&self) -> String {
        let name = |path: &PathBuf| format!(" --kubeconfig {}", quoted(&path.display().to_string()));
        let context = |context: &String| format!(" --context {}", quoted(context));
        self.kubeconfig.iter().map(name).chain(self.contexts.iter().map(context)).collect()
    }

    /// The arguments by which it is read, for another command.
    pub(crate) fn arguments(&self) -> String {
        let flag = if self.cluster { " --cluster" } else { "" };
        format!("{flag}{}", self.place())
    }
}

impl Cluster {
    /// Connects within somebody's runtime.
    pub(crate) async fn connect(&self) -> Result<Connection, String> {
        Ok(self.access()?.connect().await.map_err(Fault::from)?)
    }
}

impl Writing {
    /// All that a plan is made on.
    pub(crate) fn observe(&self) -> Result<Observed, String> {
        let writable = |kind: &Kind| is_writable(kind.group, kind.name);
        let observed = self.runtime.block_on(observe(&self.connection, PAGE, writable));
        Ok(observed.map_err(Fault::from)?)
    }

    /// What takes applies back.
    pub(crate) fn history(&self, set: &PolicySet, namespace: &str) -> Result<History, SendError> {
        self.runtime.block_on(History::read(&self.connection, set, namespace))
    }

    /// Carries out a plan, or has it tried.
    pub(crate) fn send(&self, plan: &Plan, history: &History, purpose: Purpose) -> Result<Sent, SendError> {
        self.runtime.block_on(send(&self.connection, plan, history, purpose))
    }

    /// Lets others write for a moment.
    pub(crate) fn pause(&self, pause: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(pause).await });
    }
}

impl Answer {
    /// Adds the objects that the files do not have: those would take their place.
    pub(crate) fn add_below(&self, files: &mut Files) {
        let written: BTreeSet<String> = files.sources.iter().flat_map(|(_, source)| named_in(source.text())).collect();
        self.add(files, |document| !written.contains(&document.name));
    }

    /// Adds what is to be said of objects that were not read, and none of the others.
    pub(crate) fn add_unread(&self, files: &mut Files) {
        self.add(files, |_| false);
    }

    /// Adds objects, a text each, and what is to be said of those that were not read.
    fn add(&self, files: &mut Files, wanted: impl Fn(&Document) -> bool) {
        match &self.said {
            Ok(reading) => {
                for Document { name, text } in reading.documents.iter().filter(|document| wanted(document)) {
                    files.sources.add(name, text.as_str());
                }
                files.found.extend(reading.absences.iter().map(finding));
            }
            Err(Fault { message, help }) => {
                files.sources.add_fault(&self.name, message.clone(), help.clone());
            }
        }
    }

    /// Its objects as one text.
    pub(crate) fn text(&self) -> String {
        let documents = self.said.as_ref().map_or(&[][..], |reading| &reading.documents);
        documents.iter().map(|document| format!("---\n{}", document.text)).collect()
    }
}

fn finding(absence: &Absence) -> Diagnostic {
    let severity = match absence.grade {
        Grade::Harmless => Severity::Info,
        Grade::Doubtful => Severity::Warning,
        Grade::Wrong => Severity::Error,
    };
    Diagnostic::new(Code::UnreadKind, absence.message.as_str()).severity(severity).help(absence.help.as_str())
}
