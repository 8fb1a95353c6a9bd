//! Which guard rails a row trips, and which it does not.

use crate::program;
use libtest_mimic::{Failed, Trial};
use ringfence_tests::ovn::database::map;
use ringfence_tests::ovn::store::Store;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

/// A row for the first switch, and the guard rails that it trips.
const CASES: &[(&str, &str, &[&str])] = &[
    ("nothing", "{direction: from-lport, priority: 9, action: allow, match: inport == \"vm1\"}", &[]),
    (
        "one-of-many",
        "{direction: to-lport, priority: 9, action: drop, match: ip4.src == 172.20.10.3 && tcp.dst == 22}",
        &[],
    ),
    (
        "gateway",
        "{direction: to-lport, priority: 9, action: drop, match: ip4.src == 172.20.10.1 && ip4.dst == 172.20.10.2}",
        &["gateway"],
    ),
    (
        "dhcp",
        "{direction: from-lport, priority: 9, action: drop, match: inport == \"vm2\" && udp.dst == 67}",
        &["dhcp"],
    ),
    (
        "dhcp-of-nobody",
        "{direction: from-lport, priority: 9, action: drop, match: inport == \"vm1\" && udp.dst == 67}",
        &[],
    ),
    ("dns", "{direction: from-lport, priority: 9, action: drop, match: inport == \"vm1\" && udp.dst == 53}", &["dns"]),
    (
        "node",
        "{direction: to-lport, priority: 9, action: drop, match: ip4.src == 100.64.0.2 && tcp.dst == 8080}",
        &["node"],
    ),
    (
        "stateful",
        "{direction: to-lport, priority: 9, action: allow-related, match: ip4.src == 10.0.0.1}",
        &["stateful"],
    ),
    (
        "management",
        "{direction: to-lport, priority: 9, action: drop, match: ip4.src == 10.9.8.7 && ip4.dst == 172.20.10.2 && tcp.dst == 22}",
        &["management"],
    ),
    (
        "beside-management",
        "{direction: to-lport, priority: 9, action: drop, match: ip4.src == 10.9.9.7 && ip4.dst == 172.20.10.2 && tcp.dst == 22}",
        &[],
    ),
    (
        "undefined",
        "{direction: to-lport, priority: 9, action: drop, match: ip4.src == 172.20.10.3 && tcp.dst == 22}\n  \
         - {direction: to-lport, priority: 9, action: allow, match: ip4.src == 172.20.10.3 && tcp.dst == 22}",
        &["undefined"],
    ),
    ("ignored", "{direction: to-lport, priority: 9, action: drop, match: tcp.src = 80}", &["ignored"]),
    (
        "everything",
        "{direction: from-lport, priority: 9, action: drop, match: 'ip4 || ip6 || arp'}",
        &["gateway", "dhcp", "dns", "node", "management", "everything"],
    ),
];

pub fn trials() -> Vec<Trial> {
    let trial = |(name, row, wanted): &(&'static str, &'static str, &'static [&'static str])| {
        let (row, wanted) = (*row, *wanted);
        Trial::test(format!("guard-{name}"), move || check(row, wanted))
    };
    CASES.iter().map(trial).collect()
}

fn check(row: &str, wanted: &[&str]) -> Result<(), Failed> {
    let store = Store::start()?;
    surroundings(&store)?;
    let folder = tempfile::tempdir()?;
    let rules = folder.path().join("rules.yaml");
    // What goes to all goes to the other switches as well.
    let switches = if wanted.contains(&"everything") { &["vswitch1", "vswitch2", "join"][..] } else { &["vswitch1"] };
    let rows: String = switches.iter().map(|name| format!("- name: {name}\n  acls:\n  - {row}\n")).collect();
    fs::write(&rules, format!("apiVersion: ringfence/v1\nkind: Inventory\nswitches:\n{rows}"))?;
    let output = program::command(
        "plan",
        &store.remote(),
        &[&rules],
        &["-o", "json", "--management", "10.9.8.0/24,fd00:9::/64"],
    )
    .output()?;
    let plan: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let names = plan["guards"].as_array().ok_or("no guards")?;
    let names: Vec<&str> = names.iter().filter_map(|guard| guard["name"].as_str()).collect();
    if names == wanted { Ok(()) } else { Err(format!("{wanted:?} were expected: {:#}", plan["guards"]).into()) }
}

/// A switch of nodes as Kube-OVN has it, and a machine that OVN gives its address.
fn surroundings(store: &Store) -> Result<(), Failed> {
    let words = "ls-add join -- lrp-add ovn-cluster ovn-cluster-join 02:00:00:00:64:01 100.64.0.1/16 \
        -- lsp-add join join-ovn-cluster -- lsp-set-type join-ovn-cluster router \
        -- lsp-set-addresses join-ovn-cluster router -- lsp-set-options join-ovn-cluster router-port=ovn-cluster-join \
        -- lsp-add join node-one -- lsp-set-addresses node-one";
    let address = "02:00:00:00:64:02 100.64.0.2";
    let remote = store.remote();
    let status =
        Command::new("ovn-nbctl").args(["--db", &remote]).args(words.split_whitespace()).arg(address).status()?;
    if !status.success() {
        return Err("ovn-nbctl did not succeed".into());
    }
    let options = map([("server_id", "172.20.10.1"), ("server_mac", "02:00:00:00:10:01"), ("lease_time", "3600")]);
    let row = json!({ "cidr": "172.20.10.0/24", "options": options });
    store.database().transact(vec![
        json!({ "op": "insert", "table": "DHCP_Options", "uuid-name": "lease", "row": row }),
        json!({
            "op": "update", "table": "Logical_Switch_Port", "where": [["name", "==", "vm2"]],
            "row": { "dhcpv4_options": ["named-uuid", "lease"] },
        }),
    ])?;
    Ok(())
}
