//! Rules that could be left out: exactly, and for every address there may ever be.

use super::cuboid::{Budget, Cuboid, MADE, TooComplex};
use super::hulls::{Hulls, Shaped};
use super::name;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action, Provenance};
use crate::ovn::matching::Expression;
use crate::ovn::network::Network;
use crate::ovn::pipeline::{AclId, Origin, Outcome, Pipeline, Row, Stage, StageRows, Tracking};
use crate::source::Place;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;

/// Looks for one row, and for all of them.
const MOST_LOOKS: usize = 100_000 * MADE;
const MOST_LOOKS_ALL: usize = 1_000_000 * MADE;
/// Rows that are named as the reason.
const MOST_NAMED: usize = 3;

/// What is found of one row at one switch.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Idle {
    /// Earlier rows decide all that it matches; these are the first of them.
    Shadowed(Vec<Origin>),
    /// These later rows and the default would do the same.
    Redundant(Vec<Origin>),
    /// There is no packet that it matches.
    Never,
}

/// What is found of a rule: of all its rows, at all switches.
#[derive(Debug, Default)]
struct Rule {
    rows: Vec<AclId>,
    idle: Vec<Option<Idle>>,
}

pub(super) fn check(network: &Network, pipelines: &[Pipeline]) -> Vec<Diagnostic> {
    let mut rules: BTreeMap<Place, Rule> = BTreeMap::new();
    let mut left = MOST_LOOKS_ALL;
    let mut unknown = 0usize;
    for (pipeline, stage) in pipelines.iter().flat_map(|one| Stage::ALL.into_iter().map(move |stage| (one, stage))) {
        let Some(rows) = pipeline.stage(stage) else { continue };
        let stage = Asked::of(network, pipeline, rows);
        let hulls = Hulls::of(rows);
        for row in hulls.rows() {
            let Origin::Acl(id) = row.row.origin else { continue };
            let Some(place) = id.acl(network).and_then(|acl| acl.provenance.place) else { continue };
            let most = MOST_LOOKS.min(left);
            let mut budget = Budget(most);
            let idle = Compared { stage: &stage, hulls: &hulls, row, id }.idle(&mut budget);
            left = left.saturating_sub(most.saturating_sub(budget.0));
            let idle = idle.unwrap_or_else(|TooComplex| {
                unknown += 1;
                None
            });
            let rule = rules.entry(place).or_default();
            rule.rows.push(id);
            rule.idle.push(idle);
        }
    }
    // What does the same as a row must be there after what is told of others is done.
    let shadowed = |rule: &&Rule| rule.idle.iter().all(|idle| matches!(idle, Some(Idle::Shadowed(_))));
    let origins = |rule: &Rule| rule.rows.iter().copied().map(Origin::Acl).collect::<Vec<_>>();
    let mut gone: BTreeSet<Origin> = rules.values().filter(shadowed).flat_map(origins).collect();
    let mut findings = Vec::new();
    let mut tracking: Vec<BTreeSet<Origin>> = pipelines.iter().map(|pipeline| tracking(network, pipeline)).collect();
    tracking.iter_mut().for_each(|rows| rows.retain(|row| !gone.contains(row)));
    for rule in rules.values() {
        // Of the rows that make a switch track connections each could go, and one must stay.
        let own = origins(rule);
        let has_one = |rows: &BTreeSet<Origin>| rows.iter().any(|row| !own.contains(row));
        let is_cause = |rows: &&BTreeSet<Origin>| own.iter().any(|row| rows.contains(row));
        if rule.is_redundant() && !tracking.iter().filter(is_cause).all(has_one) {
            continue;
        }
        if let Some(found) = rule.tell(network, &gone) {
            findings.push(found);
            for rows in &mut tracking {
                own.iter().for_each(|row| _ = rows.remove(row));
            }
            gone.extend(own);
        }
    }
    if unknown > 0 {
        let rows = if unknown == 1 { "one row was".into() } else { format!("{unknown} rows were") };
        let message = format!("{rows} not compared with all others: it would take too long");
        findings.push(Diagnostic::new(Code::NotCompared, message));
    }
    findings
}

