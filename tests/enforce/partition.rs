//! Members and servers that are away for a while, or come back with nothing.

use crate::cluster::{leader, members, nbctl, until};
use crate::program;
use crate::races::Rivals;
use crate::server::{SCHEMA, Server, run, text};
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::lab::logical;
use std::fs;
use std::process::Command;

/// The trials.
pub fn trials(seed: u64) -> Vec<Trial> {
    vec![
        Trial::test("leader-stopped", move || stopped(seed)),
        Trial::test("server-comes-back-with-an-empty-database", move || empty(seed)),
    ]
}

/// A leader that is stopped, and takes connections without a word: the others elect, an apply succeeds by them, and when the
/// old one goes on it says the same.
fn stopped(seed: u64) -> Result<(), Failed> {
    let members = members()?;
    let remote = members.iter().map(|member| member.socket().to_string()).collect::<Vec<_>>().join(",");
    until("the cluster forms", || nbctl(&remote, "init"))?;
    until("the topology is written", || nbctl(&remote, &logical()))?;
    let rivals = Rivals::new(seed)?;
    let apply = |which: usize| {
        until("an apply", || program::apply(&remote, &rivals.files(which), &["--wait", "none"])?.wants(0))
    };
    apply(0)?;
    let old = until("a leader", || leader(&members))?;
    let process = members[old].id().to_string();
    let signal = |name: &str| Command::new("kill").args([name, &process]).status().map(drop);
    signal("-STOP")?;
    let applied = apply(1);
    signal("-CONT")?;
    applied?;
    let alone = members[old].socket().to_string();
    until("the old leader says the same", || {
        let ran = program::run("verify", &alone, &rivals.files(1), &["--no-leader-only"])?;
        ran.wants(0)
    })?;
    Ok(())
}

/// A database that was lost: said, with nothing written; and as soon as it has its switches again the next apply writes all.
fn empty(seed: u64) -> Result<(), Failed> {
    let mut server = Server::standalone(&[]);
    let remote = server.socket().to_string();
    nbctl(&remote, "init")?;
    nbctl(&remote, &logical())?;
    let rivals = Rivals::new(seed)?;
    let apply =
        |status| program::apply(&remote, &rivals.files(0), &["--wait", "none"]).and_then(|ran| ran.wants(status));
    apply(0)?;
    server.kill();
    let database = server.path("nb.db");
    fs::remove_file(&database)?;
    run("ovsdb-tool", &["create", &text(&database), SCHEMA]);
    let _server = server.restarted();
    let told = apply(2)?.words;
    if !told.contains("which has no switch at all") {
        return Err(format!("nobody says that the database is empty: {told}").into());
    }
    nbctl(&remote, "init")?;
    nbctl(&remote, &logical())?;
    apply(0)?;
    Ok(program::run("verify", &remote, &rivals.files(0), &[])?.wants(0).map(drop)?)
}
