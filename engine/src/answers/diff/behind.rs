//! The row behind a change: one conversation is walked before and after, and where the walks part, somebody decided.

use super::Matched;
use crate::answers::conversation::{Backend, Half, Question, Shape, backends};
use crate::answers::explain::{PacketKind, Step, stopping, walked};
use crate::answers::tracking::causes;
use crate::ovn::acl::{Acl, Action, Direction};
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Holder, Outcome, Pipeline, Stage, Tracking};
use crate::reach::{Endpoint, Family, L4Header};
use alloc::vec::Vec;
use hashbrown::HashSet;

/// Which of two evaluations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The first.
    Old,
    /// The second.
    New,
}

/// What a row has to do with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It decides about the packet.
    Decides,
    /// It makes a switch track connections, by which an answer passes.
    Tracks,
}

/// The row behind a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Behind {
    /// Where it stands: in the new evaluation, or in the old one, where it decides no more.
    pub side: Side,
    /// Which row.
    pub row: AclId,
    /// What it does.
    pub role: Role,
}

/// One of two evaluations.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// Its network.
    pub network: &'a Network,
    /// What its switches do.
    pub pipelines: &'a [Pipeline],
    /// Its endpoints.
    pub endpoints: &'a [Endpoint],
}

/// All that a row says, and where it hangs.
type Saying<'a> = (&'a str, Direction, bool, u8, u16, &'a str, Action);

/// Two evaluations, and what the rows of each say.
#[derive(Debug)]
pub struct Sides<'a> {
    old: World<'a>,
    new: World<'a>,
    said: [HashSet<Saying<'a>>; 2],
}

/// A conversation of a common pair, by indexes in [`Matched::common`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Who asks and who answers.
    pub pair: (usize, usize),
    /// IPv4 or IPv6.
    pub family: Family,
    /// The header of the request.
    pub header: L4Header,
}

impl<'a> Sides<'a> {
    /// Two evaluations.
    pub fn new(old: World<'a>, new: World<'a>) -> Self {
        Self { old, new, said: [old, new].map(|world| said(world.network)) }
    }

