//! While a whole rule set takes the place of another: what both block stays blocked, and what both let through goes through.

use crate::program;
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::bench::Bench;
use ringfence_tests::ovn::lab::Lab;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often a rule set takes the place of another, at least.
const SWAPS: usize = 30;

/// How many packets of each stream are sent meanwhile, at least: swaps go on until then.
const PACKETS: u64 = 1_000;

/// Between two packets of a stream.
const PACE: Duration = Duration::from_millis(1);

/// How long packets are waited for that were sent already.
const SETTLE: Duration = Duration::from_millis(300);

/// How long the rules are away in the control: a moment, as between two transactions of a careless writer.
const AWAY: Duration = Duration::from_millis(300);

/// Where vm1 sends to: vm2, which every rule set forbids, and vm3, which every one allows.
const BLOCKED: &str = "172.20.10.3:7001";
const OPEN: &str = "172.20.10.4:7001";

/// Three rule sets without a row in common, each with its own stage for what is blocked, tracked and not.
const SETS: [&[&str]; 3] = [
    &["to-lport 1000 drop ip4.dst == 172.20.10.3 && udp"],
    &["from-lport 1500 drop ip4.src == 172.20.10.2 && ip4.dst == 172.20.10.3", "to-lport 500 allow-related ip4"],
    &[
        "to-lport 2000 drop outport == \"vm2\" && (icmp || udp.dst == {7001, 7003})",
        "from-lport 10 allow-stateless udp",
        "to-lport 10 allow udp && ip4.dst == 172.20.10.0/24",
    ],
];

/// What became of two streams.
#[derive(Debug)]
struct Seen {
    /// How many packets of each were sent.
    sent: u64,
    /// How many arrived that no rule set lets through.
    leaked: usize,
    /// How many did not that every rule set does.
    lost: usize,
}

/// The trials: that the watch sees a gap where there is one, and that an apply leaves none.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("swap", swap), Trial::test("swap-control", control)]
}

fn swap() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let files = files(folder.path())?;
    let seen = Bench::new().work(|lab| {
        apply(lab, &files[0])?;
        let mut swaps = 0;
        let seen = watch(lab, |sent| {
            while swaps < SWAPS || sent.load(Ordering::Relaxed) < PACKETS {
                swaps += 1;
                apply(lab, &files[swaps % files.len()])?;
            }
            Ok(())
        })?;
        println!("{swaps} swaps: {seen:?}");
        Ok(seen)
    })?;
    if seen.leaked > 0 || seen.lost > 0 { Err(format!("{seen:?}").into()) } else { Ok(()) }
}

/// The same watch of a writer that takes the rules away before it writes others.
fn control() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let files = files(folder.path())?;
    let seen = Bench::new().work(|lab| {
        apply(lab, &files[0])?;
        watch(lab, |_| {
            let everything = json!([]);
            let none = json!({ "acls": ["set", []] });
            let update = json!({ "op": "update", "table": "Logical_Switch", "where": everything, "row": none });
            lab.northbound().transact(vec![update])?;
            thread::sleep(AWAY);
            apply(lab, &files[1])
        })
    })?;
    println!("rules taken away and written anew: {seen:?}");
    match u64::try_from(seen.leaked) {
        Ok(0) => Err(format!("nobody saw that the rules were away: {seen:?}").into()),
        Ok(leaked) if leaked < seen.sent => Ok(()),
        _ => Err(format!("the rules were never there: {seen:?}").into()),
    }
}

/// A file for each rule set, with rows beside that have to do with nobody here.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let write = |(number, rows): (usize, &&[&str])| {
        let mut text = "apiVersion: ringfence/v1\nkind: Inventory\nswitches:\n- name: vswitch1\n  acls:\n".to_owned();
        let mut row = |words: &str| {
            let words: Vec<&str> = words.splitn(4, ' ').collect();
            let priority: u16 = words[1].parse().unwrap();
            let row = json!({ "direction": words[0], "priority": priority, "action": words[2], "match": words[3] });
            text += &format!("  - {row}\n");
        };
        rows.iter().for_each(|words| row(words));
        for other in 0..20 {
            row(&format!("to-lport {} drop tcp.dst == {}", 600 + other, 9_000 + 100 * number + other));
        }
        let file = folder.join(format!("{number}.yaml"));
        fs::write(&file, text).map(|()| file)
    };
    SETS.iter().enumerate().map(write).collect()
}

fn apply(lab: &Lab, rules: &Path) -> io::Result<()> {
    let machines = Path::new(env!("CARGO_MANIFEST_DIR")).join("packets/lab/machines.yaml");
    let remote = lab.northbound().remote();
    let ran = program::apply(&remote, &[&machines, rules], &["--wait", "hv"]).and_then(|ran| ran.wants(0));
    ran.map(drop).map_err(io::Error::other)
}

/// Sends both streams while the work is done, which is told how many packets of each were sent so far.
fn watch(lab: &Lab, work: impl FnOnce(&AtomicU64) -> io::Result<()>) -> io::Result<Seen> {
    let bind = |machine: usize, address: &'static str| lab.home(machine).enter(move || UdpSocket::bind(address));
    let (from, blocked, open) = (bind(0, "172.20.10.2:7000")?, bind(1, BLOCKED)?, bind(2, OPEN)?);
    for socket in [&blocked, &open] {
        socket.set_read_timeout(Some(Duration::from_millis(20)))?;
    }
    greet(&from, &open)?;
    let (over, silent, sent) = (AtomicBool::new(false), AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let sender = scope.spawn(|| -> io::Result<()> {
            while !over.load(Ordering::Relaxed) {
                // From 1: a greeting is 0.
                let number = sent.load(Ordering::Relaxed) + 1;
                from.send_to(&number.to_be_bytes(), BLOCKED)?;
                from.send_to(&number.to_be_bytes(), OPEN)?;
                sent.store(number, Ordering::Relaxed);
                thread::sleep(PACE);
            }
            Ok(())
        });
        let (through, arrived) = (scope.spawn(|| numbers(&blocked, &silent)), scope.spawn(|| numbers(&open, &silent)));
        let done = work(&sent);
        over.store(true, Ordering::Relaxed);
        let told = sender.join().unwrap_or_else(|_| Err(io::Error::other("panic")));
        thread::sleep(SETTLE);
        silent.store(true, Ordering::Relaxed);
        let (through, arrived) = (through.join().unwrap(), arrived.join().unwrap());
        done.and(told)?;
        let sent = sent.load(Ordering::Relaxed);
        let lost = (1..=sent).filter(|number| !arrived.contains(number)).count();
        Ok(Seen { sent, leaked: through.len(), lost })
    })
}

/// Waits until the way is known, addresses and all.
fn greet(from: &UdpSocket, open: &UdpSocket) -> io::Result<()> {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(10) {
        from.send_to(&0u64.to_be_bytes(), OPEN)?;
        from.send_to(&0u64.to_be_bytes(), BLOCKED)?;
        if open.recv(&mut [0; 8]).is_ok() {
            return Ok(());
        }
    }
    Err(io::Error::other("nothing arrives where everything should"))
}

/// The numbers that arrive, until it is silent.
fn numbers(socket: &UdpSocket, silent: &AtomicBool) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    let mut bytes = [0; 8];
    while !silent.load(Ordering::Relaxed) {
        if socket.recv(&mut bytes).is_ok() {
            numbers.insert(u64::from_be_bytes(bytes));
        }
    }
    numbers.remove(&0);
    numbers
}
