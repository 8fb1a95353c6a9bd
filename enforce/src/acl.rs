//! Rows of the table `ACL`, as they are written and as they are found.

use crate::item::Origin;
use crate::parent::Parent;
use ringfence_engine::ovn::acl;
use ringfence_northbound::row::{entry, integer, text};
use ringfence_ovsdb::{Atom, Datum, Row, Schema};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A row with what it hangs on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Acl {
    /// What it hangs on; a row that is written has one parent, one that is found may have more.
    pub parents: BTreeSet<Parent>,
    /// Its columns.
    pub content: Content,
    /// Which rule it is for.
    pub origin: Origin,
}

/// The columns of a row that decide, or write into the log. Words are as the database spells them, known to us or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Content {
    /// `from-lport` or `to-lport`.
    pub direction: String,
    /// 0 to 3; 0 where the database has no tiers.
    pub tier: i64,
    /// 0 to 32767.
    pub priority: i64,
    /// The match, byte for byte.
    #[serde(rename = "match")]
    pub matches: String,
    /// `allow`, `drop` …
    pub action: String,
    /// Its name in log records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it logs.
    #[serde(default)]
    pub log: bool,
    /// How grave its records are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The name of the meter that limits its records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// The label of connections that it lets pass.
    #[serde(default)]
    pub label: i64,
    /// `apply-after-lb` and others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

impl Content {
    /// What the engine compiled.
    pub(crate) fn compiled(acl: &acl::Acl) -> Self {
        let after_lb = acl.after_lb.then(|| ("apply-after-lb".to_owned(), "true".to_owned()));
        let log = acl.log.as_ref();
        Self {
            direction: acl.direction.name().to_owned(),
            tier: acl.tier.get().into(),
            priority: acl.priority.get().into(),
            matches: acl.matches.clone(),
            action: acl.action.name().to_owned(),
            name: acl.name.clone(),
            log: log.is_some(),
            severity: log.and_then(|log| log.severity).map(|severity| severity.name().to_owned()),
            meter: log.and_then(|log| log.meter.as_ref()).map(|meter| meter.name.clone()),
            label: 0,
            options: after_lb.into_iter().collect(),
        }
    }

    /// What a row says.
    pub(crate) fn found(row: &Row) -> Self {
        let word = |column: &str| text(row, column).unwrap_or_default().to_owned();
        let pair = |(key, value): (&Atom, &Atom)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned()));
        Self {
            direction: word("direction"),
            tier: integer(row, "tier").unwrap_or_default(),
            priority: integer(row, "priority").unwrap_or_default(),
            matches: word("match"),
            action: word("action"),
            name: text(row, "name").map(str::to_owned),
            log: row.get("log").and_then(|log| log.only()?.as_bool()).unwrap_or_default(),
            severity: text(row, "severity").map(str::to_owned),
            meter: text(row, "meter").map(str::to_owned),
            label: integer(row, "label").unwrap_or_default(),
            options: row.get("options").into_iter().flat_map(Datum::pairs).filter_map(pair).collect(),
        }
    }

    /// The columns of a row that says this, as far as the database has them.
    pub(crate) fn to_row(&self, schema: &Schema) -> Row {
        let optional = |word: &Option<String>| match word {
            Some(word) => Datum::from(word.as_str()),
            None => Datum::set(Vec::<Atom>::new()),
        };
        let options = self.options.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let columns = [
            ("direction", Datum::from(self.direction.as_str())),
            ("tier", Datum::from(self.tier)),
            ("priority", Datum::from(self.priority)),
            ("match", Datum::from(self.matches.as_str())),
            ("action", Datum::from(self.action.as_str())),
            ("name", optional(&self.name)),
            ("log", Datum::from(self.log)),
            ("severity", optional(&self.severity)),
            ("meter", optional(&self.meter)),
            ("label", Datum::from(self.label)),
            ("options", Datum::texts(options)),
        ];
        let known = columns.into_iter().filter(|(column, _)| schema.has_column("ACL", column));
        known.map(|(column, value)| (column.to_owned(), value)).collect()
    }

    /// Whether the row is asked after load balancing.
    pub fn is_after_lb(&self) -> bool {
        self.options.get("apply-after-lb").is_some_and(|value| value == "true")
    }
}

/// Whether a row belongs to somebody else than a policy set of ours.
pub(crate) fn is_foreign(row: &Row) -> bool {
    entry(row, "external_ids", crate::owned::OWNER_KEY) != Some(crate::owned::OWNER)
}