    fn world(&self, side: Side) -> World<'a> {
        match side {
            Side::Old => self.old,
            Side::New => self.new,
        }
    }

    /// The row behind a conversation that fails on one side, or of which nobody can tell there, and works on the other.
    /// Nothing where no row is: the way is another one, or an address.
    pub fn behind(&self, matched: &Matched, asked: Asked, failing: Side) -> Option<Behind> {
        let working = failing.other();
        let (stopped, fails) = stopping(self.question(matched, asked, failing)?, self.world(failing).endpoints)?;
        let blank = self.question(matched, asked, working)?;
        // Of load balancers the same backend, where it is still one.
        let ends = (blank.from, blank.to);
        let known = backends(blank.network, self.world(working).endpoints, ends, asked.family, asked.header);
        let id = |backend: &Backend<'_>| (backend.endpoint.id.clone(), backend.is_own);
        let is_same = |backend: &&Backend<'_>| stopped.backend.as_ref().map(id) == Some(id(backend));
        let backend = known.iter().find(is_same).or(known.first()).copied();
        let works = walked(&Question { backend, ..blank })?;
        let stop = fails.iter().find(|step| step.stops())?;
        let alike = |step: &&Step| place(step) == place(stop) && step.outcome != Outcome::Pass;
        let passed = works.iter().find(alike);
        let rows = |side: Side, step: Option<&Step>| {
            step.into_iter().flat_map(|step| step.decider.rows()).map(move |row| (side, *row)).collect::<Vec<_>>()
        };
        let (stopping, passing) = (rows(failing, Some(stop)), rows(working, passed));
        let both = || stopping.iter().chain(&passing).copied();
        let decides = |(side, row)| Behind { side, row, role: Role::Decides };
        let own = both().find(|(side, row)| self.is_own(*side, *row)).map(decides);
        // What was decided before tells whether connection tracking knows the packet.
        let before = || {
            let steps =
                |side, steps: &'_ [Step]| steps.iter().flat_map(move |step| rows(side, Some(step))).collect::<Vec<_>>();
            let mut decided = steps(failing, &fails).into_iter().chain(steps(working, &works));
            decided.find(|(side, row)| self.is_own(*side, *row)).map(decides)
        };
        // A row that both have may see other machines: then it is the one that lets the packet pass.
        let known = || passing.iter().chain(&stopping).copied().next().map(decides);
        let by_tracking = || self.tracking(stop, passed, failing);
        own.or_else(by_tracking).or_else(before).or_else(|| self.untracked(&fails, &works, failing)).or_else(known)
    }

    /// The row by which one side tracks connections and the other does not, where the packet is told apart by it.
    fn tracking(&self, stop: &Step, passed: Option<&Step>, failing: Side) -> Option<Behind> {
        if passed.is_some_and(|passed| passed.tracking == stop.tracking) {
            return None;
        }
        let switch = self.world(failing).network.switches.get(stop.switch)?;
        let [here, there] = [failing, failing.other()].map(|side| self.tracked(side, &switch.name));
        let (side, pipeline) = match (here, there) {
            (Some(pipeline), None) => (failing, pipeline),
            (None, Some(pipeline)) => (failing.other(), pipeline),
            _ => return None,
        };
        let causes = || causes(self.world(side).network, pipeline);
        let row = causes().find(|row| self.is_own(side, *row)).or_else(|| causes().next())?;
        Some(Behind { side, row, role: Role::Tracks })
    }

    /// The row `allow-stateless` by which one side keeps a packet out of connection tracking, and the other does not.
    fn untracked(&self, fails: &[Step], works: &[Step], failing: Side) -> Option<Behind> {
        let is_other = |(one, other): &(&Step, &Step)| {
            place(one) == place(other) && [one, other].into_iter().any(|step| step.tracking == Tracking::Untracked)
        };
        let (failed, worked) =
            fails.iter().zip(works).find(|steps| is_other(steps) && steps.0.tracking != steps.1.tracking)?;
        let (side, step) = match failed.tracking {
            Tracking::Untracked => (failing, failed),
            _ => (failing.other(), worked),
        };
        let mut rows = self.world(side).pipelines.get(step.switch)?.stateless_rows(step.stage.direction());
        let row = rows.find(|row| self.is_own(side, *row))?;
        Some(Behind { side, row, role: Role::Decides })
    }

    /// What the switch of this name does, where that side tracks its connections.
    fn tracked(&self, side: Side, name: &str) -> Option<&'a Pipeline> {
        let World { network, pipelines, .. } = self.world(side);
        let is_it =
            |pipeline: &&Pipeline| network.switches.get(pipeline.switch).is_some_and(|switch| switch.name == name);
        pipelines.iter().find(is_it).filter(|pipeline| pipeline.stateful())
    }

    /// Whether the other side has no such row.
    fn is_own(&self, side: Side, row: AclId) -> bool {
        let [old, new] = &self.said;
        let (own, other) = match side {
            Side::Old => (self.old, new),
            Side::New => (self.new, old),
        };
        saying(own.network, row).is_some_and(|saying| !other.contains(&saying))
    }

    fn question(&self, matched: &Matched, asked: Asked, side: Side) -> Option<Question<'a>> {
        let World { network, pipelines, endpoints } = self.world(side);
        let endpoint = |common: usize| {
            let common = matched.common.get(common)?;
            endpoints.get(if side == Side::Old { common.old } else { common.new })
        };
        let (from, to) = (endpoint(asked.pair.0)?, endpoint(asked.pair.1)?);
        let Asked { family, header, .. } = asked;
        Some(Question { network, pipelines, from, to, family, header, shape: Shape::default(), backend: None })
    }
}

impl Side {
    /// The one that this is not.
    pub fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

/// Where on its way a packet is.
fn place(step: &Step) -> (Half, usize, Stage, PacketKind) {
    (step.half, step.crossing, step.stage, step.packet)
}

fn said(network: &Network) -> HashSet<Saying<'_>> {
    let switches = network.switches.iter().flat_map(|switch| switch.acls.iter().map(|acl| (switch.name.as_str(), acl)));
    let groups = network.port_groups.iter().flat_map(|group| group.acls.iter().map(|acl| (group.name.as_str(), acl)));
    switches.chain(groups).map(|(holder, acl)| of(holder, acl)).collect()
}

fn saying(network: &Network, row: AclId) -> Option<Saying<'_>> {
    let holder = match row.holder {
        Holder::Switch(switch) => network.switches.get(switch)?.name.as_str(),
        Holder::Group(group) => network.port_groups.get(group)?.name.as_str(),
    };
    Some(of(holder, row.acl(network)?))
}

fn of<'a>(holder: &'a str, acl: &'a Acl) -> Saying<'a> {
    (holder, acl.direction, acl.after_lb, acl.tier.get(), acl.priority.get(), &acl.matches, acl.action)
}
