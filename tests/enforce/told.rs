//! What the program says of a plan and of a database.

use crate::program::{self, Ran};
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::database::{map, set};
use ringfence_tests::ovn::store::Store;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// One trial for each thing that is said.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("tells-who-comes-into-a-group", members),
        Trial::test("tells-columns-that-drifted", columns),
        Trial::test("tells-programs-of-ignored-rows", ignored),
        Trial::test("tells-whose-row-is-ignored", guard),
        Trial::test("waits-for-an-apply-before", waits),
        Trial::test("takes-no-set-beside-a-kept-plan", kept),
        Trial::test("tells-what-rows-log", logged),
        Trial::test("tells-in-markdown-what-rows-were", markdown),
        Trial::test("repeats-the-database-in-its-advice", advice),
        Trial::test("knows-names-of-the-database", names),
        Trial::test("names-rows-that-keep-a-group", kept_group),
        Trial::test("speaks-of-no-lines-of-a-database", lines),
        Trial::test("compares-and-exports-a-database", exported),
    ]
}

struct Desk {
    store: Store,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Result<Self, Failed> {
        Self::of(Store::start()?)
    }

    fn of(store: Store) -> Result<Self, Failed> {
        Ok(Self { store, folder: tempfile::tempdir()? })
    }

    fn file(&self, text: &str) -> Result<PathBuf, Failed> {
        let path = self.folder.path().join("rules.yaml");
        fs::write(&path, format!("apiVersion: ringfence/v1\nkind: Inventory\n{text}"))?;
        Ok(path)
    }

    fn run(&self, verb: &str, files: &[&Path], more: &[&str]) -> Result<Ran, String> {
        program::run(verb, &self.store.remote(), files, more)
    }

    fn apply(&self, text: &str) -> Result<(), Failed> {
        let file = self.file(text)?;
        program::apply(&self.store.remote(), &[&file], &["--wait", "none"])?.wants(0)?;
        Ok(())
    }

    fn json(&self, verb: &str, files: &[&Path]) -> Result<Value, Failed> {
        let output = program::command(verb, &self.store.remote(), files, &["-o", "json"]).output()?;
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn change(&self, operations: Vec<Value>) -> Result<(), Failed> {
        self.store.database().transact(operations)?;
        Ok(())
    }
}

fn says(ran: &Ran, words: &[&str]) -> Result<(), Failed> {
    match words.iter().find(|word| !ran.words.contains(**word)) {
        Some(word) => Err(format!("`{word}` is not said: {}", ran.words).into()),
        None => Ok(()),
    }
}

const ROW: &str = "switches:\n- name: vswitch1\n  acls:\n  - {direction: from-lport, priority: 9, action: allow, match: ip4.src == 172.20.10.9}\n";

/// What is exported says what the database says; an edit of it, and a Subnet, stand in for what is there.
fn exported() -> Result<(), Failed> {
    let desk = Desk::new()?;
    desk.apply(ROW)?;
    let output = program::command("export", &desk.store.remote(), &[], &[]).output()?;
    let text = String::from_utf8(output.stdout)?;
    let written = desk.folder.path().join("world.yaml");
    let against = |text: &str| {
        fs::write(&written, text).map_err(|error| error.to_string())?;
        desk.run("diff", &[], &[&written.display().to_string()])
    };
    says(&against(&text)?.wants(0)?, &["No connection changes"])?;
    let edited = text.replace("\"action\":\"allow\"", "\"action\":\"drop\"").replace("172.20.10.9", "172.20.10.2");
    says(&against(&edited)?.wants(1)?, &["connections lost", "world.yaml"])?;
    let subnet = "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: vswitch1}\nspec:\n  cidrBlock: '172.20.10.0/24,fd00:10::/64'\n  \
        acls: [{direction: to-lport, priority: 100, action: drop, match: ip4.dst == 172.20.10.2}]\n";
    says(&against(subnet)?.wants(1)?, &["Subnet/vswitch1"])?;
    says(&desk.run("diff", &[], &["nowhere.yaml"])?.wants(2)?, &["neither a file nor a folder"])
}

fn members() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let text = |ports: &str, addresses: &str| {
        format!(
            "portGroups:\n- {{name: web, ports: [{ports}]}}\naddressSets:\n- {{name: known, addresses: [{addresses}]}}\n"
        )
    };
    desk.apply(&text("vm1, vm2", "10.0.0.1, 10.0.0.2"))?;
    let many: Vec<String> = (10..20).map(|number| format!("10.0.0.{number}")).collect();
    let file = desk.file(&text("vm1, vm3", &format!("10.0.0.1, {}", many.join(", "))))?;
    let ran = desk.run("plan", &[&file], &[])?.wants(1)?;
    says(&ran, &["comes: vm3; goes: vm2", "10.0.0.15 and 4 more; goes: 10.0.0.2"])
}

