//! How long it takes from a key to the new answers: 1,000 rows, of which one has changed.
//!
//! `cargo bench -p ringfence-tests --bench key`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark stops where its own set-up is wrong")]

use criterion::{Criterion, criterion_group, criterion_main};
use ringfence_engine::answers::filter::Filter;
use ringfence_engine::compile::Settings;
use ringfence_engine::ovn::pipeline::Matches;
use ringfence_engine::source::Sources;
use ringfence_tests::generate::rows::acl1;
use ringfence_view::loaded::Loaded;
use ringfence_view::matrix::Matrix;
use ringfence_view::report::found;
use std::hint::black_box;

fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("rows.yaml", text);
    sources
}

fn key(criterion: &mut Criterion) {
    for machines in [5, 200, 1_000] {
        let text = acl1(machines, 1_000, 1);
        let mut group = criterion.benchmark_group(format!("{machines} machines x 1000 rows"));
        group.sample_size(10);
        let mut matches = Matches::default();
        let mut load = || Loaded::by(sources(&text), &Settings::default(), |_| {}, &mut matches);
        let loaded = load();
        group.bench_function("load", |bencher| bencher.iter(|| black_box(load())));
        group.bench_function("all pairs", |bencher| {
            bencher.iter(|| Matrix::of(&mut loaded.reach(), Filter::default()));
        });
        group.bench_function("findings", |bencher| {
            let mut reach = loaded.reach();
            Matrix::of(&mut reach, Filter::default());
            bencher.iter_batched_ref(
                || reach.clone(),
                |reach| found(&loaded, reach, "default"),
                criterion::BatchSize::LargeInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, key);
criterion_main!(benches);
