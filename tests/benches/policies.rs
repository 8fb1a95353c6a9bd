//! How long it takes to read, compile and evaluate a large cluster: 10,000 pods, 1,000 NetworkPolicies.
//!
//! `cargo bench -p ringfence-tests`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark stops where its own set-up is wrong")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ringfence_engine::compile::{Compiled, Profile, Settings, compile};
use ringfence_engine::reach::evaluate;
use ringfence_engine::read::read;
use ringfence_engine::source::Sources;
use ringfence_engine::world::{World, world};
use ringfence_tests::generate::policies::{Cluster, np1};
use std::hint::black_box;

fn sources(cluster: &Cluster) -> (Sources, u64) {
    let (mut sources, mut bytes) = (Sources::new(), 0);
    for (name, text) in cluster.files() {
        bytes += u64::try_from(text.len()).unwrap();
        sources.add(name, &text);
    }
    (sources, bytes)
}

fn settings(profile: &str) -> Settings {
    Settings { profile: Profile::named(profile), ..Settings::default() }
}

fn np1_10000_1000(criterion: &mut Criterion) {
    let (sources, bytes) = sources(&np1(10_000, 1_000, 1));
    let world: World = world(&read(&sources));
    let mut group = criterion.benchmark_group("np1 10000 x 1000");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("read", |bencher| bencher.iter(|| read(black_box(&sources))));
    group.throughput(Throughput::Elements(1_000));
    for profile in ["kube-ovn/1.16", "kubernetes"] {
        let settings = settings(profile);
        group.bench_function(format!("compile, {profile}"), |bencher| bencher.iter(|| compile(&world, &settings)));
        let compiled = compile(&world, &settings);
        // The first pair builds the classes of both families' stages.
        group.bench_function(format!("evaluate, {profile}"), |bencher| bencher.iter(|| first(&compiled)));
        pairs(&mut group, profile, &compiled);
    }
    group.finish();
}

fn first(compiled: &Compiled) -> ringfence_engine::reach::Verdict {
    evaluate(&compiled.network, &compiled.endpoints).verdict(0, 1)
}

fn pairs(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    profile: &str,
    compiled: &Compiled,
) {
    let mut reach = evaluate(&compiled.network, &compiled.endpoints);
    reach.verdict(0, 1);
    let count = compiled.endpoints.len();
    group.throughput(Throughput::Elements(100_000));
    group.bench_function(format!("100,000 pairs, {profile}"), |bencher| {
        bencher.iter_batched_ref(
            || reach.clone(),
            |reach| (0..100_000).map(|pair| reach.verdict(pair * 37 % count, pair * 7919 % count)).max(),
            BatchSize::LargeInput,
        );
    });
    group.throughput(Throughput::Elements(1_000));
}

criterion_group!(benches, np1_10000_1000);
criterion_main!(benches);
