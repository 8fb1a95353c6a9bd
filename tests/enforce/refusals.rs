//! What the program does not do.

use crate::{contents, foreign, program};
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::database::{map, set};
use ringfence_tests::ovn::store::Store;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// One trial for each thing.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("refuses-a-tripped-guard-rail", tripped),
        Trial::test("refuses-a-plan-of-another-world", moved),
        Trial::test("refuses-what-is-not-there", missing),
        Trial::test("refuses-what-belongs-to-others", taken),
        Trial::test("refuses-input-of-nothing", nothing),
        Trial::test("refuses-input-that-loses-something", slips),
        Trial::test("verify-finds-drift", drift),
        Trial::test("two-policy-sets-know-nothing-of-each-other", sets),
    ]
}

struct Desk {
    store: Store,
    folder: tempfile::TempDir,
}

const DROP: &str = "{direction: to-lport, priority: 1005, action: drop, match: ip4.dst == 172.20.10.2}";
const ALLOW: &str = "{direction: from-lport, priority: 900, action: allow, match: ip4.src == 172.20.10.9}";

impl Desk {
    fn new() -> Result<Self, Failed> {
        let desk = Self { store: Store::start()?, folder: tempfile::tempdir()? };
        foreign::write(desk.store.database())?;
        Ok(desk)
    }

    fn rules(&self, name: &str, switch: &str, rows: &[&str]) -> Result<PathBuf, Failed> {
        let rows = rows.iter().map(|row| format!("  - {row}\n")).collect::<String>();
        let text = format!(
            "apiVersion: ringfence/v1\nkind: Inventory\nswitches:\n- name: {switch}\n  cidr: 172.20.10.0/24\n  acls:\n{rows}"
        );
        self.file(name, &text)
    }

    fn file(&self, name: &str, text: &str) -> Result<PathBuf, Failed> {
        let path = self.folder.path().join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    fn run(&self, verb: &str, files: &[&Path], more: &[&str]) -> Result<program::Ran, String> {
        program::run(verb, &self.store.remote(), files, more)
    }

    /// Refuses, says so, and leaves everything as it is.
    fn refuses(&self, files: &[&Path], more: &[&str], status: i32, word: &str) -> Result<(), Failed> {
        let before = contents::of(self.store.database())?;
        let ran = self.run("apply", files, more)?.wants(status)?;
        if !ran.words.contains(word) {
            return Err(format!("`{word}` is not said: {}", ran.words).into());
        }
        Ok(contents::same(&before, &contents::of(self.store.database())?)?)
    }
}

fn tripped() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let rules = desk.rules("drop.yaml", "vswitch1", &[DROP])?;
    desk.refuses(&[&rules], &["--yes"], 1, "--accept gateway")?;
    desk.refuses(&[&rules], &["--yes", "--accept", "stateful"], 1, "--accept gateway")?;
    // Where nobody can be asked, silence is no yes.
    desk.refuses(&[&rules], &["--accept", "all"], 1, "--yes")?;
    let broken = desk.rules(
        "broken.yaml",
        "vswitch1",
        &["{direction: to-lport, priority: 1, action: drop, match: tcp.src = 80}"],
    )?;
    desk.refuses(&[&broken], &["--yes"], 1, "--accept ignored")?;
    desk.run("apply", &[&broken], &["--yes", "--accept", "ignored", "--wait", "none"])?.wants(0)?;
    Ok(())
}

fn moved() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let rules = desk.rules("allow.yaml", "vswitch1", &[ALLOW])?;
    let plan = desk.folder.path().join("plan.json").display().to_string();
    desk.run("plan", &[&rules], &["--out", &plan])?.wants(1)?;
    desk.store.database().transact(vec![json!({
        "op": "update", "table": "Logical_Switch_Port", "where": [["name", "==", "vm5"]],
        "row": { "addresses": "02:00:00:00:10:06 172.20.10.66" },
    })])?;
    desk.refuses(&[], &["--plan", &plan, "--yes", "--accept", "all"], 1, "plan again")?;
    desk.run("plan", &[&rules], &["--out", &plan])?.wants(1)?;
    desk.run("apply", &[], &["--plan", &plan, "--yes", "--wait", "none"])?.wants(0)?;
    desk.run("verify", &[&rules], &[])?.wants(0)?;
    // Carried out, it is a plan of another world.
    desk.refuses(&[], &["--plan", &plan, "--yes"], 1, "plan again")
}

fn missing() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let rules = desk.rules("elsewhere.yaml", "vswitch9", &[ALLOW])?;
    desk.refuses(&[&rules], &["--yes"], 2, "switch `vswitch9` of Switch/vswitch9 is not in the database")?;
    let nobody = Path::new("no-such-file.yaml");
    desk.refuses(&[nobody], &["--yes"], 2, "nothing of it is")?;
    let file = desk.store.file();
    desk.refuses(&[&file], &["--yes"], 2, "is a database")?;
    let assumed = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: default, labels: {app: a}}\n---\n\
        apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: default}\n\
        spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]}\n---\n\
        apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: ovn-default}\nspec: {cidrBlock: 10.16.0.0/16, default: true}\n";
    let assumed = desk.file("assumed.yaml", assumed)?;
    desk.refuses(&[&assumed], &["--yes"], 2, "RF024")
}