fn columns() -> Result<(), Failed> {
    let desk = Desk::new()?;
    desk.apply(ROW)?;
    let row = json!({ "label": 7, "severity": "info", "options": map([("log-related", "true")]) });
    desk.change(vec![json!({ "op": "update", "table": "ACL", "where": [["priority", "==", 9]], "row": row })])?;
    let ran = desk.run("verify", &[&desk.file(ROW)?], &[])?.wants(1)?;
    says(
        &ran,
        &["label: was 7, will be none; options:log-related: was true, will be none; severity: was info, will be none"],
    )
}

fn ignored() -> Result<(), Failed> {
    let desk = Desk::new()?;
    desk.apply(ROW)?;
    let row = |ids: Value| json!({ "direction": "to-lport", "priority": 1, "match": "tcp.src = 80", "action": "drop", "external_ids": ids });
    let hang = json!([["acls", "insert", set([json!(["named-uuid", "row"]), json!(["named-uuid", "other"])])]]);
    desk.change(vec![
        json!({ "op": "insert", "table": "ACL", "uuid-name": "row", "row": row(map([])) }),
        json!({ "op": "insert", "table": "ACL", "uuid-name": "other", "row": row(map([("vendor", "kube-ovn"), ("parent", "np.web")])) }),
        json!({ "op": "mutate", "table": "Logical_Switch", "where": [["name", "==", "vswitch2"]], "mutations": hang }),
    ])?;
    let verified = desk.json("verify", &[&desk.file(ROW)?])?;
    let found = verified["ignored"].as_array().ok_or("no field `ignored`")?;
    let mut owners: Vec<&Value> = found.iter().map(|row| &row["owner"]).collect();
    owners.sort_by_key(|owner| owner.is_string());
    assert_eq!(owners, [&json!(null), &json!("kube-ovn, np.web")], "{verified:#}");
    for row in found {
        assert_eq!(
            (&row["switch"], &row["match"], &row["action"]),
            (&json!("vswitch2"), &json!("tcp.src = 80"), &json!("drop"))
        );
        assert!(row["reason"].as_str().is_some_and(|reason| reason.starts_with("Syntax error")), "{row:#}");
        let uuid = row["uuid"].as_str().ok_or("no uuid")?;
        let there = desk.store.database().select("ACL", json!([["_uuid", "==", ["uuid", uuid]]]), &["match"])?;
        assert_eq!(there.len(), 1);
    }
    Ok(())
}

fn guard() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let file = desk.file(&ROW.replace("ip4.src == 172.20.10.9", "tcp.src = 80"))?;
    let ran = desk.run("plan", &[&file], &[])?.wants(1)?;
    let words = "ignores the row: `tcp.src = 80`, Switch/vswitch1 (ringfence, default Switch/vswitch1 switches[0].acls[0]) ACL ";
    says(&ran, &[words, ": Syntax error at `=' expecting"])?;
    if ran.words.contains("\\'") { Err(ran.words.into()) } else { Ok(()) }
}

/// What was written and not waited for to its end is waited for by whoever says the same again.
fn waits() -> Result<(), Failed> {
    let mut desk = Desk::of(Store::with_northd()?)?;
    let file = desk.file(ROW)?;
    let apply =
        |desk: &Desk, more: &[&str]| desk.run("apply", &[&file], &[&["--yes", "--accept", "all"], more].concat());
    apply(&desk, &[])?.wants(0)?;
    desk.store.stop_northd()?;
    desk.file(&ROW.replace("priority: 9", "priority: 8"))?;
    says(&apply(&desk, &["--timeout", "1"])?.wants(2)?, &["it is written, but"])?;
    says(&apply(&desk, &["--timeout", "1"])?.wants(2)?, &["nothing to change", "nothing has to be written, but"])?;
    apply(&desk, &["--wait", "none"])?.wants(0)?;
    desk.store.start_northd()?;
    apply(&desk, &[])?.wants(0)?;
    Ok(())
}

fn kept() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let plan = desk.folder.path().join("plan.json").display().to_string();
    desk.run("plan", &[&desk.file(ROW)?], &["--out", &plan])?.wants(1)?;
    for other in [["--set", "other"], ["--profile", "ovn/main"]] {
        says(&desk.run("apply", &[], &[&["--plan", &plan, "--yes"], &other[..]].concat())?.wants(2)?, &[other[0]])?;
    }
    Ok(())
}

