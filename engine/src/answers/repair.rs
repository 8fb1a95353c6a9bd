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
mod way;

use super::diff::{Change, Matched, changes, matched};
use super::filter::Filter;
use crate::compile::{Compiled, Settings, load};
use crate::diagnostic::Severity;
use crate::reach::{Endpoint, Family, L4Set, NoPath, PairAnswer, Verdict, evaluate};
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

/// Edits that were seen to do what is wished.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// In a few words.
    pub title: String,
    /// The edits, each of the text as the one before has left it.
    pub edits: Vec<Edit>,
    /// The texts with the edits.
    pub sources: Sources,
    /// What they compile to.
    pub compiled: Compiled,
    /// The endpoints of both.
    pub matched: Matched,
    /// Every pair that changes, the wished one among them.
    pub changes: Vec<Change>,
    /// How many other pairs change in their conversations.
    pub others: usize,
    /// How many other pairs receive requests that they did not.
    pub exposed: usize,
}

/// At most so many are told.
const MOST: usize = 4;

/// The smallest edits that do what is wished: those first that let fewest others in, then those that change least.
///
/// # Errors
///
/// Why there is none.
pub fn repair(sources: &Sources, settings: &Settings, wish: &Wish<'_>) -> Result<Vec<Proposal>, String> {
    let compiled = load(sources, settings);
    let pair = answer(&compiled, wish)?;
    if is_fulfilled(&pair, wish) {
        return Err("it is so already: nothing has to change".to_owned());
    }
    if let (Intent::Connect, Some(why)) = (wish.intent, pair.no_path) {
        return Err(no_path(why, wish));
    }
    let mut proposals: Vec<Proposal> = Vec::new();
    let mut obstacles: Vec<String> = Vec::new();
    for way in Way::all(wish.intent) {
        match way.go(sources, settings, wish) {
            Ok((title, edits, changed)) => {
                let known = |other: &Proposal| texts(&other.sources) == texts(&changed);
                if !proposals.iter().any(known) {
                    proposals.extend(proposal(&compiled, settings, wish, (title, edits, changed)));
                }
            }
            Err(obstacle) if obstacles.contains(&obstacle) => {}
            Err(obstacle) => obstacles.push(obstacle),
        }
    }
    // Who closes something does not mean to open something else.
    if wish.intent == Intent::Separate && proposals.iter().any(|proposal| proposal.exposed == 0) {
        proposals.retain(|proposal| proposal.exposed == 0);
    }
    proposals.sort_by_key(|proposal| (proposal.exposed, proposal.others, proposal.edits.len()));
    proposals.truncate(MOST);
    match (proposals.is_empty(), obstacles.as_slice()) {
        (false, _) => Ok(proposals),
        (true, []) => Err("no small edit does it".to_owned()),
        (true, obstacles) => Err(format!("no small edit does it: {}", obstacles.join("; "))),
    }
}

fn texts(sources: &Sources) -> Vec<&str> {
    sources.iter().map(|(_, source)| source.text()).collect()
}

fn no_path(why: NoPath, wish: &Wish<'_>) -> String {
    let (from, to) = (wish.from, wish.to);
    match why {
        NoPath::Apart => format!("no router connects {from} with {to}: no rule can change that"),
        NoPath::Unknown(_) => format!("nobody knows the way from {from} to {to}: no rule can be proven to help"),
        NoPath::NoBackend => format!("{to} is a Service without a backend for it: no rule can change that"),
        NoPath::NoCommonFamily => format!("{from} and {to} have no address family in common: no rule can change that"),
    }
}

/// An endpoint with its index.
type Indexed<'c> = (usize, &'c Endpoint);

fn ends<'c>(compiled: &'c Compiled, wish: &Wish<'_>) -> Option<(Indexed<'c>, Indexed<'c>)> {
    let find = |id: &str| compiled.endpoints.iter().enumerate().find(|(_, endpoint)| endpoint.id == id);
    find(wish.from).zip(find(wish.to))
}

fn answer(compiled: &Compiled, wish: &Wish<'_>) -> Result<PairAnswer, String> {
    let ((from, _), (to, _)) = ends(compiled, wish).ok_or("one of the two is not there any more")?;
    Ok(evaluate(&compiled.network, &compiled.endpoints).pair(from, to))
}

fn is_fulfilled(pair: &PairAnswer, wish: &Wish<'_>) -> bool {
    let verdict = pair.verdict_within(|family| wish.part.part(family));
    match wish.intent {
        Intent::Connect => verdict == Verdict::Open,
        Intent::Separate => verdict == Verdict::Closed,
    }
}

/// Evaluates edited texts as a whole; nothing where they do not do what is wished, or are refused where the old were not.
fn proposal(
    old: &Compiled,
    settings: &Settings,
    wish: &Wish<'_>,
    (title, edits, sources): (String, Vec<Edit>, Sources),
) -> Option<Proposal> {
    let compiled = load(&sources, settings);
    let errors =
        |compiled: &Compiled| compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    if errors(&compiled) > errors(old) || !is_fulfilled(&answer(&compiled, wish).ok()?, wish) {
        return None;
    }
    let matched = matched(&old.endpoints, &compiled.endpoints);
    let mut before = evaluate(&old.network, &old.endpoints);
    let changes = changes(&matched, &mut before, &mut evaluate(&compiled.network, &compiled.endpoints));
    let id = |index: usize| matched.common.get(index).map_or("", |common| common.id.as_str());
    let wished = |change: &Change| id(change.from) == wish.from && id(change.to) == wish.to;
    let others = || changes.iter().filter(|change| !wished(change) && matters(change));
    let arriving = |change: &&Change| change.families().iter().any(|family| !family.arriving.is_empty());
    let (others, exposed) = (others().count(), others().filter(arriving).count());
    Some(Proposal { title, edits, compiled, sources, matched, changes, others, exposed })
}

/// Whether a change is one of conversations: ICMP messages that nobody answers come and go with tracking.
fn matters(change: &Change) -> bool {
    let unknown =
        |answer: &PairAnswer| answer.families.iter().map(|family| family.undefined.clone()).collect::<Vec<_>>();
    let telling = |set: &L4Set, family| !set.intersection(&L4Set::answerable(family)).is_empty();
    unknown(change.before()) != unknown(change.after())
        || change
            .families()
            .iter()
            .any(|of| [&of.gained, &of.lost, &of.arriving, &of.stopped].iter().any(|set| telling(set, of.family)))
}

/// A conversation of the wished part that is not as it is wished, if there is one.
fn unfulfilled(pair: &PairAnswer, wish: &Wish<'_>) -> Option<(Family, crate::reach::L4Header)> {
    pair.families.iter().find_map(|answer| {
        let part = wish.part.part(answer.family);
        let missing: L4Set = match wish.intent {
            Intent::Connect => part.intersection(&L4Set::answerable(answer.family)).difference(&answer.answered),
            Intent::Separate => part.intersection(&answer.delivered),
        };
        Some((answer.family, missing.example()?))
    })
}
