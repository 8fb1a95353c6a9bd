//! What Kube-OVN's controller has installed, held against what its objects should have become.
//!
//! It keeps no trace of the rule that a row is for: `external_ids` name the writer, what a row hangs on, and the object of a
//! group or set. So rows are known by what they say. Groups of nodes, and rows on them, follow no policy, and are left out.

use crate::change::{Kind, installed};
use crate::desired::Desired;
use crate::history::History;
use crate::item::{Item, Origin};
use crate::owned::{found, is_of};
use crate::parent::Parent;
use crate::plan::{Plan, PlanError};
use crate::resolve::present;
use crate::set::PolicySet;
use ringfence_northbound::row::entry;
use ringfence_ovsdb::{Row, Schema, Snapshot, Uuid};
use std::collections::BTreeSet;

/// Whose rows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Writer {
    /// Ours, of one policy set.
    Ringfence,
    /// Those of Kube-OVN's controller.
    KubeOvn,
}

/// How much of what is installed was to be there by the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// All of it: the objects are those of the cluster.
    Whole,
    /// What hangs on these switches, and on the groups that are wanted: the objects are some of many.
    Switches(BTreeSet<String>),
}

/// The keys by which a group or a set names the object that it is for (`pkg/controller/{network_policy,security_group}.go`).
const OBJECTS: [&str; 5] = ["np", "anp", "banp", "cnp", "sg"];

impl Writer {
    /// The one whose rows are there: ours, where the policy set has or had any.
    pub fn of(world: &Snapshot, set: &PolicySet) -> Self {
        let is_ours =
            History::of(world, set).generation().is_some() || world.rows("ACL").any(|(_, row)| is_of(row, set));
        let is_theirs = || world.rows("ACL").any(|(_, row)| is_of_kube_ovn(row));
        if !is_ours && is_theirs() { Self::KubeOvn } else { Self::Ringfence }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ringfence => "ringfence",
            Self::KubeOvn => "kube-ovn",
        }
    }
}

impl Plan {
    /// What lies between the rows of Kube-OVN's controller and those that are wanted. It is to be looked at: nobody else writes
    /// that controller's rows.
    ///
    /// # Errors
    ///
    /// A switch that is not there, or not known by its name.
    pub fn installed(
        world: Snapshot,
        schema: &Schema,
        set: &PolicySet,
        desired: &Desired,
        extent: &Extent,
    ) -> Result<Self, PlanError> {
        let mut remarks = Vec::new();
        let tiered = schema.has_column("ACL", "tier");
        let fitted = if tiered { desired.clone() } else { desired.with_tiers(|_| 0) };
        let wanted = present(&world, fitted, &mut remarks, |_, _| Ok(()))?;
        let mut there = found(&world, is_of_kube_ovn, written);
        let scope = Scope::of(&world, &wanted, extent);
        there.retain(|id, item| scope.has(*id, item));
        let mut changes = installed(&world, set, there, wanted);
        changes.retain(|change| change.kind() != Kind::Label);
        let mut plan = Self::with(world, schema, set, desired.clone(), changes)?;
        (plan.remarks, plan.writer) = (remarks, Writer::KubeOvn);
        Ok(plan)
    }
}

fn is_of_kube_ovn(row: &Row) -> bool {
    entry(row, "external_ids", "vendor") == Some(Writer::KubeOvn.name())
}

/// What a row tells of where it comes from.
fn written(row: &Row) -> Origin {
    let said = |key: &str| entry(row, "external_ids", key);
    let object = OBJECTS.iter().find_map(|key| Some(format!("{key} {}", said(key)?)));
    let parent = || said("parent").map(|parent| format!("parent {parent}"));
    Origin { object: object.or_else(parent).unwrap_or_default(), rule: format!("by {}", Writer::KubeOvn.name()) }
}

/// What of the database was to be there by the objects.
struct Scope<'a> {
    extent: &'a Extent,
    /// Groups that are for an object.
    groups: BTreeSet<String>,
    /// Sets that are for one.
    sets: BTreeSet<Uuid>,
}

impl<'a> Scope<'a> {
    fn of(world: &Snapshot, wanted: &[Item], extent: &'a Extent) -> Self {
        let is_for_object = |row: &Row| OBJECTS.iter().any(|key| entry(row, "external_ids", key).is_some());
        let name = |row: &Row| ringfence_northbound::row::text(row, "name").unwrap_or_default().to_owned();
        let names: BTreeSet<(&str, &str)> = wanted.iter().filter_map(named).collect();
        let is_wanted = |table, row: &Row| match extent {
            Extent::Whole => is_for_object(row) || names.contains(&(table, name(row).as_str())),
            Extent::Switches(_) => names.contains(&(table, name(row).as_str())),
        };
        let of = |table: &'static str| world.rows(table).filter(move |(_, row)| is_wanted(table, row));
        let groups = of("Port_Group").map(|(_, row)| name(row)).collect();
        let sets = of("Address_Set").map(|(id, _)| id).collect();
        Self { extent, groups, sets }
    }

    fn has(&self, id: Uuid, item: &Item) -> bool {
        match item {
            Item::PortGroup(group) => self.groups.contains(&group.name),
            Item::AddressSet(_) => self.sets.contains(&id),
            Item::Acl(acl) => acl.parents.iter().any(|parent| match (parent, self.extent) {
                (Parent::Group(name), _) => self.groups.contains(name),
                (Parent::Switch(_), Extent::Whole) => true,
                (Parent::Switch(name), Extent::Switches(switches)) => switches.contains(name),
            }),
        }
    }
}

/// The table and the name of a group or a set.
fn named(item: &Item) -> Option<(&'static str, &str)> {
    match item {
        Item::PortGroup(group) => Some((item.table(), &group.name)),
        Item::AddressSet(set) => Some((item.table(), &set.name)),
        Item::Acl(_) => None,
    }
}
