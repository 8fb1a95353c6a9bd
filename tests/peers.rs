//! The profile `kubernetes` against network-config-analyzer: generated clusters, every pair, every port.
//!
//! `RINGFENCE_PEER_SETS` sets how many dense clusters are compared, `RINGFENCE_SEED` which.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "test code"
)]

use ringfence_engine::compile::{Compiled, Profile, Settings, Strictness, load};
use ringfence_engine::reach::{Endpoint, EndpointKind, Reach, evaluate};
use ringfence_engine::source::Sources;
use ringfence_tests::generate::policies::{Cluster, dense, np1, small};
use ringfence_tests::nca::Nca;
use ringfence_tests::nca::answer::{Answer, Way};
use ringfence_tests::nca::conversations::Conversations;
use ringfence_tests::random::{self, Random};
use serde_json::json;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Dense clusters of an ordinary run.
const SETS: u64 = 96;
/// How many of them are asked about in one go.
const BATCH: usize = 12;
/// NP-1 by pods and policies, each with some seeds.
const REGULAR: [(usize, usize, u64); 3] = [(20, 10, 4), (60, 8, 2), (110, 12, 1)];
/// How many processes ask at the same time.
const AT_ONCE: usize = 2;
/// How many differences are shown.
const SHOWN: usize = 12;

#[test]
fn everything_is_as_the_other_says() {
    let (peer, seed) = (Nca::find(), random::seed());
    let sets = usize::try_from(random::setting("RINGFENCE_PEER_SETS").unwrap_or(SETS)).unwrap();
    let regular = REGULAR.iter().flat_map(|(pods, policies, seeds)| {
        (1..=*seeds).map(move |seed| (format!("NP-1({pods},{policies},{seed})"), np1(*pods, *policies, seed)))
    });
    let dense = (0..sets).map(|number| (format!("dense {number}"), dense(&mut Random::part(seed, number))));
    // The regular ones are larger: one at a time.
    let mut batches: Vec<Vec<(String, Cluster)>> = regular.map(|set| vec![set]).collect();
    let dense: Vec<(String, Cluster)> = dense.collect();
    batches.extend(dense.chunks(BATCH).map(<[_]>::to_vec));
    let (next, total) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tally = compared(&peer, batch);
                    total.lock().unwrap().add(tally);
                }
            });
        }
    });
    total.into_inner().unwrap().report();
}

/// What `docs/peers.md` says of the other one is so: each of these is open, and it says closed.
#[test]
fn it_answers_otherwise_where_the_manual_says_so() {
    let selector = json!({"matchExpressions": [{"key": "pod", "operator": "Exists"}]});
    let keys = json!({"podSelector": {"matchLabels": {"pod": "a"}},
        "ingress": [{"from": [{"namespaceSelector": {}, "podSelector": selector}]}]});
    let block = json!({"podSelector": {"matchLabels": {"pod": "a"}},
        "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.1.0/24"}}]}]});
    let empty = json!({"podSelector": {}, "egress": []});
    for (namespace, spec, from, to) in
        [("x", keys, "y/c", "x/a"), ("x", block, "y/c", "x/a"), ("y", empty, "y/c", "x/a")]
    {
        let cluster = small(namespace, spec.as_object().unwrap().clone());
        let folder = tempfile::tempdir().unwrap();
        let theirs = Nca::find().ask_plainly(folder.path(), std::slice::from_ref(&cluster));
        assert_eq!(theirs[0].between(from, to), Conversations::none(), "{spec}");
        let compiled = compiled("small", &cluster);
        let index = |id: &str| compiled.endpoints.iter().position(|endpoint| endpoint.id == id).unwrap();
        let ours = evaluate(&compiled.network, &compiled.endpoints).pair(index(from), index(to));
        assert_eq!(Conversations::of(&ours), Ok(Conversations::all()), "{spec}");
    }
}

#[derive(Default)]
struct Tally {
    clusters: usize,
    pairs: usize,
    outside: usize,
    partial: usize,
    differences: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.clusters += other.clusters;
        self.pairs += other.pairs;
        self.outside += other.outside;
        self.partial += other.partial;
        self.differences.extend(other.differences);
    }

    fn report(&self) {
        let Self { clusters, pairs, outside, partial, differences } = self;
        println!(
            "{clusters} clusters: {pairs} pairs of pods and {outside} of a pod and a range outside, {} sets of ports \
             compared; {partial} pairs are neither open nor closed; {} differences",
            (pairs + outside) * Conversations::SETS,
            differences.len()
        );
        let shown: Vec<String> = differences.iter().take(SHOWN).cloned().collect();
        assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), shown.join("\n"));
        assert!(partial * 20 > pairs + outside, "hardly anything was neither open nor closed: {partial}");
    }
}

