//! Servers that do not take what is written: one that stands by, one that passes on, one whose disk is full.

use crate::cluster::{nbctl, until};
use crate::disk::Cramped;
use crate::server::Server;
use crate::{contents, program};
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::database::Database;
use ringfence_tests::ovn::lab::logical;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// One trial for each.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a-server-that-stands-by", standby),
        Trial::test("a-relay", relay),
        Trial::test("a-full-disk", full_disk),
    ]
}

/// More rows than the last page of a file has room for.
const ROWS: usize = 100;

fn rules(folder: &Path) -> Result<PathBuf, Failed> {
    let row = |port: usize| {
        format!(
            "  - {{direction: to-lport, priority: 9, action: drop, match: 'ip4.dst == 172.20.10.3 && tcp.dst == {port}'}}\n"
        )
    };
    let rows: String = (1..=ROWS).map(row).collect();
    let path = folder.join("rules.yaml");
    fs::write(
        &path,
        format!("apiVersion: ringfence/v1\nkind: Inventory\nswitches:\n- name: vswitch1\n  acls:\n{rows}"),
    )?;
    Ok(path)
}

fn database(server: &Server) -> Database {
    Database::new(&server.path("nb.sock"), "OVN_Northbound")
}

/// A database with the lab's switches.
fn prepare(remote: &str) -> Result<(), Failed> {
    until("the topology is written", || nbctl(remote, "init").and_then(|()| nbctl(remote, &logical())))
}

/// Rules, and a server that takes what is written.
struct Start {
    folder: TempDir,
    rules: PathBuf,
    active: Server,
    source: Database,
}

impl Start {
    fn new() -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let rules = rules(folder.path())?;
        let active = Server::standalone(&[]);
        let source = database(&active);
        prepare(&source.remote())?;
        Ok(Self { folder, rules, active, source })
    }
}

/// An apply fails in so many words, and writes nothing.
fn refuses(database: &Database, rules: &Path, words: &[&str]) -> Result<(), Failed> {
    let before = contents::of(database)?;
    let ran = program::apply(&database.remote(), &[rules], &["--wait", "none"])?.wants(2)?;
    match words.iter().find(|word| !ran.words.contains(**word)) {
        Some(word) => Err(format!("`{word}` is not said: {}", ran.words).into()),
        None => Ok(contents::same(&before, &contents::of(database)?)?),
    }
}

fn takes(database: &Database, rules: &Path, more: &[&str]) -> Result<(), Failed> {
    let quick = ["--wait", "none"];
    program::apply(&database.remote(), &[rules], &[&quick, more].concat())?.wants(0)?;
    program::run("verify", &database.remote(), &[rules], more)?.wants(0)?;
    Ok(())
}

/// A server that follows another one can be planned on, and takes an apply once it is made the active one.
fn standby() -> Result<(), Failed> {
    let Start { folder, rules, active: _active, source } = Start::new()?;
    let standby = Server::standalone(&[format!("--sync-from={}", source.remote())]);
    let copy = database(&standby);
    until("it is copied", || contents::same(&contents::of(&source)?, &contents::of(&copy)?))?;
    program::run("plan", &copy.remote(), &[&rules], &[])?.wants(1)?;
    let words = ["takes no writes", "nothing was written", "read only mode", "stands by for another", "`--nb`"];
    refuses(&copy, &rules, &words)?;
    let tried = program::apply(&copy.remote(), &[&rules], &["--dry-run=server"])?.wants(2)?;
    if !tried.words.contains("takes no writes") {
        return Err(format!("a dry run says something else: {}", tried.words).into());
    }
    takes(&source, &rules, &[])?;
    let control = standby.path("ctl").display().to_string();
    let promote = ["-t", &control, "ovsdb-server/disconnect-active-ovsdb-server"];
    let promoted = Command::new("ovs-appctl").args(promote).output()?;
    if !promoted.status.success() {
        return Err(String::from_utf8_lossy(&promoted.stderr).into_owned().into());
    }
    let nothing = folder.path().join("nothing.yaml");
    fs::write(&nothing, "apiVersion: ringfence/v1\nkind: Inventory\n")?;
    takes(&copy, &nothing, &[])
}

/// A relay leads nothing, as `ovn-nbctl` has it, and passes on what is written where that is asked for.
fn relay() -> Result<(), Failed> {
    let Start { folder: _folder, rules, active, source } = Start::new()?;
    let relay = Server::relay(&active.socket());
    let passing = database(&relay);
    until("it is connected", || contents::same(&contents::of(&source)?, &contents::of(&passing)?))?;
    refuses(&passing, &rules, &["is a relay", "`--no-leader-only`"])?;
    takes(&passing, &rules, &["--no-leader-only"])?;
    program::run("verify", &source.remote(), &[&rules], &[])?.wants(0)?;
    Ok(())
}

/// What the server cannot keep is not there, neither now nor when somebody reads its file; with room again it is.
fn full_disk() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let rules = rules(folder.path())?;
    let cramped = Cramped::start()?;
    let database = cramped.database();
    prepare(&database.remote())?;
    cramped.fill()?;
    let words = ["cannot write its file", "nothing was written", "No space left on device", "make room"];
    refuses(&database, &rules, &words)?;
    let before = contents::of(&database)?;
    contents::same(&before, &kept(&cramped)?)?;
    cramped.clear()?;
    takes(&database, &rules, &[])?;
    Ok(contents::same(&contents::of(&database)?, &kept(&cramped)?)?)
}

/// What another server finds in the file.
fn kept(cramped: &Cramped) -> Result<std::collections::BTreeMap<String, Vec<String>>, Failed> {
    let folder = tempfile::tempdir()?;
    fs::copy(cramped.path("nb.db"), folder.path().join("nb.db"))?;
    Ok(contents::of(&database(&Server::start(folder, &[])))?)
}
