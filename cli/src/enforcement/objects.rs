//! Objects of a cluster.

use super::{Outcome, Patience, Place};
use crate::cluster::Writing;
use crate::console::Console;
use crate::input;
use crate::target::KEPT_IN;
use ringfence_cluster::{Document, Observed};
use ringfence_enforce::{Meaning, PolicySet, Unusable, is_in_the_way};
use ringfence_engine::compile::Settings;
use ringfence_engine::diagnostic::Diagnostic;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_engine::source::Sources;
use ringfence_objects::{History, Plan, PlanError, Purpose, SendError, Sent};
use ringfence_view::loaded::Loaded;
use std::collections::BTreeSet;
use std::time::Duration;

/// A plan of this moment's world, and of what can be taken back.
type Planning<'p> = dyn FnMut(Observed, &History) -> Result<Result<Plan, String>, PlanError> + 'p;

/// A cluster, and what is to be in it.
pub(crate) struct Objects<'p> {
    cluster: Writing,
    set: PolicySet,
    /// The namespace that keeps what takes applies back.
    namespace: String,
    settings: Settings,
    planning: Box<Planning<'p>>,
    history: Option<History>,
    /// How many applies there were before this one.
    first: u64,
    /// Whether something was written before it was seen that the world has moved.
    begun: bool,
    /// What somebody was told already of the cluster after a plan.
    told: BTreeSet<String>,
}

impl<'p> Objects<'p> {
    /// Nothing is read yet.
    pub(crate) fn new(
        cluster: Writing,
        (set, namespace, settings): (PolicySet, String, Settings),
        planning: impl FnMut(Observed, &History) -> Result<Result<Plan, String>, PlanError> + 'p,
    ) -> Self {
        Self {
            cluster,
            set,
            namespace,
            settings,
            planning: Box::new(planning),
            history: None,
            first: 0,
            begun: false,
            told: BTreeSet::new(),
        }
    }
}

impl Place for Objects<'_> {
    type Plan = Plan;

    fn name(&self) -> &str {
        &self.cluster.name
    }

    fn plan(&mut self) -> Result<Result<Plan, String>, String> {
        let history = self.cluster.history(&self.set, &self.namespace).map_err(|error| error.to_string())?;
        // What this run wrote before is taken back with the rest of it.
        if !self.begun {
            self.first = history.generation();
        }
        let plan = (self.planning)(self.cluster.observe()?, &history).map_err(|error| error.to_string());
        self.history = Some(history);
        plan
    }

    fn meaning(&mut self, plan: &Plan, console: &mut Console) -> Result<Meaning, String> {
        let meaning = meaning(plan, &self.settings);
        tell_fresh(&meaning, &mut self.told, console)?;
        Ok(meaning)
    }

    fn send(&mut self, plan: &Plan, _: u32) -> Result<Outcome, String> {
        let Some(history) = &self.history else { return Ok(Outcome::Moved) };
        match self.cluster.send(plan, history, Purpose::Earnest) {
            Ok(Sent::Done(now)) => {
                self.history = now;
                Ok(Outcome::Done)
            }
            Ok(Sent::Moved(written)) => {
                self.begun |= written > 0;
                Ok(Outcome::Moved)
            }
            Err(error) => {
                let message = error.to_string();
                if let SendError::Halfway { done, error, history, .. } = error {
                    // Whether the last request was carried out, nobody knows who got no answer.
                    self.begun |= done > 0 || matches!(*error, SendError::Failed(_));
                    self.history = Some(*history);
                }
                Err(message)
            }
        }
    }

    fn attempt(&mut self, plan: &Plan) -> Result<Outcome, String> {
        let Some(history) = &self.history else { return Ok(Outcome::Moved) };
        match self.cluster.send(plan, history, Purpose::Trial).map_err(|error| error.to_string())? {
            Sent::Done(_) => Ok(Outcome::Done),
            Sent::Moved(_) => Ok(Outcome::Moved),
        }
    }

    fn way_back(&self, plan: &Plan) -> Option<String> {
        let history = self.history.as_ref().filter(|history| history.is_undoable())?;
        let steps = history.generation().saturating_sub(self.first);
        let steps = if steps > 1 { format!(" {steps}") } else { String::new() };
        let place = if self.namespace == KEPT_IN { "" } else { &format!(" --keep-in {}", self.namespace) };
        let arguments = &self.cluster.arguments;
        Some(format!("ringfence rollback{steps} --to cluster --set {}{place}{arguments}", plan.set))
    }

    fn has_begun(&self) -> bool {
        self.begun
    }

    fn wait(&mut self, _: Patience) -> Result<(), String> {
        Ok(())
    }

    fn pause(&self, pause: Duration) {
        self.cluster.pause(pause);
    }
}

/// The cluster before and the cluster after, evaluated.
pub(crate) fn meaning(plan: &Plan, settings: &Settings) -> Meaning {
    let mut matches = Matches::default();
    let mut world = |documents: &[Document]| {
        let mut sources = Sources::new();
        for Document { name, text } in documents {
            sources.add(name, text.as_str());
        }
        Loaded::by(sources, settings, |_| {}, &mut matches)
    };
    let documents = &plan.observed.reading.documents;
    let (before, after) = (world(documents), world(&plan.after()));
    let served = served(&plan.observed, &before);
    let doubts =
        plan.observed.reading.absences.iter().filter(|absence| absence.grade == ringfence_cluster::Grade::Doubtful);
    let remarks = doubts.map(|absence| absence.message.clone()).collect();
    match plan.is_empty() {
        true => Meaning::none(before, after, served, remarks),
        false => Meaning::between(before, after, served, remarks),
    }
}

/// Tells what is wrong with the cluster after a plan, and was not before, as far as it was not told. An error is no ground to
/// write anything.
pub(crate) fn tell_fresh(meaning: &Meaning, told: &mut BTreeSet<String>, console: &mut Console) -> Result<(), String> {
    let known: BTreeSet<&str> =
        meaning.before.compiled.diagnostics.iter().map(|found| found.message.as_str()).collect();
    let all = meaning.after.compiled.diagnostics.iter();
    let fresh: Vec<Diagnostic> = all.filter(|found| !known.contains(found.message.as_str())).cloned().collect();
    let news: Vec<Diagnostic> = fresh.iter().filter(|found| told.insert(found.message.clone())).cloned().collect();
    input::tell(&meaning.after, console, &news);
    if fresh.iter().any(is_in_the_way) { Err(Unusable::Errors.to_string()) } else { Ok(()) }
}

/// The ports of Subnets whose machines ask OVN for an address.
fn served(observed: &Observed, world: &Loaded) -> BTreeSet<String> {
    let of = |(kind, object): &(&ringfence_cluster::Kind, serde_json::Value)| {
        let serves = object.get("spec")?.get("enableDHCP")?.as_bool()?;
        (serves && kind.name == "Subnet").then(|| object.get("metadata")?.get("name")?.as_str().map(str::to_owned))?
    };
    let serving: BTreeSet<String> = observed.objects.iter().filter_map(of).collect();
    let switches = world.compiled.network.switches.iter().filter(|switch| serving.contains(&switch.name));
    switches.flat_map(|switch| switch.ports.iter().map(|port| port.name.clone())).collect()
}
