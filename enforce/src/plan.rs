//! A plan: what has to change in a database so that it holds what is wanted.

use crate::after::after;
use crate::change::{Change, Kind, Wanted, changes};
use crate::desired::Desired;
use crate::digest::digest;
use crate::history::{History, HistoryError};
use crate::installed::Writer;
use crate::item::Item;
use crate::links::Links;
use crate::owned::{is_of, owned};
use crate::resolve::resolve;
use crate::set::PolicySet;
use crate::tables::GLOBAL;
use ringfence_northbound::owner;
use ringfence_northbound::row::{entry, integer, text, uuids};
use ringfence_ovsdb::{Row, Schema, Snapshot, Uuid};
use thiserror::Error;

/// What has to change in a database.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The policy set.
    pub set: PolicySet,
    /// Whose rows are planned; those of others are for looking at.
    pub writer: Writer,
    /// The database as it was.
    pub world: Snapshot,
    /// Its schema.
    pub schema: Schema,
    /// What is wanted.
    pub desired: Desired,
    /// The rows that change, by rule.
    pub changes: Vec<Change>,
    /// What somebody should know, a sentence each.
    pub remarks: Vec<String>,
    /// The applies before.
    pub history: History,
    pub(crate) links: Links,
    pub(crate) global: Uuid,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The database was never initialised.
    #[error("the database has no row in NB_Global: run `ovn-nbctl init`, or name another database")]
    NotInitialised,
    /// A switch is not there.
    #[error("switch `{name}` of {object} is not in the database, which has {there}")]
    NoSwitch {
        /// Its name.
        name: String,
        /// Whose rows were to hang on it.
        object: String,
        /// Which ones are there.
        there: String,
    },
    /// A name is no name.
    #[error("{count} switches of the database are called `{name}`, and nobody can say which one is meant")]
    SeveralSwitches {
        /// The name.
        name: String,
        /// How many there are.
        count: usize,
    },
    /// A port group is not there.
    #[error("port group `{name}` of {object} is none of those that are to be written")]
    NoGroup {
        /// Its name.
        name: String,
        /// Whose rows were to hang on it.
        object: String,
    },
    /// A name belongs to somebody else.
    #[error("{table} `{name}` is there already and belongs to {owner}")]
    Taken {
        /// The table.
        table: &'static str,
        /// The name.
        name: String,
        /// Whose it is.
        owner: String,
    },
    /// A group that should go has rows of others.
    #[error(
        "port group `{name}` should go, and has rows of somebody else, which would go with it: {rows}; take them off the group first"
    )]
    Shared {
        /// The group.
        name: String,
        /// The first of these rows.
        rows: String,
    },
    /// Tiers cannot be left out.
    #[error(
        "the database has no tiers (OVN before 23.06), and priorities alone would ask {later} not after {sooner}, which is to decide \
         before it: leave one of the two out, give what decides first the higher priorities, or update OVN"
    )]
    NoTiers {
        /// A row that is to decide first: whose, with its tier and its priority.
        sooner: String,
        /// One that would be asked before it, or at once.
        later: String,
    },
    /// Tier 0 is not written, and tier 1 is in use.
    #[error(
        "rows of tier 0 and of tier 1 cannot be told apart: Kube-OVN moves rows of tier 0 to tier 2, so none is written there"
    )]
    TierZero,
    /// The database does not know an action.
    #[error(
        "the database has no action `{action}`, which {rule} of {object} needs, and without that rule the others mean something \
         else: leave the object out, or update OVN"
    )]
    NoAction {
        /// The action.
        action: String,
        /// Whose row.
        object: String,
        /// The rule of it.
        rule: String,
    },
    /// Something cannot be taken back.
    #[error("{0}")]
    History(#[from] HistoryError),
}

impl Plan {
    /// What has to change so that of a policy set exactly this is there.
    pub fn new(world: Snapshot, schema: &Schema, set: &PolicySet, desired: &Desired) -> Result<Self, PlanError> {
        let mut remarks = Vec::new();
        let fitted = desired.fitted(schema, &mut remarks)?;
        let items = resolve(&world, set, fitted, &mut remarks)?;
        remarks.extend(other_default(&world, desired));
        let wanted = items.into_iter().map(|item| Wanted { id: None, item });
        let mut plan = Self::of(world, schema, set, wanted.collect(), desired.clone())?;
        plan.remarks.splice(0..0, remarks);
        Ok(plan)
    }

