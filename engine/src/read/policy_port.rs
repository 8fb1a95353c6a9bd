//! The ports of a policy's rule, of whichever API.

use crate::source::Place;
use alloc::string::String;

/// A transport protocol that a policy can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// As the Kubernetes API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }

    /// As OVN's match language spells it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }

    /// The protocol with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.name() == name)
    }
}

/// One entry of `ports`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyPort {
    /// The protocol; of a named port in the newer APIs it is the port's own.
    pub protocol: Option<Transport>,
    /// Which of its ports.
    pub port: PortChoice,
    /// Where the entry is written.
    pub place: Place,
}

/// Which ports of a protocol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortChoice {
    /// Every one.
    All,
    /// One.
    One(u16),
    /// From the first to the last, written as a range although both may be one.
    Range(u16, u16),
    /// The container port of that name, whatever its number is in each pod.
    Named(String),
}
