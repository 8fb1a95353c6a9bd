//! `report`: the same bytes for the same input, and names that stay names.

use crate::run::{command, example, folder, ringfence};

#[test]
fn the_same_input_gives_the_same_bytes_wherever_it_is_read() {
    let text = std::fs::read(example("kube-ovn-vm-isolation/subnet-acl-3.yaml")).unwrap();
    let said = |name: &str, form: &str| {
        let folder = folder(name, &[("rules.yaml", &text)]);
        let ran = command(&["report", "-f", "rules.yaml", "-o", form]).current_dir(folder).output().unwrap();
        assert_eq!(ran.status.code(), Some(1), "an expectation does not hold");
        String::from_utf8(ran.stdout).unwrap()
    };
    for form in ["md", "html"] {
        let once = said("report-once", form);
        assert_eq!(once, said("report-twice", form), "{form}");
        // `sha256sum` of the example.
        assert!(once.contains("975674093780824293b055da4cfe0d011f7425c225a6e539be298f25be1a1320"), "{once}");
        assert!(once.contains("Expectations that hold: 1 of 2."), "{once}");
        assert_eq!(once.contains("<svg "), form == "html");
    }
}

#[test]
fn groups_are_told_once_and_each_pair_of_them() {
    let ran = ringfence(&["report", "-f", &example("kube-ovn-vm-isolation/subnet-acl-3.yaml")]);
    for line in [
        "| G1 (4) | vswitch1 | default/vm2, default/vm3, default/vm4, default/vm5 |",
        "| default/vm1 | G1 (4), vswitch1/gateway, outside | one-way | all | none |",
        "| G1 (4) | each other, vswitch1/gateway, outside | open | all | all |",
        "| G1 (4) | default/vm1 | closed | none | none |",
    ] {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
}

#[test]
fn a_picture_beside_markdown_is_written_and_referred_to() {
    let folder = folder("report-picture", &[]);
    let picture = folder.join("who reaches.svg");
    let rules = example("subnet-alone.yaml");
    let ran = ringfence(&["report", "-f", &rules, "--picture", picture.to_str().unwrap()]);
    assert!(ran.out.contains("![Who can talk to whom](<who reaches.svg>)"), "{}", ran.out);
    assert!(std::fs::read_to_string(&picture).unwrap().starts_with("<svg "));
    assert_eq!(ringfence(&["report", "-f", &rules, "-o", "html", "--picture", "x.svg"]).status, 2);
    let nowhere = folder.join("no/such/folder.svg");
    assert_eq!(ringfence(&["report", "-f", &rules, "--picture", nowhere.to_str().unwrap()]).status, 2);
}

#[test]
fn hostile_names_mean_nothing_to_markdown_or_a_browser() {
    let name = "a|b`<img src=x onerror=alert(1)>`[x](javascript:alert(1))\\n# h\\u202e</td><script>";
    let text = format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: \"{name}\"}}\nspec: {{cidrBlock: 10.1.0.0/24}}\n---\n\
         apiVersion: ringfence/v1\nkind: Inventory\nvms: [{{name: \"{name}\", address: 10.1.0.2}}]\n---\n\
         apiVersion: ringfence/v1\nkind: Expectation\nmetadata: {{name: \"{name}\"}}\nclaim: \"{name}\"\n\
         assertions: [{{from: outside, to: \"{name}\", expect: closed}}]\n"
    );
    let folder = folder("report-names", &[("a|<b>`.yaml", text.as_bytes())]);
    for form in ["md", "html"] {
        let ran = command(&["report", "-f", ".", "-o", form]).current_dir(&folder).output().unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        assert!(said.contains("javascript:alert"), "the name is told: {said}");
        let mut bad = vec!["<img", "<script", "\n# h", "\u{202e}", "</td><s", "href"];
        // Plain text on a page, a link in Markdown.
        bad.extend((form == "md").then_some("](javascript"));
        for bad in bad {
            assert!(!said.contains(bad), "{form}: {bad}\n{said}");
        }
    }
}

#[test]
fn a_database_is_told_by_the_bytes_of_its_file() {
    let text = br#"{"caption":"Logical_Switch table","headings":["_uuid","name"],"data":[[["uuid","3e0a0c5e-6ab3-4f0e-9b1a-0d1f6c2a7b11"],"s0"]]}"#;
    let folder = folder("report-database", &[("nb.json", text)]);
    let ran = command(&["report", "-f", "nb.json"]).current_dir(folder).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    // `sha256sum` of the text.
    let line = "| nb.json | 126 | `d2a0b7230020af0f8b83810f72c364d93e8ef5271ed50d821a4f3b1d556ac24c` |";
    assert!(said.contains(line), "{said}");
}
