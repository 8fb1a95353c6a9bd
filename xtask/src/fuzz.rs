//! The fuzzers of `fuzz/`, for a bounded time and on a stable compiler.
//!
//! The targets are those of `cargo fuzz`, which adds nothing that a stable compiler does not have as long as no sanitizer
//! is asked for: coverage comes from LLVM's own pass (`sancov-module`), and the workspace forbids `unsafe`, so there is
//! little for a sanitizer to find. What was found in one run is where the next one starts.

use crate::cache;
use crate::packages;
use crate::run::{captured, cargo, command, root, watched};
use crate::tally::Tally;
use std::path::Path;

/// The fuzz targets.
const TARGETS: [&str; 4] = ["changing", "matching", "ovsdb", "reading"];

/// How long each target is fed, in seconds; `RINGFENCE_FUZZ_SECONDS` says otherwise.
const SECONDS: &str = "20";

/// What `cargo fuzz build --sanitizer none` gives to the compiler.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    -Ccodegen-units=1 -Cdebug-assertions";

/// Builds the targets and feeds each of them.
pub fn fuzz(tally: &mut Tally) -> Result<(), String> {
    packages::provide(packages::FUZZ)?;
    let host = host()?;
    let folder = cache::folder("fuzz");
    let output = folder.join("target");
    let mut build = cargo(&["build", "--quiet", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &host]);
    watched(build.env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", &output), tally)?;
    let results: Vec<Result<(), String>> = TARGETS
        .iter()
        .map(|target| {
            feed(&output.join(&host).join("release").join(target), &folder.join("corpus").join(target), tally)
        })
        .collect();
    results.into_iter().collect()
}

fn feed(program: &Path, corpus: &Path, tally: &mut Tally) -> Result<(), String> {
    std::fs::create_dir_all(corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let seconds = std::env::var("RINGFENCE_FUZZ_SECONDS").unwrap_or_else(|_| SECONDS.to_owned());
    let artifacts = root().join("fuzz/artifacts").join(&name);
    std::fs::create_dir_all(&artifacts).map_err(|error| format!("{}: {error}", artifacts.display()))?;
    let seeds = root().join("fuzz/seeds").join(&name);
    let options = [
        format!("-max_total_time={seconds}"),
        format!("-artifact_prefix={}/", artifacts.display()),
        "-timeout=10".to_owned(),
        "-rss_limit_mb=2048".to_owned(),
        "-max_len=4096".to_owned(),
        "-print_final_stats=1".to_owned(),
        "-verbosity=0".to_owned(),
        corpus.display().to_string(),
        seeds.display().to_string(),
    ];
    let mut command = command(&program.display().to_string(), &[]);
    let result = watched(command.args(options), tally);
    match &result {
        Ok(()) => tally.passed += 1,
        Err(_) => tally.failed += 1,
    }
    result.map_err(|error| format!("{error}; the input lies in fuzz/artifacts/{name}"))
}

/// The triple of this machine: with a target named, flags reach the fuzzed code and no build script.
fn host() -> Result<String, String> {
    let version = captured(&mut command("rustc", &["-vV"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "`rustc -vV` names no host".to_owned())
}
