//! `diff --exit-on`: new exposure apart from lost connections.

use crate::run::{folder, ringfence};

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
