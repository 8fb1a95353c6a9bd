//! Rows as a shell script that writes them into an OVN Northbound database (`ovn-nbctl(8)`).
//!
//! `acl-add` writes most rows. It cannot write a row's name without switching on its log, nor two rows that differ in
//! nothing but their action: those are made by `create ACL`. All of it is one transaction, as long as it fits the
//! arguments of a program.

use crate::line::Line;
use crate::loaded::Loaded;
use crate::wire::VERSION;
use ringfence_engine::ovn::acl::{Acl, Direction, Meter, Priority, Tier};
use ringfence_engine::ovn::network::{Network, Options, PortGroup, PortKind, Switch, Version};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// A shell takes longer lists of arguments, but not all of them much longer ones.
const MOST_COMMANDS: usize = 2_000;

/// The whole script.
pub fn write(out: &mut dyn Write, loaded: &Loaded) -> io::Result<()> {
    let network = &loaded.compiled.network;
    head(out, loaded)?;
    for switch in network.switches.iter().filter(|switch| switch.load_balancer) {
        writeln!(
            out,
            "# {} has a load balancer here, which this script does not make: without it the switch may",
            Line(&switch.name)
        )?;
        writeln!(out, "# track no connections.")?;
    }
    let commands = commands(network);
    if commands.is_empty() {
        return writeln!(out, "# There is nothing to write.");
    }
    for chunk in commands.chunks(MOST_COMMANDS) {
        write!(out, "\n$OVN_NBCTL")?;
        for command in chunk {
            write!(out, " \\\n  -- {command}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn head(out: &mut dyn Write, loaded: &Loaded) -> io::Result<()> {
    let (profile, version) = (loaded.compiled.profile.name, loaded.compiled.network.version.name());
    writeln!(out, "#!/bin/sh")?;
    writeln!(out, "# Rows of {profile} for OVN {version}, written by ringfence {VERSION}.")?;
    writeln!(out, "#")?;
    writeln!(
        out,
        "# For a database of your own (a sandbox, a laboratory): it adds switches, port groups with their ports, address"
    )?;
    writeln!(
        out,
        "# sets and rows, no port that is in no group, and removes nothing. Run it once. OVN_NBCTL may name another"
    )?;
    writeln!(out, "# command, for example")?;
    writeln!(out, "# OVN_NBCTL=\"ovn-nbctl --db=unix:/tmp/nb.sock\".")?;
    writeln!(out, "set -eu")?;
    writeln!(out, ": \"${{OVN_NBCTL:=ovn-nbctl}}\"")
}

fn commands(network: &Network) -> Vec<String> {
    let mut commands = options(network);
    commands.extend(network.switches.iter().map(|switch| format!("--may-exist ls-add {}", quote(&switch.name))));
    for group in &network.port_groups {
        commands.extend(group_commands(network, group));
    }
    commands.extend(address_sets(network));
    commands.extend(meters(network));
    let mut writer = Rows { version: network.version, created: 0, commands };
    for switch in &network.switches {
        writer.rows("switch", "Logical_Switch", &switch.name, &switch.acls);
    }
    for group in &network.port_groups {
        writer.rows("port-group", "Port_Group", &group.name, &group.acls);
    }
    writer.commands
}

/// What differs from OVN's own defaults.
fn options(network: &Network) -> Vec<String> {
    let (ours, usual) = (network.options, Options::default());
    let option =
        |name: &str, ours: bool, usual: bool| (ours != usual).then(|| format!("set NB_Global . options:{name}={ours}"));
    let drop = option("default_acl_drop", ours.default_acl_drop, usual.default_acl_drop);
    let invalid = option("use_ct_inv_match", ours.use_ct_inv_match, usual.use_ct_inv_match);
    drop.into_iter().chain(invalid).collect()
}

/// A group and those of its ports that exist.
fn group_commands(network: &Network, group: &PortGroup) -> Vec<String> {
    let home = |port: &str| -> Option<&Switch> {
        network
            .switches
            .iter()
            .find(|switch| switch.ports.iter().any(|known| known.name == port && known.kind == PortKind::Vif))
    };
    let members: Vec<_> = group.ports.iter().filter_map(|port| Some((home(port)?, port))).collect();
    let ports =
        members.iter().map(|(switch, port)| format!("--may-exist lsp-add {} {}", quote(&switch.name), quote(port)));
    let names: String = members.iter().map(|(_, port)| format!(" {}", quote(port))).collect();
    ports.chain([format!("pg-add {}{names}", quote(&group.name))]).collect()
}

/// northd makes the sets of the addresses of a group's ports by itself.
fn address_sets(network: &Network) -> Vec<String> {
    let of_group = |name: &str| {
        network
            .port_groups
            .iter()
            .any(|group| name.strip_prefix(&group.name).is_some_and(|rest| rest == "_ip4" || rest == "_ip6"))
    };
    let sets = network.address_sets.iter().filter(|(name, _)| !of_group(name));
    let command = |(name, addresses): (&String, &Vec<String>)| {
        let listed = addresses.iter().map(|address| string(address)).collect::<Vec<_>>().join(",");
        let addresses =
            if listed.is_empty() { String::new() } else { format!(" {}", quote(&format!("addresses={listed}"))) };
        format!("create Address_Set {}{addresses}", quote(&format!("name={}", string(name))))
    };
    sets.map(command).collect()
}

/// What makes two rows one for `acl-add`.
type Key<'a> = (Direction, Priority, &'a str);

struct Rows {
    version: Version,
    created: usize,
    commands: Vec<String>,
}

impl Rows {
    fn rows(&mut self, kind: &str, table: &str, holder: &str, acls: &[Acl]) {
        let mut seen: BTreeSet<Key<'_>> = BTreeSet::new();
        for acl in acls {
            let is_first = seen.insert((acl.direction, acl.priority, &acl.matches));
            let command = match (&acl.name, &acl.log, is_first) {
                (None, _, true) | (Some(_), Some(_), true) => self.add(kind, holder, acl),
                (Some(_), None, _) | (_, _, false) => self.create(table, holder, acl),
            };
            self.commands.push(command);
        }
    }

    fn tier(&self, acl: &Acl) -> Option<u8> {
        match self.version {
            Version::Main => Some(acl.tier).filter(|tier| *tier != Tier::default()).map(Tier::get),
            Version::V23_03 => None,
        }
    }

    fn add(&self, kind: &str, holder: &str, acl: &Acl) -> String {
        let tier = self.tier(acl).map(|tier| format!("--tier={tier} ")).unwrap_or_default();
        let after_lb = if acl.after_lb { "--apply-after-lb " } else { "" };
        let (direction, priority, action) = (acl.direction, acl.priority.get(), acl.action);
        let (holder, matches) = (quote(holder), quote(&acl.matches));
        let log = logged(acl);
        format!("--type={kind} {tier}{after_lb}{log}acl-add {holder} {direction} {priority} {matches} {action}")
    }

    fn create(&mut self, table: &str, holder: &str, acl: &Acl) -> String {
        self.created += 1;
        let id = format!("@row{}", self.created);
        let mut columns = vec![
            format!("direction={}", acl.direction),
            format!("priority={}", acl.priority.get()),
            format!("action={}", acl.action),
            quote(&format!("match={}", string(&acl.matches))),
        ];
        columns.extend(self.tier(acl).map(|tier| format!("tier={tier}")));
        columns.extend(acl.name.as_ref().map(|name| quote(&format!("name={}", string(name)))));
        if let Some(log) = &acl.log {
            columns.push("log=true".to_owned());
            columns.extend(log.severity.map(|severity| format!("severity={severity}")));
            columns.extend(log.meter.as_ref().map(|meter| quote(&format!("meter={}", string(&meter.name)))));
        }
        columns.extend(acl.after_lb.then(|| "options:apply-after-lb=true".to_owned()));
        let columns = columns.join(" ");
        format!("--id={id} create ACL {columns} -- add {table} {} acls {id}", quote(holder))
    }
}

/// The options of `acl-add` for a row that is logged.
fn logged(acl: &Acl) -> String {
    let Some(log) = &acl.log else { return String::new() };
    let mut options = vec!["--log".to_owned()];
    options.extend(log.severity.map(|severity| format!("--severity={severity}")));
    options.extend(acl.name.as_ref().map(|name| quote(&format!("--name={name}"))));
    options.extend(log.meter.as_ref().map(|meter| quote(&format!("--meter={}", meter.name))));
    options.join(" ") + " "
}

/// The meters that rows name, once each.
fn meters(network: &Network) -> impl Iterator<Item = String> {
    let rows = network.switches.iter().flat_map(|switch| &switch.acls);
    let rows = rows.chain(network.port_groups.iter().flat_map(|group| &group.acls));
    let meters: BTreeSet<&Meter> = rows.filter_map(|acl| acl.log.as_ref()?.meter.as_ref()).collect();
    meters.into_iter().map(|Meter { name, rate, burst }| format!("meter-add {} drop {rate} pktps {burst}", quote(name)))
}

/// A word for a POSIX shell.
fn quote(word: &str) -> String {
    // A shell's arguments end at a NUL byte; no name and no valid match has one.
    let word = word.replace('\0', "");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// A string of OVSDB's database commands, which is one of JSON (`ovs-vsctl(8)`, Database Values).
fn string(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(quote("vswitch1"), "vswitch1");
        assert_eq!(quote("ip4.dst == $set && 'x'"), r"'ip4.dst == $set && '\''x'\'''");
        assert_eq!(quote(""), "''");
        assert_eq!(string("inport == \"a\""), r#""inport == \"a\"""#);
    }
}
