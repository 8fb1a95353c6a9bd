//! A row of OVN's `ACL` table (`ovn-nb(5)`, table ACL).

mod log;

use crate::source::Place;
use alloc::string::String;
use core::fmt;

pub use log::{Log, Meter, Severity};

/// Which way of the switch a row looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Packets that enter the switch from a port, before their destination is looked up.
    FromLport,
    /// Packets that leave the switch towards a port.
    ToLport,
}

impl Direction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::FromLport, Self::ToLport];

    /// The one that this is not.
    pub fn other(self) -> Self {
        match self {
            Self::FromLport => Self::ToLport,
            Self::ToLport => Self::FromLport,
        }
    }

    /// `from-lport` or `to-lport`.
    pub fn name(self) -> &'static str {
        match self {
            Self::FromLport => "from-lport",
            Self::ToLport => "to-lport",
        }
    }

    /// The direction with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.name() == name)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a row does with a packet that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Pass; on a stateful switch the connection is tracked.
    Allow,
    /// Pass and track, which makes the switch stateful.
    AllowRelated,
    /// Pass without tracking.
    AllowStateless,
    /// Drop silently.
    Drop,
    /// Drop and tell the sender.
    Reject,
    /// End this tier without a verdict (OVN 23.06 and newer).
    Pass,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] =
        &[Self::Allow, Self::AllowRelated, Self::AllowStateless, Self::Drop, Self::Reject, Self::Pass];

    /// As the database spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::AllowRelated => "allow-related",
            Self::AllowStateless => "allow-stateless",
            Self::Drop => "drop",
            Self::Reject => "reject",
            Self::Pass => "pass",
        }
    }

    /// What follows when OVN ignores a row with this action.
    pub fn when_ignored(self) -> &'static str {
        match self {
            Self::Drop | Self::Reject => "traffic passes",
            Self::Allow | Self::AllowRelated | Self::AllowStateless => {
                "what it should let pass is left to the other rows"
            }
            Self::Pass => "its tier is asked as if it were not there",
        }
    }

    /// The action with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An ACL priority, 0 to 32767; the higher one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Priority(u16);

impl Priority {
    /// The highest one.
    pub const MAX: Self = Self(32_767);

    /// The priority of that number, if the database takes it.
    pub fn new(number: i64) -> Option<Self> {
        u16::try_from(number).ok().map(Self).filter(|priority| *priority <= Self::MAX)
    }

    /// The number.
    pub fn get(self) -> u16 {
        self.0
    }
}

/// An evaluation tier, 0 to 3; tier 0 comes first (OVN 23.06 and newer).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tier(u8);

impl Tier {
    /// The last one.
    pub const MAX: Self = Self(3);

    /// The tier of that number; a larger one is the last.
    pub const fn of(number: u8) -> Self {
        if number > Self::MAX.0 { Self::MAX } else { Self(number) }
    }

    /// The tier of that number, if the database takes it.
    pub fn new(number: i64) -> Option<Self> {
        u8::try_from(number).ok().map(Self).filter(|tier| *tier <= Self::MAX)
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

/// Where a row comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Provenance {
    /// The object, for example `Subnet/vswitch1`.
    pub object: String,
    /// The field of the object, for example `spec.acls[0]`.
    pub field: String,
    /// The line: the `match` scalar where there is one.
    pub place: Option<Place>,
}

/// One row, exactly as it would stand in the database, with its provenance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    /// Which way it looks.
    pub direction: Direction,
    /// `options:apply-after-lb`: a from-lport row that is asked after load balancing.
    pub after_lb: bool,
    /// Its tier; zero where the version has none.
    pub tier: Tier,
    /// Its priority within the tier.
    pub priority: Priority,
    /// The match, byte for byte.
    pub matches: String,
    /// What it does.
    pub action: Action,
    /// Its name in log records, at most 63 bytes.
    pub name: Option<String>,
    /// What it logs; nothing where it does not.
    pub log: Option<Log>,
    /// Who wrote it.
    pub provenance: Provenance,
}
