//! The ways to fulfil a wish, each a kind of edit.

use super::row::{Kind, excepted, near, rows, tracker};
use super::rule::rule;
use super::{Edit, Intent, Load, Wish, answer, edited, ends, is_fulfilled, missing, unfulfilled};
use crate::answers::conversation::{Backend, Half, Question, Shape, backends};
use crate::answers::explain::{Decider, Step, walked};
use crate::answers::filter::{Filter, PortRange};
use crate::compile::Compiled;
use crate::ovn::acl::Direction;
use crate::ovn::network::Network;
use crate::ovn::pipeline::{Outcome, Pipeline, Stage};
use crate::reach::{Family, FamilyAnswer, L4Header};
use crate::source::Sources;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A kind of edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// One row that makes the asker's switch track its connections: answers come back by themselves.
    Track,
    /// Rows with this action where the conversation is dropped, above what drops it.
    Allow(&'static str),
    /// The rows that drop it, with this conversation excepted.
    Except,
    /// A row that drops requests as they arrive, or as they leave; and one that keeps the answers of the other direction.
    Drop(Direction, bool),
}

/// What a way makes.
pub(super) struct Made {
    /// In a few words.
    pub(super) title: String,
    /// The edits.
    pub(super) edits: Vec<Edit>,
    /// The texts after them.
    pub(super) sources: Sources,
    /// What these compile to, where somebody had to know.
    pub(super) compiled: Option<Compiled>,
}

/// Where an edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the rules of a policy.
    Policy,
    /// In a row, or among rows.
    Row,
}

/// More steps than this follow no walk.
const MOST_STEPS: usize = 8;

