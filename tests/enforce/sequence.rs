//! One random rule set after the other in the same database, beside rows of others.

use crate::{contents, foreign, program};
use libtest_mimic::Failed;
use ringfence_enforce::{Desired, LARGEST, Plan, PolicySet, Sent, Strictness, read, send};
use ringfence_engine::compile::Settings;
use ringfence_engine::source::Sources;
use ringfence_ovsdb::{Client, Endpoint, Options, Snapshot};
use ringfence_tests::generate::network;
use ringfence_tests::ovn::case;
use ringfence_tests::ovn::store::Store;
use ringfence_tests::random::{self, Random};
use ringfence_view::loaded::Loaded;
use std::fs;
use std::path::Path;

/// Of the whole sequence so many steps go through the program, and the last ones back again.
const BY_PROGRAM: usize = 12;

/// Plans and sends, and holds what the server made of it against what was foretold; then the same through the program, with
/// a rollback of each step.
pub fn run(seed: u64) -> Result<(), Failed> {
    let store = Store::start()?;
    foreign::write(store.database())?;
    let untouched = contents::of(store.database())?;
    let steps = random::setting("RINGFENCE_ROUNDS").unwrap_or(200);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let set: PolicySet = "random".parse()?;
    runtime.block_on(async {
        let endpoints = Endpoint::list(&store.remote())?;
        let mut client = Client::connect(&endpoints, Options::new("OVN_Northbound")).await?;
        for step in 0..steps {
            let desired = desired(&mut Random::part(seed, step.try_into()?));
            let schema = client.schema().clone();
            let plan = Plan::new(read(&mut client).await?, &schema, &set, &desired)?;
            let foretold = plan.after();
            if !matches!(send(&mut client, &plan, Strictness::World, LARGEST).await?, Sent::Done(_)) {
                return Err(Failed::from(format!("step {step}: nobody else writes, and the world has moved")));
            }
            let now = read(&mut client).await?;
            same(&foretold, &now).map_err(|error| format!("step {step}: {error}"))?;
            let again = Plan::new(now, &schema, &set, &desired)?;
            if !again.is_empty() {
                return Err(format!("step {step}: a second apply would change {:?}", again.changes).into());
            }
        }
        let schema = client.schema().clone();
        let plan = Plan::new(read(&mut client).await?, &schema, &set, &Desired::nothing())?;
        send(&mut client, &plan, Strictness::World, LARGEST).await?;
        Ok(())
    })?;
    contents::same(&untouched, &contents::of(store.database())?)?;
    by_program(&store, seed)?;
    Ok(contents::same(&untouched, &contents::of(store.database())?)?)
}

/// As rows are compiled from the words of an inventory.
fn desired(random: &mut Random) -> Desired {
    let mut sources = Sources::new();
    sources.add("random", case::text(&network::network(random)));
    Desired::of(&Loaded::new(sources, &Settings::default()).compiled.network)
}

fn same(foretold: &Snapshot, now: &Snapshot) -> Result<(), String> {
    for table in now.tables().filter(|table| *table != "NB_Global") {
        for (id, row) in now.rows(table) {
            if foretold.row(table, id) != Some(row) {
                return Err(format!("{table} {id} is {row:?}, and {:?} was foretold", foretold.row(table, id)));
            }
        }
        let (there, rows) = (now.rows(table).count(), foretold.rows(table).count());
        if there != rows {
            return Err(format!("{table} has {there} rows, and {rows} were foretold"));
        }
    }
    Ok(())
}

fn by_program(store: &Store, seed: u64) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let rules = folder.path().join("rules.yaml");
    let machines = Path::new(env!("CARGO_MANIFEST_DIR")).join("packets/lab/machines.yaml");
    let (remote, files) = (store.remote(), [machines.as_path(), rules.as_path()]);
    let mut states = vec![contents::of(store.database())?];
    for step in 0..BY_PROGRAM {
        fs::write(&rules, case::text(&network::network(&mut Random::part(!seed, step))))?;
        program::apply(&remote, &files, &["--wait", "none"])?.wants(0)?;
        program::run("verify", &remote, &files, &[])?.wants(0)?;
        states.push(contents::of(store.database())?);
    }
    // Each rollback is an apply itself: the way back is two steps further every time, until the history's end.
    let back = |steps: usize| {
        let steps = steps.to_string();
        program::run("rollback", &remote, &[], &[&steps, "--yes", "--accept", "all", "--wait", "none"])
    };
    for undone in 1..=4 {
        back(2 * undone - 1)?.wants(0)?;
        contents::same(&states[BY_PROGRAM - undone], &contents::of(store.database())?)
            .map_err(|error| format!("rollback {undone}: {error}"))?;
    }
    back(11)?.wants(2)?;
    program::apply(&remote, &[machines.as_path()], &["--wait", "none"])?.wants(0)?;
    Ok(())
}
