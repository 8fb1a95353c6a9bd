//! A database on three servers, of which the leader is killed while somebody applies.

use crate::program;
use crate::races::Rivals;
use crate::server::{SCHEMA, Server, free_port, run, text};
use libtest_mimic::Failed;
use ringfence_tests::ovn::lab::logical;
use ringfence_tests::random::{self, Random};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Without `RINGFENCE_ROUNDS`, and at most.
const ROUNDS: [u64; 2] = [10, 50];

/// An election, and a member that comes back, take no longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three members; the first one made the cluster.
fn members() -> Result<Vec<Server>, Failed> {
    let addresses: Vec<String> = (0..3).map(|_| format!("tcp:127.0.0.1:{}", free_port())).collect();
    let mut members: Vec<Server> = Vec::new();
    for own in &addresses {
        let directory = tempfile::tempdir()?;
        let database = text(&directory.path().join("nb.db"));
        match members.is_empty() {
            true => run("ovsdb-tool", &["create-cluster", &database, SCHEMA, own]),
            false => run("ovsdb-tool", &["join-cluster", &database, "OVN_Northbound", own, &addresses[0]]),
        };
        members.push(Server::start(directory, &[]));
    }
    Ok(members)
}

/// Tries until it succeeds, as long as there is hope.
fn until<T>(what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> Result<T, Failed> {
    let end = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Ok(done) => return Ok(done),
            Err(error) if Instant::now() > end => return Err(format!("{what}: {error}").into()),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn leader(members: &[Server]) -> Result<usize, String> {
    let leads = |member: &Server| {
        let control = text(&member.path("ctl"));
        let asked = Command::new("ovs-appctl").args(["-t", &control, "cluster/status", "OVN_Northbound"]).output();
        asked.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("Role: leader"))
    };
    members.iter().position(leads).ok_or_else(|| "nobody leads".to_owned())
}

fn nbctl(remote: &str, words: &str) -> Result<(), String> {
    let words = words.split_ascii_whitespace().map(|word| word.replace('\u{a0}', " "));
    let output = Command::new("ovn-nbctl").args(["--timeout=10", "--db", remote]).args(words).output();
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// The database is before or after, what the program says of it is true, and the next apply succeeds.
pub fn leader_killed(seed: u64) -> Result<(), Failed> {
    let mut members = members()?;
    let remote = members.iter().map(|member| member.socket().to_string()).collect::<Vec<_>>().join(",");
    until("the cluster forms", || nbctl(&remote, "init"))?;
    until("the topology is written", || nbctl(&remote, &logical()))?;
    let (rivals, mut random) = (Rivals::new(seed)?, Random::new(seed));
    let apply = |which: usize| {
        until("an apply", || program::apply(&remote, &rivals.files(which), &["--wait", "none"])?.wants(0))
    };
    apply(0)?;
    let begin = Instant::now();
    apply(1)?;
    let usual = usize::try_from(begin.elapsed().as_micros())?;
    let (mut there, mut after, mut before) = (1, 0, 0);
    let rounds = random::setting("RINGFENCE_ROUNDS").unwrap_or(ROUNDS[0]).min(ROUNDS[1]);
    for round in 0..rounds {
        let wanted = 1 - there;
        let killed = until("a leader", || leader(&members))?;
        let child = rivals.start(&remote, wanted)?;
        thread::sleep(Duration::from_micros(random.below(usual * 5 / 4).try_into()?));
        members[killed].kill();
        let output = child.wait_with_output()?;
        // A verify that finds no leader says neither yes nor no.
        let now = until("a look", || {
            nbctl(&remote, "get-connection")?;
            rivals.present(&remote).map_err(|error| format!("{error:?}"))
        })?;
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        match (now, output.status.success()) {
            (None, _) => return Err(format!("round {round}: what is there is neither of both: {words}").into()),
            (Some(now), true) if now != wanted => {
                return Err(format!("round {round}: it said that it was done, and it is not").into());
            }
            (Some(now), _) if now == wanted => after += 1,
            (Some(_), _) => before += 1,
        }
        let dead = members.remove(killed);
        members.insert(killed, dead.restarted());
        apply(wanted)?;
        there = wanted;
    }
    println!("the leader was killed {rounds} times: {after} times after, {before} times before");
    Ok(())
}
