//! A database without what other input says anew: as a cluster is without the objects that files replace.

use crate::row::{entry, text, uuids};
use ringfence_engine::read::{Inventory, Object};
use ringfence_ovsdb::{Datum, Row, Snapshot, Uuid};
use std::collections::BTreeSet;

/// What other input says anew.
#[derive(Debug, Default)]
struct Said {
    /// Objects that rows are made of: `Subnet/web`, `NetworkPolicy/shop/web`.
    objects: BTreeSet<String>,
    /// Switches that an inventory describes, and not only adds rows to.
    switches: BTreeSet<String>,
    port_groups: BTreeSet<String>,
    address_sets: BTreeSet<String>,
    /// Logical ports that an inventory gives to a machine by their names.
    ports: BTreeSet<String>,
}

impl Said {
    fn by(objects: &[Object]) -> Self {
        let mut said = Self::default();
        for object in objects {
            let named = match object {
                Object::Subnet(subnet) => format!("Subnet/{}", subnet.name.value),
                Object::NetworkPolicy(policy) => format!("NetworkPolicy/{}", policy.id()),
                Object::AdminPolicy(policy) => policy.object(),
                Object::SecurityGroup(group) => format!("SecurityGroup/{}", group.name.value),
                Object::Inventory(inventory) => {
                    said.add(inventory);
                    continue;
                }
                Object::VirtualMachine(_)
                | Object::VirtualMachineInstance(_)
                | Object::Pod(_)
                | Object::Workload(_)
                | Object::Ip(_)
                | Object::Namespace(_)
                | Object::Node(_)
                | Object::Service(_)
                | Object::Vpc(_)
                | Object::Attachment(_)
                | Object::Controller(_)
                | Object::Expectation(_) => continue,
            };
            said.objects.insert(named);
        }
        said
    }

    fn add(&mut self, inventory: &Inventory) {
        let whole = inventory.switches.iter().filter(|switch| !switch.cidrs.is_empty() || switch.router.is_some());
        self.switches.extend(whole.map(|switch| switch.name.value.clone()));
        self.port_groups.extend(inventory.port_groups.iter().map(|group| group.name.value.clone()));
        self.address_sets.extend(inventory.address_sets.iter().map(|set| set.name.value.clone()));
        let interfaces = inventory.machines.iter().flat_map(|machine| &machine.interfaces);
        self.ports.extend(interfaces.filter_map(|interface| Some(interface.port.as_ref()?.value.clone())));
    }

    /// Whether a row of a switch is made of one of the objects.
    fn makes(&self, switch: &str, acl: &Row) -> bool {
        let id = |key| entry(acl, "external_ids", key);
        let of_subnet = id("vendor") == Some("kube-ovn") && id("parent") == Some(switch);
        let ours = id("ringfence-object").is_some_and(|object| self.objects.contains(object));
        ours || (of_subnet && self.objects.contains(&format!("Subnet/{switch}")))
    }

    /// Whether a port group is said anew, or is one that Kube-OVN or this program makes of one of the objects.
    fn has_group(&self, group: &Row) -> bool {
        const KINDS: [(&str, &str); 5] = [
            ("np", "NetworkPolicy"),
            ("anp", "AdminNetworkPolicy"),
            ("banp", "BaselineAdminNetworkPolicy"),
            ("cnp", "ClusterNetworkPolicy"),
            ("sg", "SecurityGroup"),
        ];
        let id = |key: &str| entry(group, "external_ids", key);
        let of = |(key, kind): (&str, &str)| {
            let has = |name: &str| self.objects.contains(&format!("{kind}/{name}"));
            // Kube-OVN puts its key before a name that does not begin with a letter.
            let own = |name: &str| {
                let (namespace, name) = name.rsplit_once('/').map_or(("", name), |(space, name)| (space, name));
                let name =
                    name.strip_prefix(key).filter(|rest| !rest.starts_with(|first: char| first.is_alphabetic()))?;
                Some(if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") })
            };
            id(key).is_some_and(|name| has(name) || own(name).is_some_and(|name| has(&name)))
        };
        text(group, "name").is_some_and(|name| self.port_groups.contains(name))
            || id("ringfence-object").is_some_and(|object| self.objects.contains(object))
            || KINDS.into_iter().any(of)
    }
}

/// A database without the rows, port groups, address sets and machines that objects say anew. Switches stay, for what is on
/// them; of one that an inventory describes as a whole none of the rows stays.
pub fn without(snapshot: &Snapshot, objects: &[Object]) -> Snapshot {
    let said = Said::by(objects);
    let mut left = snapshot.clone();
    for (id, switch) in snapshot.rows("Logical_Switch") {
        let name = text(switch, "name").unwrap_or_default();
        let stays = |acl: &Uuid| {
            !said.switches.contains(name) && snapshot.row("ACL", *acl).is_none_or(|acl| !said.makes(name, acl))
        };
        let is_of_nobody = |port: &Uuid| {
            let name = snapshot.row("Logical_Switch_Port", *port).and_then(|port| text(port, "name"));
            name.is_none_or(|name| !said.ports.contains(name))
        };
        let mut switch = switch.clone();
        for (column, stays) in [("acls", &stays as &dyn Fn(&Uuid) -> bool), ("ports", &is_of_nobody)] {
            let rows = uuids(&switch, column).into_iter().filter(stays);
            switch.insert(column.to_owned(), Datum::set(rows.collect::<Vec<_>>()).canonical());
        }
        left.insert("Logical_Switch", id, switch);
    }
    for (id, _) in snapshot.rows("Port_Group").filter(|(_, group)| said.has_group(group)) {
        left.remove("Port_Group", id);
    }
    let anew = |set: &Row| text(set, "name").is_some_and(|name| said.address_sets.contains(name));
    for (id, _) in snapshot.rows("Address_Set").filter(|(_, set)| anew(set)) {
        left.remove("Address_Set", id);
    }
    left
}
