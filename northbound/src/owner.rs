//! Whose a row is, by what its writer left in `external_ids`.

use crate::row::entry;
use ringfence_ovsdb::Row;

/// The writer of a row, and what it wrote it for: `kube-ovn, np.web`.
pub fn owner(row: &Row) -> Option<String> {
    let id = |key: &str| entry(row, "external_ids", key);
    let written = |who: &str, what: Option<&str>| match what {
        Some(what) => format!("{who}, {what}"),
        None => who.to_owned(),
    };
    if let Some(vendor) = id("vendor") {
        return Some(written(vendor, id("parent")));
    }
    if let Some(kind) = id("k8s.ovn.org/owner-type") {
        return Some(written(&format!("ovn-kubernetes {kind}"), id("k8s.ovn.org/name")));
    }
    if let Some(rule) = id("neutron:security_group_rule_id") {
        return Some(written("neutron", Some(rule)));
    }
    let ours = [id("ringfence-set"), id("ringfence-object"), id("ringfence-rule")];
    let ours = ours.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    id("ringfence-owner").map(|owner| written(owner, Some(&ours).filter(|ours| !ours.is_empty()).map(String::as_str)))
}
