//! A database on three servers, of which the leader is killed while somebody applies.

use crate::program;
use crate::races::Rivals;
use crate::server::{SCHEMA, Server, free_port, run, text};
use libtest_mimic::Failed;
use ringfence_tests::ovn::lab::logical;
use ringfence_tests::random::{self, Random};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Without `RINGFENCE_ROUNDS`, and at most: an election and a member that comes back take their time.
const ROUNDS: u64 = 50;

/// An election, and a member that comes back, take no longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three members; the first one made the cluster.
pub fn members() -> Result<Vec<Server>, Failed> {
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
pub fn until<T>(what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> Result<T, Failed> {
    let end = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Ok(done) => return Ok(done),
            Err(error) if Instant::now() > end => return Err(format!("{what}: {error}").into()),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// Which of them leads.
pub fn leader(members: &[Server]) -> Result<usize, String> {
    let leads = |member: &Server| {
        let control = text(&member.path("ctl"));
        let asked = Command::new("ovs-appctl").args(["-t", &control, "cluster/status", "OVN_Northbound"]).output();
        asked.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("Role: leader"))
    };
    members.iter().position(leads).ok_or_else(|| "nobody leads".to_owned())
}

/// Runs `ovn-nbctl` on whoever leads.
pub fn nbctl(remote: &str, words: &str) -> Result<(), String> {
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
    let rounds = random::setting("RINGFENCE_ROUNDS").unwrap_or(ROUNDS).min(ROUNDS);
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

/// So many rows, and so many bytes at once, that one transaction is too much.
const ROWS: usize = 600;
const LARGEST: &str = "65536";

/// How often an apply in stages is killed, without `RINGFENCE_ROUNDS`.
const STAGED: u64 = 4;

/// What is too large for a cluster goes in stages: killed between two of them nothing has changed for anybody, the next apply
/// goes on, everything can be taken back, and nothing of the stages is left.
pub fn staged(seed: u64) -> Result<(), Failed> {
    let members = members()?;
    let remote = members.iter().map(|member| member.socket().to_string()).collect::<Vec<_>>().join(",");
    until("the cluster forms", || nbctl(&remote, "init"))?;
    until("the topology is written", || nbctl(&remote, &logical()))?;
    let folder = tempfile::tempdir()?;
    let row = |number: usize| {
        format!(
            "  - {{direction: to-lport, priority: 9, action: drop, match: 'ip4.dst == 172.20.10.3 && tcp.dst == {number}'}}\n"
        )
    };
    let file = |name: &str, first: usize, count: usize| {
        let rows: String = (first..first + count).map(row).collect();
        let text = format!("apiVersion: ringfence/v1\nkind: Inventory\nswitches:\n- name: vswitch1\n  acls:\n{rows}");
        let path = folder.path().join(name);
        fs::write(&path, text).map(|()| path)
    };
    let (small, large) = (file("small", 9000, 1)?, file("large", 1000, ROWS)?);
    let few = ["--largest", LARGEST, "--wait", "none"];
    let apply =
        |rules: &PathBuf, more: &[&str]| until("an apply", || program::apply(&remote, &[rules], more)?.wants(0));
    let holds = |rules: &PathBuf| {
        until("a look", || match program::run("verify", &remote, &[rules], &[])?.status {
            0 => Ok(true),
            1 => Ok(false),
            _ => Err("nobody answers".to_owned()),
        })
    };
    apply(&small, &few)?;
    // What cannot be divided is refused.
    let refused = program::apply(&remote, &[&large], &["--largest", "9000", "--wait", "none"])?.wants(2)?;
    if !refused.words.contains("what has to be one transaction") || !holds(&small)? {
        return Err(format!("refused otherwise: {}", refused.words).into());
    }
    let told = apply(&large, &few)?.words;
    if !told.contains("transactions go ahead with rows that nothing asks yet") {
        return Err(format!("nobody says that there are stages: {told}").into());
    }
    let (mut between, mut random) = (0, Random::new(seed));
    let rounds = random::setting("RINGFENCE_ROUNDS").unwrap_or(STAGED).min(ROUNDS);
    // The blow may fall beside the moment that is meant, on a busy machine more than once.
    let mut round = 0;
    while round < rounds || (between == 0 && round < 5 * rounds) {
        round += 1;
        apply(&small, &["--wait", "none"])?;
        let mut child =
            program::command("apply", &remote, &[&large], &[&["--yes", "--accept", "all"], &few[..]].concat())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
        // Stages are a small part of the time that an apply takes: looked for, not guessed.
        while child.try_wait()?.is_none() && !stage(&remote)? {}
        thread::sleep(Duration::from_millis(random.below(20).try_into()?));
        child.kill()?;
        child.wait()?;
        let left = stage(&remote)?;
        between += usize::from(left);
        let closed = closed(&remote)?;
        let before_or_after = if left { &["9000"][..] } else { &["9000", "1599"] };
        if closed.len() != 1 || !before_or_after.contains(&closed[0]) {
            return Err(format!("round {round}: closed are {closed:?}, and stages are {left}").into());
        }
        apply(&large, &few)?;
        if !holds(&large)? || stage(&remote)? {
            return Err(format!("round {round}: the apply after it does not hold, or stages are left").into());
        }
    }
    println!("killed {round} times, {between} times between two stages");
    if between == 0 {
        return Err("the blow never fell between two stages".into());
    }
    let back = ["--yes", "--accept", "all", "--wait", "none"];
    until("a rollback", || program::run("rollback", &remote, &[], &back)?.wants(0))?;
    if holds(&small)? && !stage(&remote)? { Ok(()) } else { Err("a rollback leaves something else".into()) }
}

/// Whether rows wait for the last transaction.
fn stage(remote: &str) -> Result<bool, Failed> {
    let list = || {
        let find = [
            "--timeout=10",
            "--db",
            remote,
            "--bare",
            "--columns=name",
            "find",
            "Port_Group",
            "name=ringfence.stage.default",
        ];
        let output = Command::new("ovn-nbctl").args(find).output().map_err(|error| error.to_string())?;
        let found = !output.stdout.trim_ascii().is_empty();
        if output.status.success() { Ok(found) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    };
    until("a look", list)
}

/// Which of two ports are closed, of which each rule set closes one: as the database is, evaluated.
fn closed(remote: &str) -> Result<Vec<&'static str>, Failed> {
    let mut closed = Vec::new();
    for port in ["9000", "1599"] {
        let ran = until("an explanation", || {
            let ran = program::run("explain", remote, &[], &["vm1", "vm2", "--tcp", port])?;
            if ran.status == 2 { Err(ran.words) } else { Ok(ran) }
        })?;
        closed.extend((ran.status == 1).then_some(port));
    }
    Ok(closed)
}