fn compared(peer: &Nca, batch: &[(String, Cluster)]) -> Tally {
    let folder = tempfile::tempdir().unwrap();
    let clusters: Vec<Cluster> = batch.iter().map(|(_, cluster)| cluster.clone()).collect();
    let answers = peer.ask(folder.path(), &clusters);
    let mut tally = Tally::default();
    for ((name, cluster), theirs) in batch.iter().zip(answers) {
        let before = tally.differences.len();
        compare(name, cluster, &theirs, &mut tally);
        if tally.differences.len() > before {
            println!("{name}: {} differences\n{}", tally.differences.len() - before, kept(cluster));
        }
    }
    tally
}

/// The files of a cluster, where they can be looked at.
fn kept(cluster: &Cluster) -> String {
    let folder = tempfile::tempdir().unwrap().keep();
    let mut words = String::new();
    for (file, text) in cluster.files() {
        std::fs::write(folder.join(file), text).unwrap();
        write!(words, " -f {}", folder.join(file).display()).unwrap();
    }
    format!("  ringfence reach --profile kubernetes -o wide{words}")
}

fn compiled(name: &str, cluster: &Cluster) -> Compiled {
    let mut sources = Sources::new();
    for (file, text) in cluster.files() {
        sources.add_bytes(file, text.as_bytes());
    }
    let settings = Settings { profile: Profile::named("kubernetes"), strictness: Strictness::Strict };
    let compiled = load(&sources, &settings);
    let refused =
        compiled.diagnostics.iter().find(|found| found.severity == ringfence_engine::diagnostic::Severity::Error);
    assert!(refused.is_none(), "{name}: {refused:?}\n{}", kept(cluster));
    let pods = compiled.endpoints.iter().filter(|endpoint| endpoint.kind == EndpointKind::Pod).count();
    assert_eq!(pods, cluster.pods.len(), "{name}: every pod is an endpoint");
    compiled
}

fn compare(name: &str, cluster: &Cluster, theirs: &Answer, tally: &mut Tally) {
    let compiled = compiled(name, cluster);
    tally.clusters += 1;
    let mut reach = evaluate(&compiled.network, &compiled.endpoints);
    let mut asked = Asked { name, theirs, tally };
    for (from, to) in reach.pairs() {
        asked.pair(&mut reach, from, to);
    }
}

struct Asked<'a> {
    name: &'a str,
    theirs: &'a Answer,
    tally: &'a mut Tally,
}

impl Asked<'_> {
    fn pair(&mut self, reach: &mut Reach<'_>, from: usize, to: usize) {
        let endpoints = reach.endpoints();
        let (source, target) = (&endpoints[from], &endpoints[to]);
        match (source.kind, target.kind) {
            (EndpointKind::Pod, EndpointKind::Pod) => {
                let ours = Conversations::of(&reach.pair(from, to));
                let theirs = self.theirs.between(&source.id, &target.id);
                self.tally.pairs += 1;
                self.judge(&source.id, &target.id, ours, &theirs);
            }
            (EndpointKind::External, EndpointKind::Pod) => self.outside(reach, (from, to), (target, source), Way::In),
            (EndpointKind::Pod, EndpointKind::External) => self.outside(reach, (from, to), (source, target), Way::Out),
            (EndpointKind::External, EndpointKind::External) => {}
            (one, other) => panic!("{}: {one:?} and {other:?} are not in the input", self.name),
        }
    }

    fn outside(
        &mut self,
        reach: &mut Reach<'_>,
        pair: (usize, usize),
        (pod, outside): (&Endpoint, &Endpoint),
        way: Way,
    ) {
        let ours = Conversations::of(&reach.pair(pair.0, pair.1));
        for range in &outside.addresses {
            let (IpAddr::V4(first), IpAddr::V4(last)) = (range.first, range.last) else { continue };
            for address in self.theirs.atoms(first.into(), last.into()) {
                let theirs = self.theirs.outside(&pod.id, address, way);
                let name = std::net::Ipv4Addr::from(address).to_string();
                self.tally.outside += 1;
                let (from, to) = match way {
                    Way::In => (name.as_str(), pod.id.as_str()),
                    Way::Out => (pod.id.as_str(), name.as_str()),
                };
                self.judge(from, to, ours.clone(), &theirs);
            }
        }
    }

    fn judge(&mut self, from: &str, to: &str, ours: Result<Conversations, String>, theirs: &Conversations) {
        self.tally.partial += usize::from(*theirs != Conversations::all() && *theirs != Conversations::none());
        if ours.as_ref() != Ok(theirs) {
            let name = self.name;
            self.tally.differences.push(format!("{name}: {from} → {to}\n    ours   {ours:?}\n    theirs {theirs:?}"));
        }
    }
}
