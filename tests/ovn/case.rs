//! A case file: the rules of a network in the words of an `Inventory`, on top of the lab's own machines.

use ringfence_engine::ovn::acl::Acl;
use ringfence_engine::ovn::network::Network;
use serde_json::{Value, json};

/// The rules as an `Inventory` document, one row a line.
///
/// JSON is YAML, so each row is written as JSON: no quoting can go wrong.
pub fn text(network: &Network) -> String {
    let mut lines = vec!["apiVersion: ringfence/v1".to_owned(), "kind: Inventory".to_owned()];
    let options = network.options;
    let options = json!({ "default_acl_drop": options.default_acl_drop, "use_ct_inv_match": options.use_ct_inv_match });
    lines.push(format!("ovn: {}", json!({ "version": network.version.name(), "options": options })));
    lines.push("switches:".to_owned());
    for switch in &network.switches {
        lines.push(format!("- name: {}", switch.name));
        if switch.load_balancer {
            lines.push("  loadBalancer: true".to_owned());
        }
        lines.extend(rows(&switch.acls));
    }
    if !network.port_groups.is_empty() {
        lines.push("portGroups:".to_owned());
    }
    for group in &network.port_groups {
        lines.push(format!("- name: {}\n  ports: {}", group.name, json!(group.ports)));
        lines.extend(rows(&group.acls));
    }
    if !network.address_sets.is_empty() {
        lines.push("addressSets:".to_owned());
    }
    let set = |(name, addresses)| format!("- {}", json!({ "name": name, "addresses": addresses }));
    lines.extend(network.address_sets.iter().map(set));
    lines.join("\n") + "\n"
}

fn rows(acls: &[Acl]) -> Vec<String> {
    if acls.is_empty() {
        return Vec::new();
    }
    let row = |acl: &Acl| format!("  - {}", row(acl));
    ["  acls:".to_owned()].into_iter().chain(acls.iter().map(row)).collect()
}

fn row(acl: &Acl) -> Value {
    let mut row = json!({
        "direction": acl.direction.name(), "priority": acl.priority.get(),
        "match": acl.matches, "action": acl.action.name(),
    });
    if acl.after_lb {
        row["options"] = json!({ "apply-after-lb": "true" });
    }
    row
}
