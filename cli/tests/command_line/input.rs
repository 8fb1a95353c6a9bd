//! Files, folders, standard input, and what is wrong with them.

use super::run::{example, folder, ringfence, ringfence_reading};
use serde_json::Value;

const SUBNET: &str = "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: NAME}\nspec: {cidrBlock: 10.9.0.0/24, gateway: 10.9.0.1, protocol: IPv4}\n";

fn switches(ran: &Value) -> Vec<String> {
    let endpoints = ran["endpoints"].as_array().unwrap().iter();
    endpoints.filter(|end| end["kind"] == "Gateway").map(|end| end["switch"].as_str().unwrap().to_owned()).collect()
}

fn codes(ran: &Value) -> Vec<(String, String, u64, u64)> {
    let found = ran["diagnostics"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let file = |value: &Value| text(value).rsplit('/').next().unwrap().to_owned();
    found
        .map(|found| {
            let (line, column) = (found["line"].as_u64().unwrap(), found["column"].as_u64().unwrap());
            (text(&found["code"]), file(&found["file"]), line, column)
        })
        .collect()
}

fn subnet(name: &str) -> String {
    SUBNET.replace("NAME", name)
}

#[test]
fn folders_are_read_to_the_bottom_in_order_and_hidden_ones_are_not() {
    let [a, b, c, hidden] = ["a", "b", "c", "hidden"].map(subnet);
    let files: [(&str, &[u8]); 6] = [
        ("b.yml", b.as_bytes()),
        ("a.yaml", a.as_bytes()),
        ("deep/er/c.JSON", c.as_bytes()),
        (".hidden.yaml", hidden.as_bytes()),
        (".git/x.yaml", b"not: [yaml"),
        ("notes.txt", b"not: [yaml"),
    ];
    let folder = folder("folders", &files);
    let path = folder.to_str().unwrap();
    let ran = ringfence(&["reach", "-o", "json", "-f", path, "-f", path]);
    assert_eq!(switches(&ran.json()), ["hidden", "a", "b", "c"], "{}", ran.err);
    assert_eq!(ran.status, 0);
}

#[test]
fn standard_input_is_a_file() {
    let ran = ringfence_reading(&subnet("s"), &["reach", "-o", "json", "-f", "-"]);
    assert_eq!(switches(&ran.json()), ["s"]);
    let ran = ringfence_reading("kind: Subnet\nfoo: [", &["reach", "-f", "-"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("-:2:"), "{}", ran.err);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_answered() {
    let good = subnet("good");
    let files: [(&str, &[u8]); 4] = [
        ("in/good.yaml", good.as_bytes()),
        ("in/latin.yaml", b"kind: Subnet\nname: \xe9\n"),
        ("in/broken.yaml", b"kind: Subnet\na: {b\n"),
        ("in/utf16.yaml", b"\xff\xfea\0"),
    ];
    let folder = folder("unreadable", &files);
    std::fs::create_dir_all(folder.join("empty")).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let ran = ringfence(&["reach", "-o", "json", "-f", &path("in"), "-f", &path("empty"), "-f", &path("missing.yaml")]);
    assert_eq!(ran.status, 2);
    let json = ran.json();
    assert_eq!(switches(&json), ["good"]);
    let found = codes(&json);
    let has = |code: &str, file: &str, line: u64, column: u64| {
        assert!(found.contains(&(code.into(), file.into(), line, column)), "{code} {file}: {found:?}");
    };
    has("RF001", "latin.yaml", 2, 7);
    has("RF001", "utf16.yaml", 1, 1);
    has("RF001", "missing.yaml", 1, 1);
    has("RF010", "empty", 1, 1);
    assert!(found.iter().any(|(code, file, ..)| code == "RF002" && file == "broken.yaml"), "{found:?}");
    let all = json["diagnostics"].as_array().unwrap();
    assert!(all.iter().all(|found| found["severity"] != "error" || found["help"].is_string()), "{all:?}");
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end() {
    let text = subnet("s");
    let folder = folder("circle", &[("a/s.yaml", text.as_bytes())]);
    std::os::unix::fs::symlink("..", folder.join("a/up")).unwrap();
    std::os::unix::fs::symlink("s.yaml", folder.join("a/t.yaml")).unwrap();
    let ran = ringfence(&["reach", "-o", "json", "-f", folder.to_str().unwrap()]);
    assert_eq!((switches(&ran.json()), ran.status), (vec!["s".to_owned()], 0));
}

#[test]
fn a_file_of_many_megabytes_is_read_or_refused_with_a_word() {
    let mut large = subnet("large").into_bytes();
    large.extend(b"# comment that fills the file\n".repeat((65 << 20) / 30));
    let folder = folder("large", &[("large.yaml", &large)]);
    let ran = ringfence(&["reach", "-o", "json", "-f", folder.to_str().unwrap()]);
    assert_eq!(ran.status, 2);
    assert_eq!(codes(&ran.json())[0].0, "RF001");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_unparsable_match_is_a_finding_and_an_input_error() {
    let file = example("unparsable-match.yaml");
    let ran = ringfence(&["check", "-o", "json", "-f", &file]);
    assert_eq!(ran.status, 2);
    let found = &ran.json()["diagnostics"][0];
    assert_eq!((&found["code"], &found["severity"]), (&"RF101".into(), &"error".into()));
    assert!(found["message"].as_str().unwrap().contains("Syntax error at `=' expecting relational operator."));
    assert_eq!(found["fix"]["replacement"], "==");
    assert_eq!(ringfence(&["reach", "-f", &file]).status, 2);
    assert!(ringfence(&["reach", "-f", &file]).err.contains("1 error"));
}

#[test]
fn a_row_that_is_ignored_for_its_surroundings_is_told_by_every_verb() {
    let text = "apiVersion: ringfence/v1\nkind: Inventory\nvms:\n  - {name: a, address: 10.0.0.2, subnet: s}\n  - {name: b, address: 10.0.0.3, subnet: s}\nswitches:\n  - name: s\n    cidr: 10.0.0.0/24\n    acls:\n      - {direction: to-lport, priority: 5, match: \"ip4 // no\", action: drop}\n      - {direction: to-lport, priority: 9, match: \"tcp.dst == 80\", action: allow-related}\n";
    for arguments in [
        &["reach", "-o", "json"] as &[&str],
        &["compile", "-o", "json"],
        &["explain", "a", "b", "-o", "json"],
        &["check", "-o", "json"],
    ] {
        let ran = ringfence_reading(text, &[arguments, &["-f", "-"]].concat());
        let found = codes(&ran.json());
        let told: Vec<_> = found.iter().filter(|(code, ..)| code == "RF102").map(|(.., line, _)| *line).collect();
        assert_eq!((ran.status, told), (2, vec![10]), "{arguments:?}");
    }
}

#[test]
fn nothing_to_evaluate_is_said() {
    let ran = ringfence_reading("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", &["reach", "-f", "-"]);
    assert_eq!(ran.status, 0);
    assert!(ran.out.starts_with("No endpoints"), "{}", ran.out);
    assert!(ran.err.contains("info[RF011]"), "{}", ran.err);
}

#[test]
fn text_of_the_input_cannot_steer_the_terminal() {
    let text = "apiVersion: ringfence/v1\nkind: Inventory\nvms:\n  - {name: \"a\\e[31m\", address: 10.0.0.2, subnet: s}\n  - {name: b, address: 10.0.0.3, subnet: s}\nswitches:\n  - {name: s, cidr: 10.0.0.0/24}\n";
    for format in ["table", "wide", "md", "dot"] {
        let ran = ringfence_reading(text, &["reach", "-o", format, "-f", "-"]);
        assert!(!ran.out.contains('\x1b') && !ran.err.contains('\x1b'), "{format}: {}", ran.out);
    }
}

#[test]
fn a_database_may_be_larger_than_a_text() {
    let mut text = br#"{"caption":"Logical_Switch table","headings":["_uuid","name"],"data":[[["uuid","3e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],"s0"]]}"#.to_vec();
    text.resize(65 << 20, b'\n');
    let folder = folder("large-database", &[("nb.json", &text)]);
    let ran = ringfence(&["reach", "-f", folder.join("nb.json").to_str().unwrap()]);
    assert!(ran.err.contains("neither prefix nor machine of `s0` is known"), "{}", ran.err);
    assert!(!ran.err.contains("is left out"), "{}", ran.err);
}

#[test]
fn a_row_of_a_database_is_named_and_no_line_of_it() {
    let database = concat!(
        r#"{"caption":"Logical_Switch table","headings":["_uuid","name","acls"],"data":[[["uuid","3e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],"s0",["set",[["uuid","4e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],["uuid","5e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"]]]]]}"#,
        "\n",
        r#"{"caption":"ACL table","headings":["_uuid","action","direction","match","priority"],"data":[[["uuid","4e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],"drop","to-lport","tcp.dst = 80",100],[["uuid","5e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],"drop","to-lport","tcp",7]]}"#,
        "\n",
        r#"{"caption":"Logical_Switch_Port table","headings":["_uuid","name"],"data":[]}"#,
        "\n",
    );
    let folder = folder("named-rows", &[("nb.json", database.as_bytes())]);
    let path = folder.join("nb.json").to_str().unwrap().to_owned();
    let ran = ringfence(&["check", "-f", &path]);
    let named = format!("{path}, ACL 4e0a0c5e of Switch/s0, to-lport 100");
    assert!(ran.out.contains(&named) && ran.out.contains("tcp.dst = 80"), "{}", ran.out);
    assert!(!ran.out.contains("\"direction\""), "{}", ran.out);
    assert!(!ran.out.contains('\u{2e2c}'), "{}", ran.out);
    let ran = ringfence(&["compile", "-f", &path]);
    assert!(ran.out.contains("Switch/s0") && !ran.out.contains("nb.json:"), "{}", ran.out);
}

#[test]
fn no_format_speaks_of_lines_of_a_database() {
    let database = concat!(
        r#"{"caption":"Logical_Switch table","headings":["_uuid","name","acls","ports"],"data":[[["uuid","3e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],"s0",["uuid","4e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],["uuid","6e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"]]]}"#,
        "\n",
        r#"{"caption":"ACL table","headings":["_uuid","action","direction","match","priority"],"data":[[["uuid","4e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],"drop","to-lport","tcp.dst = 80",100]]}"#,
        "\n",
        r#"{"caption":"Logical_Switch_Port table","headings":["_uuid","name","type"],"data":[[["uuid","6e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],"ln","localnet"]]}"#,
        "\n",
    );
    let folder = folder("rows-in-formats", &[("nb.json", database.as_bytes())]);
    let path = folder.join("nb.json").to_str().unwrap().to_owned();
    let said = |format: &str| ringfence(&["check", "-o", format, "-f", &path]).out;
    let row = "ACL 4e0a0c5e of Switch/s0, to-lport 100";
    for format in ["text", "github", "md", "junit"] {
        let out = said(format);
        assert!(out.contains(row) && out.contains("a physical network"), "{format}: {out}");
        for line in ["nb.json:1", "line=", "line 1", "apiVersion"] {
            assert!(!out.contains(line), "{format}: {out}");
        }
    }
    let json: serde_json::Value = serde_json::from_str(&said("json")).unwrap();
    let found = json["diagnostics"].as_array().unwrap();
    let of = |code: &str| found.iter().find(|found| found["code"] == code).unwrap();
    let (one, other) = (of("RF101"), of("RF030"));
    let words = |one: &serde_json::Value| (one["file"].clone(), one["line"].clone(), one["row"].clone());
    assert_eq!(words(one), (path.clone().into(), serde_json::Value::Null, row.into()), "{json}");
    assert_eq!(words(other), (path.clone().into(), serde_json::Value::Null, serde_json::Value::Null), "{json}");
    assert!(one.get("fix").is_none() && other.get("row").is_none(), "{json}");
    let lines = "  to-lport   100 (tcp.dst = 80) drop\n";
    let imported = ringfence_reading(lines, &["import", "-f", &path]);
    assert!(imported.out.ends_with("drop\n    Switch/s0 ACL 4e0a0c5e\n"), "{}", imported.out);
    let sarif: serde_json::Value = serde_json::from_str(&said("sarif")).unwrap();
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0];
        assert!(place["physicalLocation"]["region"].is_null() && result["fixes"].is_null(), "{result}");
        let named = &place["logicalLocations"][0]["fullyQualifiedName"];
        assert_eq!(*named == row, result["ruleId"] == "RF101", "{result}");
    }
}
