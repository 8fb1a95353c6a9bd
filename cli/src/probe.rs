//! Packets that a real OVN is asked about, and what it makes of them held against what the engine says.

mod bundle;
mod port;
mod southbound;
mod stale;
mod tracer;

pub(crate) use bundle::{Versions, write};
pub(crate) use port::Unasked;
pub(crate) use southbound::Southbound;
pub(crate) use tracer::Tracer;

use crate::caution::caution;
use clap::Args;
use port::Ports;
use ringfence_engine::answers::explain::Trace;
use ringfence_engine::answers::witness::{Gap, Witness, Witnesses};
use ringfence_engine::ovn::pipeline::AclId;
use ringfence_engine::reach::Reach;
use ringfence_ovsdb::Snapshot;
use ringfence_view::loaded::Loaded;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tracer::Silence;

/// Whether, and how, a real OVN is asked.
#[derive(Debug, Args)]
pub(crate) struct Probing {
    /// Asks `ovn-trace` about packets that show every verdict and every row that decides one, at most so many (5000), for
    /// `--to ovn`
    #[arg(long, value_name = "PACKETS", num_args = 0..=1, require_equals = true, default_missing_value = "5000")]
    pub(crate) probe: Option<usize>,

    /// The Southbound database for `--probe`; without it what OVN_SB_DB says, or the one beside the Northbound one
    #[arg(long, value_name = "ENDPOINTS", requires = "probe")]
    pub(crate) sb: Option<String>,

    /// The folder for what is needed to look into a disagreement
    #[arg(long, value_name = "DIR", requires = "probe", default_value = "ringfence-bug", value_hint = clap::ValueHint::DirPath)]
    pub(crate) bundle: PathBuf,
}

/// What was found out.
#[derive(Default)]
pub(crate) struct Probed<'a> {
    /// How many packets were traced.
    pub(crate) packets: usize,
    /// How many conversations were looked at.
    pub(crate) conversations: usize,
    /// How many pairs these are of.
    pub(crate) pairs: usize,
    /// How many pairs were looked at, those among them of which there is nothing to ask.
    pub(crate) seen: usize,
    /// How many pairs there are.
    pub(crate) all_pairs: usize,
    /// The rows that decided about one of them.
    pub(crate) rows: BTreeSet<AclId>,
    /// What was not probed.
    pub(crate) gaps: BTreeMap<Gap, Gaps>,
    /// Pairs that nobody can be asked about.
    pub(crate) unasked: BTreeMap<Unasked, usize>,
    /// What ovn-trace did not answer, with its words.
    pub(crate) silent: BTreeMap<String, usize>,
    /// Where the answers are not the same.
    pub(crate) disagreements: Vec<Disagreement<'a>>,
    /// Whether somebody ended it early.
    pub(crate) interrupted: bool,
}

/// Pairs of which something was not probed, for one reason.
#[derive(Default, Clone, Copy)]
pub(crate) struct Gaps {
    /// Of so many nothing was.
    pub(crate) whole: usize,
    /// Of so many other conversations were.
    pub(crate) in_part: usize,
}

/// Two answers about one conversation.
pub(crate) struct Disagreement<'a> {
    /// The conversation.
    pub(crate) witness: Witness<'a>,
    /// Who else says something else.
    pub(crate) other: Other,
}

/// Who says something else than the walk of a conversation.
pub(crate) enum Other {
    /// ovn-trace, about a packet on one switch, in these words.
    Trace(Trace, String),
    /// The evaluation of all headers at once.
    Sets {
        /// Whether it says that the request arrives.
        delivered: bool,
        /// Whether it says that the answer comes back.
        answered: bool,
    },
}

/// So many disagreements say enough.
const ENOUGH: usize = 50;

