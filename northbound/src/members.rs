//! The addresses of a port group, by which matches name them: `$GROUP_ip4` and `$GROUP_ip6`.

use crate::port::stated;
use crate::row::{text, texts, uuids};
use ringfence_ovsdb::{Row, Snapshot, Uuid};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The automatic sets of groups that are other ones than those of the machines' addresses: northd takes a port of any type, but
/// only what its `addresses` and `dynamic_addresses` say (`sync_address_sets`). `machines` has the addresses of machines by port.
/// A set that the database has by itself is left to it, and a group with a port that is on no switch to whoever says it anew.
pub(crate) fn sets(snapshot: &Snapshot, machines: &BTreeMap<&str, BTreeSet<IpAddr>>) -> BTreeMap<String, Vec<IpAddr>> {
    let known: BTreeSet<&str> = snapshot.rows("Address_Set").filter_map(|(_, set)| text(set, "name")).collect();
    let placed: BTreeSet<Uuid> = snapshot.rows("Logical_Switch").flat_map(|(_, row)| uuids(row, "ports")).collect();
    let mut found = BTreeMap::new();
    for (_, group) in snapshot.rows("Port_Group") {
        let (name, ports) = (text(group, "name").unwrap_or_default(), uuids(group, "ports"));
        if ports.iter().any(|port| !placed.contains(port)) {
            continue;
        }
        let rows: Vec<&Row> = ports.iter().filter_map(|port| snapshot.row("Logical_Switch_Port", *port)).collect();
        let own: BTreeSet<IpAddr> = rows.iter().flat_map(|row| addresses(row)).collect();
        let of_machine = |row: &&Row| machines.get(text(row, "name")?);
        let theirs: BTreeSet<IpAddr> = rows.iter().filter_map(of_machine).flatten().copied().collect();
        if own != theirs {
            for (suffix, is_ipv4) in [("ip4", true), ("ip6", false)] {
                let set = own.iter().filter(|address| address.is_ipv4() == is_ipv4).copied().collect();
                found.insert(format!("{name}_{suffix}"), set);
            }
        }
    }
    found.retain(|name, _| !known.contains(name.as_str()));
    found
}

/// What northd takes of a port: nothing of an element that leaves an address to it, but what it gave.
fn addresses(row: &Row) -> Vec<IpAddr> {
    let is_dynamic = |element: &&str| element.split_whitespace().any(|word| word == "dynamic");
    let fixed = texts(row, "addresses").into_iter().filter(|element| !is_dynamic(element));
    let given = texts(row, "dynamic_addresses");
    fixed.chain(given).flat_map(stated).map(|(_, address)| address).collect()
}
