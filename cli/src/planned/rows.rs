//! A plan of rows of a Northbound database.

use super::{Planned, Sign, Step};
use crate::render::{Line, count};
use ringfence_enforce::{Acl, Change, Content, Item, Kind, Plan, PolicySet, Writer};
use ringfence_engine::ovn::acl;
use ringfence_northbound::owner;
use ringfence_northbound::row::text;
use ringfence_ovsdb::{Row, Uuid};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Of more ports and addresses that come or go only the first ones are named.
const MOST_NAMES: usize = 6;

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

    fn whose(&self) -> String {
        match self.writer {
            Writer::Ringfence => format!("policy set {}", self.set),
            Writer::KubeOvn => "what Kube-OVN wrote".to_owned(),
        }
    }

    fn would(&self) -> &'static str {
        match self.writer {
            Writer::Ringfence => "an apply would make",
            Writer::KubeOvn => "by its objects there would be",
        }
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

    fn identity(&self, acl: &acl::Acl) -> Map<String, Value> {
        // It is known by the first digits of its identity, as OVN's own programs show it.
        let digits = acl.provenance.field.split_whitespace().nth(1).unwrap_or_default();
        let is_it = |(id, row): &(Uuid, &Row)| {
            id.simple().to_string().starts_with(digits) && text(row, "match") == Some(acl.matches.as_str())
        };
        let found = self.world.rows("ACL").find(is_it);
        let uuid = found.map(|(id, _)| id.hyphenated().to_string());
        let parts = [("uuid", json!(uuid)), ("owner", json!(found.and_then(|(_, row)| owner(row))))];
        parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn wire(&self) -> Map<String, Value> {
        let row = |change: &Change| {
            json!({
                "change": change.kind().name(), "table": change.table(), "uuid": change.id.hyphenated().to_string(),
                "old": change.old, "new": change.new,
            })
        };
        let parts = [
            ("writer", json!(self.writer.name())),
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
    let both = change.old.as_ref().zip(change.new.as_ref()).filter(|_| change.kind() == Kind::Alter);
    Some(Step {
        sign: change.kind().into(),
        what: row(item),
        origin: format!("{} {}", Line(&origin.object), Line(&origin.rule)),
        altered: both.map(|(old, new)| altered(old, new)),
    })
}

/// What a row was, and what of it its line does not tell.
fn altered(old: &Item, new: &Item) -> String {
    match (old, new) {
        (Item::PortGroup(old), Item::PortGroup(new)) => members(&old.ports, &new.ports),
        (Item::AddressSet(old), Item::AddressSet(new)) => members(&old.addresses, &new.addresses),
        (Item::Acl(was), Item::Acl(acl)) => {
            let line = row(old);
            let line = Some(format!("was {line}")).filter(|_| line != row(new));
            line.into_iter().chain(columns(&was.content, &acl.content)).collect::<Vec<_>>().join("; ")
        }
        _ => format!("was {}", row(old)),
    }
}

/// Who comes and who goes.
fn members(old: &BTreeSet<String>, new: &BTreeSet<String>) -> String {
    let told = |what: &str, names: Vec<&String>| (!names.is_empty()).then(|| format!("{what} {}", some(&names)));
    let comes = told("comes:", new.difference(old).collect());
    let goes = told("goes:", old.difference(new).collect());
    comes.into_iter().chain(goes).collect::<Vec<_>>().join("; ")
}

/// A few names of many.
fn some(names: &[&String]) -> String {
    let shown: Vec<String> = names.iter().take(MOST_NAMES).map(|name| Line(name).to_string()).collect();
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The columns that differ and that the line of a row does not tell.
fn columns(old: &Content, new: &Content) -> Vec<String> {
    let (old, new) = (untold(old), untold(new));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).filter(|key| old.get(*key) != new.get(*key)).collect();
    let value = |value: Option<&String>| value.map_or("none".to_owned(), |value| Line(value).to_string());
    let told = |key: &&String| format!("{}: was {}, will be {}", Line(key), value(old.get(*key)), value(new.get(*key)));
    keys.iter().map(told).collect()
}

fn untold(content: &Content) -> BTreeMap<String, String> {
    let Content { name, severity, meter, label, options, .. } = content.clone();
    let label = Some(label.to_string()).filter(|_| label != 0);
    let columns = [("name", name), ("severity", severity), ("meter", meter), ("label", label)];
    let columns = columns.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let options = options.into_iter().filter(|(key, value)| key != "apply-after-lb" || value != "true");
    columns.chain(options.map(|(key, value)| (format!("options:{key}"), value))).collect()
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
