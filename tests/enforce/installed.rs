//! `verify` of rows that Kube-OVN's controller wrote: whoever writes them, they are to be what the objects say.

use crate::program;
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::database::{map, set};
use ringfence_tests::ovn::store::Store;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// One trial.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("verify-knows-rows-of-kube-ovn", kube_ovn)]
}

const OBJECTS: &str = "
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: vswitch1}
spec:
  cidrBlock: 172.20.10.0/24
  acls:
  - {direction: to-lport, priority: 1005, match: ip4.dst == 172.20.10.2, action: drop}
  - {direction: from-lport, priority: 900, match: ip4.src == 172.20.10.9, action: allow}
";

/// A row as the controller writes it, on a switch.
fn written(switch: &str, direction: &str, priority: i64, matches: &str, action: &str) -> Vec<Value> {
    let ids = map([("vendor", "kube-ovn"), ("parent", switch)]);
    let row = json!({
        "direction": direction, "priority": priority, "match": matches, "action": action, "external_ids": ids,
    });
    let mutations = json!([["acls", "insert", set([json!(["named-uuid", "row"])])]]);
    vec![
        json!({ "op": "insert", "table": "ACL", "uuid-name": "row", "row": row }),
        json!({ "op": "mutate", "table": "Logical_Switch", "where": [["name", "==", switch]], "mutations": mutations }),
    ]
}

fn kube_ovn() -> Result<(), Failed> {
    let (store, folder) = (Store::start()?, tempfile::tempdir()?);
    let objects = folder.path().join("objects.yaml");
    fs::write(&objects, OBJECTS)?;
    let verify = |more: &[&str], status: i32, word: &str| {
        let ran = program::run("verify", &store.remote(), &[objects.as_path() as &Path], more)?.wants(status)?;
        if ran.words.contains(word) { Ok(()) } else { Err(format!("`{word}` is not said: {ran:?}")) }
    };
    let write = |operations: Vec<Value>| store.database().transact(operations).map(drop);
    // Without a row of anybody, it is the policy set that lacks them.
    verify(&[], 1, "policy set default")?;
    write(written("vswitch1", "to-lport", 1005, "ip4.dst == 172.20.10.2", "drop"))?;
    verify(&[], 1, "+ switch vswitch1 from-lport 900")?;
    write(written("vswitch1", "from-lport", 900, "ip4.src == 172.20.10.9", "allow"))?;
    verify(&[], 0, "what Kube-OVN wrote")?;
    verify(&["-o", "json"], 0, "\"writer\": \"kube-ovn\"")?;
    verify(&["--rows-of", "ringfence"], 1, "policy set default")?;
    // Of another switch these objects say nothing.
    write(written("vswitch2", "to-lport", 7, "ip4", "allow"))?;
    verify(&[], 0, "as declared")?;
    write(written("vswitch1", "to-lport", 77, "ip4.src == 10.9.9.9", "drop"))?;
    verify(&[], 1, "- switch vswitch1 to-lport 77 drop (ip4.src == 10.9.9.9)")?;
    let one = |priority: i64| json!([["priority", "==", priority]]);
    let gone = json!([["acls", "delete", set([])]]);
    write(vec![json!({ "op": "update", "table": "ACL", "where": one(77), "row": { "priority": 1005 } })])?;
    verify(&[], 1, "- switch vswitch1 to-lport 1005 drop (ip4.src == 10.9.9.9)")?;
    let ours = json!([["match", "==", "ip4.src == 10.9.9.9"]]);
    let row = store.database().select("ACL", ours, &["_uuid"])?.remove(0)["_uuid"].clone();
    let mut gone = gone;
    gone[0][2] = set([row]);
    write(vec![
        json!({ "op": "mutate", "table": "Logical_Switch", "where": [["name", "==", "vswitch1"]], "mutations": gone }),
    ])?;
    verify(&[], 0, "as declared")?;
    write(vec![json!({ "op": "update", "table": "ACL", "where": one(1005), "row": { "log": true } })])?;
    verify(&[], 1, "log")?;
    Ok(())
}
