//! The only place where clusters are asked.
#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use crate::files::Files;
use clap::Args;
use ringfence_cluster::{Absence, Access, ClusterError, Document, Grade, PAGE, Reading, named_in, read};
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Which cluster is asked, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct Cluster {
    /// Reads a live Kubernetes cluster: by the kubeconfig's current context, in a pod by its account
    #[arg(long, help_heading = "Input")]
    cluster: bool,

    /// Reads the cluster of this context
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    context: Option<String>,

    /// Reads the cluster of this kubeconfig; without it what KUBECONFIG names, or ~/.kube/config
    #[arg(long, value_name = "FILE", help_heading = "Input", value_hint = clap::ValueHint::FilePath)]
    kubeconfig: Option<PathBuf>,
}

/// The arguments that may stand in the place of files.
pub(crate) const ARGUMENTS: [&str; 3] = ["cluster", "context", "kubeconfig"];

/// What a cluster said.
pub(crate) struct Answer {
    /// What it is called in messages.
    name: String,
    said: Result<Reading, ClusterError>,
}

impl Cluster {
    /// Whether somebody wants one to be read.
    pub(crate) fn is_wanted(&self) -> bool {
        self.cluster || self.context.is_some() || self.kubeconfig.is_some()
    }

    /// Adds the cluster to what was read, where somebody wants it.
    pub(crate) fn read(&self, files: &mut Files) {
        if self.is_wanted() {
            self.ask().add(files, |_| true);
        }
    }

    /// Asks it.
    pub(crate) fn ask(&self) -> Answer {
        let name = self.context.as_ref().map_or_else(|| "cluster".to_owned(), |context| format!("cluster {context}"));
        Answer { name, said: self.reading() }
    }

    fn reading(&self) -> Result<Reading, ClusterError> {
        let access = Access { kubeconfig: self.kubeconfig.clone(), context: self.context.clone() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ClusterError::Kubeconfig(error.to_string()))?;
        runtime.block_on(async { read(&access.connect().await?, PAGE).await })
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
            Err(error) => {
                files.sources.add_fault(&self.name, error.to_string(), error.help());
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
