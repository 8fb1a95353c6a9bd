//! The engine's answers held against what real packets did.

use super::case::Case;
use super::conversation::{Conversation, Family, Outcome, Talk};
use super::overview;
use ringfence_engine::ovn::network::Network;
use ringfence_engine::reach::{self, FamilyAnswer, L4Header, PairAnswer};
use std::collections::BTreeMap;
use std::fmt;

/// How many contradictions are printed before the rest is only counted.
const SHOWN: usize = 12;

/// A round, judged.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// How many statements of the engine a packet has tested.
    pub tested: usize,
    /// How many requests arrived.
    pub requests: usize,
    /// How many of their answers arrived.
    pub answers: usize,
    /// How many the engine would not make: the order of rows is not promised.
    pub undefined: usize,
    /// Where a packet did something else.
    pub contradictions: Vec<Contradiction>,
    /// What was once recorded of the case, and is not so any more.
    pub unrecorded: Vec<String>,
}

/// Something that the engine says of a conversation, and that is not so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The conversation.
    pub conversation: Conversation,
    /// What happened.
    pub seen: Outcome,
    /// What is wrong about it.
    pub claim: Claim,
    /// Which of the case's networks the engine was asked about.
    pub reading: Reading,
}

/// Which of a case's networks the engine was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// As it is written.
    Written,
    /// As it is said anew for OVN 23.03.
    Lowered,
}

/// A statement about a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The request arrives.
    Delivered,
    /// It does not.
    NotDelivered,
    /// The answer arrives.
    Answered,
    /// It does not.
    NotAnswered,
}

/// Judges a round. Statements about a lowered network are not counted: they are the same ones.
pub fn judge(case: &Case, outcomes: &BTreeMap<Conversation, Outcome>) -> Judgement {
    let mut judgement = judge_reading(case, &case.network, Reading::Written, outcomes);
    if let Some(lowered) = &case.lowered {
        let other = judge_reading(case, lowered, Reading::Lowered, outcomes);
        judgement.contradictions.extend(other.contradictions);
    }
    let mut lines: Vec<String> =
        outcomes.iter().map(|(conversation, seen)| format!("{conversation}: {seen}")).collect();
    lines.extend(overview::lines(outcomes));
    judgement.unrecorded = case.recorded.iter().filter(|line| !lines.contains(line)).cloned().collect();
    judgement
}

fn judge_reading(
    case: &Case,
    network: &Network,
    reading: Reading,
    outcomes: &BTreeMap<Conversation, Outcome>,
) -> Judgement {
    let mut reach = reach::evaluate(network, &case.endpoints);
    let mut answers: BTreeMap<(usize, usize), PairAnswer> = BTreeMap::new();
    let mut judgement = Judgement::default();
    for (conversation, seen) in outcomes {
        let pair = (conversation.from, conversation.to);
        let answer = answers.entry(pair).or_insert_with(|| reach.pair(pair.0, pair.1));
        let answer = answer.family(family(conversation.family));
        judge_one(&mut judgement, (*conversation, *seen, reading), answer);
    }
    judgement
}

impl Judgement {
    /// Takes the counts of another one in.
    pub fn add(&mut self, other: &Self) {
        self.tested += other.tested;
        self.undefined += other.undefined;
        self.requests += other.requests;
        self.answers += other.answers;
    }

    /// Whether packets did what the engine says, and what they did when the case was recorded.
    pub fn holds(&self) -> bool {
        self.contradictions.is_empty() && self.unrecorded.is_empty()
    }
}

fn judge_one(
    judgement: &mut Judgement,
    (conversation, seen, reading): (Conversation, Outcome, Reading),
    answer: Option<&FamilyAnswer>,
) {
    let header = header(conversation);
    let has = |set: fn(&FamilyAnswer) -> &reach::L4Set| answer.is_some_and(|answer| set(answer).contains(header));
    let undefined = has(|answer| &answer.undefined);
    let halves = [
        (has(|answer| &answer.delivered), seen.delivered, Claim::Delivered, Claim::NotDelivered),
        (has(|answer| &answer.answered), seen.answered, Claim::Answered, Claim::NotAnswered),
    ];
    judgement.requests += usize::from(seen.delivered && !conversation.is_with_gateway());
    judgement.answers += usize::from(seen.answered);
    // What a router hears is not seen.
    let unseen = usize::from(conversation.is_with_gateway());
    for (certain, happened, yes, no) in halves.into_iter().skip(unseen) {
        let claim = match (certain, undefined) {
            (true, _) => Some((yes, happened)),
            (false, false) => Some((no, !happened)),
            (false, true) => None,
        };
        judgement.undefined += usize::from(claim.is_none());
        judgement.tested += usize::from(claim.is_some());
        if let Some((claim, false)) = claim {
            judgement.contradictions.push(Contradiction { conversation, seen, claim, reading });
        }
    }
}

fn family(family: Family) -> reach::Family {
    match family {
        Family::V4 => reach::Family::Ipv4,
        Family::V6 => reach::Family::Ipv6,
    }
}

fn header(conversation: Conversation) -> L4Header {
    match (conversation.talk, conversation.family) {
        (Talk::Tcp { sport, dport }, _) => L4Header::Tcp(sport, dport),
        (Talk::Udp { sport, dport }, _) => L4Header::Udp(sport, dport),
        (Talk::Echo, Family::V4) => L4Header::Icmp(8, 0),
        (Talk::Echo, Family::V6) => L4Header::Icmp(128, 0),
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.contradictions.iter().take(SHOWN).try_for_each(|contradiction| writeln!(out, "{contradiction}"))?;
        let more = self.contradictions.len().saturating_sub(SHOWN);
        if more > 0 {
            writeln!(out, "and {more} more")?;
        }
        self.unrecorded.iter().try_for_each(|line| writeln!(out, "recorded, and not so: {line}"))
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claim = match self.claim {
            Claim::Delivered => "delivered",
            Claim::NotDelivered => "not delivered",
            Claim::Answered => "answered",
            Claim::NotAnswered => "not answered",
        };
        let of = match self.reading {
            Reading::Written => "",
            Reading::Lowered => " of the lowered rows",
        };
        write!(out, "{}: {claim}, says the engine{of}; really: {}", self.conversation, self.seen)
    }
}