fn taken() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let text = "apiVersion: ringfence/v1\nkind: Inventory\nportGroups:\n- {name: np.web.default, ports: [vm1]}\n";
    let group = desk.file("group.yaml", text)?;
    desk.refuses(&[&group], &["--yes"], 2, "belongs to kube-ovn")?;
    // A row of somebody else in a group of ours: the group must not go.
    let own = desk.file("own.yaml", &text.replace("np.web.default", "ours"))?;
    desk.run("apply", &[&own], &["--yes", "--wait", "none"])?.wants(0)?;
    let row =
        json!({ "direction": "to-lport", "priority": 1, "match": "ip", "action": "drop", "external_ids": map([]) });
    let mutations = json!([["acls", "insert", set([json!(["named-uuid", "row"])])]]);
    desk.store.database().transact(vec![
        json!({ "op": "insert", "table": "ACL", "uuid-name": "row", "row": row }),
        json!({ "op": "mutate", "table": "Port_Group", "where": [["name", "==", "ours"]], "mutations": mutations }),
    ])?;
    let empty = desk.file("empty.yaml", "apiVersion: ringfence/v1\nkind: Inventory\n")?;
    desk.refuses(&[&empty], &["--yes", "--accept", "all"], 2, "has rows of somebody else")
}

/// A pipe that broke says nothing, and does not mean that nothing is wanted.
fn nothing() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let rules = desk.rules("allow.yaml", "vswitch1", &[ALLOW])?;
    desk.run("apply", &[&rules], &["--yes", "--wait", "none"])?.wants(0)?;
    for verb in ["plan", "verify"] {
        desk.run(verb, &[Path::new("-")], &[])?.wants(2)?;
    }
    desk.refuses(&[Path::new("-")], &["--yes", "--accept", "all"], 2, "there is no object in the standard input")?;
    // Whoever writes an empty file may mean it.
    let file = desk.file("empty.yaml", "---\n# nothing\n---\n")?;
    desk.run("plan", &[&file], &[])?.wants(1)?;
    let emptied = desk.file("inventory.yaml", "apiVersion: ringfence/v1\nkind: Inventory\n")?;
    let ran = desk.run("apply", &[&emptied], &["--yes", "--wait", "none"])?.wants(0)?;
    if ran.words.contains("1 deleted") { Ok(()) } else { Err(format!("{ran:?}").into()) }
}

fn slips() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let text = format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: vswitch1}}\nspec:\n  cidrBlock: 172.20.10.0/24\n  acls:\n  - {ALLOW}\n"
    );
    let rules = desk.file("subnet.yaml", &text)?;
    desk.run("apply", &[&rules], &["--yes", "--wait", "none"])?.wants(0)?;
    let field = desk.file("field.yaml", &text.replace("acls:", "acl:"))?;
    desk.refuses(&[&field], &["--yes", "--accept", "all"], 2, "RF012")?;
    let version = desk.file("version.yaml", &text.replace("kubeovn.io/v1", "kubeovn.io/v2"))?;
    desk.refuses(&[&version], &["--yes", "--accept", "all"], 2, "`Subnet` of `kubeovn.io/v2`")?;
    let ran = desk.run("apply", &[&field], &["--lenient", "--yes", "--wait", "none"])?.wants(0)?;
    if ran.words.contains("1 deleted") { Ok(()) } else { Err(format!("{ran:?}").into()) }
}

fn drift() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let rules = desk.rules("rules.yaml", "vswitch1", &[DROP, ALLOW])?;
    let apply = || desk.run("apply", &[&rules], &["--yes", "--accept", "all", "--wait", "none"])?.wants(0);
    apply()?;
    desk.run("verify", &[&rules], &[])?.wants(0)?;
    let ours = json!([["priority", "==", 1005]]);
    let changes = [
        json!({ "op": "update", "table": "ACL", "where": ours, "row": { "action": "allow" } }),
        json!({ "op": "update", "table": "ACL", "where": ours, "row": { "options": map([("persist-established", "true")]) } }),
        json!({ "op": "update", "table": "ACL", "where": ours, "row": { "label": 7 } }),
        json!({ "op": "mutate", "table": "ACL", "where": ours, "mutations": [["external_ids", "delete", set([json!("ringfence-rule")])]] }),
        json!({ "op": "update", "table": "Logical_Switch", "where": [["name", "==", "vswitch1"]], "row": { "acls": set([]) } }),
    ];
    for change in changes {
        desk.store.database().transact(vec![change.clone()])?;
        desk.run("verify", &[&rules], &[])?.wants(1).map_err(|error| format!("{change}: {error}"))?;
        apply()?;
        desk.run("verify", &[&rules], &[])?.wants(0).map_err(|error| format!("{change}: {error}"))?;
    }
    Ok(())
}

fn sets() -> Result<(), Failed> {
    let desk = Desk::new()?;
    let before = contents::of(desk.store.database())?;
    let (one, other) =
        (desk.rules("one.yaml", "vswitch1", &[DROP])?, desk.rules("other.yaml", "vswitch1", &[DROP, ALLOW])?);
    let apply = |set: &str, file: &Path| {
        desk.run("apply", &[file], &["--set", set, "--yes", "--accept", "all", "--wait", "none"])?.wants(0)
    };
    apply("one", &one)?;
    let alone = contents::of(desk.store.database())?;
    apply("one-1", &other)?;
    let back =
        |set: &str| desk.run("rollback", &[], &["--set", set, "--yes", "--accept", "all", "--wait", "none"])?.wants(0);
    back("one-1")?;
    contents::same(&alone, &contents::of(desk.store.database())?)?;
    back("one")?;
    contents::same(&before, &contents::of(desk.store.database())?)?;
    desk.run("rollback", &[], &["3", "--set", "one", "--yes"])?.wants(2)?;
    Ok(())
}
