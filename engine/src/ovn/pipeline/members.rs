//! Which ports are in which port groups.

use crate::ovn::network::Network;
use alloc::string::String;
use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

/// The port groups of a network, to be asked for one port at a time.
#[derive(Debug, Clone, Default)]
pub struct Members {
    /// The number of each port that is in some group.
    ports: HashMap<String, usize>,
    /// By group: the numbers of its ports.
    groups: HashMap<String, FixedBitSet>,
}

impl Members {
    /// The members of all groups.
    pub(super) fn of(network: &Network) -> Self {
        let mut members = Self::default();
        for group in &network.port_groups {
            let mut numbers = FixedBitSet::new();
            for port in &group.ports {
                let next = members.ports.len();
                numbers.grow_and_insert(*members.ports.entry_ref(port).or_insert(next));
            }
            // Of groups of one name, which no database has, the first one counts.
            members.groups.entry_ref(&group.name).or_insert(numbers);
        }
        members
    }

    /// Whether a port is in a group.
    pub fn contains(&self, group: &str, port: &str) -> bool {
        let number = self.ports.get(port);
        self.groups.get(group).zip(number).is_some_and(|(numbers, number)| numbers.contains(*number))
    }
}
