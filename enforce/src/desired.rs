//! What is to be in the database: the rows of a compiled network, whatever database they go into.

use crate::acl::{Acl, Content};
use crate::item::{AddressSet, Item, Origin, PortGroup};
use crate::parent::Parent;
use crate::plan::PlanError;
use ringfence_engine::ovn::acl;
use ringfence_engine::ovn::network::{self, Network};
use ringfence_ovsdb::Schema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is to be in the database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Desired {
    /// Its rows.
    pub items: Vec<Item>,
    /// What the rows are written for: whether the database drops what no row matches. It is not written.
    #[serde(default)]
    pub default_drop: Option<bool>,
}

/// Kube-OVN moves every row of tier 0 there when it starts (`MigrateACLTier`), whoever wrote it.
const TIER: i64 = 2;

impl Desired {
    /// Nothing at all: what is there goes.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// The rows of a network. Sets of a group's own addresses are northd's, and left out.
    pub fn of(network: &Network) -> Self {
        let groups: BTreeSet<&str> = network.port_groups.iter().map(|group| group.name.as_str()).collect();
        let made_by_northd = |name: &str| {
            let group = ["_ip4", "_ip6"].iter().find_map(|suffix| name.strip_suffix(suffix));
            group.is_some_and(|group| groups.contains(group))
        };
        let mut items: Vec<Item> = network.port_groups.iter().map(group_item).collect();
        let sets = network.address_sets.iter().filter(|(name, _)| !made_by_northd(name));
        items.extend(sets.map(|(name, addresses)| {
            let origin = Origin { object: format!("AddressSet/{name}"), rule: String::new() };
            Item::AddressSet(AddressSet { name: name.clone(), addresses: addresses.iter().cloned().collect(), origin })
        }));
        for switch in &network.switches {
            items.extend(switch.acls.iter().map(|acl| acl_item(Parent::Switch(switch.name.clone()), acl)));
        }
        for group in &network.port_groups {
            items.extend(group.acls.iter().map(|acl| acl_item(Parent::Group(group.name.clone()), acl)));
        }
        Self { items, default_drop: Some(network.options.default_acl_drop) }
    }

    /// Whether addresses of machines are written.
    pub fn has_addresses(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::AddressSet(set) if !set.addresses.is_empty()))
    }

    /// The same for a database that may have no tiers, and with nothing in tier 0 where it has.
    pub(crate) fn fitted(&self, schema: &Schema, remarks: &mut Vec<String>) -> Result<Self, PlanError> {
        let acls = || self.items.iter().filter_map(Item::acl);
        let tiers: BTreeSet<i64> = acls().map(|acl| acl.content.tier).collect();
        let known = |action: &str| {
            let allowed = schema.column("ACL", "action").map(|column| column.allowed.as_slice()).unwrap_or_default();
            allowed.is_empty() || allowed.iter().any(|known| known == action)
        };
        if let Some(acl) = acls().find(|acl| !known(&acl.content.action)) {
            return Err(PlanError::NoAction { action: acl.content.action.clone(), object: acl.origin.object.clone() });
        }
        let given = match (schema.has_column("ACL", "tier"), tiers.iter().copied().collect::<Vec<_>>().as_slice()) {
            (_, []) => None,
            (false, [0]) => None,
            (false, [tier]) => {
                remarks.push(format!("the database has no tiers: all rows are of tier {tier}, which is left out"));
                Some((*tier, 0))
            }
            (false, tiers) => return Err(PlanError::NoTiers { tiers: tiers.to_vec() }),
            (true, [0]) => Some((0, TIER)),
            (true, [0, next, ..]) if *next > 1 => Some((0, 1)),
            (true, [0, ..]) => return Err(PlanError::TierZero),
            (true, _) => None,
        };
        let Some((from, to)) = given else { return Ok(self.clone()) };
        let mut fitted = self.clone();
        for item in &mut fitted.items {
            if let Item::Acl(acl) = item
                && acl.content.tier == from
            {
                acl.content.tier = to;
            }
        }
        Ok(fitted)
    }
}

fn group_item(group: &network::PortGroup) -> Item {
    let object = group.acls.first().map(|acl| acl.provenance.object.clone());
    let object = object.unwrap_or_else(|| format!("PortGroup/{}", group.name));
    let ports = group.ports.iter().cloned().collect();
    Item::PortGroup(PortGroup { name: group.name.clone(), ports, origin: Origin { object, rule: String::new() } })
}

fn acl_item(parent: Parent, acl: &acl::Acl) -> Item {
    let origin = Origin { object: acl.provenance.object.clone(), rule: acl.provenance.field.clone() };
    Item::Acl(Acl { parents: BTreeSet::from([parent]), content: Content::compiled(acl), origin })
}
