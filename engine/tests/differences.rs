//! What a comparison tells held against packets: random worlds with ranges of both families, one row more or less, and every
//! address inside the ranges that stands at an end of a part.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where its own set-up is wrong")]

use proptest::prelude::*;
use proptest::sample::select;
use ringfence_engine::answers::conversation::{Conversation, Question, Shape};
use ringfence_engine::answers::diff::{Change, Matched, changes, matched};
use ringfence_engine::compile::{Compiled, Settings, load};
use ringfence_engine::ovn::pipeline::Pipeline;
use ringfence_engine::ovn::walk::Choice;
use ringfence_engine::reach::{AddressRange, Endpoint, Family, L4Header, evaluate};
use ringfence_engine::source::Sources;
use std::net::IpAddr;

const TESTS: [&str; 20] = [
    "ip4.src == 10.5.0.7",
    "ip4.dst == 10.5.0.7",
    "ip4.src == 10.5.0.64/26",
    "ip4.dst == 10.5.0.128/25",
    "ip4.src == 198.51.100.7",
    "ip4.dst == 198.51.100.0/24",
    "ip4.dst != 10.5.0.10",
    "ip6.src == fd05::7",
    "ip6.dst == fd05::8000/113",
    "ip6.dst == 2001:db8::/32",
    "ip4",
    "ip6",
    "ip",
    "tcp",
    "tcp.dst == 25",
    "tcp.src == 25",
    "udp",
    "icmp4",
    "inport == \"a.default\"",
    "arp.tpa == 10.5.0.7",
];

const HEADERS: [L4Header; 5] = [
    L4Header::Tcp(50_000, 25),
    L4Header::Tcp(25, 80),
    L4Header::Tcp(50_000, 443),
    L4Header::Udp(53, 53),
    L4Header::Other(47),
];

fn row() -> impl Strategy<Value = String> {
    let direction = select(&["from-lport", "to-lport"][..]);
    let action = select(&["allow", "allow-related", "allow-stateless", "drop", "drop", "reject"][..]);
    let tests = proptest::collection::vec(select(&TESTS[..]), 1..3);
    (direction, 1..4, tests, action).prop_map(|(direction, priority, tests, action)| {
        let (matches, rank) = (tests.join(" && "), priority * 10);
        format!("  - {{direction: {direction}, priority: {rank}, action: {action}, match: '{matches}'}}\n")
    })
}

/// A Subnet of one family or both, with machines or without, and a Deployment, or none.
fn world(cidrs: &str, gateways: &str, rows: &[String], who: usize) -> Compiled {
    let acls = if rows.is_empty() { String::new() } else { format!("  acls:\n{}", rows.concat()) };
    let people = match who {
        0 => "",
        1 => {
            "---\napiVersion: ringfence/v1\nkind: Inventory\nvms:\n- {name: a, addresses: [10.5.0.10, 'fd05::10'], subnet: s}\n"
        }
        _ => {
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: default}\nspec:\n  \
             selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
             spec: {containers: [{name: c, image: x}]}\n"
        }
    };
    let text = format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: s}}\nspec:\n  cidrBlock: '{cidrs}'\n  \
         gateway: '{gateways}'\n  default: true\n{acls}{people}"
    );
    let mut sources = Sources::new();
    sources.add("world.yaml", text);
    load(&sources, &Settings::default())
}

/// Addresses of a common endpoint: the ends of what both sides have.
fn samples(old: &Endpoint, new: &Endpoint, family: Family) -> Vec<IpAddr> {
    let meet = |one: &AddressRange| {
        let both = |other: &AddressRange| (one.first.max(other.first), one.last.min(other.last));
        new.addresses.iter().map(both).filter(|(first, last)| first <= last).collect::<Vec<_>>()
    };
    let own = old.addresses.iter().filter(|range| range.first.is_ipv4() == (family == Family::Ipv4));
    let mut found: Vec<IpAddr> = own.flat_map(meet).flat_map(|(first, last)| [first, last]).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(3);
    found
}

