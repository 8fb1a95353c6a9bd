//! What rows of the table `ACL` hang on.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What an ACL hangs on, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parent {
    /// A logical switch.
    Switch(String),
    /// A port group.
    Group(String),
}

impl Parent {
    /// The table of its row.
    pub fn table(&self) -> &'static str {
        match self {
            Self::Switch(_) => "Logical_Switch",
            Self::Group(_) => "Port_Group",
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Switch(name) | Self::Group(name) => name,
        }
    }

    /// The parent with a name in a table of parents.
    pub(crate) fn of(table: &str, name: &str) -> Self {
        if table == "Logical_Switch" { Self::Switch(name.to_owned()) } else { Self::Group(name.to_owned()) }
    }
}

/// The tables of parents.
pub(crate) const TABLES: [&str; 2] = ["Logical_Switch", "Port_Group"];

impl fmt::Display for Parent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(name) => write!(out, "switch {name}"),
            Self::Group(name) => write!(out, "port group {name}"),
        }
    }
}
