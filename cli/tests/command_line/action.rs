//! `action.yml`: its scripts, run as GitHub runs them.

use crate::run::{Ran, folder};
use std::path::{Path, PathBuf};
use std::process::Command;

const ACTION: &str = include_str!("../../../action.yml");

/// The script of a step.
fn script(step: &str) -> String {
    let (_, after) = ACTION.split_once(&format!("- name: {step}\n")).unwrap();
    let (_, script) = after.split_once("run: |\n").unwrap();
    let lines = script.lines().take_while(|line| line.starts_with("      ") || line.is_empty());
    lines.map(|line| line.get(6..).unwrap_or_default().to_owned() + "\n").collect()
}

/// Runs it with what the inputs put into its variables, in a folder where the summary is written too.
fn run(step: &str, folder: &Path, variables: &[(&str, &str)]) -> Ran {
    let programs = PathBuf::from(env!("CARGO_BIN_EXE_ringfence"));
    let path = format!("{}:{}", programs.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    // As the `shell: bash` of an action does.
    bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", &script(step)]);
    bash.current_dir(folder).env("PATH", path).env("GITHUB_STEP_SUMMARY", folder.join("summary.md"));
    bash.envs([("PROFILE", ""), ("LC_ALL", "C.UTF-8")]).envs(variables.iter().copied()).output().unwrap().into()
}

fn subnet(action: &str) -> String {
    format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: web}}\nspec:\n  cidrBlock: 10.1.0.0/24\n  acls:\n  \
         - {{direction: to-lport, priority: 100, action: {action}, match: 'ip4.dst == 10.1.0.2'}}\n---\n\
         apiVersion: ringfence/v1\nkind: Inventory\nvms: [{{name: a, address: 10.1.0.2}}, {{name: b, address: 10.1.0.3}}]\n"
    )
}

#[test]
fn what_is_found_is_annotated_and_summed_up() {
    let drops = subnet("drop");
    let folder = folder("action-check", &[("rules and more/web.yaml", drops.as_bytes())]);
    let ran = run("Check", &folder, &[("FILES", "rules and more\n\n")]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("::warning ") && ran.out.contains("rules and more/web.yaml"), "{}", ran.out);
    let summary = std::fs::read_to_string(folder.join("summary.md")).unwrap();
    assert!(summary.contains("| warning | RF202 |"), "{summary}");
    // An input is a word to the script, whatever is in it.
    let ran = run("Check", &folder, &[("FILES", "$(touch got-in)\n`touch got-in`\"; touch got-in; \"")]);
    assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
    assert!(!folder.join("got-in").exists());
}

#[test]
fn what_changes_is_summed_up_and_gates_where_asked() {
    let (opens, drops) = (subnet("allow"), subnet("drop"));
    let folder = folder("action-compare", &[("rules/web.yaml", drops.as_bytes())]);
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        assert!(
            Command::new("git").current_dir(&folder).args(identity).args(arguments).output().unwrap().status.success()
        );
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    std::fs::write(folder.join("rules/web.yaml"), opens).unwrap();
    for (exit_on, status) in [("none", 0), ("any", 1), ("exposure", 1), ("loss", 0)] {
        let ran = run("Compare", &folder, &[("FILES", "rules"), ("COMPARE", "HEAD"), ("EXIT_ON", exit_on)]);
        assert_eq!(ran.status, status, "{exit_on}: {}{}", ran.out, ran.err);
    }
    let summary = std::fs::read_to_string(folder.join("summary.md")).unwrap();
    assert!(summary.contains("| `+` |") && summary.contains("rules/web.yaml:"), "{summary}");
    let ran = run("Compare", &folder, &[("FILES", "rules"), ("COMPARE", "no-such-revision"), ("EXIT_ON", "none")]);
    assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
}