impl Way {
    /// The ways to an end; those of a later group are for where the ones before it lead nowhere.
    pub(super) fn all(intent: Intent) -> &'static [&'static [Self]] {
        match intent {
            Intent::Connect => &[
                &[Self::Track, Self::Except, Self::Allow("allow-related"), Self::Allow("allow")],
                &[Self::Allow("allow-stateless")],
            ],
            Intent::Separate => &[&[
                Self::Drop(Direction::ToLport, false),
                Self::Drop(Direction::FromLport, false),
                Self::Drop(Direction::ToLport, true),
                Self::Drop(Direction::FromLport, true),
            ]],
        }
    }

    /// Goes it from texts and what they compile to, as far as it leads.
    pub(super) fn go(
        self,
        (sources, compiled): (&Sources, &Compiled),
        load: Load<'_>,
        wish: &Wish<'_>,
    ) -> Result<Made, String> {
        let mut made = Made { title: String::new(), edits: Vec::new(), sources: sources.clone(), compiled: None };
        match self {
            Self::Drop(direction, track) => {
                let at_target = direction == Direction::ToLport;
                let families = unfulfilled(compiled, wish)?;
                made.drop(compiled, load, wish, &families, direction)?;
                if let (true, Some(family)) = (track, families.first()) {
                    let back = Wish { from: wish.to, to: wish.from, ..*wish };
                    let edit = tracker(&made.sources, compiled, &back, *family)?;
                    made.add([edit]);
                }
                let word = if at_target { "arrives" } else { "leaves" };
                let kept = if track { ", and track the connections of the other direction" } else { "" };
                made.title = format!("drop it as it {word}{kept}");
            }
            Self::Track => {
                let stop = Stop::of(compiled, wish)?;
                if stop.step.half == Half::Request {
                    return Err(stop.words(&compiled.network));
                }
                made.add([tracker(sources, compiled, wish, stop.family)?]);
                made.title = format!("track the connections of {}: answers to it come back", wish.from);
            }
            Self::Allow(_) | Self::Except => {
                let kinds = self.follow(&mut made, compiled, load, wish)?;
                made.title = match self {
                    _ if !kinds.is_empty() && kinds.iter().all(|kind| *kind == Place::Policy) => {
                        "add a rule to a policy"
                    }
                    Self::Except => "except it from what drops it",
                    Self::Allow("allow-related") => "allow it, and the answers with it",
                    Self::Allow("allow-stateless") => "allow it, packet by packet, past connection tracking",
                    _ => "allow it, packet by packet",
                }
                .to_owned();
            }
        }
        Ok(made)
    }

    /// Edits where the conversation is stopped, again and again; what each of them was.
    fn follow(
        self,
        made: &mut Made,
        compiled: &Compiled,
        load: Load<'_>,
        wish: &Wish<'_>,
    ) -> Result<Vec<Place>, String> {
        let (mut before, mut kinds): (Vec<String>, _) = (Vec::new(), Vec::new());
        for _ in 0..MOST_STEPS {
            let now = made.compiled.as_ref().unwrap_or(compiled);
            if is_fulfilled(&answer(now, wish)?, wish) {
                break;
            }
            let stop = Stop::of(now, wish)?;
            let words = stop.words(&now.network);
            // What stops it once more does not give way.
            let (half, stage) = (stop.step.half.name(), stop.step.stage.name());
            let here = format!("{:?} {half} {stage} {} {words}", stop.family, stop.to(wish));
            if before.contains(&here) {
                return Err(words);
            }
            before.push(here);
            let (kind, edits) = self.edits(&made.sources, now, wish, &stop)?;
            kinds.push(kind);
            made.add(edits);
            made.compiled = Some(load(&made.sources));
        }
        Ok(kinds)
    }

    /// The edits at the place where a conversation of the wish is stopped.
    fn edits(
        self,
        texts: &Sources,
        compiled: &Compiled,
        wish: &Wish<'_>,
        stop: &Stop<'_>,
    ) -> Result<(Place, Vec<Edit>), String> {
        let half = stop.step.half;
        let words = || stop.words(&compiled.network);
        let acl = match &stop.step.decider {
            Decider::Row(id) => id.acl(&compiled.network),
            Decider::Default | Decider::Ambiguous(_) | Decider::Established | Decider::Builtin(_) => None,
        };
        if let Some(policy) = acl.and_then(|acl| acl.provenance.object.strip_prefix("NetworkPolicy/")) {
            let place = (policy, stop.step.stage, half);
            if let Some(edits) = rule(texts, compiled, &stop.served(wish), place, stop.family) {
                return Ok((Place::Policy, edits));
            }
        }
        if stop.is_turned() || matches!(stop.step.decider, Decider::Established | Decider::Builtin(_)) {
            return Err(words());
        }
        let families = unfulfilled(compiled, wish)?;
        // Rows before the balancer speak of its address, those behind it of who answers.
        let served = stop.served(wish);
        let wish = if (stop.step.stage, half) == (Stage::FromLport, Half::Request) { wish } else { &served };
        let edits = match self {
            Self::Allow(action) => {
                // Where it is stopped: as it leaves for a router, that is on the switch of who sends.
                let switch = compiled.network.switches.get(stop.step.switch).ok_or_else(words)?;
                let kind = Kind { switch: &switch.name, direction: stop.step.stage.direction(), action };
                rows(texts, compiled, wish, &families, kind, half).map_err(|why| format!("{}, and {why}", words()))
            }
            Self::Except | Self::Track | Self::Drop(..) => {
                let acl = acl.filter(|acl| acl.provenance.object.starts_with("Subnet/"));
                acl.and_then(|acl| excepted(texts, acl, compiled, wish, &families, half)).ok_or_else(words)
            }
        };
        Ok((Place::Row, edits?))
    }
}

impl Made {
    fn add(&mut self, edits: impl IntoIterator<Item = Edit>) {
        for edit in edits {
            self.sources = edited(&self.sources, &edit);
            self.edits.push(edit);
        }
        self.compiled = None;
    }

