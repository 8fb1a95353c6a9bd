//! The engine's evaluator against OVN's own: generated expressions times generated packets.
//!
//! `RINGFENCE_EVALUATIONS` sets how many evaluations are compared (ten million on demand), `RINGFENCE_SEED` which.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "test code")]

use ringfence_engine::ovn::matching::{Expression, Truth, parse};
use ringfence_tests::generate::expression::{Care, text, tokens};
use ringfence_tests::generate::names;
use ringfence_tests::generate::packet::{Packet, packet};
use ringfence_tests::ovn::trace::{Oracle, TABLES};
use ringfence_tests::random::{self, Random};

/// How many differences are printed before the rest is only counted.
const SHOWN: usize = 25;

/// How many expressions one oracle holds.
const EXPRESSIONS: usize = 100 * TABLES;

/// How many packets each expression is asked about.
const PACKETS: usize = 64;

#[test]
fn truth_is_that_of_ovn() {
    let (seed, wanted) = (random::seed(), random::setting("RINGFENCE_EVALUATIONS").unwrap_or(1_000_000));
    let wanted = usize::try_from(wanted).unwrap();
    let mut tally = Tally::default();
    for round in 0.. {
        if tally.compared >= wanted {
            break;
        }
        compare(&mut Random::part(seed, round), &mut tally);
    }
    let Tally { compared, holding, unknown, differences } = tally;
    println!(
        "{compared} evaluations compared, {holding} of them true, {unknown} more that the engine leaves open, {} differences",
        differences.len()
    );
    let shown: Vec<String> = differences.iter().take(SHOWN).cloned().collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), shown.join("\n"));
}

#[derive(Default)]
struct Tally {
    compared: usize,
    holding: usize,
    unknown: usize,
    differences: Vec<String>,
}

fn compare(random: &mut Random, tally: &mut Tally) {
    let (texts, expressions): (Vec<String>, Vec<Expression>) = valid(random).into_iter().unzip();
    let mut oracle = Oracle::start(&names::NAMES, &texts).unwrap();
    for (datapath, (texts, expressions)) in texts.chunks(TABLES).zip(expressions.chunks(TABLES)).enumerate() {
        let packets: Vec<Packet> = (0..PACKETS).map(|_| packet(random)).collect();
        let microflows: Vec<String> = packets.iter().map(Packet::microflow).collect();
        let answers = oracle.evaluate(datapath, &microflows).unwrap();
        for (packet, answers) in packets.iter().zip(answers) {
            for ((text, expression), theirs) in texts.iter().zip(expressions).zip(answers) {
                note(tally, text, packet, expression.evaluate(packet), theirs);
            }
        }
    }
}

fn note(tally: &mut Tally, text: &str, packet: &Packet, ours: Truth, theirs: bool) {
    if ours == Truth::Unknown {
        tally.unknown += 1;
        return;
    }
    tally.compared += 1;
    tally.holding += usize::from(theirs);
    if ours != Truth::from(theirs) {
        tally
            .differences
            .push(format!("{text}\n    of {}\n    OVN: {theirs}, Ringfence: {ours:?}", packet.microflow()));
    }
}

/// Fields that the parser knows and no packet has: ovn-trace dies when it comes to evaluate them.
const ACTIONS_ONLY: &str = "frag_mtu";

/// Expressions that the engine accepts; whether OVN does is the parser's comparison.
fn valid(random: &mut Random) -> Vec<(String, Expression)> {
    let context = names::context();
    let mut expressions = Vec::with_capacity(EXPRESSIONS);
    while expressions.len() < EXPRESSIONS {
        let tokens = tokens(random, Care::Careful);
        let text = if random.once_in(8) { text(random, &tokens).replace('\n', " ") } else { tokens.join(" ") };
        match parse(&text, &context) {
            Ok(parsed) if !text.contains(ACTIONS_ONLY) => expressions.push((text, parsed.annotate())),
            Ok(_) | Err(_) => {}
        }
    }
    expressions
}
