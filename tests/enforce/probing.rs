//! `verify --probe`: ovn-trace says of the rule sets what the engine says, and where it does not, that is found.

use crate::{packets, program};
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::database::map;
use ringfence_tests::ovn::store::Store;
use ringfence_tests::random::{self, Random};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// So many of the rule sets are probed, chosen by the seed; `RINGFENCE_PROBES` says how many otherwise.
const SETS: u64 = 6;

pub fn trials(seed: u64) -> Vec<Trial> {
    vec![
        Trial::test("probes-agree", move || agree(seed)),
        Trial::test("probes-find-flows-that-nobody-asked-for", find),
        Trial::test("probes-ask-nothing-of-flows-of-other-rows", stale),
        Trial::test("probes-ask-about-those-who-have-ports", ports),
        Trial::test("probes-know-what-tracking-forgets", forgotten),
        Trial::test("probes-need-the-database-of-the-same-network", elsewhere),
    ]
}

/// An inventory that wants nothing: all rows are somebody else's.
const NOTHING: &str = "apiVersion: ringfence/v1\nkind: Inventory\n";

struct Desk {
    store: Store,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Result<Self, Failed> {
        let desk = Self { store: Store::with_northd()?, folder: tempfile::tempdir()? };
        fs::write(desk.folder.path().join("nothing.yaml"), NOTHING)?;
        Ok(desk)
    }

    fn probe(&self, southbound: &str) -> Result<program::Ran, String> {
        let bundle = self.folder.path().join("bundle").display().to_string();
        let more = ["--probe", "--sb", southbound, "--bundle", &bundle];
        program::run("verify", &self.store.remote(), &[&self.folder.path().join("nothing.yaml")], &more)
    }
}

