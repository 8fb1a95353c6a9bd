//! Which of the two ways fits: rows into a database, or objects into a cluster.

use ringfence_cluster::{Document, runs_kube_ovn};
use ringfence_enforce::{Desired, Plan};
use ringfence_northbound::row::entry;
use ringfence_ovsdb::Snapshot;

/// What is to be said of a cluster that objects are written into.
pub(crate) fn on_cluster(documents: &[Document]) -> String {
    match runs_kube_ovn(documents) {
        true => "`--to cluster` fits: Kube-OVN's controller runs there, makes rows of these objects, and keeps them",
        false => {
            "no kube-ovn-controller was found in namespace kube-system: if nobody makes rows of Subnets and policies \
             there, `--to ovn` writes them into the database that `--nb` names"
        }
    }
    .to_owned()
}

/// What is to be said where nothing is declared and something is there: all of it goes.
pub(crate) fn on_nothing(desired: &Desired, plan: &Plan) -> Option<String> {
    let is_emptied = desired.items.is_empty() && !plan.is_empty();
    is_emptied.then(|| format!("the files declare no rule: policy set `{}` is emptied", plan.set))
}

/// What is to be said of a database that rows are written into.
pub(crate) fn on_database(world: &Snapshot) -> String {
    let vendor = |(_, row): (_, &ringfence_ovsdb::Row)| entry(row, "external_ids", "vendor") == Some("kube-ovn");
    match world.rows("ACL").any(vendor) || world.rows("Port_Group").any(vendor) {
        true => {
            "Kube-OVN's controller writes this database too: rows that it makes of the same objects would be there twice, \
             and `--to cluster` leaves them to it"
        }
        false => "`--to ovn` fits: nobody else makes rows of such objects in this database",
    }
    .to_owned()
}
