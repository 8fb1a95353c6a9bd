//! What may be in the database for a policy set: a row of one of three tables.

use crate::acl::Acl;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which rule a row is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The object: `Subnet/vswitch1`.
    pub object: String,
    /// The field of it: `spec.acls[0]`.
    pub rule: String,
}

/// A port group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PortGroup {
    /// Its name.
    pub name: String,
    /// The names of its ports.
    pub ports: BTreeSet<String>,
    /// Which rule it is for.
    pub origin: Origin,
}

/// An address set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AddressSet {
    /// Its name.
    pub name: String,
    /// Addresses, prefixes and masked constants, as they are written.
    pub addresses: BTreeSet<String>,
    /// Which rule it is for.
    pub origin: Origin,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "table")]
pub enum Item {
    /// A port group.
    #[serde(rename = "Port_Group")]
    PortGroup(PortGroup),
    /// An address set.
    #[serde(rename = "Address_Set")]
    AddressSet(AddressSet),
    /// A row of the table `ACL`.
    #[serde(rename = "ACL")]
    Acl(Acl),
}

impl Item {
    /// Its table.
    pub fn table(&self) -> &'static str {
        match self {
            Self::PortGroup(_) => "Port_Group",
            Self::AddressSet(_) => "Address_Set",
            Self::Acl(_) => "ACL",
        }
    }

    /// Which rule it is for.
    pub fn origin(&self) -> &Origin {
        match self {
            Self::PortGroup(group) => &group.origin,
            Self::AddressSet(set) => &set.origin,
            Self::Acl(acl) => &acl.origin,
        }
    }

    /// The row, if it is an ACL.
    pub fn acl(&self) -> Option<&Acl> {
        match self {
            Self::Acl(acl) => Some(acl),
            Self::PortGroup(_) | Self::AddressSet(_) => None,
        }
    }
}
