//! One row as a stage asks it: an ACL of the database, or one that OVN builds in.

use super::looks::{Looks, sketch};
use super::matches::Meaning;
use super::tracking::Guard;
use crate::ovn::acl::{Acl, Action};
use crate::ovn::matching::Expression;
use crate::ovn::network::{Network, Version};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What a row hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A switch, by index.
    Switch(usize),
    /// A port group, by index.
    Group(usize),
}

/// Which ACL of a network: its holder and its index there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AclId {
    /// What it hangs on.
    pub holder: Holder,
    /// Its index in the holder's list.
    pub index: usize,
}

impl AclId {
    /// The row itself.
    pub fn acl(self, network: &Network) -> Option<&Acl> {
        match self.holder {
            Holder::Switch(switch) => network.switches.get(switch)?.acls.get(self.index),
            Holder::Group(group) => network.port_groups.get(group)?.acls.get(self.index),
        }
    }

    /// The rows that apply on a switch: its own, and those of every group with a port there.
    pub fn on_switch(network: &Network, switch: usize) -> Vec<Self> {
        let Some(here) = network.switches.get(switch) else { return Vec::new() };
        let ids = |holder: Holder, count: usize| (0..count).map(move |index| Self { holder, index });
        let own = ids(Holder::Switch(switch), here.acls.len());
        let names = here.port_names();
        let groups = network.port_groups.iter().enumerate().filter(|(_, group)| group.has_port(&names));
        own.chain(groups.flat_map(|(index, group)| ids(Holder::Group(index), group.acls.len()))).collect()
    }

    /// Whether two objects overwrite each other's rows where it is: nobody knows that it is in force.
    pub fn is_contested(self, network: &Network) -> bool {
        match self.holder {
            Holder::Switch(_) => false,
            Holder::Group(group) => network.port_groups.get(group).is_some_and(|group| group.doubted),
        }
    }
}

/// A row that OVN adds by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Builtin {
    /// Replies of a tracked connection pass.
    Established,
    /// ICMP errors about a tracked connection pass.
    Related,
    /// What connection tracking calls invalid is dropped.
    Invalid,
    /// Replies of a connection that a row has blocked are dropped.
    Blocked,
    /// IPv6 neighbour discovery and multicast listener discovery pass.
    NeighborDiscovery,
    /// Health checks of OVN's own service monitor pass.
    ServiceMonitor,
    /// What has a VLAN tag is dropped: by a switch without `vlan-passthru`, and by every router.
    Tagged,
}

impl Builtin {
    /// What it does, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Established => "reply of a tracked connection",
            Self::Related => "ICMP error about a tracked connection",
            Self::Invalid => "invalid for connection tracking",
            Self::Blocked => "reply of a blocked connection",
            Self::NeighborDiscovery => "IPv6 neighbour or multicast listener discovery",
            Self::ServiceMonitor => "service monitor",
            Self::Tagged => "it has a VLAN tag",
        }
    }
}

/// Where a row of a stage comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A row of the database.
    Acl(AclId),
    /// A row of OVN's own.
    Builtin(Builtin),
}

/// What a row says of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Drop it.
    Drop,
    /// Drop it and tell the sender.
    Reject,
    /// End this tier without a verdict.
    Pass,
    /// Let it go on.
    Allow,
}

/// One row of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its tier, always zero where the version has none.
    pub tier: u8,
    /// Its priority among the rows of its tier: the database's for ACLs, the logical flow's for built-in rows.
    pub priority: u16,
    /// The tracking states in which it is asked.
    pub guard: Guard,
    /// What it matches.
    pub matches: Arc<Expression>,
    /// What it does.
    pub outcome: Outcome,
    /// Who wrote it.
    pub origin: Origin,
    /// A number of the text of its match: rows with different ones are told apart without reading what they match.
    pub(crate) sketch: u64,
    /// What of a conversation its match looks at.
    pub(crate) looks: Looks,
    /// The sketch of the name of a port, at which one end of every packet is that it matches.
    pub(crate) port: Option<u64>,
    /// Whether its match means the same wherever it is pasted.
    pub(super) movable: bool,
}

impl Row {
    /// Whether it lets packets pass without having their connections remembered, as `allow-stateless` does.
    pub fn forgets(&self) -> bool {
        self.outcome == Outcome::Allow && self.guard == Guard::ANY
    }

    pub(super) fn meaning(&self) -> Meaning {
        let Self { looks, port, movable, .. } = *self;
        Meaning { matches: Arc::clone(&self.matches), looks, port, movable }
    }

    pub(super) fn of(id: AclId, acl: &Acl, version: Version, meaning: Meaning) -> Self {
        let Meaning { matches, looks, port, movable } = meaning;
        let (guard, outcome) = match acl.action {
            Action::Allow | Action::AllowRelated => (Guard::ALLOW, Outcome::Allow),
            Action::AllowStateless => (Guard::ANY, Outcome::Allow),
            Action::Drop => (Guard::ANY, Outcome::Drop),
            Action::Reject => (Guard::ANY, Outcome::Reject),
            Action::Pass => (Guard::ANY, Outcome::Pass),
        };
        let tier = match version {
            Version::V23_03 => 0,
            Version::Main => acl.tier.get(),
        };
        Self {
            tier,
            priority: acl.priority.get(),
            guard,
            matches,
            outcome,
            origin: Origin::Acl(id),
            sketch: sketch(&acl.matches),
            looks,
            port,
            movable,
        }
    }
}
