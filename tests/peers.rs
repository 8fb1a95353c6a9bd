//! The profile `kubernetes` against an independent analyser, on generated clusters.
//!
//! `RINGFENCE_CLUSTERS` sets how many dense clusters are compared, `RINGFENCE_SEED` which.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, reason = "test code")]

use ringfence_engine::compile::{Compiled, Profile, Settings, load};
use ringfence_engine::reach::{Endpoint, EndpointKind, Family, L4Set, PairAnswer, Reach, Region, Verdict, evaluate};
use ringfence_engine::source::Sources;
use ringfence_tests::generate::policies::{self, Cluster};
use ringfence_tests::nca::{self, Connectivity, transport};
use ringfence_tests::random::{self, Random};
use std::net::{IpAddr, Ipv4Addr};

/// How many dense clusters a run compares.
const CLUSTERS: u64 = 40;

/// How many differences are printed before the rest is only counted.
const SHOWN: usize = 20;

#[derive(Default)]
struct Tally {
    clusters: usize,
    pairs: usize,
    open: usize,
    partial: usize,
    differences: Vec<String>,
}

#[test]
fn connectivity_is_that_of_the_peer() {
    let (seed, count) = (random::seed(), random::setting("RINGFENCE_CLUSTERS").unwrap_or(CLUSTERS));
    let mut tally = Tally::default();
    for number in 0..count {
        let cluster = policies::dense(&mut Random::part(seed, usize::try_from(number).unwrap()));
        compare(&format!("dense {seed}-{number}"), &cluster, &mut tally);
    }
    for (pods, policies) in [(20, 10), (60, 20), (100, 10)] {
        compare(&format!("np1 {pods} x {policies}"), &policies::np1(pods, policies, 1), &mut tally);
    }
    let Tally { clusters, pairs, open, partial, differences } = tally;
    println!(
        "{clusters} clusters, {pairs} pairs compared, {open} of them open, {partial} partial, {} differences",
        differences.len()
    );
    let shown: Vec<String> = differences.iter().take(SHOWN).cloned().collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), shown.join("\n"));
}

/// What `docs/peers.md` says of the peer is so: the policy lets `ns-1/p` in, and the peer does not see it.
#[test]
fn the_peer_does_not_find_keys_beside_namespaces() {
    let cluster = policies::keys_beside_namespaces();
    let theirs = nca::ask(tempfile::tempdir().unwrap().path(), &cluster).unwrap();
    let compiled = compiled(&cluster);
    let index = |id: &str| compiled.endpoints.iter().position(|endpoint| endpoint.id == id).unwrap();
    let ours = evaluate(&compiled.network, &compiled.endpoints).pair(index("ns-1/p"), index("ns-0/p"));
    assert_eq!(ours.verdict(), Verdict::Open);
    assert!(theirs.between("ns-1/p", "ns-0/p").is_empty());
}

fn compare(name: &str, cluster: &Cluster, tally: &mut Tally) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = nca::ask(folder.path(), cluster).unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo xtask test --only peers` installs it", nca::program().display())
    });
    let compiled = compiled(cluster);
    let mut reach = evaluate(&compiled.network, &compiled.endpoints);
    tally.clusters += 1;
    let before = tally.differences.len();
    for (from, to) in reach.pairs() {
        judge(name, &compiled.endpoints, (from, to), &mut reach, &theirs, tally);
    }
    if tally.differences.len() > before {
        println!("{name} is kept in {}", folder.keep().display());
    }
}

fn compiled(cluster: &Cluster) -> Compiled {
    let mut sources = Sources::new();
    for (name, list) in [("ns", &cluster.namespaces), ("pods", &cluster.pods), ("policies", &cluster.policies)] {
        sources.add(name, &list.to_string());
    }
    load(&sources, &Settings { profile: Profile::named("kubernetes"), ..Settings::default() })
}

fn judge(
    name: &str,
    endpoints: &[Endpoint],
    (from, to): (usize, usize),
    reach: &mut Reach<'_>,
    theirs: &Connectivity,
    tally: &mut Tally,
) {
    let (source, target) = (&endpoints[from], &endpoints[to]);
    let answer = reach.pair(from, to);
    let is_pod = |endpoint: &Endpoint| endpoint.kind == EndpointKind::Pod;
    let expected: Vec<(String, L4Set)> = match (is_pod(source), is_pod(target)) {
        (true, true) => vec![(String::new(), theirs.between(&source.id, &target.id))],
        (false, true) => {
            samples(source, theirs).map(|at| (at.to_string(), theirs.from_outside(at, &target.id))).collect()
        }
        (true, false) => {
            samples(target, theirs).map(|at| (at.to_string(), theirs.to_outside(&source.id, at))).collect()
        }
        (false, false) => return,
    };
    for (at, expected) in expected {
        tally.pairs += 1;
        let verdict = answer.verdict();
        tally.open += usize::from(verdict == Verdict::Open);
        tally.partial += usize::from(verdict == Verdict::Partial);
        if !is_same(&answer, &expected) {
            let ours = answer.family(Family::Ipv4).map_or_else(
                || "nothing".to_owned(),
                |ours| format!("{} arrives, {} is answered", brief(&ours.delivered), brief(&ours.answered)),
            );
            let line = format!("{name}: {} -> {} {at}: peer {}; ours {ours}", source.id, target.id, brief(&expected));
            tally.differences.push(line);
        }
    }
}

/// The destination ports of each protocol.
fn brief(set: &L4Set) -> String {
    let ports = |region: &Region| {
        let targets: Vec<_> = region.rectangles().into_iter().map(|(_, target)| target.ranges().to_vec()).collect();
        format!("{targets:?}")
    };
    format!("tcp {} udp {} sctp {}", ports(&set.tcp), ports(&set.udp), ports(&set.sctp))
}

/// Every address of an endpoint outside at which the peer's answer may change.
fn samples(endpoint: &Endpoint, theirs: &Connectivity) -> impl Iterator<Item = Ipv4Addr> {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => Some(address.to_bits()),
        IpAddr::V6(_) => None,
    };
    let bounds = theirs.bounds();
    let ranges: Vec<(u32, u32)> =
        endpoint.addresses.iter().filter_map(|range| Some((bits(range.first)?, bits(range.last)?))).collect();
    let inside = move |(first, last): (u32, u32)| {
        let inner: Vec<u32> = bounds.iter().copied().filter(|bound| first < *bound && *bound <= last).collect();
        std::iter::once(first).chain(inner).map(Ipv4Addr::from_bits)
    };
    ranges.into_iter().flat_map(inside)
}

/// What is delivered is answered, and both are what the peer says of the protocols that it knows.
fn is_same(answer: &PairAnswer, expected: &L4Set) -> bool {
    let Some(ours) = answer.family(Family::Ipv4) else { return expected.is_empty() };
    let known = transport(&["TCP", "UDP", "SCTP"], &ringfence_engine::reach::Ports::full());
    let all = *expected != L4Set::full(Family::Ipv4) || answer.verdict() == Verdict::Open;
    let same = |set: &L4Set| set.intersection(&known) == expected.intersection(&known);
    same(&ours.delivered) && same(&ours.answered) && ours.undefined.is_empty() && all
}
