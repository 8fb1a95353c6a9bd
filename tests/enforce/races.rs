//! Two who apply at once, somebody who writes beside them, and one that is killed.

use crate::controller::Controller;
use crate::{contents, foreign, program};
use libtest_mimic::Failed;
use ringfence_tests::generate::network;
use ringfence_tests::ovn::case;
use ringfence_tests::ovn::database::{Database, map, set};
use ringfence_tests::ovn::store::Store;
use ringfence_tests::random::{self, Random};
use serde_json::json;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Without `RINGFENCE_ROUNDS`.
const ROUNDS: u64 = 200;

fn rounds() -> u64 {
    random::setting("RINGFENCE_ROUNDS").unwrap_or(ROUNDS)
}

/// Two rule sets of which each replaces the other, and a third that both replace.
pub struct Rivals {
    _folder: tempfile::TempDir,
    machines: PathBuf,
    rules: [PathBuf; 3],
}

impl Rivals {
    pub fn new(seed: u64) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let machines = Path::new(env!("CARGO_MANIFEST_DIR")).join("packets/lab/machines.yaml");
        let rules = ["one", "other", "third"].map(|name| folder.path().join(format!("{name}.yaml")));
        for (number, file) in rules.iter().enumerate() {
            // One with many rows and both kinds of parents says more.
            let rich = |network: &ringfence_engine::ovn::network::Network| {
                network.switches.iter().all(|switch| switch.acls.len() > 1)
                    && network.port_groups.iter().any(|group| !group.acls.is_empty())
            };
            let mut candidates = (0..).map(|part| network::network(&mut Random::part(seed, part * 3 + number)));
            fs::write(file, case::text(&candidates.find(rich).unwrap()))?;
        }
        Ok(Self { _folder: folder, machines, rules })
    }

    pub fn files(&self, which: usize) -> [&Path; 2] {
        [self.machines.as_path(), self.rules[which].as_path()]
    }

    pub fn start(&self, remote: &str, which: usize) -> Result<Child, Failed> {
        let more = ["--yes", "--accept", "all", "--wait", "none"];
        let mut command: Command = program::command("apply", remote, &self.files(which), &more);
        Ok(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?)
    }

    /// Which of the two is in the database; an error where it is neither, or something between.
    pub fn present(&self, remote: &str) -> Result<Option<usize>, Failed> {
        let holds = |which: usize| {
            let ran = program::run("verify", remote, &self.files(which), &[])?;
            match ran.status {
                0 => Ok(true),
                1 => Ok(false),
                _ => Err(format!("verify: {ran:?}")),
            }
        };
        match (holds(0)?, holds(1)?) {
            (true, false) => Ok(Some(0)),
            (false, true) => Ok(Some(1)),
            (false, false) => Ok(None),
            (true, true) => Err("the rule sets say the same".into()),
        }
    }
}

/// Both end well, and what is there is one of both, whole; rows of others stay, those too that come meanwhile: of somebody who
/// writes without a pause, of Kube-OVN's controller, and of `ovn-nbctl`.
pub fn two_at_once(seed: u64) -> Result<(), Failed> {
    let store = Store::newer()?;
    foreign::write(store.database())?;
    let (rivals, remote) = (Rivals::new(seed)?, store.remote());
    let ended = AtomicBool::new(false);
    let (database, mut random) = (store.database(), Random::new(seed));
    // Its rows come from nobody else here: those of its subnet it would delete.
    let mut controller = Controller::start(database)?;
    controller.reconcile()?;
    let before = foreign::rows_but_of(database, &controller)?;
    thread::scope(|scope| {
        let restless = scope.spawn(|| restless(database, &ended));
        let nbctl = scope.spawn(|| nbctl(&remote, &ended));
        let reconciling = scope.spawn(|| reconciling(controller, &ended));
        let result = rounds_of(&store, &rivals, &mut random);
        ended.store(true, Ordering::Relaxed);
        let (written, added) = (restless.join().unwrap()?, nbctl.join().unwrap()?);
        let controller = reconciling.join().unwrap()?;
        let wins = result?;
        // Each of three wrote once in each round: nobody found the work done, and nobody did it twice.
        let count = contents::nb_cfg(database)?;
        if count != i64::try_from(3 * rounds())? {
            return Err(format!("{count} transactions in {} rounds", rounds()).into());
        }
        controller.check()?;
        let (mut expected, after) = (before, foreign::rows_but_of(database, &controller)?);
        expected.extend(written.1);
        expected.extend(added.1);
        println!(
            "{} rounds, won {wins:?}; meanwhile {} rows of a restless writer, {} of ovn-nbctl, {} rounds of a controller",
            rounds(),
            written.0,
            added.0,
            controller.rounds()
        );
        if after == expected {
            Ok(())
        } else {
            Err(format!("rows of others: {after:?}, where {expected:?} were written").into())
        }
    })
}

/// Who was the last one, how often.
fn rounds_of(store: &Store, rivals: &Rivals, random: &mut Random) -> Result<[usize; 2], Failed> {
    let (remote, mut wins) = (store.remote(), [0; 2]);
    for round in 0..rounds() {
        program::apply(&remote, &rivals.files(2), &["--wait", "none"])?.wants(0)?;
        let first = random.below(2);
        let both = [rivals.start(&remote, first)?, rivals.start(&remote, 1 - first)?];
        for child in both {
            let output = child.wait_with_output()?;
            if !output.status.success() {
                let words = String::from_utf8_lossy(&output.stderr).into_owned();
                return Err(Failed::from(format!("round {round}: {}: {words}", output.status)));
            }
        }
        match rivals.present(&remote)? {
            Some(winner) => wins[winner] += 1,
            None => return Err(format!("round {round}: what is there is neither of both").into()),
        }
    }
    Ok(wins)
}