/// What becomes of one conversation between two addresses, where the rows are asked strictly and generously.
fn walked(
    world: &Compiled,
    pipelines: &[Pipeline],
    (from, to): (usize, usize),
    (source, target): (IpAddr, IpAddr),
    header: L4Header,
) -> [bool; 4] {
    let with = |index: usize, addresses: &[IpAddr]| {
        let single = |address: &IpAddr| AddressRange { first: *address, last: *address };
        Endpoint { addresses: addresses.iter().map(single).collect(), ..world.endpoints[index].clone() }
    };
    let (from, to) = match from == to {
        // Two of those for whom one endpoint stands.
        true => (with(from, &[source, target]), with(to, &[source, target])),
        false => (with(from, &[source]), with(to, &[target])),
    };
    let family = if source.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 };
    let (network, shape) = (&world.network, Shape::default());
    let question = Question { network, pipelines, from: &from, to: &to, family, header, shape, backend: None };
    let [strict, generous] = [Choice::Strict, Choice::Generous].map(|choice| question.walk(choice));
    let told = |of: fn(&Conversation<'_>) -> bool, talk: &Option<Conversation<'_>>| talk.as_ref().is_some_and(of);
    [
        told(|talk| talk.delivered(), &strict),
        told(|talk| talk.answered(), &strict),
        told(|talk| talk.delivered(), &generous),
        told(|talk| talk.answered(), &generous),
    ]
}

/// What is certain of a conversation, and whether anything is not: what may become of it is one word, whatever it is.
fn certainty([delivered, answered, perhaps_delivered, perhaps_answered]: [bool; 4]) -> (bool, bool, bool) {
    (delivered, answered, (delivered, answered) != (perhaps_delivered, perhaps_answered))
}

/// Whether a change speaks of a header of a family.
fn speaks(change: &Change, family: Family, header: L4Header) -> bool {
    let sets = change.families().iter().filter(|of| of.family == family);
    let certain =
        sets.clone().any(|of| [&of.gained, &of.lost, &of.arriving, &of.stopped].iter().any(|set| set.contains(header)));
    let unknown = |answer: &ringfence_engine::reach::PairAnswer| {
        answer.family(family).is_some_and(|of| of.undefined.contains(header))
    };
    certain || unknown(change.before()) != unknown(change.after())
}

fn told(matched: &Matched, old: &Compiled, new: &Compiled) -> Vec<Change> {
    let [mut before, mut after] = [old, new].map(|side| evaluate(&side.network, &side.endpoints));
    changes(matched, &mut before, &mut after)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_told_is_what_packets_do(
        rows in proptest::collection::vec(row(), 0..4), more in row(), families in 0..3, who in 0..3usize, turned: bool,
    ) {
        let (cidrs, gateways) = match families {
            0 => ("10.5.0.0/24", "10.5.0.1"),
            1 => ("fd05::/64", "fd05::1"),
            _ => ("10.5.0.0/24,fd05::/64", "10.5.0.1,fd05::1"),
        };
        let with: Vec<String> = rows.iter().cloned().chain([more]).collect();
        let mut sides = [world(cidrs, gateways, &rows, who), world(cidrs, gateways, &with, who)];
        if turned {
            sides.reverse();
        }
        let [old, new] = &sides;
        let pipelines = sides.each_ref().map(|side| Pipeline::all(&side.network));
        let matched = matched(&old.endpoints, &new.endpoints);
        let changes = told(&matched, old, new);
        for (from, one) in matched.common.iter().enumerate() {
            for (to, other) in matched.common.iter().enumerate() {
                let at = changes.iter().position(|change| (change.from, change.to) == (from, to));
                for family in Family::ALL {
                    let of = |common: &ringfence_engine::answers::diff::Common| {
                        samples(&old.endpoints[common.old], &new.endpoints[common.new], family)
                    };
                    let pairs: Vec<(IpAddr, IpAddr)> =
                        of(one).into_iter().flat_map(|source| of(other).into_iter().map(move |target| (source, target))).collect();
                    for (source, target) in pairs.into_iter().filter(|(source, target)| source != target) {
                        for header in HEADERS {
                            let was = walked(old, &pipelines[0], (one.old, other.old), (source, target), header);
                            let is = walked(new, &pipelines[1], (one.new, other.new), (source, target), header);
                            let spoken = at.is_some_and(|at| speaks(&changes[at], family, header));
                            prop_assert_eq!(
                                spoken, certainty(was) != certainty(is),
                                "{} -> {} {} -> {} {:?}: {:?} {:?}", one.id, other.id, source, target, header, was, is
                            );
                        }
                    }
                }
            }
        }
        // No family is invented: of a change in it both ends have addresses.
        for change in &changes {
            let (one, other) = (&matched.common[change.from], &matched.common[change.to]);
            for of in change.families() {
                let has = |common: &ringfence_engine::answers::diff::Common| {
                    !samples(&old.endpoints[common.old], &new.endpoints[common.new], of.family).is_empty()
                };
                prop_assert!((has(one) && has(other)) || who == 2, "{} -> {} {:?}", one.id, other.id, of.family);
            }
        }
    }
}
