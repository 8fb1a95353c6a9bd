//! What is wanted, held against what there is: switches, ports, and names that somebody else has.

use crate::acl::is_foreign;
use crate::desired::Desired;
use crate::item::Item;
use crate::owned;
use crate::parent::Parent;
use crate::plan::PlanError;
use crate::set::PolicySet;
use ringfence_northbound::row::{entry, text};
use ringfence_ovsdb::{Row, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// The rows as this database can have them: without ports and meters that it has not.
pub(crate) fn resolve(
    snapshot: &Snapshot,
    set: &PolicySet,
    desired: Desired,
    remarks: &mut Vec<String>,
) -> Result<Vec<Item>, PlanError> {
    present(snapshot, desired, remarks, |table, name| free(snapshot, table, name, set))
}

/// The same, whoever has the names.
pub(crate) fn present(
    snapshot: &Snapshot,
    desired: Desired,
    remarks: &mut Vec<String>,
    free: impl Fn(&'static str, &str) -> Result<(), PlanError>,
) -> Result<Vec<Item>, PlanError> {
    let names = |table: &str| names(snapshot, table);
    let (switches, ports, meters) = (names("Logical_Switch"), names("Logical_Switch_Port"), names("Meter"));
    let groups: BTreeSet<String> = desired.items.iter().filter_map(group_name).collect();
    let mut missing_ports: BTreeSet<String> = BTreeSet::new();
    let mut missing_meters: BTreeSet<String> = BTreeSet::new();
    let mut items = desired.items;
    for item in &mut items {
        match item {
            Item::PortGroup(group) => {
                free("Port_Group", &group.name)?;
                missing_ports.extend(group.ports.iter().filter(|port| !ports.contains_key(port.as_str())).cloned());
                group.ports.retain(|port| ports.contains_key(port.as_str()));
            }
            Item::AddressSet(found) => free("Address_Set", &found.name)?,
            Item::Acl(acl) => {
                for parent in &acl.parents {
                    fits(parent, &switches, &groups, &acl.origin.object)?;
                }
                let meter = acl.content.meter.take_if(|meter| !meters.contains_key(meter.as_str()));
                missing_meters.extend(meter);
            }
        }
    }
    if !missing_ports.is_empty() {
        let named = some(&missing_ports);
        remarks.push(format!("no such port in the database, left out of its port groups: {named}"));
    }
    if !missing_meters.is_empty() {
        let named = some(&missing_meters);
        remarks.push(format!("no such meter in the database, so its rows log without a limit: {named}"));
    }
    Ok(items)
}

fn group_name(item: &Item) -> Option<String> {
    match item {
        Item::PortGroup(group) => Some(group.name.clone()),
        Item::AddressSet(_) | Item::Acl(_) => None,
    }
}

/// The names of a table, and how often each is there.
fn names<'s>(snapshot: &'s Snapshot, table: &str) -> BTreeMap<&'s str, usize> {
    let mut names = BTreeMap::new();
    for name in snapshot.rows(table).filter_map(|(_, row)| text(row, "name")) {
        *names.entry(name).or_default() += 1;
    }
    names
}

fn fits(
    parent: &Parent,
    switches: &BTreeMap<&str, usize>,
    groups: &BTreeSet<String>,
    object: &str,
) -> Result<(), PlanError> {
    let (name, object) = (parent.name().to_owned(), object.to_owned());
    match parent {
        Parent::Switch(_) => match switches.get(name.as_str()) {
            None => {
                let there: BTreeSet<String> = switches.keys().map(|name| (*name).to_owned()).collect();
                let there = if there.is_empty() { "no switch at all".to_owned() } else { some(&there) };
                Err(PlanError::NoSwitch { name, object, there })
            }
            Some(1) => Ok(()),
            Some(count) => Err(PlanError::SeveralSwitches { name, count: *count }),
        },
        Parent::Group(_) if groups.contains(&name) => Ok(()),
        Parent::Group(_) => Err(PlanError::NoGroup { name, object }),
    }
}

/// A name is free, or ours.
fn free(snapshot: &Snapshot, table: &'static str, name: &str, set: &PolicySet) -> Result<(), PlanError> {
    let found = snapshot.rows(table).find(|(_, row)| text(row, "name") == Some(name)).map(|(_, row)| row);
    match found {
        Some(row) if !owned::is_of(row, set) => {
            Err(PlanError::Taken { table, name: name.to_owned(), owner: owner(row) })
        }
        Some(_) | None => Ok(()),
    }
}

fn owner(row: &Row) -> String {
    match is_foreign(row) {
        true => entry(row, "external_ids", "vendor").unwrap_or("somebody else").to_owned(),
        false => format!("policy set `{}`", entry(row, "external_ids", "ringfence-set").unwrap_or_default()),
    }
}

/// A few names of many.
pub(crate) fn some(names: &BTreeSet<String>) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", name.escape_debug())).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