/// Reconciles until it is over, and a last time.
fn reconciling<'d>(mut controller: Controller<'d>, ended: &AtomicBool) -> Result<Controller<'d>, String> {
    let told = |error: std::io::Error| format!("the controller: {error}");
    while !ended.load(Ordering::Relaxed) {
        controller.reconcile().map_err(told)?;
        thread::sleep(Duration::from_millis(700));
    }
    controller.reconcile().map_err(told).map(|()| controller)
}

/// Adds rows to the second switch, and takes each second one away.
fn nbctl(remote: &str, ended: &AtomicBool) -> Result<(usize, Vec<String>), String> {
    let (mut count, mut left) = (0, Vec::new());
    while !ended.load(Ordering::Relaxed) {
        let matches = format!("sctp.dst == {}", 1024 + count % 4);
        let words = ["vswitch2", "to-lport", "4", matches.as_str()];
        let (verb, action): (_, &[&str]) = if count % 8 < 4 { ("acl-add", &["allow"]) } else { ("acl-del", &[]) };
        let output =
            Command::new("ovn-nbctl").args(["--timeout=10", "--db", remote, verb]).args(words).args(action).output();
        let output = output.map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("ovn-nbctl: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let said = foreign::said(&json!(matches), &map([]));
        if count % 8 < 4 {
            left.push(said)
        } else {
            left.retain(|known| *known != said)
        }
        count += 1;
        thread::sleep(Duration::from_millis(300));
    }
    Ok((count, left))
}

/// So many rows of the restless writer are there at a time.
const ALIVE: usize = 6;

/// Hangs rows onto the first switch and takes the oldest ones away, as a controller beside us would.
fn restless(database: &Database, ended: &AtomicBool) -> Result<(usize, Vec<String>), String> {
    let (mut count, mut left) = (0, VecDeque::new());
    while !ended.load(Ordering::Relaxed) {
        // Addresses would be told apart, and every evaluation would take longer than the one before.
        let matches = format!("udp.dst == {}", 1024 + count);
        let row = json!({ "direction": "to-lport", "priority": 3, "match": matches, "action": "allow" });
        let insert = json!({ "op": "insert", "table": "ACL", "uuid-name": "row", "row": row });
        let hang = |what: &str, id| {
            let mutations = json!([["acls", what, set([id])]]);
            let condition = json!([["name", "==", "vswitch1"]]);
            json!({ "op": "mutate", "table": "Logical_Switch", "where": condition, "mutations": mutations })
        };
        let results = database.transact(vec![insert, hang("insert", json!(["named-uuid", "row"]))]);
        let id = results.map_err(|error| error.to_string())?[0]["uuid"].clone();
        left.push_back((id, foreign::said(&json!(matches), &map([]))));
        if left.len() > ALIVE
            && let Some((id, _)) = left.pop_front()
        {
            let gone = database.transact(vec![hang("delete", id)]);
            gone.map_err(|error| error.to_string())?;
        }
        count += 1;
        thread::sleep(Duration::from_millis(400));
    }
    Ok((count, left.into_iter().map(|(_, said)| said).collect()))
}

/// Whenever it is killed, the database is before or after; and the next apply succeeds.
pub fn killed(seed: u64) -> Result<(), Failed> {
    let store = Store::start()?;
    foreign::write(store.database())?;
    let before = foreign::rows(store.database())?;
    let (rivals, remote) = (Rivals::new(seed)?, store.remote());
    let mut random = Random::new(seed);
    program::apply(&remote, &rivals.files(0), &["--wait", "none"])?.wants(0)?;
    let begin = Instant::now();
    program::apply(&remote, &rivals.files(1), &["--wait", "none"])?.wants(0)?;
    let usual = usize::try_from(begin.elapsed().as_micros())?;
    let (mut there, mut done, mut not) = (1, 0, 0);
    // On a busy machine an apply takes longer than it is given, or less: more rounds than asked for are the remedy.
    let mut round = 0;
    while round < rounds() || ((done == 0 || not == 0) && round < 3 * rounds()) {
        round += 1;
        let wanted = 1 - there;
        let mut child = rivals.start(&remote, wanted)?;
        thread::sleep(Duration::from_micros(random.below(usual * 5 / 4).try_into()?));
        child.kill()?;
        child.wait()?;
        match rivals.present(&remote)? {
            Some(now) if now == wanted => done += 1,
            Some(_) => not += 1,
            None => return Err(format!("round {round}: what is there is neither of both").into()),
        }
        program::apply(&remote, &rivals.files(wanted), &["--wait", "none"])?.wants(0)?;
        if rivals.present(&remote)? != Some(wanted) {
            return Err(format!("round {round}: the apply after it does not hold").into());
        }
        there = wanted;
    }
    println!("killed {} times: {done} times after, {not} times before", done + not);
    if done == 0 || not == 0 {
        return Err("the blow never fell in the middle".into());
    }
    if foreign::rows(store.database())? != before {
        return Err("rows of others changed".into());
    }
    let machines = [rivals.machines.as_path()];
    program::apply(&remote, &machines, &["--wait", "none"])?.wants(0)?;
    let rows = contents::of(store.database())?["ACL"].len();
    if rows == before.len() { Ok(()) } else { Err(format!("{rows} rows are left of {}", before.len()).into()) }
}
