//! A plan in a file: what is wanted, and the digest of the world that it was shown for.

use crate::desired::Desired;
use crate::plan::Plan;
use crate::set::PolicySet;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the file says that it is.
const FORMAT: &str = "ringfence-plan/1";

/// A plan in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// It is of another format.
    #[error("it is of format `{0}`, and this program knows `{FORMAT}`")]
    Format(String),
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