/// The rows that make a switch track connections.
fn tracking(network: &Network, pipeline: &Pipeline) -> BTreeSet<Origin> {
    let related = |id: &&AclId| id.acl(network).is_some_and(|acl| acl.action == Action::AllowRelated);
    pipeline.acls.iter().filter(related).copied().map(Origin::Acl).collect()
}

/// The rows of one stage, and what must be known of all of them.
struct Asked<'a> {
    network: &'a Network,
    pipeline: &'a Pipeline,
    rows: &'a StageRows,
    /// How many rows of the switch make it track connections.
    related: usize,
    /// By tier, the highest priority of a row that ends it.
    passed: BTreeMap<u8, u16>,
}

impl<'a> Asked<'a> {
    fn of(network: &'a Network, pipeline: &'a Pipeline, rows: &'a StageRows) -> Self {
        let related = |id: &&AclId| id.acl(network).is_some_and(|acl| acl.action == Action::AllowRelated);
        let mut passed = BTreeMap::new();
        for row in rows.acls.iter().filter(|row| row.outcome == Outcome::Pass) {
            let highest = passed.entry(row.tier).or_insert(row.priority);
            *highest = row.priority.max(*highest);
        }
        Self { network, pipeline, rows, related: pipeline.acls.iter().filter(related).count(), passed }
    }
}

/// A row among those of its stage.
struct Compared<'a> {
    stage: &'a Asked<'a>,
    hulls: &'a Hulls<'a>,
    row: &'a Shaped<'a>,
    id: AclId,
}

