//! What has to change: rows that come, rows that are altered, rows that go.

use crate::acl::{Acl, Content};
use crate::identity::identity;
use crate::item::{Item, Origin};
use crate::parent::Parent;
use crate::set::PolicySet;
use ringfence_ovsdb::{Snapshot, Uuid};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The change of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its identity.
    pub id: Uuid,
    /// What it was; nothing where it comes.
    pub old: Option<Item>,
    /// What it will be; nothing where it goes.
    pub new: Option<Item>,
}

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The row comes.
    Add,
    /// It is altered in place.
    Alter,
    /// It stays, and is for another rule now: nothing but its `external_ids` changes.
    Label,
    /// It goes.
    Delete,
}

impl Kind {
    /// `add`, `alter`, `label` or `delete`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Alter => "alter",
            Self::Label => "label",
            Self::Delete => "delete",
        }
    }
}

impl Change {
    /// What kind of change it is.
    pub fn kind(&self) -> Kind {
        match (&self.old, &self.new) {
            (None, _) => Kind::Add,
            (Some(_), None) => Kind::Delete,
            (Some(old), Some(new)) if without_origin(old) == without_origin(new) => Kind::Label,
            (Some(_), Some(_)) => Kind::Alter,
        }
    }

    /// What the row is or was.
    pub fn item(&self) -> Option<&Item> {
        self.new.as_ref().or(self.old.as_ref())
    }

    /// The table of the row.
    pub fn table(&self) -> &'static str {
        self.item().map_or("", Item::table)
    }
}

fn without_origin(item: &Item) -> Item {
    let mut item = item.clone();
    match &mut item {
        Item::PortGroup(group) => group.origin = Origin::default(),
        Item::AddressSet(set) => set.origin = Origin::default(),
        Item::Acl(acl) => acl.origin = Origin::default(),
    }
    item
}

/// What makes a row that is there the one that is wanted.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Named(&'static str, String),
    Content(BTreeSet<Parent>, Content),
    Deciding(BTreeSet<Parent>, Content),
    Origin(BTreeSet<Parent>, Origin),
}

impl Key {
    /// A row is known by its name, or by all that it says.
    fn exact(item: &Item) -> Self {
        match item {
            Item::PortGroup(group) => Self::Named(item.table(), group.name.clone()),
            Item::AddressSet(set) => Self::Named(item.table(), set.name.clone()),
            Item::Acl(acl) => Self::Content(acl.parents.clone(), acl.content.clone()),
        }
    }

    /// Of an ACL, what decides: without its name, and what it logs.
    fn deciding(acl: &Acl) -> Self {
        let content = acl.content.clone();
        let bare = Content { name: None, log: false, severity: None, meter: None, label: 0, ..content };
        Self::Deciding(acl.parents.clone(), bare)
    }

    /// A row that says something else now is known by the rule that it is for.
    fn rule(acl: &Acl) -> Self {
        Self::Origin(acl.parents.clone(), acl.origin.clone())
    }
}

/// A row that is to be there.
pub(crate) struct Wanted {
    /// The identity that it had once.
    pub(crate) id: Option<Uuid>,
    /// What it is to say.
    pub(crate) item: Item,
}

/// The rows that have to change so that exactly these are there.
pub(crate) fn changes(
    snapshot: &Snapshot,
    set: &PolicySet,
    mut there: BTreeMap<Uuid, Item>,
    wanted: Vec<Wanted>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let (known, wanted): (Vec<Wanted>, Vec<Wanted>) = wanted.into_iter().partition(|wanted| wanted.id.is_some());
    let mut taken = BTreeSet::new();
    for (id, item) in known.into_iter().filter_map(|wanted| Some((wanted.id?, wanted.item))) {
        let old = there.remove(&id);
        taken.insert(id);
        if old.as_ref() != Some(&item) {
            changes.push(Change { id, old, new: Some(item) });
        }
    }
    let wanted = same(&mut there, wanted.into_iter().map(|wanted| wanted.item).collect());
    let wanted = matched(&mut there, wanted, |item| Some(Key::exact(item)), &mut changes);
    let wanted = matched(&mut there, wanted, |item| item.acl().map(Key::rule), &mut changes);
    complete(snapshot, set, (there, taken), wanted, changes)
}

/// What lies between rows that nobody of us wrote and those that are wanted: a row is the one that says the same, or decides
/// the same.
pub(crate) fn installed(
    snapshot: &Snapshot,
    set: &PolicySet,
    mut there: BTreeMap<Uuid, Item>,
    wanted: Vec<Item>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let wanted = matched(&mut there, wanted, |item| Some(Key::exact(item)), &mut changes);
    let wanted = matched(&mut there, wanted, |item| item.acl().map(Key::deciding), &mut changes);
    complete(snapshot, set, (there, BTreeSet::new()), wanted, changes)
}

/// Adds the rows that come and those that go, and brings all into order.
fn complete(
    snapshot: &Snapshot,
    set: &PolicySet,
    (there, mut taken): (BTreeMap<Uuid, Item>, BTreeSet<Uuid>),
    wanted: Vec<Item>,
    mut changes: Vec<Change>,
) -> Vec<Change> {
    for item in wanted {
        let id = identity(set, &item, |id| snapshot.row(item.table(), id).is_some() || taken.contains(&id));
        taken.insert(id);
        changes.push(Change { id, old: None, new: Some(item) });
    }
    changes.extend(there.into_iter().map(|(id, item)| Change { id, old: Some(item), new: None }));
    changes.sort_by(|one, other| order(one).cmp(&order(other)));
    changes
}

