//! What is to become of each of the clusters that somebody names.

use crate::advice;
use crate::cluster::{Cluster, Writing};
use crate::console::Console;
use crate::enforcement::{Proposal, meaning, tell_fresh};
use crate::render;
use crate::status::Status;
use crate::target::{Target, Wanted};
use ipnet::IpNet;
use ringfence_objects::Plan;
use std::collections::BTreeSet;
use std::io;

/// A plan for each cluster with what it means; or why there is none.
pub(crate) struct Survey(Vec<Surveyed>);

/// What is to become of one cluster.
struct Surveyed {
    /// What it is called in messages.
    name: String,
    /// The context that names it; empty where that is the current one.
    context: String,
    proposal: Result<Proposal<Plan>, String>,
}

impl Survey {
    /// Reads every cluster and plans for it.
    ///
    /// # Errors
    ///
    /// What is wrong before any cluster is asked: with the files, or with a context.
    pub(crate) fn of(
        target: &Target,
        wanted: &Wanted,
        management: &[IpNet],
        console: &mut Console,
    ) -> Result<Self, String> {
        let (objects, settings) = (wanted.objects(console)?, wanted.settings());
        let mut proposal = |cluster: &Writing| {
            let plan = Plan::new(cluster.observe()?, &target.set, &objects, target.adoption());
            let plan = plan.map_err(|error| error.to_string())?;
            let meaning = meaning(&plan, &settings);
            tell_fresh(&meaning, &mut BTreeSet::new(), console)?;
            Ok(Proposal::with(meaning, plan, management))
        };
        let clusters = target.cluster.each()?.iter().map(Cluster::open).collect::<Result<Vec<Writing>, _>>()?;
        let surveyed = |cluster: Writing| {
            let proposal = proposal(&cluster);
            Surveyed { name: cluster.name, context: cluster.context, proposal }
        };
        Ok(Self(clusters.into_iter().map(surveyed).collect()))
    }

    /// Adds which way of writing fits each cluster.
    pub(crate) fn advise(&mut self) {
        for proposal in self.0.iter_mut().filter_map(|surveyed| surveyed.proposal.as_mut().ok()) {
            let advice = advice::on_cluster(&proposal.plan.observed.reading.documents);
            proposal.plan.remarks.push(advice);
        }
    }

    /// Shows one after the other, then says why there is nothing to show of the others.
    pub(crate) fn show(
        &self,
        console: &mut Console,
        show: impl Fn(&mut Console, &Proposal<Plan>, &str) -> io::Result<()>,
    ) -> io::Result<Status> {
        for Surveyed { name, proposal, .. } in &self.0 {
            if let Ok(proposal) = proposal {
                show(console, proposal, name)?;
            }
        }
        Ok(self.complain(console))
    }

    /// Everything, for programs: of one cluster its document, of several a list of them.
    pub(crate) fn json(&self, console: &mut Console) -> io::Result<Status> {
        match self.0.as_slice() {
            [Surveyed { proposal: Ok(proposal), .. }] => {
                console.print(|out| render::plan::json(out, proposal, None))?;
            }
            [_] => {}
            several => {
                let each = several.iter().map(|surveyed| (surveyed.context.as_str(), surveyed.proposal.as_ref()));
                console.print(|out| render::plan::json_of_each(out, each))?;
            }
        }
        Ok(self.complain(console))
    }

    fn complain(&self, console: &mut Console) -> Status {
        let mut worst = Status::Fine;
        for Surveyed { name, proposal, .. } in &self.0 {
            let place = if self.is_of_several() { format!("{name}: ") } else { String::new() };
            worst = worst.max(match proposal {
                Ok(proposal) if proposal.plan.is_empty() => Status::Fine,
                Ok(_) => Status::Findings,
                Err(message) => {
                    console.complain(&format!("{place}{message}"));
                    Status::InputError
                }
            });
        }
        worst
    }

    /// Whether there is more than one cluster.
    pub(crate) fn is_of_several(&self) -> bool {
        self.0.len() > 1
    }
}
