//! A plan of rows of a Northbound database.

use super::{Planned, Sign, Step};
use crate::render::{Line, count};
use ringfence_enforce::{Acl, Change, Item, Kind, Plan, PolicySet};
use serde_json::{Map, Value, json};

impl From<Kind> for Sign {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Add => Self::Add,
            Kind::Alter => Self::Alter,
            Kind::Label => Self::Note,
            Kind::Delete => Self::Delete,
        }
    }
}

impl Planned for Plan {
    const NOUN: &'static str = "row";

    fn set(&self) -> &PolicySet {
        &self.set
    }

    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn size(&self) -> usize {
        self.changes.len()
    }

    fn summary(&self) -> String {
        Self::summary(self)
    }

    fn remarks(&self) -> &[String] {
        &self.remarks
    }

    fn steps(&self) -> Vec<Step> {
        self.changes.iter().filter_map(step).collect()
    }

    fn wire(&self) -> Map<String, Value> {
        let row = |change: &Change| {
            json!({
                "change": change.kind().name(), "table": change.table(), "uuid": change.id.hyphenated().to_string(),
                "old": change.old, "new": change.new,
            })
        };
        let parts = [
            ("world", json!(self.digest())),
            ("generation", json!(self.history.generation())),
            (
                "summary",
                json!({
                    "add": self.count(Kind::Add), "alter": self.count(Kind::Alter), "label": self.count(Kind::Label),
                    "delete": self.count(Kind::Delete),
                }),
            ),
            ("rows", Value::Array(self.changes.iter().map(row).collect())),
        ];
        parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.changes == other.changes
    }
}

fn step(change: &Change) -> Option<Step> {
    let item = change.item()?;
    let origin = item.origin();
    let was = change.old.as_ref().filter(|_| change.kind() == Kind::Alter).map(row);
    Some(Step {
        sign: change.kind().into(),
        what: row(item),
        origin: format!("{} {}", Line(&origin.object), Line(&origin.rule)),
        was,
    })
}

/// What a row is, on one line.
fn row(item: &Item) -> String {
    match item {
        Item::Acl(acl) => acl_row(acl),
        Item::PortGroup(group) => format!("port group {} with {}", Line(&group.name), count(group.ports.len(), "port")),
        Item::AddressSet(set) => format!("address set {} with {} in it", Line(&set.name), set.addresses.len()),
    }
}

fn acl_row(acl: &Acl) -> String {
    let content = &acl.content;
    let parents: Vec<String> = acl.parents.iter().map(|parent| Line(&parent.to_string()).to_string()).collect();
    let tier = if content.tier > 0 { format!(" tier {}", content.tier) } else { String::new() };
    let after_lb = if content.is_after_lb() { " after-lb" } else { "" };
    let log = if content.log { " log" } else { "" };
    format!(
        "{} {}{after_lb}{tier} {} {}{log} ({})",
        parents.join(", "),
        content.direction,
        content.priority,
        content.action,
        Line(&content.matches)
    )
}