/// Groups and sets before the rows that speak of them; by rule, so that the order does not hang on identities.
fn order(change: &Change) -> (u8, &Origin, Kind, Option<&Item>, Uuid) {
    let table = match change.item() {
        Some(Item::PortGroup(_)) => 0,
        Some(Item::AddressSet(_)) => 1,
        Some(Item::Acl(_)) | None => 2,
    };
    static NONE: Origin = Origin { object: String::new(), rule: String::new() };
    let origin = change.item().map_or(&NONE, Item::origin);
    (table, origin, change.kind(), change.item(), change.id)
}

/// Takes out what is there already, as it is wanted; gives what is not.
fn same(there: &mut BTreeMap<Uuid, Item>, wanted: Vec<Item>) -> Vec<Item> {
    let mut known: HashMap<&Item, Vec<Uuid>> = HashMap::new();
    for (id, item) in there.iter() {
        known.entry(item).or_default().push(*id);
    }
    let mut found = Vec::new();
    let mut rest = Vec::new();
    for item in wanted {
        match known.get_mut(&item).and_then(Vec::pop) {
            Some(id) => found.push(id),
            None => rest.push(item),
        }
    }
    for id in found {
        there.remove(&id);
    }
    rest
}

/// Alters rows that have the key of a wanted one; gives the wanted ones that find none.
fn matched(
    there: &mut BTreeMap<Uuid, Item>,
    wanted: Vec<Item>,
    key: impl Fn(&Item) -> Option<Key>,
    changes: &mut Vec<Change>,
) -> Vec<Item> {
    let mut known: HashMap<Key, Vec<Uuid>> = HashMap::new();
    for (id, item) in there.iter().rev() {
        if let Some(key) = key(item) {
            known.entry(key).or_default().push(*id);
        }
    }
    let mut rest = Vec::new();
    for item in wanted {
        let id = key(&item).and_then(|key| known.get_mut(&key)?.pop());
        match id.and_then(|id| Some((id, there.remove(&id)?))) {
            Some((id, old)) => changes.push(Change { id, old: Some(old), new: Some(item) }),
            None => rest.push(item),
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice::from_ref;

    fn acl(priority: i64, action: &str, rule: &str) -> Item {
        let content = Content {
            direction: "to-lport".into(),
            tier: 0,
            priority,
            matches: "ip4".into(),
            action: action.into(),
            name: None,
            log: false,
            severity: None,
            meter: None,
            label: 0,
            options: BTreeMap::new(),
        };
        let origin = Origin { object: "Subnet/s".into(), rule: rule.into() };
        Item::Acl(Acl { parents: BTreeSet::from([Parent::Switch("s".into())]), content, origin })
    }

    /// What happens to each row, by what it is afterwards or was.
    fn kinds(there: &[Item], wanted: &[Item]) -> Vec<(Kind, Item)> {
        let there = (1..).map(Uuid::from_u128).zip(there.iter().cloned()).collect();
        let wanted = wanted.iter().map(|item| Wanted { id: None, item: item.clone() }).collect();
        let changes = changes(&Snapshot::default(), &PolicySet::default(), there, wanted);
        changes.iter().map(|change| (change.kind(), change.item().unwrap().clone())).collect()
    }

    #[test]
    fn a_rule_in_front_adds_one_row_and_relabels_the_others() {
        let (first, second) = (acl(1, "drop", "acls[0]"), acl(2, "allow", "acls[1]"));
        let wanted = [acl(9, "drop", "acls[0]"), acl(1, "drop", "acls[1]"), acl(2, "allow", "acls[2]")];
        let found = kinds(&[first, second], &wanted);
        let [new, moved, last] = wanted;
        assert_eq!(found, [(Kind::Add, new), (Kind::Label, moved), (Kind::Label, last)]);
    }

    #[test]
    fn a_rule_that_changes_alters_its_row() {
        let now = acl(1, "allow", "acls[0]");
        assert_eq!(kinds(&[acl(1, "drop", "acls[0]")], from_ref(&now)), [(Kind::Alter, now)]);
    }

    #[test]
    fn rows_that_say_the_same_are_told_apart() {
        let twin = acl(1, "drop", "acls[0]");
        let wanted = [twin.clone(), twin.clone()].map(|item| Wanted { id: None, item });
        let changes = changes(&Snapshot::default(), &PolicySet::default(), BTreeMap::new(), wanted.into());
        let ids: BTreeSet<Uuid> = changes.iter().map(|change| change.id).collect();
        assert_eq!((changes.len(), ids.len()), (2, 2));
        assert_eq!(kinds(&[twin.clone(), twin.clone()], &[twin.clone(), twin.clone()]), []);
        assert_eq!(kinds(&[twin.clone(), twin.clone()], from_ref(&twin)), [(Kind::Delete, twin)]);
    }

    #[test]
    fn a_row_on_two_parents_is_made_anew_on_one() {
        let mut spread = acl(1, "drop", "acls[0]");
        if let Item::Acl(acl) = &mut spread {
            acl.parents.insert(Parent::Switch("other".into()));
        }
        let wanted = acl(1, "drop", "acls[0]");
        let mut found = kinds(from_ref(&spread), from_ref(&wanted));
        found.sort();
        assert_eq!(found, [(Kind::Add, wanted), (Kind::Delete, spread)]);
    }
}
