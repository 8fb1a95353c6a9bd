//! The lab measured against itself: what real packets did when the facts were gathered, they do here.
//!
//! It needs nothing of the engine but the types, so a failure means that the lab is wrong, or OVN has changed.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, reason = "test code")]

use libtest_mimic::{Arguments, Failed, Trial};
use ringfence_engine::ovn::acl::{Acl, Action, Direction, Priority, Provenance, Tier};
use ringfence_engine::ovn::network::Network;
use ringfence_tests::ovn::bench::Bench;
use ringfence_tests::ovn::conversation::{self, Conversation, Family, Outcome, Talk};
use ringfence_tests::ovn::lab::Lab;
use ringfence_tests::ovn::probe::{self, Patience};
use ringfence_tests::ovn::topology;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

type Outcomes = BTreeMap<Conversation, Outcome>;

/// A rule set and what is known of it.
struct Fact {
    name: &'static str,
    rows: &'static [&'static str],
    holds: fn(&Outcomes) -> Result<(), String>,
}

const FACTS: &[Fact] = &[
    Fact { name: "no row: everything works", rows: &[], holds: |seen| expect(seen, |_| "answered") },
    Fact {
        name: "seed example 1: vm1 and vm2 are cut off, from each other too",
        rows: EXAMPLE_1,
        holds: |seen| {
            expect(seen, |talk| if touches(talk, 0) || touches(talk, 1) { "not delivered" } else { "answered" })
        },
    },
    Fact {
        name: "seed example 2: vm2 is cut off",
        rows: &["to-lport 1003 drop ip4.src == 172.20.10.3", "to-lport 1003 drop ip4.dst == 172.20.10.3"],
        holds: |seen| expect(seen, |talk| if touches(talk, 1) { "not delivered" } else { "answered" }),
    },
    Fact {
        name: "seed example 3, stateless: requests of vm1 arrive, no answer returns",
        rows: &["to-lport 1003 drop ip4.dst == 172.20.10.2"],
        holds: |seen| {
            expect(seen, |talk| match (talk.from, talk.to) {
                (0, _) => "delivered only",
                (_, 0) => "not delivered",
                _ => "answered",
            })
        },
    },
    Fact {
        name: "seed example 3, stateful: vm1 reaches everyone and nobody reaches vm1",
        rows: &["to-lport 1003 drop ip4.dst == 172.20.10.2", "to-lport 0 allow-related ip4.src == 10.99.99.99"],
        holds: |seen| expect(seen, |talk| if talk.to == 0 { "not delivered" } else { "answered" }),
    },
    Fact {
        name: "seed example 4, stateless: vm5 from port 9501, and to its port 9501",
        rows: &["from-lport 1003 drop ip4.src == 172.20.10.6 && tcp.src == 9501"],
        holds: |seen| {
            expect(seen, |talk| match talk.talk {
                Talk::Tcp { sport: 9501, .. } if talk.from == 4 => "not delivered",
                Talk::Tcp { dport: 9501, .. } if talk.to == 4 => "delivered only",
                _ => "answered",
            })
        },
    },
    Fact {
        name: "seed example 4, stateful: only what vm5 starts from port 9501",
        rows: &[
            "from-lport 1003 drop ip4.src == 172.20.10.6 && tcp.src == 9501",
            "to-lport 0 allow-related ip4.src == 10.99.99.99",
        ],
        holds: |seen| {
            expect(seen, |talk| match talk.talk {
                Talk::Tcp { sport: 9501, .. } if talk.from == 4 => "not delivered",
                _ => "answered",
            })
        },
    },
    Fact {
        name: "reject to vm1, stateless: refused there, and its own SYN-ACKs are rejected",
        rows: &["to-lport 1003 reject ip4.dst == 172.20.10.2 && tcp"],
        holds: |seen| {
            expect(seen, |talk| match (talk.talk, talk.from, talk.to) {
                (Talk::Tcp { .. }, 0, _) => "delivered only",
                (Talk::Tcp { .. }, _, 0) => "not delivered, refused",
                _ => "answered",
            })
        },
    },
    Fact {
        name: "a match that OVN cannot parse drops nothing",
        rows: &["to-lport 1003 drop tcp.src = 80"],
        holds: |seen| expect(seen, |_| "answered"),
    },
    Fact {
        name: "drop arp: no IPv4 within the switch; the router needs no ARP, but its machines do to answer it",
        rows: &["to-lport 1003 drop arp"],
        holds: |seen| {
            every(seen, |talk| match (talk.family, talk.from < 5, talk.to < 5) {
                (Family::V6, ..) | (Family::V4, false, false) => "answered",
                (Family::V4, true, _) => "not delivered",
                (Family::V4, false, true) => "delivered only",
            })
        },
    },
];

