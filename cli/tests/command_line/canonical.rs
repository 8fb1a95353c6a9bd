//! `fmt`: match expressions as OVN prints them.

use crate::run::{folder, ringfence, ringfence_reading};

/// A Subnet whose matches are written in every style of YAML; the last one is no match.
const WRITTEN: &str = r#"apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: web} # matches below
spec:
  cidrBlock: 10.1.0.0/24
  acls:
  - {direction: to-lport, priority: 90, action: drop, match: ip4.dst==10.1.0.3&&(tcp)}
  - {direction: to-lport, priority: 91, action: drop, match: "inport==\"vm.a\" && ip"}
  - {direction: to-lport, priority: 92, action: drop, match: '(!ct.est)'}
  - {direction: to-lport, priority: 93, action: drop, match: (!ct.est)}
  - direction: to-lport
    priority: 94
    action: drop
    match: >-
      ip4.src == {10.1.0.4,
      10.1.0.5}   && udp
  - {direction: to-lport, priority: 95, action: drop, match: tcp.dst == 80}
  - {direction: to-lport, priority: 96, action: drop, match: tcp.dst=80}
"#;

const CANONICAL: &str = r#"apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: web} # matches below
spec:
  cidrBlock: 10.1.0.0/24
  acls:
  - {direction: to-lport, priority: 90, action: drop, match: ip4.dst == 10.1.0.3 && tcp}
  - {direction: to-lport, priority: 91, action: drop, match: "inport == \"vm.a\" && ip"}
  - {direction: to-lport, priority: 92, action: drop, match: '!ct.est'}
  - {direction: to-lport, priority: 93, action: drop, match: '!ct.est'}
  - direction: to-lport
    priority: 94
    action: drop
    match: >-
      ip4.src == {10.1.0.4, 10.1.0.5} && udp
  - {direction: to-lport, priority: 95, action: drop, match: tcp.dst == 80}
  - {direction: to-lport, priority: 96, action: drop, match: tcp.dst=80}
"#;

#[test]
fn matches_are_written_as_ovn_prints_them_and_nothing_else() {
    let good = WRITTEN.replace("tcp.dst=80", "tcp.dst == 80");
    let folder = folder(
        "fmt",
        &[("a.yaml", good.as_bytes()), ("b.yaml", b"apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n")],
    );
    let path = folder.to_str().unwrap();
    let read = || std::fs::read_to_string(folder.join("a.yaml")).unwrap();
    let before = ringfence(&["compile", "-f", path, "-o", "json"]).json();
    let dry = ringfence(&["fmt", "-f", path, "--dry-run"]);
    assert_eq!((dry.status, read()), (1, good.clone()), "{}{}", dry.out, dry.err);
    assert!(
        dry.out.contains("-  - {direction: to-lport, priority: 93, action: drop, match: (!ct.est)}\n"),
        "{}",
        dry.out
    );
    let ran = ringfence(&["fmt", "-f", path]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert_eq!(read(), CANONICAL.replace("tcp.dst=80", "tcp.dst == 80"));
    assert_eq!(ran.out, format!("{}\n", folder.join("a.yaml").display()));
    // It means the same, row by row, and there is nothing more to do.
    let after = ringfence(&["compile", "-f", path, "-o", "json"]).json();
    let rows = |of: &serde_json::Value| of["rows"].as_array().unwrap().len();
    assert_eq!((rows(&before), rows(&after)), (7, 7));
    let again = ringfence(&["fmt", "-f", path, "--dry-run"]);
    assert_eq!((again.status, again.out.as_str()), (0, ""), "{}", again.err);
}

#[test]
fn a_match_that_ovn_does_not_take_stays_and_is_told() {
    let ran = ringfence_reading(WRITTEN, &["fmt", "-f", "-"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, CANONICAL), "{}", ran.err);
    assert!(ran.err.contains("RF101") && ran.err.contains("tcp.dst=80"), "{}", ran.err);
}

#[test]
fn json_stays_json() {
    let text = r#"{"apiVersion":"kubeovn.io/v1","kind":"Subnet","metadata":{"name":"a"},"spec":{"cidrBlock":"10.1.0.0/24","acls":[{"direction":"to-lport","priority":9,"action":"drop","match":"outport==\"vm.a\""}]}}"#;
    let ran = ringfence_reading(text, &["fmt", "-f", "-"]);
    assert_eq!(ran.out, text.replace("outport==", "outport == "), "{}", ran.err);
    assert_eq!(ran.status, 0, "{}", ran.err);
}

#[test]
fn nothing_to_format_is_an_error() {
    assert_eq!(ringfence_reading("", &["fmt", "-f", "-"]).status, 2);
    assert_eq!(ringfence(&["fmt"]).status, 2);
    assert_eq!(ringfence(&["fmt", "-f", "no-such-file.yaml"]).status, 2);
}
