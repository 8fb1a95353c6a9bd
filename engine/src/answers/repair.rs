//! The smallest edit of the texts after which a pair connects, or does not; proven by evaluating it.
//!
//! ```text
//! wish → ways (what to try) → edits of the texts → load, evaluate → diff → proposals that do what is wished
//! ```
//!
//! A way follows the walk: where the conversation is dropped, it adds or narrows a rule there, and walks again, until the
//! conversation works or nothing more can be done. Nothing is proposed that was not evaluated as a whole.

pub mod insert;

mod item;
mod list;
mod proposal;
mod row;
mod rule;
mod way;

pub use proposal::Proposal;

use super::explain::is_disabled;
use super::filter::Filter;
use crate::compile::Compiled;
use crate::reach::{Endpoint, Family, FamilyAnswer, L4Set, NoPath, PairAnswer, Verdict, evaluate};
use crate::source::{SourceId, Sources};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use way::Way;

/// What somebody wants of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// It must work: requests arrive, and answers come back.
    Connect,
    /// It must not: no request arrives.
    Separate,
}

/// A wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish<'a> {
    /// Who asks, by id.
    pub from: &'a str,
    /// Who answers, by id.
    pub to: &'a str,
    /// What is wanted.
    pub intent: Intent,
    /// Of which conversations.
    pub part: Filter,
}

/// A piece of a text that is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The text.
    pub source: SourceId,
    /// The first byte that goes.
    pub from: usize,
    /// The first byte that stays.
    pub to: usize,
    /// What comes instead.
    pub insert: String,
}

/// How texts are compiled.
pub type Load<'a> = &'a dyn Fn(&Sources) -> Compiled;

/// At most so many are told.
const MOST: usize = 4;

/// The smallest edits that do what is wished: those first that let fewest others in, then those that change least. None is
/// told of which another one is part.
///
/// # Errors
///
/// Why there is none.
pub fn repair(sources: &Sources, load: Load<'_>, wish: &Wish<'_>) -> Result<Vec<Proposal>, String> {
    let compiled = load(sources);
    let pair = answer(&compiled, wish)?;
    if is_fulfilled(&pair, wish) {
        return Err("it is so already: nothing has to change".to_owned());
    }
    if let (Intent::Connect, Some(why)) = (wish.intent, pair.no_path) {
        return Err(no_path(why, &compiled, wish));
    }
    let mut proposals: Vec<Proposal> = Vec::new();
    let mut obstacles: Vec<String> = Vec::new();
    for group in Way::all(wish.intent) {
        if !proposals.is_empty() {
            break;
        }
        for way in *group {
            match way.go((sources, &compiled), load, wish) {
                Ok(made) => {
                    if !proposals.iter().any(|known| known.sources.changed(&made.sources).next().is_none()) {
                        proposals.extend(Proposal::of(&compiled, load, wish, made));
                    }
                }
                Err(obstacle) if obstacles.contains(&obstacle) => {}
                Err(obstacle) => obstacles.push(obstacle),
            }
        }
    }
    // Who closes something does not mean to open something else.
    if wish.intent == Intent::Separate && proposals.iter().any(|proposal| proposal.exposed == 0) {
        proposals.retain(|proposal| proposal.exposed == 0);
    }
    let mut outdone =
        proposals.iter().map(|one| proposals.iter().any(|other| other.outdoes(one))).collect::<Vec<_>>().into_iter();
    proposals.retain(|_| outdone.next() == Some(false));
    proposals.sort_by_key(|proposal| (proposal.exposed, proposal.others, proposal.edits.len()));
    proposals.truncate(MOST);
    match (proposals.is_empty(), obstacles.as_slice()) {
        (false, _) => Ok(proposals),
        (true, []) => Err("found no small edit that does it".to_owned()),
        (true, obstacles) => Err(format!("found no small edit that does it: {}", obstacles.join("; "))),
    }
}

fn no_path(why: NoPath, compiled: &Compiled, wish: &Wish<'_>) -> String {
    let (from, to) = (wish.from, wish.to);
    let is_off = |end: &&Endpoint| [from, to].contains(&end.id.as_str()) && is_disabled(end, &compiled.network);
    match (why, compiled.endpoints.iter().find(is_off)) {
        (NoPath::Apart, Some(end)) => return format!("the port of {} is disabled: no rule can change that", end.id),
        (NoPath::Apart | NoPath::Unknown(_) | NoPath::NoBackend | NoPath::NoCommonFamily, _) => {}
    }
    match why {
        NoPath::Apart => format!("no router connects {from} with {to}: no rule can change that"),
        NoPath::Unknown(_) => format!("nobody knows the way from {from} to {to}: no rule can be proven to help"),
        NoPath::NoBackend => format!("{to} is a Service without a backend for it: no rule can change that"),
        NoPath::NoCommonFamily => format!("{from} and {to} have no address family in common: no rule can change that"),
    }
}

/// Whether it is so already.
///
/// # Errors
///
/// An end that is not there.
pub fn is_so(compiled: &Compiled, wish: &Wish<'_>) -> Result<bool, String> {
    Ok(is_fulfilled(&answer(compiled, wish)?, wish))
}

/// An endpoint with its index.
type Indexed<'c> = (usize, &'c Endpoint);

fn ends<'c>(compiled: &'c Compiled, wish: &Wish<'_>) -> Result<(Indexed<'c>, Indexed<'c>), String> {
    let find = |id: &str| compiled.endpoints.iter().enumerate().find(|(_, endpoint)| endpoint.id == id);
    find(wish.from).zip(find(wish.to)).ok_or_else(|| "one of the two is not there any more".to_owned())
}

fn answer(compiled: &Compiled, wish: &Wish<'_>) -> Result<PairAnswer, String> {
    let ((from, _), (to, _)) = ends(compiled, wish)?;
    Ok(evaluate(&compiled.network, &compiled.endpoints).pair(from, to))
}

fn is_fulfilled(pair: &PairAnswer, wish: &Wish<'_>) -> bool {
    let verdict = pair.verdict_within(|family| wish.part.part(family));
    match wish.intent {
        Intent::Connect => verdict == Verdict::Open,
        Intent::Separate => verdict == Verdict::Closed,
    }
}

/// The conversations of the wished part that are not as they are wished.
fn missing(answer: &FamilyAnswer, wish: &Wish<'_>) -> L4Set {
    let part = wish.part.part(answer.family);
    match wish.intent {
        Intent::Connect => part.intersection(&L4Set::answerable(answer.family)).difference(&answer.answered),
        Intent::Separate => part.intersection(&answer.delivered.union(&answer.undefined)),
    }
}

/// The families of which something is missing.
fn unfulfilled(compiled: &Compiled, wish: &Wish<'_>) -> Result<Vec<Family>, String> {
    let pair = answer(compiled, wish)?;
    let missing = pair.families.iter().filter(|answer| !missing(answer, wish).is_empty());
    Ok(missing.map(|answer| answer.family).collect())
}

/// The texts with an edit.
fn edited(sources: &Sources, edit: &Edit) -> Sources {
    let text = sources.get(edit.source).map_or("", |source| source.text());
    match text.get(..edit.from).zip(text.get(edit.to..)) {
        Some((before, after)) => sources.with(edit.source, format!("{before}{}{after}", edit.insert)),
        None => sources.clone(),
    }
}