/// Asks about the pairs of a world, those first that nothing else stands for, until so many packets are traced; about those
/// alone that the database has ports for.
pub(crate) fn probe<'a>(loaded: &'a Loaded, world: &Snapshot, tracer: &mut Tracer, most: usize) -> Probed<'a> {
    let (mut reach, ports) = (loaded.reach(), Ports::of(world));
    let compiled = &loaded.compiled;
    let mut witnesses = Witnesses::new(&compiled.network, loaded.pipelines());
    let mut probed = Probed { all_pairs: reach.pairs().count(), ..Probed::default() };
    for (from, to) in order(&mut reach) {
        if probed.packets >= most || probed.disagreements.len() >= ENOUGH || probed.interrupted {
            break;
        }
        let Some(ends) = compiled.endpoints.get(from).zip(compiled.endpoints.get(to)) else { continue };
        if let Some(why) = ports.unasked(ends.0).or_else(|| ports.unasked(ends.1)) {
            *probed.unasked.entry(why).or_default() += 1;
            probed.seen += 1;
            continue;
        }
        let found = witnesses.of(ends.0, ends.1);
        let is_asked = !found.witnesses.is_empty();
        found.gaps.iter().for_each(|gap| probed.gaps.entry(*gap).or_default().count(is_asked));
        probed.seen += 1;
        probed.pairs += usize::from(is_asked);
        for witness in found.witnesses {
            probed.conversations += 1;
            probed.rows.extend(witness.deciders().flat_map(|decider| decider.rows()));
            if let Some(sets) = other_sets(&mut reach, (from, to), &witness) {
                probed.disagreements.push(Disagreement { witness: witness.clone(), other: sets });
            }
            probed.ask(tracer, witness);
        }
    }
    probed
}

/// One pair for every two classes of endpoints, then all others.
fn order(reach: &mut Reach<'_>) -> Vec<(usize, usize)> {
    let first: Vec<(usize, usize)> = reach.classes().pairs().map(|example| (example.from, example.to)).collect();
    let known: BTreeSet<(usize, usize)> = first.iter().copied().collect();
    let rest = reach.pairs().filter(|pair| !known.contains(pair));
    first.into_iter().chain(rest).collect()
}

/// What the sets of a pair say of a conversation, where it is not what its walk says.
fn other_sets(reach: &mut Reach<'_>, (from, to): (usize, usize), witness: &Witness<'_>) -> Option<Other> {
    let pair = reach.pair(from, to);
    let (header, said) = (witness.question.header, &witness.explanation);
    let sets = pair.families.iter().find(|answer| answer.family == witness.question.family)?;
    if sets.undefined.contains(header) {
        // Too complex for sets is no other answer.
        return None;
    }
    let (delivered, answered) = (sets.delivered.contains(header), sets.answered.contains(header));
    ((delivered, answered) != (said.delivered, said.answered)).then_some(Other::Sets { delivered, answered })
}

impl Gaps {
    fn count(&mut self, is_asked: bool) {
        let pairs = if is_asked { &mut self.in_part } else { &mut self.whole };
        *pairs += 1;
    }
}

impl<'a> Probed<'a> {
    fn ask(&mut self, tracer: &mut Tracer, witness: Witness<'a>) {
        for trace in &witness.explanation.traces {
            if !is_reached(&witness, trace) {
                continue;
            }
            match tracer.trace(trace) {
                Ok(said) => {
                    if passes(&said, &trace.outport) == trace.passes {
                        self.packets += 1;
                    } else if let Some(words) = caution(&witness.question, &witness.explanation, trace) {
                        *self.silent.entry(words).or_default() += 1;
                    } else {
                        self.packets += 1;
                        let other = Other::Trace(trace.clone(), said);
                        self.disagreements.push(Disagreement { witness: witness.clone(), other });
                    }
                }
                Err(Silence::Packet(words)) => *self.silent.entry(words).or_default() += 1,
                Err(Silence::Interrupted) => {
                    self.interrupted = true;
                    return;
                }
            }
        }
    }
}

/// A switch behind the one that stops a packet sees nothing of it.
fn is_reached(witness: &Witness<'_>, trace: &Trace) -> bool {
    let half = || witness.explanation.traces.iter().filter(|other| other.half == trace.half);
    let stopped = half().position(|other| !other.passes);
    let own = half().position(|other| other == trace);
    stopped.zip(own).is_none_or(|(stopped, own)| own <= stopped)
}

/// What OVN sends in the place of a packet that it refuses: its way is told behind a heading of its own.
const REFUSALS: [&str; 4] = ["icmp4", "icmp6", "tcp_reset", "sctp_abort"];

/// Whether the packet of a trace gets to a port: names of ports are unique in a database. What is sent in its place is
/// another packet, and may get there by a router.
fn passes(said: &str, outport: &str) -> bool {
    let name = serde_json::Value::from(outport).to_string();
    let wanted = format!("/* output to {name}, type ");
    let own = said.lines().take_while(|line| !REFUSALS.contains(line));
    own.into_iter().any(|line| line.trim_start().starts_with(&wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_another_packet() {
        let own = "egress(dp=\"s\")\n    output;\n    /* output to \"vm 1\", type \"\" */\n";
        let refused = format!("    reject {{ }};\n\ntcp_reset\n---------\n{own}");
        assert!(passes(own, "vm 1"));
        assert!(!passes(own, "vm"));
        assert!(!passes(&refused, "vm 1"));
    }
}