    /// What has to change so that a policy set is as it was some applies ago.
    pub fn back(world: Snapshot, schema: &Schema, set: &PolicySet, steps: usize) -> Result<Self, PlanError> {
        let history = History::of(&world, set);
        let (ids, items): (Vec<Uuid>, Vec<Item>) = history.back(steps, owned(&world, set))?.into_iter().unzip();
        let mut remarks = Vec::new();
        let desired = Desired { items, default_drop: None };
        let items = resolve(&world, set, desired.clone(), &mut remarks)?;
        let wanted = ids.into_iter().zip(items).map(|(id, item)| Wanted { id: Some(id), item });
        let mut plan = Self::of(world, schema, set, wanted.collect(), desired)?;
        plan.remarks.splice(0..0, remarks);
        Ok(plan)
    }

    fn of(
        world: Snapshot,
        schema: &Schema,
        set: &PolicySet,
        wanted: Vec<Wanted>,
        desired: Desired,
    ) -> Result<Self, PlanError> {
        let changes = changes(&world, set, owned(&world, set), wanted);
        let plan = Self::with(world, schema, set, desired, changes)?;
        plan.alone()?;
        Ok(plan)
    }

    /// The plan of some changes.
    pub(crate) fn with(
        world: Snapshot,
        schema: &Schema,
        set: &PolicySet,
        desired: Desired,
        changes: Vec<Change>,
    ) -> Result<Self, PlanError> {
        let global = world.rows(GLOBAL).next().map(|(id, _)| id).ok_or(PlanError::NotInitialised)?;
        let links = Links::of(&world, &changes);
        let history = History::of(&world, set);
        Ok(Self {
            set: set.clone(),
            writer: Writer::Ringfence,
            schema: schema.clone(),
            desired,
            changes,
            remarks: Vec::new(),
            history,
            links,
            global,
            world,
        })
    }

    /// With a group the rows go that hang on it: all of them must be ours.
    fn alone(&self) -> Result<(), PlanError> {
        let gone = self.changes.iter().filter(|change| change.new.is_none() && change.table() == "Port_Group");
        for (id, row) in gone.filter_map(|change| Some((change.id, self.world.row("Port_Group", change.id)?))) {
            let acls = uuids(row, "acls").into_iter().filter_map(|acl| Some((acl, self.world.row("ACL", acl)?)));
            let foreign: Vec<(Uuid, &Row)> = acls.filter(|(_, acl)| !is_of(acl, &self.set)).collect();
            if !foreign.is_empty() {
                let name = text(row, "name").map_or_else(|| id.to_string(), str::to_owned);
                return Err(PlanError::Shared { name, rows: told(&foreign) });
            }
        }
        Ok(())
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many rows change in a way.
    pub fn count(&self, kind: Kind) -> usize {
        self.changes.iter().filter(|change| change.kind() == kind).count()
    }

    /// `2 rows to add, 1 to alter, none to delete`, in few words.
    pub fn summary(&self) -> String {
        let [add, alter, delete, label] =
            [Kind::Add, Kind::Alter, Kind::Delete, Kind::Label].map(|kind| self.count(kind));
        let label = if label > 0 { format!(", {label} relabelled") } else { String::new() };
        format!("{add} added, {alter} altered, {delete} deleted{label}")
    }

    /// The database after it.
    pub fn after(&self) -> Snapshot {
        after(&self.world, &self.changes, &self.links, &self.set, &self.schema)
    }

    /// What the world was that it was made on.
    pub fn digest(&self) -> String {
        digest(&self.world, &self.history)
    }
}

/// The first of some rows, each with its identity and its writer.
fn told(rows: &[(Uuid, &Row)]) -> String {
    const SHOWN: usize = 3;
    let told = |(id, row): &(Uuid, &Row)| {
        let word = |column| text(row, column).unwrap_or_default().escape_debug().to_string();
        let priority = integer(row, "priority").unwrap_or_default();
        let owner = owner(row).unwrap_or_else(|| "a writer who left no name".to_owned());
        format!("{id} {} {priority} {} ({}) of {owner}", word("direction"), word("action"), word("match"))
    };
    let shown: Vec<String> = rows.iter().take(SHOWN).map(told).collect();
    match rows.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What becomes of a packet that no row matches is the database's own affair.
fn other_default(world: &Snapshot, desired: &Desired) -> Option<String> {
    let row = world.rows(GLOBAL).next().map(|(_, row)| row)?;
    let there = entry(row, "options", "default_acl_drop") == Some("true");
    let wanted = desired.default_drop.filter(|wanted| *wanted != there && !desired.items.is_empty())?;
    Some(format!(
        "the files are written for default_acl_drop={wanted}, and the database has {there}, which stays as it is"
    ))
}
