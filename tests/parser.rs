//! The engine's parser against OVN's own: same acceptance, same message.
//!
//! `RINGFENCE_EXPRESSIONS` sets how many texts are compared, `RINGFENCE_SEED` which.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "test code")]

use ringfence_engine::ovn::matching::{Context, parse};
use ringfence_tests::generate::expression::{Care, text, tokens};
use ringfence_tests::generate::{mutation, names};
use ringfence_tests::ovn::trace::Oracle;
use ringfence_tests::random::{self, Random};

/// How many differences are printed before the rest is only counted.
const SHOWN: usize = 25;

/// How many texts are asked at once.
const BATCH: usize = 2000;

#[test]
fn acceptance_and_messages_are_those_of_ovn() {
    let (seed, wanted) = (random::seed(), random::setting("RINGFENCE_EXPRESSIONS").unwrap_or(100_000));
    let wanted = usize::try_from(wanted).unwrap();
    let mut oracle = Oracle::of_names(&names::NAMES).unwrap();
    let context = names::context();
    let (mut accepted, mut differences) = (0, Vec::new());
    for start in (0..wanted).step_by(BATCH) {
        let texts: Vec<String> = (start..wanted.min(start + BATCH)).map(|number| written(seed, number)).collect();
        for (text, theirs) in texts.iter().zip(oracle.judge(&texts).unwrap()) {
            accepted += usize::from(theirs.is_ok());
            let ours = ours(text, &context);
            if ours != theirs {
                differences.push(format!("{text:?}\n    OVN:       {theirs:?}\n    Ringfence: {ours:?}"));
            }
        }
    }
    println!("{wanted} expressions compared, {accepted} of them valid, {} differences", differences.len());
    let shown: Vec<String> = differences.iter().take(SHOWN).cloned().collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), shown.join("\n"));
}

fn ours(text: &str, context: &Context) -> Result<(), String> {
    parse(text, context).map(drop).map_err(|errors| errors.first().message().to_string())
}

/// The text of that number: valid, careless or mistyped.
fn written(seed: u64, number: usize) -> String {
    let mut random = Random::part(seed, number);
    let care = if random.once_in(2) { Care::Careful } else { Care::Careless };
    let tokens = tokens(&mut random, care);
    match random.below(5) {
        0 | 1 => text(&mut random, &tokens),
        2 | 3 => {
            let tokens = mutation::of_tokens(&mut random, &tokens);
            text(&mut random, &tokens)
        }
        _ => {
            let text = text(&mut random, &tokens);
            mutation::of_text(&mut random, &text)
        }
    }
}
