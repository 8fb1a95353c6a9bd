//! A database as an `Inventory`.

use crate::addendum::Addendum;
use crate::balancer::{Balancers, balanced};
use crate::beside::beside;
use crate::doubt::doubts;
use crate::link::{Link, shared};
use crate::log::{counts_packets, log};
use crate::members::sets;
use crate::name::{Names, short};
use crate::owner::owner;
use crate::port::{Interface, Machine, forbidden, is_disabled};
use crate::row::{entry, integer, option, text, texts, uuids};
use crate::template::has_variable;
use ipnet::IpNet;
use ringfence_engine::ovn::acl::Provenance;
use ringfence_engine::ovn::network::{Mac, Network, Version};
use ringfence_engine::source::SourceId;
use ringfence_ovsdb::{Row, Schema, Snapshot, Uuid};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A database as an `Inventory`.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// The inventory, a row a line.
    pub text: String,
    /// What is in the database and has no word in the engine, a sentence each.
    pub remarks: Vec<String>,
    /// The routers that the inventory names.
    routers: BTreeSet<String>,
    /// What an inventory cannot say.
    addendum: Addendum,
}

impl Document {
    /// Writes a database down. A dump has no schema: then its version is told by the columns of its rows.
    pub fn of(snapshot: &Snapshot, schema: Option<&Schema>) -> Self {
        let mut document = Self::default();
        let tiers = match schema {
            Some(schema) => schema.has_column("ACL", "tier"),
            None => snapshot.rows("ACL").all(|(_, row)| row.contains_key("tier")),
        };
        let version = if tiers { Version::Main } else { Version::V23_03 };
        let options = options(snapshot);
        let mut lines = vec!["apiVersion: ringfence/v1".to_owned(), "kind: Inventory".to_owned()];
        lines.push(format!("ovn: {}", json!({ "version": version.name(), "options": options })));
        lines.push("switches:".to_owned());
        let mut machines: BTreeMap<Machine, Vec<Interface>> = BTreeMap::new();
        let names = Names::of(snapshot);
        let shared = shared(&names);
        for (index, (id, switch)) in snapshot.rows("Logical_Switch").enumerate() {
            let name = names.switches.get(&id).map_or("", String::as_str);
            lines.extend(document.switch(snapshot, &names, (index, name), switch, &mut machines));
            document.doubt(snapshot, (&names, &shared), name, switch);
        }
        let known: BTreeSet<&str> = names.switches.values().map(String::as_str).collect();
        let apart: BTreeSet<&str> = machines.values().flatten().map(|interface| interface.switch.as_str()).collect();
        lines.extend(apart.difference(&known).map(|name| format!("- name: {}", json!(name))));
        lines.push("portGroups:".to_owned());
        for (index, (_, group)) in snapshot.rows("Port_Group").enumerate() {
            lines.extend(document.group(snapshot, &names, index, group));
        }
        lines.push("addressSets:".to_owned());
        for (_, set) in snapshot.rows("Address_Set") {
            let set = json!({ "name": text(set, "name"), "addresses": texts(set, "addresses") });
            lines.push(format!("- {set}"));
        }
        let mut by_port: BTreeMap<&str, BTreeSet<IpAddr>> = BTreeMap::new();
        for interface in machines.values().flatten() {
            by_port.entry(&interface.port).or_default().extend(&interface.addresses);
        }
        for (name, addresses) in sets(snapshot, &by_port) {
            lines.push(format!("- {}", json!({ "name": name, "addresses": addresses })));
        }
        let balanced = Balancers::of(snapshot, &names);
        lines.push("loadBalancers:".to_owned());
        lines.extend(balanced.entries(&document.routers).map(|entry| format!("- {entry}")));
        let monitor = snapshot.rows("NB_Global").find_map(|(_, row)| entry(row, "options", "svc_monitor_mac"));
        let is_machine =
            |mac: &String| machines.values().flatten().any(|interface| interface.mac.as_ref() == Some(mac));
        document.addendum.monitor =
            monitor.map(str::to_ascii_lowercase).filter(is_machine).and_then(|mac| Mac::parse(&mac));
        lines.push("vms:".to_owned());
        lines.extend(machines.iter().map(|(machine, interfaces)| format!("- {}", machine.to_json(interfaces))));
        document.text = lines.join("\n") + "\n";
        document.addendum.doubts = doubts(snapshot, &names);
        let addresses: BTreeSet<IpAddr> = by_port.into_values().flatten().collect();
        for (id, switch) in snapshot.rows("Logical_Switch") {
            let name = names.switches.get(&id).map_or("", String::as_str);
            document.remarks.extend(beside(snapshot, name, switch, &addresses));
        }
        document.remarks.extend(balanced.remarks(&addresses.into_iter().chain(names.gateways()).collect()));
        document.remark_on_routers(snapshot, &names);
        document.remark_on_meters(snapshot);
        document
    }

