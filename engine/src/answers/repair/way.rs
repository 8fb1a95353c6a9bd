//! The ways to fulfil a wish, each a kind of edit.

use super::row::{excepted, rows, tracker};
use super::rule::rule;
use super::{Edit, Intent, Load, Wish, answer, edited, ends, is_fulfilled, missing, unfulfilled};
use crate::answers::conversation::{Backend, Half, Question, Shape, backends};
use crate::answers::explain::{Decider, Step, walked};
use crate::answers::filter::Filter;
use crate::compile::Compiled;
use crate::ovn::acl::Direction;
use crate::ovn::network::Network;
use crate::ovn::pipeline::{Outcome, Pipeline};
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

/// What a way makes: a title, its edits, and the texts after them.
pub(super) type Made = (String, Vec<Edit>, Sources);

/// More steps than this follow no walk.
const MOST_STEPS: usize = 8;

impl Way {
    /// The ways to an end.
    pub(super) fn all(intent: Intent) -> &'static [Self] {
        match intent {
            Intent::Connect => &[Self::Track, Self::Except, Self::Allow("allow-related"), Self::Allow("allow")],
            Intent::Separate => &[
                Self::Drop(Direction::ToLport, false),
                Self::Drop(Direction::FromLport, false),
                Self::Drop(Direction::ToLport, true),
                Self::Drop(Direction::FromLport, true),
            ],
        }
    }

    /// Goes it, as far as it leads.
    pub(super) fn go(self, sources: &Sources, load: Load<'_>, wish: &Wish<'_>) -> Result<Made, String> {
        let mut texts = sources.clone();
        let mut edits = Vec::new();
        let mut add = |texts: &mut Sources, edit: Edit| {
            *texts = edited(texts, &edit);
            edits.push(edit);
        };
        match self {
            Self::Drop(direction, track) => {
                let compiled = load(sources);
                let at_target = direction == Direction::ToLport;
                let families = unfulfilled(&compiled, wish)?;
                for edit in rows(&texts, &compiled, wish, &families, (direction, "drop"), Half::Request)? {
                    add(&mut texts, edit);
                }
                if let (true, Some(family)) = (track, families.first()) {
                    let (_, (_, to)) = ends(&compiled, wish)?;
                    let edit = tracker(&texts, &compiled, to, *family)?;
                    add(&mut texts, edit);
                }
                let word = if at_target { "arrives" } else { "leaves" };
                let kept = if track { ", and track the connections of the other direction" } else { "" };
                Ok((format!("drop it as it {word}{kept}"), edits, texts))
            }
            Self::Track => {
                let compiled = load(sources);
                let stop = Stop::of(&compiled, wish)?;
                if stop.step.half == Half::Request {
                    return Err(stop.words(&compiled.network));
                }
                let ((_, from), _) = ends(&compiled, wish)?;
                let edit = tracker(&texts, &compiled, from, stop.family)?;
                add(&mut texts, edit);
                Ok((format!("track the connections of {}: answers to it come back", wish.from), edits, texts))
            }
            Self::Allow(_) | Self::Except => {
                let mut before: Vec<String> = Vec::new();
                for _ in 0..MOST_STEPS {
                    let compiled = load(&texts);
                    if is_fulfilled(&answer(&compiled, wish)?, wish) {
                        break;
                    }
                    let stop = Stop::of(&compiled, wish)?;
                    let words = stop.words(&compiled.network);
                    // What stops it once more does not give way.
                    let (half, stage) = (stop.step.half.name(), stop.step.stage.name());
                    let here = format!("{:?} {half} {stage} {} {words}", stop.family, stop.to(wish));
                    if before.contains(&here) {
                        return Err(words);
                    }
                    before.push(here);
                    for edit in self.edits(&texts, &compiled, wish, &stop)? {
                        add(&mut texts, edit);
                    }
                }
                let is_rule = |edit: &Edit| ["ipBlock", "podSelector"].iter().any(|peer| edit.insert.contains(peer));
                let in_policies = !edits.is_empty() && edits.iter().all(is_rule);
                let title = match self {
                    _ if in_policies => "add a rule to a policy".to_owned(),
                    Self::Except => "except it from what drops it".to_owned(),
                    Self::Allow("allow-related") => "allow it, and the answers with it".to_owned(),
                    _ => "allow it, packet by packet".to_owned(),
                };
                Ok((title, edits, texts))
            }
        }
    }

    /// The edits at the place where a conversation of the wish is stopped.
    fn edits(
        self,
        texts: &Sources,
        compiled: &Compiled,
        wish: &Wish<'_>,
        stop: &Stop<'_>,
    ) -> Result<Vec<Edit>, String> {
        let half = stop.step.half;
        let words = || stop.words(&compiled.network);
        let acl = match &stop.step.decider {
            Decider::Row(id) => id.acl(&compiled.network),
            Decider::Default | Decider::Ambiguous(_) | Decider::Established | Decider::Builtin(_) => None,
        };
        if let Some(policy) = acl.and_then(|acl| acl.provenance.object.strip_prefix("NetworkPolicy/")) {
            let place = (policy, stop.step.stage, half);
            if let Some(edits) = rule(texts, compiled, &stop.served(wish), place, stop.family) {
                return Ok(edits);
            }
        }
        // Rows would have to speak of the Service in one place, of its backend in another.
        if stop.backend.is_some() || matches!(stop.step.decider, Decider::Established | Decider::Builtin(_)) {
            return Err(words());
        }
        let families = unfulfilled(compiled, wish)?;
        match self {
            Self::Allow(action) => {
                let row = (stop.step.stage.direction(), action);
                rows(texts, compiled, wish, &families, row, half).map_err(|why| format!("{}, and {why}", words()))
            }
            Self::Except | Self::Track | Self::Drop(..) => {
                let acl = acl.filter(|acl| acl.provenance.object.starts_with("Subnet/"));
                acl.and_then(|acl| excepted(texts, acl, compiled, wish, &families, half)).ok_or_else(words)
            }
        }
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

    /// Who answers, by id.
    fn to<'w>(&'w self, wish: &Wish<'w>) -> &'w str {
        self.backend.map_or(wish.to, |backend| &backend.endpoint.id)
    }

    /// The wish as the one who answers sees it.
    fn served<'w>(&'w self, wish: &Wish<'w>) -> Wish<'w> {
        let port = self.backend.map(|backend| backend.port);
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
