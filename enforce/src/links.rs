//! Which references to rows come and go, by parent.

use crate::change::Change;
use crate::item::Item;
use crate::parent::{self, Parent};
use ringfence_northbound::row::{text, uuids};
use ringfence_ovsdb::{Snapshot, Uuid};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The references of one parent that come and go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Move {
    pub(crate) add: BTreeSet<Uuid>,
    pub(crate) remove: BTreeSet<Uuid>,
}

/// The references that come and go, by table and identity of the parent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Links(pub(crate) BTreeMap<(&'static str, Uuid), Move>);

impl Links {
    /// What changes ask for.
    pub(crate) fn of(snapshot: &Snapshot, changes: &[Change]) -> Self {
        let changed: BTreeSet<Uuid> = changes.iter().filter(|change| acl(change)).map(|change| change.id).collect();
        let places = places(snapshot, changes);
        let mut now: HashMap<Uuid, BTreeSet<(&'static str, Uuid)>> = HashMap::new();
        for table in parent::TABLES {
            for (parent, row) in snapshot.rows(table) {
                for acl in uuids(row, "acls").into_iter().filter(|acl| changed.contains(acl)) {
                    now.entry(acl).or_default().insert((table, parent));
                }
            }
        }
        let mut links = Self::default();
        for change in changes.iter().filter(|change| acl(change)) {
            let wanted = change.new.as_ref().and_then(Item::acl).map(|acl| &acl.parents);
            let wanted: BTreeSet<_> =
                wanted.into_iter().flatten().filter_map(|parent| places.get(parent)).copied().collect();
            let there = now.remove(&change.id).unwrap_or_default();
            for parent in wanted.difference(&there) {
                links.0.entry(*parent).or_default().add.insert(change.id);
            }
            for parent in there.difference(&wanted) {
                links.0.entry(*parent).or_default().remove.insert(change.id);
            }
        }
        for change in changes.iter().filter(|change| change.new.is_none()) {
            links.0.remove(&("Port_Group", change.id));
        }
        links
    }

    /// What a parent that comes refers to from the beginning.
    pub(crate) fn of_new(&self, group: Uuid) -> BTreeSet<Uuid> {
        self.0.get(&("Port_Group", group)).map(|moved| moved.add.clone()).unwrap_or_default()
    }
}

fn acl(change: &Change) -> bool {
    change.item().and_then(Item::acl).is_some()
}

/// Parents by name, those that come included.
fn places(snapshot: &Snapshot, changes: &[Change]) -> HashMap<Parent, (&'static str, Uuid)> {
    let mut places = HashMap::new();
    for table in parent::TABLES {
        let named = |(id, row)| Some((Parent::of(table, text(row, "name")?), (table, id)));
        places.extend(snapshot.rows(table).filter_map(named));
    }
    for change in changes {
        if let Some(Item::PortGroup(group)) = &change.new {
            places.insert(Parent::Group(group.name.clone()), ("Port_Group", change.id));
        }
    }
    places
}
