//! Which ports are in which port groups.

use crate::ovn::network::Network;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// The port groups of a network, to be asked for one port at a time.
#[derive(Debug, Clone, Default)]
pub struct Members {
    /// By port: the numbers of the groups that it is in, rising.
    ports: HashMap<String, Vec<u32>>,
    /// By group: its number, and how many ports it has.
    groups: HashMap<String, (u32, usize)>,
}

impl Members {
    /// The members of all groups.
    pub(super) fn of(network: &Network) -> Self {
        let mut members = Self::default();
        for (group, number) in network.port_groups.iter().zip(0..) {
            // Of groups of one name, which no database has, the first one counts.
            if members.groups.try_insert(group.name.clone(), (number, group.ports.len())).is_err() {
                continue;
            }
            for port in &group.ports {
                members.ports.entry_ref(port).or_default().push(number);
            }
        }
        members
    }

    /// Whether a port is in a group.
    pub fn contains(&self, group: &str, port: &str) -> bool {
        let known = self.groups.get(group).zip(self.ports.get(port));
        known.is_some_and(|((number, _), groups)| groups.binary_search(number).is_ok())
    }

    /// The number of a group, and how many ports it has.
    pub(super) fn group(&self, name: &str) -> Option<(u32, usize)> {
        self.groups.get(name).copied()
    }

    /// The numbers of the groups that a port is in.
    pub(super) fn groups(&self, port: &str) -> impl Iterator<Item = u32> {
        self.ports.get(port).into_iter().flatten().copied()
    }
}