fn agree(seed: u64) -> Result<(), Failed> {
    let desk = Desk::new()?;
    let mut sets = packets::sets();
    let wanted = usize::try_from(random::setting("RINGFENCE_PROBES").unwrap_or(SETS))?;
    let mut random = Random::new(seed);
    while sets.len() > wanted {
        sets.swap_remove(random.below(sets.len()));
    }
    let (mut wrong, mut packets) = (Vec::new(), 0);
    for (file, load) in &sets {
        let case = load(&file.display().to_string(), &fs::read_to_string(file)?)?;
        desk.store.write(case.programmed(), &case.endpoints)?;
        desk.store.settle()?;
        let ran = desk.probe(&desk.store.southbound())?;
        let told = ran.words.lines().find(|line| line.contains("ovn-trace says")).unwrap_or(&ran.words).to_owned();
        let count = told.split(" of ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
        packets += count.unwrap_or_default();
        if ran.status != 0 || !told.contains("ovn-trace says the same") {
            wrong.push(format!("{}: {}", file.display(), ran.words));
        }
    }
    println!("{} rule sets, {packets} packets", sets.len());
    if packets < 50 * sets.len() {
        return Err(format!("{packets} packets are too few to say anything").into());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// A row about SSH to vm2, told to ovn-northd.
fn write_row(desk: &Desk) -> Result<(), Failed> {
    let row = json!({ "direction": "to-lport", "priority": 9, "match": "ip4.dst == 172.20.10.3 && tcp.dst == 22",
        "action": "drop", "external_ids": map([("ringfence-undo", "secret")]) });
    desk.store.database().transact(vec![
        json!({ "op": "insert", "table": "ACL", "uuid-name": "row", "row": row }),
        json!({ "op": "mutate", "table": "Logical_Switch", "where": [["name", "==", "vswitch1"]],
            "mutations": [["acls", "insert", ["named-uuid", "row"]]] }),
        json!({ "op": "mutate", "table": "NB_Global", "where": [],
            "mutations": [["nb_cfg", "+=", 1], ["external_ids", "insert", map([("ringfence-undo-x-1", "kept")])]] }),
    ])?;
    Ok(desk.store.settle()?)
}

/// Flows that do something else than the rows: found, and written down.
fn find() -> Result<(), Failed> {
    let desk = Desk::new()?;
    write_row(&desk)?;
    desk.probe(&desk.store.southbound())?.wants(0)?;
    desk.store.stop_northd()?;
    desk.store.flows()?.transact(vec![json!({
        "op": "delete", "table": "Logical_Flow", "where": [["actions", "==", "outport = \"vm2\"; output;"]],
    })])?;
    let ran = desk.probe(&desk.store.southbound())?.wants(1)?;
    let word = "to default/vm2, tcp/80: the request passes on vswitch1, and ovn-trace says that it is stopped";
    if !ran.words.contains(word) {
        return Err(format!("`{word}` is not said: {}", ran.words).into());
    }
    bundle(&desk.folder.path().join("bundle"))
}

/// Flows of other rows disagree with nobody, though nobody counted the change.
fn stale() -> Result<(), Failed> {
    let desk = Desk::new()?;
    write_row(&desk)?;
    desk.store.stop_northd()?;
    desk.store.database().transact(vec![json!({
        "op": "update", "table": "ACL", "where": [["priority", "==", 9]], "row": { "match": "ip4.dst == 172.20.10.3 && tcp.dst == 23" },
    })])?;
    let ran = desk.probe(&desk.store.southbound())?.wants(2)?;
    for word in
        ["cannot be asked about these rows", "`ip4.dst == 172.20.10.3 && tcp.dst == 23`; see whether ovn-northd"]
    {
        if !ran.words.contains(word) {
            return Err(format!("`{word}` is not said: {}", ran.words).into());
        }
    }
    if desk.folder.path().join("bundle").exists() { Err("there is a bundle of it".into()) } else { Ok(()) }
}

/// Of a switch without machines, or with disabled ones alone, no port can be asked about; nor can a machine that OVN sends nothing.
fn ports() -> Result<(), Failed> {
    let desk = Desk::new()?;
    desk.store.nbctl(
        "ls-add empty -- lsp-add empty empty-r -- lsp-set-type empty-r router -- lsp-set-addresses empty-r router \
         -- lsp-set-options empty-r router-port=r-empty -- lrp-add ovn-cluster r-empty 02:00:00:00:63:01 172.20.99.1/24 \
         -- ls-add off -- lsp-add off off-r -- lsp-set-type off-r router -- lsp-set-addresses off-r router \
         -- lsp-set-options off-r router-port=r-off -- lrp-add ovn-cluster r-off 02:00:00:00:62:01 172.20.98.1/24 \
         -- lsp-add off sleeper -- lsp-set-addresses sleeper 02:00:00:00:62:02\u{a0}172.20.98.2 \
         -- lsp-set-enabled sleeper disabled \
         -- lsp-add vswitch1 late -- lsp-set-addresses late dynamic \
         -- lsp-set-port-security late 02:00:00:00:61:02\u{a0}172.20.10.97",
    )?;
    desk.store.settle()?;
    let ran = desk.probe(&desk.store.southbound())?.wants(0)?;
    for word in
        ["ovn-trace says the same", "no port of the database has the addresses", "`addresses` and `port_security`"]
    {
        if !ran.words.contains(word) {
            return Err(format!("`{word}` is not said: {}", ran.words).into());
        }
    }
    Ok(())
}

/// On a switch that leaves some packets untracked on their way out, ovn-trace remembers what was said of them on their way in.
fn forgotten() -> Result<(), Failed> {
    let desk = Desk::new()?;
    for (priority, matches, action) in
        [("9", "!ct.est\u{a0}&&\u{a0}ip4", "drop"), ("5", "tcp", "allow-stateless"), ("2", "tcp", "allow-related")]
    {
        desk.store.nbctl(&format!("acl-add vswitch1 to-lport {priority} {matches} {action}"))?;
    }
    desk.store.settle()?;
    let ran = desk.probe(&desk.store.southbound())?.wants(0)?;
    let word = "it keeps what it said, which OVN clears";
    if ran.words.contains(word) { Ok(()) } else { Err(format!("`{word}` is not said: {}", ran.words).into()) }
}

/// What is in the bundle is enough to ask again, and keeps to itself what nobody needs.
fn bundle(folder: &Path) -> Result<(), Failed> {
    let text = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    let found: Value = serde_json::from_str(&text("disagreements.json")?)?;
    let first = found.as_array().and_then(|all| all.first()).ok_or("no disagreement")?;
    let command = first["disagrees"]["command"].as_str().unwrap_or_default();
    if !command.starts_with("ovn-trace ") || first["explanation"]["steps"].as_array().is_none_or(Vec::is_empty) {
        return Err(format!("a disagreement says too little: {first:#}").into());
    }
    if !text("trace-1.txt")?.contains("ingress(dp=") || !text("versions.json")?.contains("ovn-trace 2") {
        return Err("no trace, or no version".into());
    }
    let database = folder.join("northbound.json");
    let asked =
        Command::new(program::path()).args(["explain", "vm1", "vm2", "--tcp", "22", "-f"]).arg(&database).output()?;
    if !String::from_utf8_lossy(&asked.stdout).starts_with("closed") {
        return Err(format!("the rows of the bundle say something else: {asked:?}").into());
    }
    let southbound = text("southbound.json")?;
    for table in ["Logical_Flow table", "Datapath_Binding table", "Port_Binding table"] {
        if !southbound.contains(table) {
            return Err(format!("no {table}").into());
        }
    }
    let all = text("northbound.json")? + &southbound + &text("disagreements.json")?;
    if all.contains("ringfence-undo-x-1") { Err("histories are in the bundle".into()) } else { Ok(()) }
}

fn elsewhere() -> Result<(), Failed> {
    let (desk, other) = (Desk::new()?, Desk::new()?);
    let ran = desk.probe(&other.store.southbound())?.wants(2)?;
    if !ran.words.contains("belongs to another one") {
        return Err(ran.words.into());
    }
    let ran = desk.probe(&desk.store.remote())?.wants(2)?;
    if ran.words.contains("OVN_Southbound") { Ok(()) } else { Err(ran.words.into()) }
}
