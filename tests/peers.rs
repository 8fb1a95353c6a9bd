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

use ringfence_engine::answers::check::check;
use ringfence_engine::diagnostic::Code;
use ringfence_engine::reach::evaluate;
use ringfence_tests::generate::policies::{Cluster, dense, np1, small};
use ringfence_tests::nca::Nca;
use ringfence_tests::nca::comparison::{Tally, compare, compiled, kept};
use ringfence_tests::nca::conversations::Conversations;
use ringfence_tests::random::{self, Random};
use serde_json::json;
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

/// Thousands of groups are independent of each other, and no row is too much to compare with all others because of them.
#[test]
fn all_rows_of_many_policies_are_compared() {
    let compiled = compiled("NP-1", &np1(100, 100, 1));
    let mut reach = evaluate(&compiled.network, &compiled.endpoints);
    let found = check(&compiled.network, &compiled.endpoints, &mut reach);
    assert!(found.iter().all(|one| one.code != Code::NotCompared), "{found:?}");
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
