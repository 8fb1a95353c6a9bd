//! `compile`, and its script on a real OVN Northbound database.

use super::run::{example, folder, ringfence, ringfence_reading};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LAB: &str = r#"
apiVersion: ringfence/v1
kind: Inventory
vms:
  - {name: a, address: 10.0.0.2, subnet: sw}
  - {name: b, address: 10.0.0.3, subnet: sw}
switches:
  - name: sw
    cidr: 10.0.0.0/24
    acls:
      - {direction: from-lport, priority: 5, match: "inport == \"it's\"", action: drop}
      - {direction: to-lport, priority: 5, match: "ip4.src == $people && tcp", action: drop, name: my row}
      - {direction: to-lport, priority: 6, match: "ip4", action: allow-related}
      - {direction: to-lport, priority: 6, match: "ip4", action: drop}
      - {direction: from-lport, priority: 7, match: "udp", action: allow, options: {apply-after-lb: true}}
portGroups:
  - name: pg_a
    ports: [a, nosuch]
    acls:
      - {direction: to-lport, priority: 1000, match: "outport == @pg_a && ip", action: reject}
addressSets:
  - {name: people, addresses: [10.0.0.3, 10.0.0.0/28]}
  - {name: empty, addresses: []}
"#;

const LOGGED: &str = r#"
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: web}
spec: {cidrBlock: 10.1.0.0/24, private: true}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}, annotations: {ovn.kubernetes.io/logical_switch: web}}
spec: {}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: shut
  annotations: {ovn.kubernetes.io/enable_log: "true", ovn.kubernetes.io/acl_log_meter_rate: "5"}
spec: {podSelector: {matchLabels: {app: web}}}
"#;

#[test]
fn rows_stand_in_the_order_in_which_they_are_asked() {
    let ran = ringfence_reading(LAB, &["compile", "-o", "json", "-f", "-"]);
    let json = ran.json();
    let rows: Vec<_> = json["rows"].as_array().unwrap().iter().collect();
    let order: Vec<_> =
        rows.iter().map(|row| (row["stage"].as_str().unwrap(), row["priority"].as_u64().unwrap())).collect();
    let to = "to-lport";
    assert_eq!(
        order,
        [("from-lport", 5), ("from-lport-after-lb", 7), (to, 1000), (to, 6), (to, 6), (to, 5)],
        "{}",
        ran.err
    );
    assert_eq!(rows[2]["port_group"], "pg_a");
    assert_eq!(rows[2]["source"]["line"], 20);
}

#[test]
fn table_names_the_line_of_each_row() {
    let ran = ringfence(&["compile", "-f", &example("kube-ovn-vm-isolation/subnet-acl-2.yaml")]);
    assert!(ran.out.contains("vswitch1  5 machine ports, 4 rows; tracks no connections"), "{}", ran.out);
    assert!(ran.out.contains("subnet-acl-2.yaml:"), "{}", ran.out);
    assert!(ran.out.contains("what no row decides passes"));
}

#[test]
fn tiers_are_for_versions_that_have_them() {
    let script = |profile| {
        ringfence(&[
            "compile",
            "-o",
            "nbctl",
            "--profile",
            profile,
            "-f",
            &example("kube-ovn-vm-isolation/subnet-acl-3.yaml"),
        ])
        .out
    };
    assert!(
        script("kube-ovn/1.16")
            .contains("-- --type=switch --tier=2 acl-add vswitch1 to-lport 1005 'ip4.dst == 172.20.10.2' drop")
    );
    assert!(
        script("ovn/23.03").contains("-- --type=switch acl-add vswitch1 to-lport 1005 'ip4.dst == 172.20.10.2' drop")
    );
}

