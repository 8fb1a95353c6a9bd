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
fn a_machine_with_another_address_is_told_of_where_all_rows_stay() {
    let old = subnet("drop");
    let new = old.replace("name: a, address: 10.1.0.2", "name: a, address: 10.1.0.7");
    let folder = folder("moved", &[("old.yaml", old.as_bytes()), ("new.yaml", new.as_bytes())]);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let ran = ringfence(&["diff", &path("old.yaml"), &path("new.yaml")]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(ran.out.contains("+ everybody else → default/a: all (was closed, is open)"), "{}", ran.out);
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
    // Without `-f` it is this folder's files.
    let ran = run(&["diff", "HEAD~1", "HEAD"]);
    assert!(ran.status == 1 && ran.out.contains("by HEAD:rules/web.yaml:7: `drop` at priority 100"), "{}", ran.out);
    assert_eq!(run(&["diff", "HEAD"]).status, 0);
    let ran = run(&["diff", "HEAD~7", "HEAD"]);
    assert!(ran.status == 2 && ran.err.contains("`HEAD~7` is neither"), "{}", ran.err);
}

/// Two groups of machines, of which a policy names one, and a row that names a machine.
fn shop(label: &str, row: &str) -> String {
    let vm = |group: &str, number: usize, address: usize| {
        format!(
            "- {{name: {group}-{number}, address: 10.1.0.{address}, subnet: web, namespace: shop, labels: {{app: {group}}}}}\n"
        )
    };
    let vms: String =
        (0..4).map(|at| vm("front", at, 10 + at)).chain((0..3).map(|at| vm("store", at, 20 + at))).collect();
    format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: web}}\nspec:\n  cidrBlock: 10.1.0.0/24\n  acls:\n  \
         - {{direction: to-lport, priority: 9, action: {row}, match: 'ip4.dst == 10.1.0.10'}}\n---\n\
         apiVersion: ringfence/v1\nkind: Inventory\nvms:\n{vms}---\n\
         apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: store, namespace: shop}}\nspec:\n  \
         podSelector: {{matchLabels: {{app: store}}}}\n  ingress:\n  - from: [{{podSelector: {{matchLabels: {{app: {label}}}}}}}]\n"
    )
}

#[test]
fn a_change_is_told_by_groups_with_the_row_behind_it() {
    let (old, new) = (shop("front", "allow-related"), shop("store", "drop"));
    let folder = folder("groups", &[("old.yaml", old.as_bytes()), ("new.yaml", new.as_bytes())]);
    let run =
        |output: &str| command(&["diff", "old.yaml", "new.yaml", "-o", output]).current_dir(&folder).output().unwrap();
    let text = Ran::from(run("text")).out;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let expected = [
        "+ among all app=store ×3: all (was closed, is open)",
        "by new.yaml:26: `allow-related` at priority 2001, spec.ingress[0].from[0] of NetworkPolicy/shop/store",
        "- all app=front ×4 → all app=store ×3: all (was open, is closed)",
        "no more by old.yaml:26: `allow-related` at priority 2001, spec.ingress[0].from[0] of NetworkPolicy/shop/store",
        "- everybody else → shop/front-0: all (was open, is closed)",
        "by new.yaml:7: `drop` at priority 9, spec.acls[0] of Subnet/web",
    ];
    assert_eq!(lines.get(..6), Some(&expected[..]), "{text}");
    let told: serde_json::Value = serde_json::from_str(&Ran::from(run("json")).out).unwrap();
    let group = &told["groups"][0];
    assert_eq!((&group["change"], &group["from"]), (&"gained".into(), &group["to"]), "{group}");
    assert_eq!(group["rows"][0]["source"]["line"], 26, "{group}");
    // Each pair stands in the groups as often as it has kinds of change.
    assert_eq!(told["groups"].as_array().unwrap().len(), 3);
    let markdown = Ran::from(run("md")).out;
    assert!(
        markdown.contains("| `-` | everybody else → shop/front-0 | all | open | closed | by new.yaml:7: `drop` at"),
        "{markdown}"
    );
}

/// A Subnet of both families, with rows.
fn dual(rows: &str) -> String {
    format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: s}}\nspec:\n  cidrBlock: '10.5.0.0/24,fd05::/64'\n  \
         gateway: '10.5.0.1,fd05::1'\n  protocol: Dual\n  acls: [{rows}]\n"
    )
}

