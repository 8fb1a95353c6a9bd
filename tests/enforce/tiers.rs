//! A database of a newer OVN: with tiers, and with `pass`.

use crate::{contents, program};
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::store::Store;
use serde_json::{Value, json};
use std::fs;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("nothing-in-tier-0", nothing_in_tier_0),
        Trial::test("tiers-stay-in-their-order", in_order),
        Trial::test("tiers-without-tiers", without),
        Trial::test("policies-without-tiers", policies),
    ]
}

fn rules(rows: &[(u8, u16, &str)]) -> String {
    let row = |(tier, priority, action): &(u8, u16, &str)| {
        format!(
            "  - {{direction: to-lport, tier: {tier}, priority: {priority}, action: {action}, match: ip4.src == 10.0.0.1}}\n"
        )
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        "apiVersion: ringfence/v1\nkind: Inventory\novn: {{version: main}}\nswitches:\n- name: vswitch1\n  acls:\n{rows}"
    )
}

/// The tiers in which rows of these are found, sorted.
fn tiers(store: &Store, rows: &[(u8, u16, &str)], status: i32) -> Result<Vec<i64>, Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("rules.yaml");
    fs::write(&file, rules(rows))?;
    let before = contents::of(store.database())?;
    program::apply(&store.remote(), &[&file], &["--wait", "none"])?.wants(status)?;
    if status != 0 {
        contents::same(&before, &contents::of(store.database())?)?;
        return Ok(Vec::new());
    }
    program::run("verify", &store.remote(), &[&file], &[])?.wants(0)?;
    if !store.has_tiers() {
        return Ok(Vec::new());
    }
    // Rows that are equal in what is asked for are told once.
    let found = store.database().select("ACL", json!([]), &["_uuid", "tier"])?;
    let mut tiers: Vec<i64> = found.iter().filter_map(|row: &Value| row["tier"].as_i64()).collect();
    tiers.sort_unstable();
    Ok(tiers)
}

fn nothing_in_tier_0() -> Result<(), Failed> {
    let found = tiers(&Store::newer()?, &[(0, 10, "drop"), (0, 20, "allow")], 0)?;
    if found == [2, 2] { Ok(()) } else { Err(format!("{found:?}").into()) }
}

fn in_order() -> Result<(), Failed> {
    let store = Store::newer()?;
    let found = tiers(&store, &[(0, 10, "pass"), (2, 20, "allow"), (3, 1, "drop")], 0)?;
    if found != [1, 2, 3] {
        return Err(format!("{found:?}").into());
    }
    tiers(&store, &[(0, 10, "pass"), (1, 20, "allow")], 2).map(drop)
}

/// OVN 23.03: rows of one tier need none, and rows of several where priorities say the same.
fn without() -> Result<(), Failed> {
    let store = Store::start()?;
    tiers(&store, &[(2, 10, "drop"), (2, 20, "allow")], 0)?;
    tiers(&store, &[(1, 10, "drop"), (2, 20, "allow")], 2)?;
    tiers(&store, &[(1, 20, "drop"), (2, 20, "allow")], 2)?;
    tiers(&store, &[(1, 30, "drop"), (1, 40, "drop"), (2, 20, "allow"), (3, 1, "drop")], 0)?;
    tiers(&store, &[(2, 10, "pass")], 2).map(drop)
}

const WORLD: &str = "apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: vswitch1}
spec: {cidrBlock: 172.20.10.0/24, gateway: 172.20.10.1}
---
apiVersion: v1
kind: Pod
metadata: {name: vm1, namespace: default, labels: {app: web}, annotations: {ovn.kubernetes.io/logical_switch: vswitch1, ovn.kubernetes.io/ip_address: 172.20.10.2}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: default}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
---
";

/// What an administrator's policy says is written as it is said, or not at all, by whatever profile.
fn policies() -> Result<(), Failed> {
    let cluster = |tier: &str, action: &str| {
        format!(
            "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: admin}}\nspec:\n  tier: {tier}\n  \
             priority: 5\n  subject: {{namespaces: {{}}}}\n  ingress:\n  - {{name: a, action: {action}, from: [{{namespaces: {{}}}}]}}\n  - {{name: b, \
             action: Deny, from: [{{namespaces: {{}}}}]}}\n"
        )
    };
    let cases = [
        (cluster("Admin", "Accept"), 0, "priorities keep their order"),
        (cluster("Admin", "Pass"), 2, "ClusterNetworkPolicy/admin needs"),
        (cluster("Baseline", "Accept"), 2, "ask ClusterNetworkPolicy/admin"),
    ];
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("policies.yaml");
    for (policy, status, word) in cases {
        fs::write(&file, format!("{WORLD}{policy}"))?;
        for profile in ["ovn/23.03", "ovn/main", "kube-ovn/1.16"] {
            let store = Store::start()?;
            let ran = program::apply(&store.remote(), &[&file], &["--wait", "none", "--profile", profile])?;
            let ran = ran.wants(status).map_err(|error| format!("{profile}: {error}"))?;
            if !store.has_tiers() && !ran.words.contains(word) {
                return Err(format!("{profile}: `{word}` is not said: {}", ran.words).into());
            }
        }
        let ran = program::apply(&Store::start()?.remote(), &[&file], &["--profile", "kube-ovn/1.12"])?.wants(2)?;
        if !ran.words.contains("does not know ClusterNetworkPolicy") {
            return Err(format!("{ran:?}").into());
        }
    }
    Ok(())
}
