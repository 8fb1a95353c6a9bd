//! `diff`: the row that it names is the one that came, went or changed.

use crate::run::{folder, ringfence};

/// Two machines on a Subnet with these rows: direction, priority, match and action.
fn subnet(rows: &[(&str, u16, &str, &str)]) -> String {
    let row = |(direction, priority, matches, action): &(&str, u16, &str, &str)| {
        format!("  - {{direction: {direction}, priority: {priority}, match: '{matches}', action: {action}}}\n")
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: s}}\nspec:\n  cidrBlock: 10.0.0.0/24\n  acls:\n{rows}---\n\
         apiVersion: ringfence/v1\nkind: Inventory\nvms: [{{name: a, address: 10.0.0.2}}, {{name: b, address: 10.0.0.3}}]\n"
    )
}

/// The lines that name a row, of a difference and of the way back.
fn named(name: &str, old: &str, new: &str) -> [Vec<String>; 2] {
    let folder = folder(name, &[("old.yaml", old.as_bytes()), ("new.yaml", new.as_bytes())]);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    [["old.yaml", "new.yaml"], ["new.yaml", "old.yaml"]].map(|[old, new]| {
        let ran = ringfence(&["diff", &path(old), &path(new)]);
        let lines = ran.out.lines().filter(|line| line.contains(" at priority "));
        let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
        assert!(!lines.is_empty(), "{}{}", ran.out, ran.err);
        lines
    })
}

#[test]
fn a_row_by_which_a_switch_tracks_is_named_where_other_rows_decide() {
    let rows = [
        ("from-lport", 2323, "ip4.dst == 10.0.0.2", "allow"),
        ("to-lport", 2853, "ip4.dst == 10.0.0.2", "allow"),
        ("to-lport", 788, "ip4.dst == 10.0.0.2", "drop"),
        ("to-lport", 2335, "ip4.src == 10.0.0.3", "allow-related"),
    ];
    for lines in named("tracks", &subnet(&rows[..3]), &subnet(&rows)) {
        assert!(lines.iter().all(|line| line.contains("priority 2335")), "{lines:?}");
        assert!(lines.iter().all(|line| line.contains("track connections")), "{lines:?}");
    }
}

#[test]
fn a_stateless_row_is_named_where_the_switch_tracks_before_and_after() {
    let rows = [
        ("to-lport", 2000, "tcp.dst == 80", "allow-related"),
        ("to-lport", 3000, "tcp.dst == 22", "allow-related"),
        ("to-lport", 1000, "ip4", "drop"),
        ("to-lport", 50, "tcp.dst == 80", "allow-stateless"),
    ];
    for lines in named("stateless", &subnet(&rows[..3]), &subnet(&rows)) {
        assert!(lines.iter().all(|line| line.contains("`allow-stateless` at priority 50")), "{lines:?}");
    }
}