    fn switch(
        &mut self,
        snapshot: &Snapshot,
        names: &Names<'_>,
        (index, name): (usize, &str),
        switch: &Row,
        machines: &mut BTreeMap<Machine, Vec<Interface>>,
    ) -> Vec<String> {
        let (mut links, mut physical) = (Vec::new(), Vec::new());
        // Ports at which nobody is asked about, but by which rows of groups come to the switch.
        let mut others = Vec::new();
        let ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
        let routed = ports.clone().filter(|port| text(port, "type") == Some("router"));
        let networks = routed.filter_map(|port| Link::of(names, port)).flat_map(|link| link.networks);
        let networks: Vec<String> = networks.collect();
        let prefixes: Vec<IpNet> = networks.iter().filter_map(|network| network.parse().ok()).collect();
        for port in ports {
            let own = text(port, "name").unwrap_or_default();
            match text(port, "type").unwrap_or_default() {
                "" => {
                    let is_disabled = is_disabled(port);
                    if is_disabled {
                        others.push(own);
                        self.addendum.disabled.insert(own.to_owned());
                        self.remarks.push(format!(
                            "port `{own}` of switch `{name}` is disabled: it gets nothing and sends nothing, as if on a switch alone"
                        ));
                    }
                    let forbidden: Vec<String> = forbidden(port).iter().map(ToString::to_string).collect();
                    if !forbidden.is_empty() && !is_disabled {
                        self.remarks.push(format!(
                            "`port_security` of port `{own}` of switch `{name}` does not name its own {}, so that OVN drops what it sends \
                             from there: it is told as if it were named",
                            forbidden.join(", ")
                        ));
                    }
                    for interface in Interface::of(port, names, name, &prefixes) {
                        if interface.addresses.is_empty() && !is_disabled {
                            others.push(own);
                        }
                        machines.entry(interface.machine.clone()).or_default().push(interface);
                    }
                }
                "router" => {
                    self.addendum.routed.insert(own.to_owned());
                    match Link::of(names, port) {
                        Some(link) if links.is_empty() => links.push(link),
                        Some(link) => {
                            links.push(link);
                            others.push(own);
                        }
                        None => {
                            self.remarks.push(format!(
                                "port `{own}` of switch `{name}` leads to no router that is enabled: nothing passes it"
                            ));
                            others.push(own);
                        }
                    }
                }
                "localnet" => {
                    self.remarks.push(format!(
                        "what lies behind port `{own}` of switch `{name}`, a physical network, is not evaluated"
                    ));
                    physical.push(own);
                }
                kind => {
                    self.remarks.push(format!(
                        "port `{own}` of switch `{name}` is of type `{kind}`, and what is behind it is not evaluated"
                    ));
                    others.push(own);
                }
            }
        }
        let mut lines = vec![format!("- name: {}", json!(name))];
        // What the router has networks of is what it has routes to.
        let subnet = || entry(switch, "other_config", "subnet").map(str::to_owned).into_iter().collect();
        let cidrs = if networks.is_empty() { subnet() } else { networks };
        lines.push(format!("  cidr: {}", json!(cidrs)));
        if let Some(link) = links.first() {
            lines.push(format!("  router: {}", json!(link.router)));
            self.routers.insert(link.router.clone());
            lines.push(format!("  gateway: {}", json!(link.gateways())));
            lines.push(format!("  routerPort: {}", json!(link.port)));
            lines.extend(link.mac.map(|mac| format!("  routerMac: {}", json!(mac.to_string()))));
        }
        if !physical.is_empty() {
            lines.push(format!("  localnet: {}", json!(physical)));
        }
        if !others.is_empty() {
            lines.push(format!("  ports: {}", json!(others)));
        }
        if balanced(snapshot, switch) {
            lines.push("  loadBalancer: true".to_owned());
        }
        if option(switch, "other_config", "vlan-passthru", false) {
            lines.push("  vlanPassthru: true".to_owned());
        }
        lines.extend(self.rows((snapshot, names), &format!("switches[{index}]"), &format!("Switch/{name}"), switch));
        lines
    }