fn logged() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let row = json!({
        "direction": "to-lport", "priority": 5, "match": "ip4", "action": "drop", "log": true, "severity": "warning",
        "name": "shut", "meter": "calm",
    });
    let meter = json!({ "name": "calm", "unit": "pktps", "bands": set([json!(["named-uuid", "band"])]) });
    let band = json!({ "action": "drop", "rate": 5, "burst_size": 2 });
    let hang = json!([["acls", "insert", set([json!(["named-uuid", "row"])])]]);
    desk.change(vec![
        json!({ "op": "insert", "table": "Meter_Band", "uuid-name": "band", "row": band }),
        json!({ "op": "insert", "table": "Meter", "row": meter }),
        json!({ "op": "insert", "table": "ACL", "uuid-name": "row", "row": row }),
        json!({ "op": "mutate", "table": "Logical_Switch", "where": [["name", "==", "vswitch2"]], "mutations": hang }),
    ])?;
    let compiled = desk.json("compile", &[])?;
    let found = compiled["rows"].as_array().and_then(|rows| rows.iter().find(|row| row["name"] == "shut"));
    let found = found.ok_or_else(|| format!("{compiled:#}"))?;
    assert_eq!((&found["log"], &found["severity"]), (&json!(true), &json!("warning")), "{found:#}");
    assert_eq!(
        (&found["meter"]["name"], &found["meter"]["packets_per_second"]),
        (&json!("calm"), &json!(5)),
        "{found:#}"
    );
    says(&desk.run("compile", &[], &["-o", "nbctl"])?.wants(0)?, &["meter-add calm drop 5 pktps 2", "severity=warning"])
}

fn markdown() -> Result<(), Failed> {
    let desk = Desk::new()?;
    desk.apply(ROW)?;
    let file = desk.file(&ROW.replace("priority: 9", "priority: 8"))?;
    let ran = desk.run("plan", &[&file], &["-o", "md"])?.wants(1)?;
    says(&ran, &["<br>was switch vswitch1 from-lport", "\ncost: 1 ACL row of everybody, 1 before"])
}

fn advice() -> Result<(), Failed> {
    let desk = Desk::new()?;
    desk.apply("switches:\n- name: vswitch1\n  acls:\n  - {direction: to-lport, priority: 9, action: drop, match: ip4.dst == 172.20.10.2}\n")?;
    let ran = desk.run("reach", &[], &[])?.wants(0)?;
    let command = format!(" --nb {}\n", desk.store.remote());
    if ran.words.contains("-f ...") || !ran.words.contains(&command) { Err(ran.words.into()) } else { Ok(()) }
}

fn names() -> Result<(), Failed> {
    let desk = Desk::new()?;
    desk.change(vec![
        json!({ "op": "insert", "table": "Address_Set", "row": { "name": "theirs", "addresses": "10.0.0.1" } }),
    ])?;
    let text = |port: &str, set: &str| {
        let matches = format!("outport == @web && ip4.src == ${set}");
        format!(
            "portGroups:\n- name: web\n  ports: [{port}]\n  acls:\n  - {{direction: to-lport, priority: 1, action: drop, match: '{matches}'}}\n"
        )
    };
    let file = desk.file(&text("vm1", "theirs"))?;
    let ran = desk.run("plan", &[&file], &[])?.wants(1)?;
    if ran.words.contains("RF015") || ran.words.contains("RF101") {
        return Err(ran.words.into());
    }
    let file = desk.file(&text("nobody", "nowhere"))?;
    says(&desk.run("plan", &[&file], &[])?.wants(1)?, &["RF015", "RF101"])
}

fn lines() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let row = "switches:\n- name: vswitch1\n  acls:\n  - {direction: to-lport, priority: 9, action: drop, match: ip4.dst == 172.20.10.2}\n";
    let ran = desk.run("plan", &[&desk.file(row)?], &[])?.wants(1)?;
    says(&ran, &["by `drop` at priority 9, ACL "])?;
    if ran.words.contains("the database:") { Err(ran.words.into()) } else { Ok(()) }
}

fn kept_group() -> Result<(), Failed> {
    let desk = Desk::new()?;
    desk.apply("portGroups:\n- {name: ours, ports: [vm1]}\n")?;
    let row = json!({
        "direction": "to-lport", "priority": 1, "match": "ip", "action": "drop",
        "external_ids": map([("vendor", "kube-ovn"), ("parent", "np.web")]),
    });
    let hang = json!([["acls", "insert", set([json!(["named-uuid", "row"])])]]);
    desk.change(vec![
        json!({ "op": "insert", "table": "ACL", "uuid-name": "row", "row": row }),
        json!({ "op": "mutate", "table": "Port_Group", "where": [["name", "==", "ours"]], "mutations": hang }),
    ])?;
    let ran = desk.run("plan", &[&desk.file("")?], &[])?.wants(2)?;
    says(&ran, &["to-lport 1 drop (ip) of kube-ovn, np.web"])
}
