//! A plan of objects of a cluster.

use super::{Planned, Sign, Step};
use ringfence_enforce::PolicySet;
use ringfence_engine::ovn::acl::Acl;
use ringfence_objects::{Deed, Kind, Plan};
use serde_json::{Map, Value, json};

impl From<Kind> for Sign {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Create => Self::Add,
            Kind::Alter => Self::Alter,
            Kind::Note => Self::Note,
            Kind::Delete => Self::Delete,
        }
    }
}

impl Planned for Plan {
    const NOUN: &'static str = "object";

    fn set(&self) -> &PolicySet {
        &self.set
    }

    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn size(&self) -> usize {
        self.deeds.len()
    }

    fn summary(&self) -> String {
        Self::summary(self)
    }

    fn remarks(&self) -> &[String] {
        &self.remarks
    }

    fn steps(&self) -> Vec<Step> {
        let steps = |deed: &Deed| {
            let object = deed.reference.to_string();
            let step = move |(kind, line): (Kind, String)| {
                let what = format!("{object} {line}").trim_end().to_owned();
                Step { sign: kind.into(), what, origin: String::new(), altered: None }
            };
            deed.lines().into_iter().map(step).collect::<Vec<_>>()
        };
        self.deeds.iter().flat_map(steps).collect()
    }

    fn identity(&self, acl: &Acl) -> Map<String, Value> {
        let parts = [("object", json!(acl.provenance.object)), ("rule", json!(acl.provenance.field))];
        parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn wire(&self) -> Map<String, Value> {
        let object = |deed: &Deed| {
            json!({
                "change": deed.kind.name(), "object": deed.reference.to_string(), "old": deed.old, "new": deed.new,
            })
        };
        let count = |kind: Kind| self.count(kind);
        let summary = json!({
            "create": count(Kind::Create), "alter": count(Kind::Alter), "note": count(Kind::Note),
            "delete": count(Kind::Delete),
        });
        let objects = self.deeds.iter().map(object).collect();
        let parts = [("summary", summary), ("objects", Value::Array(objects))];
        parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn is_same(&self, other: &Self) -> bool {
        let said = |plan: &Self| {
            plan.deeds
                .iter()
                .map(|deed| (deed.reference.clone(), deed.old.clone(), deed.new.clone()))
                .collect::<Vec<_>>()
        };
        said(self) == said(other)
    }
}
