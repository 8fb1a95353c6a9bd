//! What people expect of any command.

use super::run::{command, example, folder, ringfence};
use std::io::Read;
use std::process::Stdio;

const S3: &str = "kube-ovn-vm-isolation/subnet-acl-3.yaml";

#[test]
fn usage_errors_are_two_and_help_is_zero() {
    for arguments in [&["reach"] as &[&str], &["nonsense"], &[], &["reach", "-f", "x", "--profile", "kube-ovn/9"]] {
        let ran = ringfence(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
    }
    for arguments in [["reach", "-h"], ["explain", "--help"], ["--version", "-V"]] {
        let ran = ringfence(&arguments);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
        assert!(!ran.out.is_empty());
    }
}

#[test]
fn unknown_profiles_are_told_the_known_ones() {
    let ran = ringfence(&["reach", "-f", "x", "--profile", "kube-ovn/9"]);
    assert!(ran.err.contains("kube-ovn/1.12") && ran.err.contains("ovn/23.03"), "{}", ran.err);
}

#[test]
fn profiles_choose_the_version() {
    let version = |profile: &str| {
        let ran = ringfence(&["compile", "-o", "json", "--profile", profile, "-f", &example(S3)]);
        (ran.json()["profile"].clone(), ran.json()["ovn"].clone())
    };
    assert_eq!(version("ovn/23.03"), ("ovn/23.03".into(), "23.03".into()));
    assert_eq!(version("kube-ovn/1.12"), ("kube-ovn/1.12".into(), "23.03".into()));
    assert_eq!(version("kube-ovn/1.13"), ("kube-ovn/1.13".into(), "main".into()));
}

#[test]
fn colours_are_for_terminals() {
    let run = |arguments: &[&str], no_color: bool| {
        let mut command = command(arguments);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let file = example(S3);
    assert!(!run(&["reach", "-f", &file], false).contains('\x1b'));
    assert!(!run(&["reach", "-f", &file, "--color", "auto"], true).contains('\x1b'));
    assert!(run(&["reach", "-f", &file, "--color", "always"], false).contains('\x1b'));
    assert!(!run(&["check", "-f", &file, "--color", "never"], false).contains('\x1b'));
}

#[test]
fn a_reader_who_goes_away_is_no_error() {
    let machines: String = (2..150).map(|n| format!("  - {{name: m{n}, address: 10.0.0.{n}, subnet: s}}\n")).collect();
    let text = format!(
        "apiVersion: ringfence/v1\nkind: Inventory\nswitches:\n  - {{name: s, cidr: 10.0.0.0/24}}\nvms:\n{machines}"
    );
    let folder = folder("pipe", &[("a.yaml", text.as_bytes())]);
    for format in ["wide", "json", "csv", "md"] {
        let mut command = command(&["reach", "-o", format, "-f", folder.to_str().unwrap()]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 100]).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["reach", "-f", &example(S3)]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot write the answer"));
}

#[cfg(unix)]
#[test]
fn as_a_plugin_it_speaks_of_kubectl() {
    use std::os::unix::process::CommandExt;
    let output = command(&["reach"]).arg0("/usr/local/bin/kubectl-ringfence").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("Usage: kubectl ringfence reach"));
}

#[test]
fn completions_and_manual_pages_are_made() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = ringfence(&["completions", shell]);
        assert!(ran.status == 0 && ran.out.contains("explain"), "{shell}");
    }
    assert!(ringfence(&["man"]).out.contains(".TH RINGFENCE 1"));
    assert!(ringfence(&["man", "explain"]).out.contains("ringfence\\-explain"));
    assert_eq!(ringfence(&["man", "nonsense"]).status, 2);
    let folder = folder("man", &[]);
    assert_eq!(ringfence(&["man", "--dir", folder.to_str().unwrap()]).status, 0);
    assert!(folder.join("ringfence-reach.1").exists() && folder.join("ringfence.1").exists());
}

#[test]
fn the_hint_of_a_table_can_be_pasted() {
    let file = example(S3);
    let ran = ringfence(&["reach", "-f", &file]);
    let hint = ran.out.lines().find_map(|line| line.strip_prefix("Why: ringfence ")).unwrap();
    let ran = ringfence(&hint.split(' ').collect::<Vec<_>>());
    assert!(ran.status == 1 && ran.out.contains("one-way"), "{hint}: {}{}", ran.out, ran.err);
}

#[test]
fn codes_may_be_written_in_small_letters() {
    let ran = ringfence(&["check", "--explain", "rf207"]);
    assert!(ran.status == 0 && ran.out.starts_with("# RF207"), "{}", ran.err);
}

#[test]
fn findings_keep_to_the_characters_of_the_locale() {
    let file = format!("{}/../tests/corpus/check/RF301.yaml", env!("CARGO_MANIFEST_DIR"));
    let output = command(&["check", "-f", &file]).env("LC_ALL", "C").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let finding = said.lines().find(|line| line.contains("[RF202]")).unwrap();
    assert!(finding.is_ascii() && finding.contains("default/a -> default/b"), "{finding}");
}
