//! A plan in a file: what is wanted, and the digest of the world that it was shown for.

use crate::acl::Acl;
use crate::desired::Desired;
use crate::plan::Plan;
use crate::set::PolicySet;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the file says that it is.
const FORMAT: &str = "ringfence-plan/1";

/// A plan in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "a plan as `plan --out` writes it")]
pub struct SavedPlan {
    format: String,
    set: String,
    world: String,
    desired: Desired,
}

/// Why a file is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SavedError {
    /// It is not JSON, or of another shape.
    #[error("it is no saved plan: {0}")]
    Shape(String),
    /// It has a row that no database takes.
    #[error("row {row} of it, for {object}, {what}: make the plan anew instead of editing it")]
    Row {
        /// Which row, from 1.
        row: usize,
        /// The object that it is for.
        object: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It is of another format.
    #[error("it is of format `{0}`, and this program knows `{FORMAT}`")]
    Format(String),
}

/// What is wrong with a row that nobody compiled.
fn wrong(acl: &Acl) -> Option<&'static str> {
    let Acl { parents, content, .. } = acl;
    let checks = [
        (parents.is_empty(), "hangs on no switch and no port group"),
        (!matches!(content.direction.as_str(), "from-lport" | "to-lport"), "has a direction that OVN does not know"),
        (!(0..=32_767).contains(&content.priority), "has a priority beyond 0 to 32767"),
        (!(0..=3).contains(&content.tier), "has a tier beyond 0 to 3"),
    ];
    checks.into_iter().find(|(is_so, _)| *is_so).map(|(_, what)| what)
}

impl SavedPlan {
    /// What has to be kept of a plan.
    pub fn of(plan: &Plan) -> Self {
        Self {
            format: FORMAT.to_owned(),
            set: plan.set.name().to_owned(),
            world: plan.digest(),
            desired: plan.desired.clone(),
        }
    }

    /// Reads what [`SavedPlan::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, SavedError> {
        let saved: Self = serde_json::from_str(text).map_err(|error| SavedError::Shape(error.to_string()))?;
        if saved.format != FORMAT {
            return Err(SavedError::Format(saved.format));
        }
        saved.set.parse::<PolicySet>().map_err(|error| SavedError::Shape(error.to_string()))?;
        for (row, item) in (1..).zip(&saved.desired.items) {
            if let Some(what) = item.acl().and_then(wrong) {
                return Err(SavedError::Row { row, object: item.origin().object.clone(), what });
            }
        }
        Ok(saved)
    }

    /// As it stands in a file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The policy set.
    pub fn set(&self) -> PolicySet {
        self.set.parse().unwrap_or_default()
    }

    /// What is wanted.
    pub fn desired(&self) -> &Desired {
        &self.desired
    }

    /// Whether a plan is made on the world that this one was shown for.
    pub fn fits(&self, plan: &Plan) -> bool {
        self.world == plan.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(acl: &str) -> Result<SavedPlan, SavedError> {
        let text = r#"{"format": "ringfence-plan/1", "set": "default", "world": "", "desired": {"items": [{"table": "ACL",
            "parents": [{"switch": "s"}], "content": {"direction": "to-lport", "tier": 0, "priority": 1, "match": "ip4",
            "action": "drop"}, "origin": {"object": "Subnet/s", "rule": "spec.acls[0]"}}]}}"#;
        let (from, to) = acl.split_once(" -> ").unwrap_or_default();
        SavedPlan::from_json(&text.replace(from, to))
    }

    #[test]
    fn rows_that_no_database_takes_are_refused() {
        assert!(read("default -> default").is_ok());
        let wrong = [
            (r#"{"switch": "s"} -> "#, "no switch and no port group"),
            ("to-lport -> sideways", "direction"),
            (r#""priority": 1 -> "priority": -1"#, "priority"),
            (r#""tier": 0 -> "tier": 4"#, "tier"),
            ("ringfence-plan/1 -> ringfence-plan/9", "format"),
        ];
        for (edit, word) in wrong {
            let told = read(edit).unwrap_err().to_string();
            assert!(told.contains(word), "{edit}: {told}");
        }
        assert!(SavedPlan::from_json("[]").unwrap_err().to_string().contains("a plan as `plan --out` writes it"));
    }
}
