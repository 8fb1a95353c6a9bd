//! The program writes into real Northbound databases.
//!
//! Of each rule set of the packet lab: applied by the program, what packets do is what the engine says; a second apply
//! sends nothing; emptied, the database is as it was. Of a database by itself: rows of others stay, two who apply at once
//! and one that is killed leave a whole state behind. While a rule set takes the place of another, packets are watched.
//!
//! `RINGFENCE_ROUNDS` sets how many rounds the races have, `RINGFENCE_SEED` which.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, reason = "test code")]

#[path = "enforce/cluster.rs"]
mod cluster;
#[path = "enforce/contents.rs"]
mod contents;
#[path = "enforce/controller.rs"]
mod controller;
#[path = "enforce/cut.rs"]
mod cut;
#[path = "enforce/disk.rs"]
mod disk;
#[path = "enforce/foreign.rs"]
mod foreign;
#[path = "enforce/guards.rs"]
mod guards;
#[path = "enforce/installed.rs"]
mod installed;
#[path = "enforce/packets.rs"]
mod packets;
#[path = "enforce/partition.rs"]
mod partition;
#[path = "enforce/probing.rs"]
mod probing;
#[path = "enforce/program.rs"]
mod program;
#[path = "enforce/races.rs"]
mod races;
#[path = "enforce/refusals.rs"]
mod refusals;
#[path = "enforce/sequence.rs"]
mod sequence;
#[path = "ovsdb/server.rs"]
#[expect(dead_code, reason = "others use the rest of it")]
mod server;
#[path = "enforce/stages.rs"]
mod stages;
#[path = "enforce/swap.rs"]
mod swap;
#[path = "enforce/tiers.rs"]
mod tiers;
#[path = "enforce/told.rs"]
mod told;
#[path = "enforce/unwilling.rs"]
mod unwilling;

use libtest_mimic::{Arguments, Trial};
use ringfence_tests::random;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let seed = random::seed();
    let mut trials = vec![
        Trial::test("sequence", move || sequence::run(seed)),
        Trial::test("two-at-once", move || races::two_at_once(seed)),
        Trial::test("killed", move || races::killed(seed)),
        Trial::test("leader-killed", move || cluster::leader_killed(seed)),
        Trial::test("staged", move || cluster::staged(seed)),
        Trial::test("stages-mean-nothing", move || stages::run(seed)),
    ];
    trials.extend(partition::trials(seed));
    trials.extend(cut::trials());
    trials.extend(refusals::trials());
    trials.extend(installed::trials());
    trials.extend(unwilling::trials());
    trials.extend(guards::trials());
    trials.extend(tiers::trials());
    trials.extend(told::trials());
    trials.extend(probing::trials(seed));
    trials.extend(swap::trials());
    trials.extend(packets::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
