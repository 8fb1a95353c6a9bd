//! Input that says nothing: a pipe that broke, an empty file, both sides the same.

use crate::run::{Ran, command, example, folder, ringfence, ringfence_reading};

const INVENTORY: &str = "apiVersion: ringfence/v1\nkind: Inventory\n";

#[test]
fn an_empty_standard_input_is_an_error_for_every_verb_that_reads() {
    for arguments in [
        &["check"] as &[&str],
        &["check", "-o", "sarif"],
        &["report"],
        &["compile"],
        &["reach"],
        &["reach", "-o", "json"],
        &["explain", "a", "b"],
        &["repair", "a", "b"],
        &["diff", &example("example-3-repaired.yaml"), "-"],
    ] {
        let given: &[&str] = if arguments[0] == "diff" { &[] } else { &["-f", "-"] };
        for input in ["", "# only words\n---\n"] {
            let ran = ringfence_reading(input, &[arguments, given].concat());
            assert_eq!(ran.status, 2, "{arguments:?}: {}{}", ran.out, ran.err);
        }
    }
    let ran = ringfence_reading("", &["reach", "-f", "-"]);
    assert!(ran.err.contains("[RF010]: there is no object in the standard input"), "{}", ran.err);
}

#[test]
fn an_empty_standard_input_is_an_error_beside_files_too() {
    let ran = ringfence_reading("", &["check", "-f", "-", "-f", &example("example-3-repaired.yaml")]);
    assert!(ran.status == 2 && ran.out.contains("RF010"), "{}{}", ran.out, ran.err);
}

#[test]
fn files_without_any_object_are_an_error_and_objects_without_rules_are_none() {
    let files: [(&str, &[u8]); 4] = [
        ("empty.yaml", b""),
        ("words.yaml", b"# words\n"),
        ("list.yaml", b"apiVersion: v1\nkind: List\nitems: []\n"),
        ("inventory.yaml", INVENTORY.as_bytes()),
    ];
    let folder = folder("emptiness", &files);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    for name in ["empty.yaml", "words.yaml", "list.yaml"] {
        let ran = ringfence(&["check", "-f", &path(name)]);
        assert!(ran.status == 2 && ran.out.contains(&format!("{name}`: nothing is evaluated")), "{name}: {}", ran.out);
    }
    let ran = ringfence(&["check", "-f", &path("empty.yaml"), "-f", &path("words.yaml")]);
    assert!(ran.status == 2 && ran.out.contains("no object in any of 2 files"), "{}", ran.out);
    assert_eq!(ringfence(&["check", "-f", &path("empty.yaml"), "-f", &path("inventory.yaml")]).status, 0);
    // Before the first rule there is nothing; after the last one somebody has to say so.
    assert_eq!(ringfence(&["diff", &path("empty.yaml"), &path("inventory.yaml")]).status, 0);
    assert_eq!(ringfence(&["diff", &path("inventory.yaml"), &path("empty.yaml")]).status, 2);
}

#[test]
fn no_line_of_ovn_is_an_error() {
    for lines in ["", "\n", "switch 1234 (vswitch1)\n"] {
        let ran = ringfence_reading(lines, &["import", "-f", &example("example-3-repaired.yaml")]);
        assert!(ran.status == 2 && ran.err.contains("nothing was compared"), "{lines:?}: {}", ran.err);
    }
}

#[test]
fn a_thing_is_not_compared_with_itself() {
    let file = example("example-3-repaired.yaml");
    for arguments in [&["diff", "-f", &file] as &[&str], &["diff"], &["diff", "-f", &file, "--profile", "kubernetes"]] {
        let ran = ringfence(arguments);
        assert!(ran.status == 2 && ran.err.contains("write OLD"), "{arguments:?}: {}{}", ran.out, ran.err);
    }
    let ran = ringfence(&["diff", "--nb", "unix:/nowhere", "-f", &file]);
    assert!(ran.status == 2 && ran.err.contains("nothing is named that could change"), "{}", ran.err);
    let profiles = ["--profile", "kube-ovn/1.15", "--profile", "kube-ovn/1.16"];
    assert_eq!(ringfence(&[&["diff", "-f", &file], &profiles[..]].concat()).status, 0);
}

#[test]
fn the_database_of_the_variable_stands_in_the_place_of_files() {
    let run = |arguments: &[&str]| -> Ran {
        command(arguments).env("OVN_NB_DB", "unix:/nowhere/nb.sock").output().unwrap().into()
    };
    for verb in ["reach", "check", "report", "compile"] {
        let ran = run(&[verb]);
        let said = ran.out.clone() + &ran.err;
        assert!(ran.status == 2 && said.contains("cannot read the Northbound database"), "{verb}: {said}");
    }
    // These take none, and promise none.
    assert!(run(&["diff"]).err.contains("write OLD"));
    for verb in ["diff", "export"] {
        assert!(!ringfence(&[verb, "--help"]).out.contains("OVN_NB_DB"), "{verb}");
    }
    let ran = ringfence(&["reach"]);
    assert!(ran.err.contains("--nb <ENDPOINTS>, or --cluster"), "{}", ran.err);
}

#[test]
fn a_manifest_in_the_place_of_a_page_is_told_where_it_goes() {
    let ran = ringfence(&["check", &example("example-3-repaired.yaml")]);
    assert!(ran.status == 2 && ran.err.contains("a manifest goes behind `-f`"), "{}", ran.err);
}
