//! Whose a row is: what stands in its `external_ids`.

use crate::acl::{Acl, Content};
use crate::item::{AddressSet, Item, Origin, PortGroup};
use crate::parent::{self, Parent};
use crate::set::PolicySet;
use ringfence_northbound::row::{entry, text, texts, uuids};
use ringfence_ovsdb::{Datum, Row, Snapshot, Uuid};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The key that says whose a row is.
pub(crate) const OWNER_KEY: &str = "ringfence-owner";
/// What stands there in our rows.
pub(crate) const OWNER: &str = "ringfence";
/// The key of the policy set.
const SET_KEY: &str = "ringfence-set";
/// The key of the object.
const OBJECT_KEY: &str = "ringfence-object";
/// The key of the rule in it.
const RULE_KEY: &str = "ringfence-rule";

/// The `external_ids` of a row of ours.
pub(crate) fn labels(set: &PolicySet, origin: &Origin) -> Datum {
    Datum::texts([
        (OWNER_KEY, OWNER),
        (SET_KEY, set.name()),
        (OBJECT_KEY, origin.object.as_str()),
        (RULE_KEY, origin.rule.as_str()),
    ])
}

/// Whether a row belongs to a policy set.
pub(crate) fn is_of(row: &Row, set: &PolicySet) -> bool {
    let says = |key: &str, value: &str| entry(row, "external_ids", key) == Some(value);
    says(OWNER_KEY, OWNER) && says(SET_KEY, set.name())
}

fn origin(row: &Row) -> Origin {
    let said = |key: &str| entry(row, "external_ids", key).unwrap_or_default().to_owned();
    Origin { object: said(OBJECT_KEY), rule: said(RULE_KEY) }
}

/// The group that holds rows of an apply in stages until the last one: what is only there is not in force.
pub(crate) fn stage_name(set: &PolicySet) -> String {
    format!("ringfence.stage.{set}")
}

/// What is in the database for a policy set, by identity, less what an apply in stages has left behind.
pub(crate) fn owned(snapshot: &Snapshot, set: &PolicySet) -> BTreeMap<Uuid, Item> {
    let mut found = found(snapshot, |row| is_of(row, set), origin);
    let stage = stage_name(set);
    let is_staged = |item: &Item| match item {
        Item::PortGroup(group) => group.name == stage,
        Item::Acl(acl) => acl.parents.iter().eq([&Parent::Group(stage.clone())]),
        Item::AddressSet(_) => false,
    };
    found.retain(|_, item| !is_staged(item));
    found
}

/// The rows of somebody, by identity.
pub(crate) fn found(
    snapshot: &Snapshot,
    is_theirs: impl Fn(&Row) -> bool,
    origin: impl Fn(&Row) -> Origin,
) -> BTreeMap<Uuid, Item> {
    let mut parents = parents(snapshot);
    let mut items = BTreeMap::new();
    for (id, row) in snapshot.rows("ACL").filter(|(_, row)| is_theirs(row)) {
        let parents = parents.remove(&id).unwrap_or_default();
        items.insert(id, Item::Acl(Acl { parents, content: Content::found(row), origin: origin(row) }));
    }
    for (id, row) in snapshot.rows("Port_Group").filter(|(_, row)| is_theirs(row)) {
        let name = text(row, "name").unwrap_or_default().to_owned();
        let port = |id: Uuid| text(snapshot.row("Logical_Switch_Port", id)?, "name").map(str::to_owned);
        let ports = uuids(row, "ports").into_iter().filter_map(port).collect();
        items.insert(id, Item::PortGroup(PortGroup { name, ports, origin: origin(row) }));
    }
    for (id, row) in snapshot.rows("Address_Set").filter(|(_, row)| is_theirs(row)) {
        let name = text(row, "name").unwrap_or_default().to_owned();
        let addresses = texts(row, "addresses").into_iter().map(str::to_owned).collect();
        items.insert(id, Item::AddressSet(AddressSet { name, addresses, origin: origin(row) }));
    }
    items
}

/// What each ACL hangs on.
fn parents(snapshot: &Snapshot) -> HashMap<Uuid, BTreeSet<Parent>> {
    let mut parents: HashMap<Uuid, BTreeSet<Parent>> = HashMap::new();
    for table in parent::TABLES {
        for (_, row) in snapshot.rows(table) {
            let parent = Parent::of(table, text(row, "name").unwrap_or_default());
            for acl in uuids(row, "acls") {
                parents.entry(acl).or_default().insert(parent.clone());
            }
        }
    }
    parents
}
