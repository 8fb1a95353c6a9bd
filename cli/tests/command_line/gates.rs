//! `diff --exit-on`: new exposure apart from lost connections.

use crate::run::{Ran, command, folder, ringfence};

fn subnet(action: &str) -> String {
    format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: web}}\nspec:\n  cidrBlock: 10.1.0.0/24\n  acls:\n  \
         - {{direction: to-lport, priority: 100, action: {action}, match: 'ip4.dst == 10.1.0.2'}}\n---\n\
         apiVersion: ringfence/v1\nkind: Inventory\nvms: [{{name: a, address: 10.1.0.2}}, {{name: b, address: 10.1.0.3}}]\n"
    )
}

#[test]
fn exposure_and_loss_gate_apart() {
    let (open, closed) = (subnet("allow"), subnet("drop"));
    let folder = folder("gates", &[("open.yaml", open.as_bytes()), ("closed.yaml", closed.as_bytes())]);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let status = |old: &str, new: &str, on: &str| ringfence(&["diff", &path(old), &path(new), "--exit-on", on]).status;
    for (on, opening, closing) in [("any", 1, 1), ("exposure", 1, 0), ("loss", 0, 1)] {
        assert_eq!(status("closed.yaml", "open.yaml", on), opening, "{on}");
        assert_eq!(status("open.yaml", "closed.yaml", on), closing, "{on}");
        assert_eq!(status("open.yaml", "open.yaml", on), 0, "{on}");
    }
}

#[test]
fn a_revision_is_compared_with_the_files_as_they_are() {
    let (open, closed) = (subnet("allow"), subnet("drop"));
    let folder = folder("revisions", &[("rules/web.yaml", open.as_bytes())]);
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        let ran =
            std::process::Command::new("git").current_dir(&folder).args(identity).args(arguments).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    std::fs::write(folder.join("rules/web.yaml"), closed).unwrap();
    let run = |arguments: &[&str]| -> Ran { command(arguments).current_dir(&folder).output().unwrap().into() };
    let ran = run(&["diff", "HEAD", "-f", "rules", "--exit-on", "loss"]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("default/a"), "{}", ran.out);
    git(&["commit", "-qam", "second"]);
    assert_eq!(run(&["diff", "HEAD", "-f", "rules"]).status, 0);
    assert_eq!(run(&["diff", "HEAD~1", "HEAD", "-f", "rules"]).status, 1);
    assert_eq!(run(&["diff", "no-such-revision", "-f", "rules"]).status, 2);
    assert_eq!(run(&["diff", "HEAD"]).status, 2);
}
