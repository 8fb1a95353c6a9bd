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
        Trial::test("probes-find-flows-of-other-rows", find),
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

/// Flows that are not those of the rows, because nobody makes them: found, and written down.
fn find() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let row = json!({ "direction": "to-lport", "priority": 9, "match": "ip4.dst == 172.20.10.3 && tcp.dst == 22",
        "action": "drop", "external_ids": map([("ringfence-undo", "secret")]) });
    let operations = |row: &Value| {
        vec![
            json!({ "op": "insert", "table": "ACL", "uuid-name": "row", "row": row }),
            json!({ "op": "mutate", "table": "Logical_Switch", "where": [["name", "==", "vswitch1"]],
                "mutations": [["acls", "insert", ["named-uuid", "row"]]] }),
            json!({ "op": "mutate", "table": "NB_Global", "where": [],
                "mutations": [["nb_cfg", "+=", 1], ["external_ids", "insert", map([("ringfence-undo-x-1", "kept")])]] }),
        ]
    };
    desk.store.database().transact(operations(&row))?;
    desk.store.settle()?;
    desk.probe(&desk.store.southbound())?.wants(0)?;
    desk.store.stop_northd()?;
    desk.store.database().transact(vec![json!({
        "op": "update", "table": "ACL", "where": [["priority", "==", 9]], "row": { "match": "ip4.dst == 172.20.10.3 && tcp.dst == 23" },
    })])?;
    let ran = desk.probe(&desk.store.southbound())?.wants(1)?;
    let word = "to default/vm2, tcp/23: the request is stopped on vswitch1, and ovn-trace says that it passes";
    if !ran.words.contains(word) {
        return Err(format!("`{word}` is not said: {}", ran.words).into());
    }
    bundle(&desk.folder.path().join("bundle"))
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
        Command::new(program::path()).args(["explain", "vm1", "vm2", "--tcp", "23", "-f"]).arg(&database).output()?;
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