/// A database server of the test's own; it ends with the test.
struct Database(Child);

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Database {
    /// Nothing where OVN is not installed.
    fn start(folder: &Path, socket: &str) -> Option<Self> {
        let schema = "/usr/share/ovn/ovn-nb.ovsschema";
        let file = folder.join("nb.db");
        let created = Command::new("ovsdb-tool").arg("create").arg(&file).arg(schema).status();
        if !created.is_ok_and(|status| status.success()) {
            return None;
        }
        let server = Command::new("ovsdb-server")
            .arg(&file)
            .args([format!("--remote=punix:{socket}"), format!("--unixctl={socket}.ctl")])
            .arg("--no-chdir")
            .stderr(Stdio::null())
            .spawn();
        let database = Self(server.ok()?);
        let start = Instant::now();
        while !Path::new(socket).exists() && start.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(database)
    }
}

#[test]
fn a_real_database_takes_the_script() {
    // Names of sockets are short.
    let folder = std::env::temp_dir().join(format!("ringfence-nb-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let socket = folder.join("s").to_str().unwrap().to_owned();
    let Some(database) = Database::start(&folder, &socket) else {
        eprintln!("skipped: OVN is not installed");
        return;
    };
    let script = folder.join("rows.sh");
    let ran = ringfence_reading(LAB, &["compile", "-o", "nbctl", "--profile", "ovn/23.03", "-f", "-"]);
    std::fs::write(&script, &ran.out).unwrap();
    let nbctl = format!("ovn-nbctl --db=unix:{socket}");
    let words: Vec<_> = nbctl.split(' ').collect();
    let ask = |arguments: &[&str]| {
        let output = Command::new(words[0]).args(&words[1..]).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    ask(&["init"]);
    let written = Command::new("sh").arg(&script).env("OVN_NBCTL", &nbctl).output().unwrap();
    assert!(written.status.success(), "{}\n{}", String::from_utf8_lossy(&written.stderr), ran.out);
    let expected = [
        "from-lport     7 (udp) allow [after-lb]",
        "from-lport     5 (inport == \"it's\") drop",
        "  to-lport     6 (ip4) allow-related",
        "  to-lport     6 (ip4) drop",
        "  to-lport     5 (ip4.src == $people && tcp) drop",
    ];
    let rows = ask(&["acl-list", "sw"]);
    let mut rows: Vec<_> = rows.lines().collect();
    rows.sort_unstable_by_key(|row| expected.iter().position(|known| known == row));
    assert_eq!(rows, expected);
    assert_eq!(
        ask(&["--type=port-group", "acl-list", "pg_a"]).trim(),
        "to-lport  1000 (outport == @pg_a && ip) reject"
    );
    assert_eq!(ask(&["--bare", "--columns=name", "find", "ACL", "name!=[]"]).trim(), "my row");
    assert_eq!(
        ask(&["--bare", "--columns=addresses", "find", "Address_Set", "name=people"]).trim(),
        "10.0.0.0/28 10.0.0.3"
    );
    assert_eq!(ask(&["lsp-list", "sw"]).lines().count(), 1);
    let ran = ringfence_reading(LOGGED, &["compile", "-o", "nbctl", "--profile", "kube-ovn/1.16", "-f", "-"]);
    // The OVN at hand may be older than tiers.
    std::fs::write(&script, ran.out.replace("--tier=2 ", "").replace(" tier=2", "")).unwrap();
    let written = Command::new("sh").arg(&script).env("OVN_NBCTL", &nbctl).output().unwrap();
    assert!(written.status.success(), "{}\n{}", String::from_utf8_lossy(&written.stderr), ran.out);
    assert_eq!(
        ask(&["acl-list", "web"]).lines().collect::<Vec<_>>(),
        [
            "  to-lport  3000 (ip4.src == 100.64.0.0/16) allow-related",
            "  to-lport  1001 (ip4.src == 10.1.0.0/24 && ip4.dst == 10.1.0.0/24) allow-related",
            "  to-lport  1000 (ip) drop log(name=web,severity=warning)",
        ]
    );
    assert_eq!(
        ask(&["--type=port-group", "acl-list", "shut.default"]).lines().last().unwrap_or_default(),
        "  to-lport  2000 (outport == @shut.default && ip) drop \
         log(name=default/shut,severity=warning,meter=\"shut.default_to-lport_meter\")"
    );
    assert_eq!(ask(&["meter-list"]), "shut.default_to-lport_meter: bands:\n  drop: 5 pktps, 1 packet burst\n");
    drop(database);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn lines_of_acl_list_lead_to_the_manifest() {
    let file = crate::run::example("kube-ovn-vm-isolation/subnet-acl-1.yaml");
    let list = "switch 1 (vswitch1)\n  to-lport  1005 (ip4.dst == 172.20.10.0/30) drop\n";
    let ran = crate::run::ringfence_reading(list, &["import", "-f", &file]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("subnet-acl-1.yaml:9: Subnet/vswitch1 spec.acls[0]"), "{}", ran.out);
    let other = crate::run::ringfence_reading("to-lport 7 (ip4) drop\n", &["import", "-f", &file]);
    assert_eq!((other.status, other.out.contains("no row of this input")), (1, true));
}

/// A row that drops is not the one of which a line says that it allowed something; flags of a packet are looked at.
#[test]
fn lines_of_a_log_lead_to_rows_that_do_what_they_say() {
    let rows = "apiVersion: ringfence/v1\nkind: Inventory\nvms: [{name: a, address: 10.1.0.2}, {name: b, address: 10.1.0.3}]\n\
                switches:\n- name: sw\n  cidr: 10.1.0.0/24\n  acls:\n\
                \x20 - {direction: to-lport, priority: 9, action: drop, match: tcp.flags == 0}\n\
                \x20 - {direction: to-lport, priority: 8, action: allow-related, match: tcp.dst == 22, name: ssh}\n\
                \x20 - {direction: to-lport, priority: 7, action: drop, match: tcp.dst == 23, name: telnet}\n";
    let folder = folder("log", &[("a.yaml", rows.as_bytes())]);
    let file = folder.join("a.yaml").to_str().unwrap().to_owned();
    let line = |name: &str, verdict: &str, rest: &str| {
        let head = "2026-01-01T00:00:00Z|00004|acl_log(ovn_pinctrl0)|INFO|name=";
        format!("{head}\"{name}\", verdict={verdict}, severity=info, direction=to-lport: {rest}\n")
    };
    let found = |line: &str| {
        let ran = ringfence_reading(line, &["import", "-f", &file]);
        (ran.status, ran.out.lines().last().unwrap_or_default().trim().to_owned(), ran.err)
    };
    let (status, row, err) = found(&line("ssh", "allow", "tcp"));
    assert!(status == 0 && row.contains("acls[1]"), "{row}{err}");
    let (status, row, err) = found(&line("telnet", "allow", "tcp"));
    assert!(status == 1 && row == "no row of this input", "{row}{err}");
    let flow = "tcp,nw_src=10.1.0.2,nw_dst=10.1.0.3,tp_src=40000,tp_dst=80,tcp_flags=0";
    let (status, row, err) = found(&line("<unnamed>", "drop", flow));
    assert!(status == 0 && row.contains("acls[0]"), "{row}{err}");
}

#[test]
fn where_no_line_is_one_of_ovns_nothing_was_compared() {
    let folder = folder("no-lines", &[("a.yaml", b"{}"), ("log", b"a line\n\xff\xfe\n")]);
    let [file, log] = ["a.yaml", "log"].map(|name| folder.join(name).to_str().unwrap().to_owned());
    let ran = crate::run::ringfence(&["import", &log, "-f", &file]);
    assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("nothing was compared"), "{}", ran.err);
    // A pipe that broke says nothing, too.
    let ran = crate::run::ringfence_reading("\n", &["import", "-f", &file]);
    assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("nothing was compared"), "{}", ran.err);
}
