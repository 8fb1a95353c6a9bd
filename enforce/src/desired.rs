//! What is to be in the database: the rows of a compiled network, whatever database they go into.

use crate::acl::{Acl, Content};
use crate::item::{AddressSet, Item, Origin, PortGroup};
use crate::parent::Parent;
use crate::plan::PlanError;
use ringfence_engine::ovn::acl;
use ringfence_engine::ovn::network::{self, Network};
use ringfence_ovsdb::Schema;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

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
            let Origin { object, rule } = acl.origin.clone();
            return Err(PlanError::NoAction { action: acl.content.action.clone(), object, rule });
        }
        let tiers: Vec<i64> = tiers.into_iter().collect();
        Ok(match (schema.has_column("ACL", "tier"), tiers.as_slice()) {
            (_, []) | (false, [0]) => self.clone(),
            (false, tiers) => {
                in_order(&acls().collect::<Vec<_>>())?;
                remarks.push(left_out(tiers));
                self.with_tiers(|_| 0)
            }
            (true, [0]) => self.with_tiers(|_| TIER),
            (true, [0, next, ..]) if *next > 1 => self.with_tiers(|tier| if tier == 0 { 1 } else { tier }),
            (true, [0, ..]) => return Err(PlanError::TierZero),
            (true, _) => self.clone(),
        })
    }

    /// The same with other tiers.
    pub(crate) fn with_tiers(&self, tier: impl Fn(i64) -> i64) -> Self {
        let mut fitted = self.clone();
        for item in &mut fitted.items {
            if let Item::Acl(acl) = item {
                acl.content.tier = tier(acl.content.tier);
            }
        }
        fitted
    }
}

fn left_out(tiers: &[i64]) -> String {
    match tiers {
        [tier] => format!("the database has no tiers: all rows are of tier {tier}, which is left out"),
        tiers => {
            let tiers: Vec<String> = tiers.iter().map(i64::to_string).collect();
            let tiers = tiers.join(", ");
            format!(
                "the database has no tiers: those of the rows, {tiers}, are left out, and priorities keep their order"
            )
        }
    }
}

/// Whether rows are asked in the same order without their tiers: in each stage, every row of a tier before all of those that
/// follow it.
fn in_order(acls: &[&Acl]) -> Result<(), PlanError> {
    let mut stages: BTreeMap<(&str, bool), Vec<&Acl>> = BTreeMap::new();
    for acl in acls {
        stages.entry((&acl.content.direction, acl.content.is_after_lb())).or_default().push(acl);
    }
    for mut rows in stages.into_values() {
        rows.sort_by_key(|acl| (acl.content.tier, Reverse(acl.content.priority)));
        let misplaced = rows.windows(2).find_map(|pair| match pair {
            [sooner, later] if !is_before(sooner, later) => Some((sooner, later)),
            _ => None,
        });
        if let Some((sooner, later)) = misplaced {
            return Err(PlanError::NoTiers { sooner: placed(sooner), later: placed(later) });
        }
    }
    Ok(())
}

/// Of two neighbours by tier and priority: whether priorities alone say the same.
fn is_before(sooner: &Acl, later: &Acl) -> bool {
    let (sooner, later) = (&sooner.content, &later.content);
    sooner.tier == later.tier || sooner.priority > later.priority
}

/// `Subnet/web spec.acls[0] (tier 2, priority 1005)`.
fn placed(acl: &Acl) -> String {
    let (Origin { object, rule }, Content { tier, priority, .. }) = (&acl.origin, &acl.content);
    format!("{object} {rule} (tier {tier}, priority {priority})")
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