    /// Rows that drop requests; above those too that a Subnet has only beside others.
    fn drop(
        &mut self,
        compiled: &Compiled,
        load: Load<'_>,
        wish: &Wish<'_>,
        families: &[Family],
        direction: Direction,
    ) -> Result<(), String> {
        let kind = Kind { switch: near(compiled, wish, direction)?, direction, action: "drop" };
        let texts = self.sources.clone();
        self.add(rows(&texts, compiled, wish, families, kind, Half::Request)?);
        let now = load(&self.sources);
        if is_fulfilled(&answer(&now, wish)?, wish) {
            self.compiled = Some(now);
            return Ok(());
        }
        (self.sources, self.edits) = (texts.clone(), Vec::new());
        self.add(rows(&texts, &now, wish, families, kind, Half::Request)?);
        Ok(())
    }
}

/// Where a conversation of a wish is stopped.
struct Stop<'c> {
    step: Step,
    family: Family,
    header: L4Header,
    /// Who would answer in the place of a Service.
    backend: Option<Backend<'c>>,
}

impl<'c> Stop<'c> {
    /// The first one of a conversation that is not as it is wished.
    fn of(compiled: &'c Compiled, wish: &Wish<'_>) -> Result<Self, String> {
        let ((_, from), (_, to)) = ends(compiled, wish)?;
        let (network, endpoints) = (&compiled.network, &compiled.endpoints);
        let pair = answer(compiled, wish)?;
        let example = |answer: &FamilyAnswer| Some((answer.family, missing(answer, wish).example()?));
        let (family, header) = pair.families.iter().find_map(example).ok_or("nothing stops it")?;
        let pipelines = Pipeline::all(network);
        let shape = Shape::default();
        let stopped = |backend| {
            let question = Question { network, pipelines: &pipelines, from, to, family, header, shape, backend };
            let mut steps = walked(&question)?.into_iter();
            let step = steps.find(|step| matches!(step.outcome, Outcome::Drop | Outcome::Reject))?;
            Some(Self { step, family, header, backend })
        };
        let mut backends = backends(network, endpoints, (from, to), family, header).into_iter();
        let stop = stopped(None).or_else(|| backends.find_map(|backend| stopped(Some(backend))));
        stop.ok_or_else(|| "what stops it is no rule".to_owned())
    }

    /// Whether who asks is who answers: between the two there is the balancer's address, in both halves.
    fn is_turned(&self) -> bool {
        self.backend.is_some_and(|backend| backend.is_own)
    }

    /// Who answers, by id.
    fn to<'w>(&'w self, wish: &Wish<'w>) -> &'w str {
        self.backend.map_or(wish.to, |backend| &backend.endpoint.id)
    }

    /// The wish as the one who answers sees it.
    fn served<'w>(&'w self, wish: &Wish<'w>) -> Wish<'w> {
        let port = self.backend.map(|backend| PortRange::one(backend.port));
        let part = match (port, self.header) {
            (Some(port), L4Header::Tcp(..)) => Filter::Tcp(Some(port)),
            (Some(port), L4Header::Udp(..)) => Filter::Udp(Some(port)),
            (Some(port), L4Header::Sctp(..)) => Filter::Sctp(Some(port)),
            (None, _) | (_, L4Header::Icmp(..) | L4Header::Other(_)) => wish.part,
        };
        Wish { to: self.to(wish), part, ..*wish }
    }

    /// What stops it.
    fn words(&self, network: &Network) -> String {
        match &self.step.decider {
            Decider::Row(id) => id.acl(network).map_or_else(String::new, |acl| {
                format!("`{}` at priority {} of {} stops it", acl.action, acl.priority.get(), acl.provenance.object)
            }),
            Decider::Ambiguous(_) => {
                "rows of equal priority disagree about it: make their priorities differ first".to_owned()
            }
            Decider::Builtin(builtin) => format!("OVN itself stops it: {}", builtin.describe()),
            Decider::Default | Decider::Established => "the default of the switch is to drop".to_owned(),
        }
    }
}