impl Compared<'_> {
    fn acl(&self) -> Option<&Acl> {
        self.id.acl(self.stage.network)
    }

    fn idle(&self, budget: &mut Budget) -> Result<Option<Idle>, TooComplex> {
        if self.acl().is_none_or(|acl| self.decides_tracking(acl) || self.decides_default()) {
            return Ok(None);
        }
        let states: &[Tracking] = if self.stage.pipeline.stateful() { Tracking::ALL } else { &[Tracking::Untracked] };
        let mut packets = self.row.packets(states, budget)?;
        if packets.is_empty() {
            return Ok(self.is_news().then_some(Idle::Never));
        }
        // Whether a policy's row is redundant is not asked.
        if self.acl().is_some_and(|acl| !is_by_hand(acl)) {
            let mut spent = budget.clone();
            if let Ok(true) = self.decides_plainest(&packets, &mut spent) {
                *budget = spent;
                return Ok(None);
            }
        }
        // Those that may match one of its packets, OVN's own included.
        let near = self.hulls.near(self.row, budget)?;
        let mut reasons = Vec::new();
        for earlier in near.iter().filter(|other| self.decides_before(other.row)) {
            let Some(fewer) = earlier.without(&packets, budget)? else { continue };
            reasons.push(earlier.row.origin);
            packets = fewer;
            if packets.is_empty() {
                return Ok(Some(Idle::Shadowed(reasons)));
            }
        }
        Ok(self.doubles(packets, &near, states, budget)?.map(Idle::Redundant))
    }

    /// Whether it decides about some of the plainest packets that it matches, of which nothing else is so than what it asks:
    /// their ports are in no other group. Rows that ask for other groups, of which there may be thousands, do not match these.
    fn decides_plainest(&self, packets: &[Cuboid], budget: &mut Budget) -> Result<bool, TooComplex> {
        let (unsaid, near) = self.hulls.plainest(self.row, packets, budget)?;
        let mut left = packets.to_vec();
        for earlier in near.iter().filter(|other| self.decides_before(other.row)) {
            left = earlier.without(&left, budget)?.unwrap_or(left);
            left.retain(|one| one.is_without(&unsaid));
        }
        Ok(!left.is_empty())
    }

    /// Constants are told where matches are looked at one by one, and a policy may well allow nobody.
    fn is_news(&self) -> bool {
        *self.row.row.matches != Expression::Constant(false) && self.acl().is_some_and(is_by_hand)
    }

    /// Whether what another row matches is decided for certain before this one is asked.
    fn decides_before(&self, other: &Row) -> bool {
        if matches!(other.origin, Origin::Builtin(_)) {
            return true;
        }
        let row = self.row.row;
        if other.tier == row.tier {
            return other.priority > row.priority;
        }
        let passed = || self.stage.passed.get(&other.tier).is_some_and(|highest| *highest >= other.priority);
        other.tier < row.tier && other.outcome != Outcome::Pass && !passed()
    }

    /// The rows after it, where they and the default do with the rest what it does.
    fn doubles(
        &self,
        mut packets: Vec<Cuboid>,
        near: &[&Shaped<'_>],
        states: &[Tracking],
        budget: &mut Budget,
    ) -> Result<Option<Vec<Origin>>, TooComplex> {
        let Some(acl) = self.acl().filter(|acl| self.could_go(acl)) else { return Ok(None) };
        let mut doubles = Vec::new();
        let (own, turn) = (self.row.row, |row: &Row| (row.tier, core::cmp::Reverse(row.priority)));
        let is_later = |other: &Row| {
            matches!(other.origin, Origin::Acl(_)) && other.origin != own.origin && turn(other) >= turn(own)
        };
        let later: Vec<_> = near.iter().filter(|other| is_later(other.row)).copied().collect();
        // Of equal rows nobody knows which decides: none of them may do anything else.
        for equals in later.chunk_by(|one, other| turn(one.row) == turn(other.row)) {
            for other in equals {
                let same = other.row.outcome == own.outcome && self.is_alike(acl, other.row);
                if !same && other.meets(&packets, budget)? {
                    return Ok(None);
                }
            }
            for other in equals {
                if other.meets(&packets, budget)? {
                    doubles.push(other.row.origin);
                }
                packets = other.without(&packets, budget)?.unwrap_or(packets);
                if packets.is_empty() {
                    return Ok(Some(doubles));
                }
            }
        }
        // Behind a balancer the default does not keep what a row before it has forgotten; a row does.
        let keeps = Stage::of(acl) == Stage::FromLportAfterLb && self.stage.pipeline.forgets(Stage::FromLport);
        let is_default = |state: &Tracking| self.stage.rows.default_for(*state) == own.outcome;
        Ok((states.iter().all(is_default) && !(keeps && own.outcome == Outcome::Allow)).then_some(doubles))
    }

    /// A row that logs or ends a tier does more than to let pass or to drop.
    fn could_go(&self, acl: &Acl) -> bool {
        acl.log.is_none() && acl.action != Action::Pass && is_by_hand(acl)
    }

    /// Whether the row does something before any row is asked: what it matches is never tracked where other packets are, or it
    /// alone makes that connections are. Also beside a load balancer: what is known of a packet is kept on leaving where there
    /// is such a row.
    fn decides_tracking(&self, acl: &Acl) -> bool {
        match acl.action {
            Action::AllowStateless => self.stage.pipeline.stateful(),
            Action::AllowRelated => self.stage.related < 2,
            Action::Allow | Action::Drop | Action::Reject | Action::Pass => false,
        }
    }

    /// Whether the default is to drop only because of this row: a switch without any lets everything pass.
    fn decides_default(&self) -> bool {
        self.stage.network.options.default_acl_drop && self.stage.pipeline.acls.len() < 2
    }

    fn is_alike(&self, acl: &Acl, other: &Row) -> bool {
        let Origin::Acl(id) = other.origin else { return false };
        let action = |acl: &Acl| match acl.action {
            Action::AllowRelated => Action::Allow,
            // Where nothing is tracked, nothing is kept out of it.
            Action::AllowStateless if !self.stage.pipeline.stateful() => Action::Allow,
            action => action,
        };
        id.acl(self.stage.network).is_some_and(|other| action(other) == action(acl))
    }
}