fn difference(name: &str, old: &str, new: &str) -> Ran {
    let folder = folder(name, &[("old.yaml", old.as_bytes()), ("new.yaml", new.as_bytes())]);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    ringfence(&["diff", &path("old.yaml"), &path("new.yaml")])
}

#[test]
fn parts_of_a_range_are_compared_in_the_families_that_they_have() {
    let machine = "---\napiVersion: ringfence/v1\nkind: Inventory\nvms:\n\
                   - {name: a, addresses: [10.5.0.10, 'fd05::10'], subnet: s}\n";
    let row = "{direction: from-lport, priority: 100, match: 'ip4.dst == 198.51.100.7 && tcp.dst == 25', action: drop}";
    let ran = difference("families", &(dual("") + machine), &(dual(row) + machine));
    assert!(ran.out.contains("- default/a → outside/198.51.100.7: tcp/25 (was open, is partial)"), "{}", ran.out);
    assert!(ran.out.contains("2 pairs with connections lost; 18 pairs as before"), "{}", ran.out);
    assert!(!ran.out.contains("ipv"), "{}", ran.out);
    // A family that was not there at all is told of.
    let single = dual("").replace(",fd05::/64", "").replace(",fd05::1", "").replace("Dual", "IPv4");
    let ran = difference("family", &(single + machine), &(dual("") + machine));
    assert!(ran.out.contains("ipv6: all (still open)"), "{}", ran.out);
}

#[test]
fn addresses_of_one_range_are_compared_among_each_other() {
    let row = |from: &str, to: &str| {
        format!("{{direction: to-lport, priority: 10, match: 'ip4.src == {from} && ip4.dst == {to}', action: drop}}")
    };
    let apart = [row("10.5.0.64/26", "10.5.0.128/25"), row("10.5.0.128/25", "10.5.0.64/26")].join(", ");
    let ran = difference("kin", &dual(&apart), &dual(""));
    assert!(ran.out.contains("+ s/10.5.0.64/26 → s/10.5.0.128-10.5.0.254: all (was closed, is open)"), "{}", ran.out);
    assert!(ran.out.contains("2 pairs with connections gained, 0 pairs with connections lost"), "{}", ran.out);
    let ran = difference("oneself", &dual(""), &dual(&row("10.5.0.64/26", "10.5.0.64/26")));
    assert!(ran.out.contains("- among s/10.5.0.64/26: all (was open, is closed)"), "{}", ran.out);
    assert!(ran.out.contains("1 pair with connections lost"), "{}", ran.out);
}

#[test]
fn what_is_known_now_is_named_and_counted() {
    let row = |action: &str| format!("{{direction: to-lport, priority: 10, match: tcp.dst == 25, action: {action}}}");
    let ran = difference("doubt", &dual(&[row("drop"), row("allow")].join(", ")), &dual(&row("drop")));
    assert!(ran.out.contains("it is known now about tcp/25"), "{}", ran.out);
    assert!(ran.out.contains("with other changes"), "{}", ran.out);
    assert!(!ran.out.contains("0 pairs with other changes"), "{}", ran.out);
}

#[test]
fn what_is_no_longer_certain_is_named_apart_from_what_is_lost() {
    let row = |port: u16, priority: u16, action: &str| {
        format!("{{direction: to-lport, priority: {priority}, match: 'ip4 && tcp.dst == {port}', action: {action}}}")
    };
    let tie = |port| [row(port, 9, "drop"), row(port, 9, "allow")].join(", ");
    let old = dual(&[row(22, 7, "drop"), row(23, 7, "drop")].join(", "));
    let new = dual(&[tie(80), tie(22), row(25, 7, "drop")].join(", "));
    let ran = difference("unsure", &old, &new);
    let told = |sign: char, said: &str| ran.out.lines().any(|line| line.starts_with(sign) && line.contains(said));
    assert!(told('-', ": ipv4: tcp/25") && !told('-', ": ipv4: tcp/80"), "{}", ran.out);
    assert!(
        told('?', ": ipv4: tcp/80") && told('?', " got through, and nobody can know any more whether"),
        "{}",
        ran.out
    );
    assert!(told('?', ": nobody can know any more about ipv4: tcp/22"), "{}", ran.out);
}
