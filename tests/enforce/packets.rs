//! Each rule set of the packet lab, applied by the program to a whole OVN with real packets.

use crate::{contents, program};
use libtest_mimic::{Failed, Trial};
use ringfence_engine::ovn::network::Network;
use ringfence_tests::ovn::bench::Bench;
use ringfence_tests::ovn::case::{self, Case};
use ringfence_tests::ovn::conversation::{self, Conversation, Outcome};
use ringfence_tests::ovn::judgement::judge;
use ringfence_tests::ovn::lab::Lab;
use ringfence_tests::ovn::probe::{self, Patience};
use ringfence_tests::ovn::{service, world};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// How a file is read.
pub type Load = fn(&str, &str) -> Result<Case, String>;

/// A trial for each file of `packets` and `worlds`.
pub fn trials() -> Vec<Trial> {
    let bench = Arc::new(Mutex::new(Bench::new()));
    let trial = |(file, load): (PathBuf, Load)| {
        let bench = Arc::clone(&bench);
        let name = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
        Trial::test(name, move || check(&mut bench.lock().unwrap(), &file, load))
    };
    sets().into_iter().map(trial).collect()
}

/// The files of `packets` and `worlds`, and how each is read.
pub fn sets() -> Vec<(PathBuf, Load)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packets");
    let sources =
        [(folder.clone(), case::load as Load), (folder.join("found"), case::load), (world::folder(), world::load)];
    let sets: Vec<_> =
        sources.iter().flat_map(|(folder, load)| files(folder).into_iter().map(|file| (file, *load))).collect();
    assert!(sets.len() > 150, "the rule sets are where they are looked for");
    sets
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    files.sort();
    files
}

fn check(bench: &mut Bench, file: &Path, load: Load) -> Result<(), Failed> {
    let case = load(&file.display().to_string(), &fs::read_to_string(file)?)?;
    let folder = tempfile::tempdir()?;
    let machines = Path::new(env!("CARGO_MANIFEST_DIR")).join("packets/lab/machines.yaml");
    let rules = folder.path().join("rules.yaml");
    fs::write(&rules, case::text(case.programmed()))?;
    let (with, without) = ([machines.as_path(), rules.as_path()], [machines.as_path()]);
    let first = bench.work(|lab| applied(lab, &case, &with, &without, Patience::USUAL))?;
    if judge(&case, &first).holds() {
        return Ok(());
    }
    let judgement = judge(&case, &bench.work(|lab| applied(lab, &case, &with, &without, Patience::SECOND))?);
    if judgement.holds() { Ok(()) } else { Err(judgement.to_string().into()) }
}

/// Applies, looks what packets do, and takes the rules away again.
fn applied(
    lab: &Lab,
    case: &Case,
    with: &[&Path],
    without: &[&Path],
    patience: Patience,
) -> io::Result<BTreeMap<Conversation, Outcome>> {
    lab.program(&bare(case.programmed()))?;
    let (database, remote) = (lab.northbound(), lab.northbound().remote());
    let before = contents::of(database).map_err(io::Error::other)?;
    let told = |step: &str, result: Result<program::Ran, String>| {
        result.map_err(|error| io::Error::other(format!("{step}: {error}")))
    };
    let apply = |files: &[&Path]| program::apply(&remote, files, &["--wait", "hv"]).and_then(|ran| ran.wants(0));
    told("apply", apply(with))?;
    let count = contents::nb_cfg(database).map_err(io::Error::other)?;
    told("second apply", apply(with))?;
    if contents::nb_cfg(database).map_err(io::Error::other)? != count {
        return Err(io::Error::other("a second apply sent something"));
    }
    told("verify", program::run("verify", &remote, with, &[]).and_then(|ran| ran.wants(0)))?;
    lab.forget()?;
    let mut conversations = conversation::all(lab.machines().len());
    conversations.extend(conversation::with_gateways());
    conversations.retain(|conversation| case.speaks_of(conversation));
    conversations.extend(service::conversations(&case.services));
    let outcomes = probe::round(lab, &conversations, &case.services, patience)?;
    told("emptied", apply(without))?;
    let after = contents::of(database).map_err(io::Error::other)?;
    contents::same(&before, &after).map_err(|error| io::Error::other(format!("emptied: {error}")))?;
    Ok(outcomes)
}

/// The network without what the program is to write.
fn bare(network: &Network) -> Network {
    let mut bare = network.clone();
    bare.switches.iter_mut().for_each(|switch| switch.acls.clear());
    bare.port_groups.clear();
    bare.address_sets.clear();
    bare
}
