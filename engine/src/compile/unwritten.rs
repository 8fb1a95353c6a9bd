//! Rows that are not written: their matches may be wrong as well, and whoever mends what is told would not be done.

use super::compiler::Compiler;
use super::profile::Support;
use super::row::is_taken;
use super::subnet::left_out;
use crate::ovn::acl::Action;
use crate::read::{AclEntry, Stray};
use crate::source::Place;
use alloc::string::String;
use alloc::vec::Vec;

/// The match of a row that is not written.
#[derive(Debug, Clone)]
pub(super) struct Unwritten {
    pub(super) matches: String,
    pub(super) place: Place,
    /// What the row should do, where that is known.
    pub(super) action: Option<Action>,
}

/// All of a world, but those of Subnets that have no rows with a profile.
pub(super) fn unwritten(compiler: &Compiler<'_>) -> Vec<Unwritten> {
    let (world, version) = (compiler.world, compiler.profile.version);
    let with_rows = compiler.profile.subnet_rules == Support::Yes;
    let subnets = world.switches.iter().filter_map(|switch| switch.subnet.as_ref()).filter(|_| with_rows);
    let mut found = Vec::new();
    for subnet in subnets {
        found.extend(subnet.strays.iter().map(Unwritten::of_stray));
        found.extend(left_out(subnet, compiler).map(Unwritten::of_entry));
    }
    let switches = world.switches.iter().flat_map(|switch| &switch.bare).map(|bare| (&bare.acls, &bare.strays));
    for (entries, strays) in switches.chain(world.port_groups.iter().map(|group| (&group.acls, &group.strays))) {
        found.extend(strays.iter().map(Unwritten::of_stray));
        found.extend(entries.iter().filter(|entry| !is_taken(entry, version)).map(Unwritten::of_entry));
    }
    found
}

impl Unwritten {
    fn of_stray(stray: &Stray) -> Self {
        let Stray { matches, action } = stray;
        Self { matches: matches.value.clone(), place: matches.place, action: *action }
    }

    fn of_entry(entry: &AclEntry) -> Self {
        Self { matches: entry.matches.value.clone(), place: entry.matches.place, action: Some(entry.action.value) }
    }
}
