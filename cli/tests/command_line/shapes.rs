//! The JSON shapes, key by key and in their order; and the other forms for programs.

use super::run::{example, ringfence, ringfence_reading};
use serde_json::{Value, json};

const S3: &str = "kube-ovn-vm-isolation/subnet-acl-3.yaml";
const S4: &str = "kube-ovn-vm-isolation/subnet-acl-4.yaml";

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn pair<'j>(json: &'j Value, from: &str, to: &str) -> &'j Value {
    json["pairs"].as_array().unwrap().iter().find(|pair| pair["from"] == from && pair["to"] == to).unwrap()
}

#[test]
fn reach() {
    let json = ringfence(&["reach", "-o", "json", "-f", &example(S4)]).json();
    assert_eq!(keys(&json), ["ringfence", "profile", "endpoints", "pairs", "diagnostics"]);
    assert_eq!(json["ringfence"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["profile"], "kube-ovn/1.16");
    let first =
        json!({"id": "default/vm1", "kind": "VirtualMachine", "switch": "vswitch1", "addresses": ["172.20.10.2"]});
    assert_eq!(json["endpoints"][0], first);
    assert_eq!(keys(&json["endpoints"][0]), ["id", "kind", "switch", "addresses"]);
    let outside = json["endpoints"].as_array().unwrap().last().unwrap();
    assert!(outside["addresses"][0].as_str().unwrap().contains('-'));
    assert_eq!(json["pairs"].as_array().unwrap().len(), 7 * 6);
    assert!(json["pairs"].as_array().unwrap().iter().all(|pair| pair["from"] != pair["to"]));
    let found = pair(&json, "default/vm5", "default/vm1");
    assert_eq!(keys(found), ["from", "to", "verdict", "delivered", "answered", "undefined"]);
    let all = json!([[0, 65535]]);
    let but = json!([[0, 9500], [9502, 65535]]);
    let expected = json!([
        {"protocol": "tcp", "sport": but, "dport": all},
        {"protocol": "udp", "sport": all, "dport": all},
        {"protocol": "sctp", "sport": all, "dport": all},
        {"protocol": "icmp", "types": [[0, 255]], "codes": [[0, 255]]},
        {"protocol": "ip", "numbers": [[0, 0], [2, 5], [7, 16], [18, 131], [133, 255]]},
    ]);
    assert_eq!((&found["verdict"], &found["delivered"]), (&"partial".into(), &expected));
    assert_eq!(found["undefined"], json!([]));
    assert_eq!(found["answered"][3], json!({"protocol": "icmp", "types": [[8, 8]], "codes": [[0, 255]]}));
}

#[test]
fn families_are_named_where_a_pair_has_both() {
    let text = "apiVersion: ringfence/v1\nkind: Inventory\nswitches:\n  - {name: s, cidr: [10.0.0.0/24, 'fd00::/64']}\nvms:\n  - {name: a, addresses: [10.0.0.2, 'fd00::2'], subnet: s}\n  - {name: b, addresses: [10.0.0.3, 'fd00::3'], subnet: s}\n  - {name: c, addresses: ['fd00::4'], subnet: s}\n";
    let ran = ringfence_reading(text, &["reach", "-o", "json", "-f", "-"]);
    let json = ran.json();
    let both = &pair(&json, "default/a", "default/b")["delivered"];
    assert_eq!((&both[0]["family"], &both[5]["family"]), (&"ipv4".into(), &"ipv6".into()));
    assert_eq!(both[8]["protocol"], "icmp6");
    assert_eq!(pair(&json, "default/a", "default/c")["delivered"][0]["family"], Value::Null);
}

#[test]
fn explain() {
    let json = ringfence(&["explain", "vm1", "vm2", "--tcp", "80", "-o", "json", "-f", &example(S3)]).json();
    assert_eq!(keys(&json)[..5], ["verdict", "delivered", "answered", "steps", "because"]);
    assert_eq!(
        (&json["verdict"], &json["delivered"], &json["answered"]),
        (&"one-way".into(), &true.into(), &false.into())
    );
    let last = json["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(keys(last)[..6], ["half", "switch", "stage", "tier", "decider", "result"]);
    assert_eq!((&last["half"], &last["stage"], &last["result"]), (&"reply".into(), &"to-lport".into(), &"drop".into()));
    assert_eq!(last["decider"]["kind"], "row");
    let row = json!({"direction": "to-lport", "priority": 1005, "tier": 2, "match": "ip4.dst == 172.20.10.2", "action": "drop"});
    assert_eq!(last["decider"]["row"], row);
    let source = &last["decider"]["source"];
    assert_eq!((&source["line"], &source["object"]), (&9.into(), &"Subnet/vswitch1".into()));
    assert!(source["file"].as_str().unwrap().ends_with("subnet-acl-3.yaml"));
    assert_eq!(json["steps"][0]["decider"]["kind"], "default");
    assert!(json["traces"][0]["command"].as_str().unwrap().starts_with("ovn-trace "));
}

#[test]
fn check() {
    let ran = ringfence(&["check", "-o", "json", "-f", &example(S3)]);
    let json = ran.json();
    assert_eq!(keys(&json), ["diagnostics", "expectations"]);
    assert_eq!(keys(&json["diagnostics"][0])[..6], ["code", "severity", "message", "file", "line", "column"]);
    let [fails, holds] = [&json["expectations"][0], &json["expectations"][1]];
    assert_eq!(keys(fails)[..3], ["name", "holds", "counterexample"]);
    assert_eq!((&fails["name"], &fails["holds"]), (&"vm1-may-talk".into(), &false.into()));
    let found = &fails["counterexample"];
    assert_eq!((&found["from"], &found["to"]), (&"default/vm1".into(), &"default/vm2".into()));
    assert_eq!((&found["expected"], &found["found"]), (&"open".into(), &"one-way".into()));
    assert_eq!((&holds["holds"], &holds["counterexample"]), (&true.into(), &Value::Null));
}

#[test]
fn github() {
    let ran = ringfence(&["check", "-o", "github", "-f", &example(S3)]);
    assert!(ran.out.lines().all(|line| line.starts_with("::warning file=") || line.starts_with("::error file=")));
    assert!(ran.out.contains(",title=RF301::vm1-may-talk does not hold: "), "{}", ran.out);
}

#[test]
fn csv_markdown_and_dot() {
    let run = |format| ringfence(&["reach", "-o", format, "-f", &example(S4)]).out;
    let csv = run("csv");
    assert_eq!(csv.lines().next(), Some("from,to,verdict,delivered,answered,undefined"));
    assert!(csv.contains("\ndefault/vm1,default/vm5,partial,all,all but tcp/9501,none\n"));
    assert_eq!(csv.lines().count(), 43);
    let markdown = run("md");
    assert!(markdown.lines().all(|line| line.matches('|').count() == 7), "{markdown}");
    let dot = run("dot");
    assert!(dot.starts_with("digraph ringfence {") && dot.trim_end().ends_with('}'));
    assert_eq!(dot.matches('{').count(), dot.matches('}').count());
    assert!(dot.contains("label=\"all but tcp/9501\", style=dashed"), "{dot}");
}