    /// What is not evaluated where a switch meets routers.
    fn doubt(
        &mut self,
        snapshot: &Snapshot,
        (names, shared): (&Names<'_>, &BTreeMap<&str, &str>),
        name: &str,
        switch: &Row,
    ) {
        let ports = uuids(switch, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Switch_Port", id));
        let routed = ports.filter(|port| text(port, "type") == Some("router"));
        let links: Vec<(&Row, Link)> = routed.filter_map(|port| Some((port, Link::of(names, port)?))).collect();
        let mut doubt = |port: &str, why: String| {
            self.addendum.doubted.insert(port.to_owned());
            self.remarks.push(format!("{why}, which is not evaluated: who goes by a router there is `undefined`"));
        };
        for (_, link) in links.iter().skip(1) {
            doubt(&link.port, format!("switch `{name}` has a further router, `{}` at `{}`", link.router, link.port));
        }
        for (row, link) in &links {
            let port = &link.port;
            if !link.is_known {
                doubt(
                    port,
                    format!("port `{port}` of switch `{name}` has not its router's Ethernet address in `addresses`"),
                );
            }
            let with = entry(row, "options", "router-port").and_then(|peer| shared.get(peer));
            if let Some(with) = with {
                let router = &link.router;
                doubt(
                    port,
                    format!(
                        "router `{router}` has a part of the networks of switch `{name}` at its port `{with}`, too"
                    ),
                );
            }
        }
        // Which of several a machine goes by nobody knows.
        if links.len() > 1 {
            self.addendum.doubted.extend(links.into_iter().map(|(_, link)| link.port));
        }
    }

    fn group(&mut self, snapshot: &Snapshot, names: &Names<'_>, index: usize, group: &Row) -> Vec<String> {
        let name = text(group, "name").unwrap_or_default();
        let ports = uuids(group, "ports");
        let port = |id: &Uuid| text(snapshot.row("Logical_Switch_Port", *id)?, "name");
        let ports: Vec<&str> = ports.iter().filter_map(port).collect();
        let mut lines = vec![format!("- name: {}", json!(name)), format!("  ports: {}", json!(ports))];
        lines.extend(self.rows(
            (snapshot, names),
            &format!("portGroups[{index}]"),
            &format!("PortGroup/{name}"),
            group,
        ));
        lines
    }

    /// The rows of a parent, one a line; whose they are is kept by the path of the entry.
    fn rows(&mut self, at: (&Snapshot, &Names<'_>), path: &str, parent: &str, row: &Row) -> Vec<String> {
        let (snapshot, names) = at;
        let ids = uuids(row, "acls");
        let acls: Vec<(Uuid, &Row)> = ids.iter().filter_map(|id| Some((*id, snapshot.row("ACL", *id)?))).collect();
        let mut lines = vec![if acls.is_empty() { "  acls: []" } else { "  acls:" }.to_owned()];
        for (index, (id, acl)) in acls.into_iter().enumerate() {
            lines.push(format!("  - {}", entry_of(acl, self.matches(names, parent, id, acl))));
            let name = text(acl, "name").map_or_else(|| short(id), |name| format!("{} {name}", short(id)));
            let owner = owner(acl).map(|owner| format!(" ({owner})")).unwrap_or_default();
            let provenance =
                Provenance { object: format!("{parent}{owner}"), field: format!("ACL {name}"), place: None };
            self.addendum.owners.insert(format!("{path}.acls[{index}]"), (provenance, log(snapshot, acl)));
        }
        lines
    }

    /// The match of a row, without variables of a template where they are the same everywhere.
    fn matches(&mut self, names: &Names<'_>, parent: &str, id: Uuid, acl: &Row) -> Option<String> {
        let written = text(acl, "match")?;
        if !has_variable(acl) {
            return Some(written.to_owned());
        }
        let matches = names.variables.expand(written).map_err(|name| {
            self.remarks.push(format!(
                "ACL {} of {parent} asks for `^{name}`, which not every chassis has the same value for: what it does is not \
                 evaluated",
                short(id)
            ));
        });
        Some(matches.unwrap_or_else(|()| written.to_owned()))
    }

    fn remark_on_meters(&mut self, snapshot: &Snapshot) {
        let others = snapshot.rows("Meter").filter(|(_, row)| text(row, "unit").is_some() && !counts_packets(row));
        for name in others.filter_map(|(_, meter)| text(meter, "name")) {
            self.remarks
                .push(format!("meter `{name}` does not count packets, and is left out of the rows that log by it"));
        }
    }

    fn remark_on_routers(&mut self, snapshot: &Snapshot, names: &Names<'_>) {
        for (id, router) in snapshot.rows("Logical_Router") {
            let name = names.routers.get(&id).map_or("", String::as_str);
            if is_disabled(router) {
                self.remarks.push(format!("router `{name}` is disabled: nothing passes it"));
                continue;
            }
            let translated = uuids(router, "nat").len();
            if translated > 0 {
                self.remarks.push(format!(
                    "router `{name}` translates addresses ({} of `NAT`), which is not evaluated: where that may change what \
                     gets from one switch to another, the answer is `undefined`",
                    count(translated, "row", "rows")
                ));
            }
            let policies = uuids(router, "policies").len();
            let routes = uuids(router, "static_routes").len();
            let peers = uuids(router, "ports").into_iter().filter_map(|id| snapshot.row("Logical_Router_Port", id));
            let peers = peers.filter(|port| text(port, "peer").is_some()).count();
            if policies + routes + peers > 0 {
                self.remarks.push(format!(
                    "router `{name}` has {}, {} and {}, which are not evaluated: where they may change the way between two \
                     switches, the answer is `undefined`",
                    count(policies, "policy", "policies"),
                    count(routes, "static route", "static routes"),
                    count(peers, "link to another router", "links to other routers")
                ));
            }
        }
    }

    /// Puts in what an inventory cannot say: whose each row is, what it logs, and [what is no row](Self::amend).
    pub fn complete(&self, network: &mut Network, source: SourceId) {
        self.addendum.complete(network, source);
    }

    /// Puts in which ports are disabled or lead to further routers, and between which switches nobody can say what routers do;
    /// also where somebody has edited the rows of the text.
    pub fn amend(&self, network: &mut Network) {
        self.addendum.amend(network);
    }
}

/// `1 row`, `2 rows`.
fn count(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

fn options(snapshot: &Snapshot) -> Value {
    let global = snapshot.rows("NB_Global").next().map(|(_, row)| row);
    let option = |key, default| global.map_or(default, |row| option(row, "options", key, default)).to_string();
    let dropping = option("default_acl_drop", false);
    let mut options = json!({ "use_ct_inv_match": option("use_ct_inv_match", true) });
    if let (true, Some(options)) = (dropping == "true", options.as_object_mut()) {
        options.insert("default_acl_drop".to_owned(), json!(dropping));
    }
    options
}

fn entry_of(acl: &Row, matches: Option<String>) -> Value {
    let mut row = json!({
        "direction": text(acl, "direction"), "priority": integer(acl, "priority"), "match": matches,
        "action": text(acl, "action"),
    });
    let Some(fields) = row.as_object_mut() else { return row };
    if let Some(tier) = integer(acl, "tier").filter(|tier| *tier > 0) {
        fields.insert("tier".to_owned(), json!(tier));
    }
    if option(acl, "options", "apply-after-lb", false) {
        fields.insert("options".to_owned(), json!({ "apply-after-lb": "true" }));
    }
    if let Some(name) = text(acl, "name") {
        fields.insert("name".to_owned(), json!(name));
    }
    row
}