const EXAMPLE_1: &[&str] = &[
    "to-lport 1003 drop ip4.src == 172.20.10.2 || ip4.src == 172.20.10.3",
    "to-lport 1003 drop ip4.dst == 172.20.10.2 || ip4.dst == 172.20.10.3",
];

fn touches(talk: &Conversation, machine: usize) -> bool {
    talk.from == machine || talk.to == machine
}

/// Compares the conversations over IPv4 within the first switch; that is where the facts were measured.
fn expect(seen: &Outcomes, wanted: fn(&Conversation) -> &'static str) -> Result<(), String> {
    let there = |talk: &Conversation| talk.family == Family::V4 && talk.from < 5 && talk.to < 5;
    every(&seen.iter().filter(|(talk, _)| there(talk)).map(|(talk, outcome)| (*talk, *outcome)).collect(), wanted)
}

fn every(seen: &Outcomes, wanted: fn(&Conversation) -> &'static str) -> Result<(), String> {
    let other = |(talk, outcome): (&Conversation, &Outcome)| {
        let (seen, wanted) = (outcome.to_string(), wanted(talk));
        (seen != wanted).then(|| format!("{talk}: {seen}, where it was {wanted}"))
    };
    let others: Vec<String> = seen.iter().filter_map(other).collect();
    if others.is_empty() { Ok(()) } else { Err(others.join("\n")) }
}

fn network(rows: &[&str]) -> Network {
    let mut network = topology::network();
    network.switches[0].acls = rows.iter().map(|row| acl(row)).collect();
    network
}

/// `DIRECTION PRIORITY ACTION MATCH`
fn acl(row: &str) -> Acl {
    let words: Vec<&str> = row.splitn(4, ' ').collect();
    Acl {
        direction: Direction::from_name(words[0]).unwrap(),
        after_lb: false,
        tier: Tier::default(),
        priority: Priority::new(words[1].parse().unwrap()).unwrap(),
        matches: words[3].to_owned(),
        action: Action::from_name(words[2]).unwrap(),
        name: None,
        log: None,
        provenance: Provenance::default(),
    }
}

fn check(bench: &mut Bench, fact: &Fact) -> Result<(), Failed> {
    let network = network(fact.rows);
    let conversations = conversation::all(topology::machines().len());
    let round = |patience| {
        let (network, conversations) = (&network, &conversations);
        move |lab: &Lab| {
            lab.program(network)?;
            probe::round(lab, conversations, &[], patience)
        }
    };
    if (fact.holds)(&bench.work(round(Patience::USUAL))?).is_ok() {
        return Ok(());
    }
    Ok((fact.holds)(&bench.work(round(Patience::SECOND))?)?)
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let bench = Arc::new(Mutex::new(Bench::new()));
    let trial = |fact: &'static Fact| {
        let bench = Arc::clone(&bench);
        Trial::test(fact.name, move || check(&mut bench.lock().unwrap(), fact))
    };
    let conclusion = libtest_mimic::run(&arguments, FACTS.iter().map(trial).collect());
    *bench.lock().unwrap() = Bench::new();
    conclusion.exit_code()
}