impl Rule {
    fn is_redundant(&self) -> bool {
        self.idle.iter().flatten().any(|idle| matches!(idle, Idle::Redundant(_)))
    }

    /// Only what is so of all its rows is told of a rule.
    fn tell(&self, network: &Network, gone: &BTreeSet<Origin>) -> Option<Diagnostic> {
        let (acl, row) = name(network, *self.rows.first()?)?;
        let place = acl.provenance.place?;
        if self.idle.iter().any(Option::is_none) {
            return None;
        }
        if self.idle.iter().flatten().all(|idle| *idle == Idle::Never) {
            let message = format!("no packet has all that this match asks for, so {row} does nothing");
            return Some(Diagnostic::new(Code::NeverMatches, message).at(place));
        }
        let reasons: Vec<Origin> = self.idle.iter().flatten().flat_map(Idle::reasons).copied().collect();
        let others: Vec<&Acl> = acls(network, &reasons);
        if self.is_redundant() {
            if reasons.iter().any(|reason| gone.contains(reason)) {
                return None;
            }
            let mut message = format!(
                "{row} could be left out: without it every packet would fare the same, whatever machines there may be"
            );
            if let Some(Acl { provenance: Provenance { object, field, .. }, .. }) = others.first() {
                let more = if others.len() > 1 { " and others stay" } else { " stays" };
                message.push_str(&format!(", as long as `{field}` of {object}{more}"));
            }
            return Some(Diagnostic::new(Code::Redundant, message).at(place));
        }
        let same_object = others.iter().all(|other| other.provenance.object == acl.provenance.object);
        let opposite = others.iter().all(|other| lets_pass(other) != lets_pass(acl)) && !others.is_empty();
        let (code, message) = if !same_object && opposite {
            let object = others.first().map_or("", |other| other.provenance.object.as_str());
            (
                Code::Cancelled,
                format!(
                    "{row} does nothing, whatever machines there may be: {object} is asked before it and does the opposite with all that it matches"
                ),
            )
        } else if reasons.iter().all(|reason| matches!(reason, Origin::Builtin(_))) {
            (Code::Shadowed, format!("{row} never decides anything: OVN's own rows decide all that it matches"))
        } else {
            (
                Code::Shadowed,
                format!(
                    "{row} never decides anything, whatever machines there may be: rows before it decide all that it matches"
                ),
            )
        };
        let help = match opposite {
            true => "give it a higher priority if it should win, or leave it out",
            false => "leave it out, or narrow the rows before it",
        };
        let found = Diagnostic::new(code, message).at(place).help(help);
        let mut told = Vec::new();
        Some(others.into_iter().fold(found, |found, other| match other.provenance.place {
            Some(at) if at != place && !told.contains(&at) && told.len() < MOST_NAMED => {
                told.push(at);
                let priority = other.priority.get();
                found.label(at, format!("`{}` at priority {priority} is asked first", other.action))
            }
            _ => found,
        }))
    }
}

impl Idle {
    fn reasons(&self) -> &[Origin] {
        match self {
            Self::Shadowed(reasons) | Self::Redundant(reasons) => reasons,
            Self::Never => &[],
        }
    }
}

fn acls<'n>(network: &'n Network, origins: &[Origin]) -> Vec<&'n Acl> {
    let acl = |origin: &Origin| match origin {
        Origin::Acl(id) => id.acl(network),
        Origin::Builtin(_) => None,
    };
    origins.iter().filter_map(acl).collect()
}

/// Written as a row, not made of a policy.
pub(super) fn is_by_hand(acl: &Acl) -> bool {
    acl.provenance.field.contains("acls[")
}

fn lets_pass(acl: &Acl) -> bool {
    !matches!(acl.action, Action::Drop | Action::Reject)
}
