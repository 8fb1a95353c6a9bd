//! What is wanted: the objects of a cluster and some texts, compiled.

use ringfence_cluster::{Absence, Document, Grade, runs_kube_ovn};
use ringfence_enforce::Desired;
use ringfence_engine::compile;
use ringfence_engine::source::Sources;
use ringfence_view::loaded::Loaded;

/// Texts that are there beside a cluster.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Names and texts.
    pub texts: Vec<(String, String)>,
    /// How they are understood.
    pub settings: compile::Settings,
}

impl Rules {
    /// The rows that follow, or why none may be written.
    pub(crate) fn desired(&self, documents: &[Document], absences: &[Absence]) -> Result<Desired, String> {
        if let Some(absence) = absences.iter().find(|absence| absence.grade == Grade::Wrong) {
            return Err(format!("what is wanted is not known: {}; {}", absence.message, absence.help));
        }
        if runs_kube_ovn(documents) {
            return Err("Kube-OVN's controller runs in this cluster and makes rows of the same objects: \
                        `ringfence apply --to cluster` leaves them to it"
                .to_owned());
        }
        let mut sources = Sources::new();
        for (name, text) in &self.texts {
            sources.add(name, text.as_str());
        }
        for Document { name, text } in documents {
            sources.add(name, text.as_str());
        }
        let loaded = Loaded::new(sources, &self.settings);
        Desired::written(&loaded, &self.settings).map_err(|error| {
            match loaded.compiled.diagnostics.iter().find(|found| ringfence_enforce::is_in_the_way(found)) {
                Some(found) => format!("{error}: {}", found.message),
                None => error.to_string(),
            }
        })
    }
}
