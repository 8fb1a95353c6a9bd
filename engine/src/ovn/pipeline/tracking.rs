//! What connection tracking says of a packet when the ACL stages see it.

/// The state of a packet in its port's conntrack zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tracking {
    /// Not sent to connection tracking.
    Untracked,
    /// The first packet of a connection.
    New,
    /// Request direction of a known connection.
    Request,
    /// Request direction of a connection that a row has blocked since.
    BlockedRequest,
    /// Reply direction of a known connection.
    Reply,
    /// Reply direction of a connection that a row has blocked since.
    BlockedReply,
    /// An ICMP error about a known connection.
    Related,
    /// Nothing that connection tracking understands, for example a SYN-ACK without its SYN.
    Invalid,
}

impl Tracking {
    /// Every state.
    pub const ALL: &'static [Self] = &[
        Self::Untracked,
        Self::New,
        Self::Request,
        Self::BlockedRequest,
        Self::Reply,
        Self::BlockedReply,
        Self::Related,
        Self::Invalid,
    ];

    /// The bits of `ct_state`: new 1, est 2, rel 4, rpl 8, inv 16, trk 32.
    pub fn ct_state(self) -> u128 {
        match self {
            Self::Untracked => 0,
            Self::New => 32 | 1,
            Self::Request | Self::BlockedRequest => 32 | 2,
            Self::Reply | Self::BlockedReply => 32 | 2 | 8,
            Self::Related => 32 | 4,
            Self::Invalid => 32 | 16,
        }
    }

    /// What is left of it once the packet has passed the ingress stages: whoever is committed there is untracked
    /// afterwards (`compose_conntrack_action` of OVS clears the state after a commit).
    pub fn after_commit(self) -> Self {
        match self {
            Self::New | Self::BlockedRequest | Self::Invalid => Self::Untracked,
            Self::Untracked | Self::Request | Self::Reply | Self::BlockedReply | Self::Related => self,
        }
    }

    /// The value of `ct_mark`: bit 0 says that the connection is blocked.
    pub fn ct_mark(self) -> u128 {
        match self {
            Self::BlockedRequest | Self::BlockedReply => 1,
            Self::Untracked | Self::New | Self::Request | Self::Reply | Self::Related | Self::Invalid => 0,
        }
    }
}

/// A set of tracking states: those in which a row is asked (`build_acl_hints`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guard(u8);

impl Guard {
    /// Asked of every packet.
    pub const ANY: Self = Self(u8::MAX);
    /// Hints "may match an allow row": new, untracked, and requests of known connections.
    pub const ALLOW: Self =
        Self::of(&[Tracking::Untracked, Tracking::New, Tracking::Request, Tracking::BlockedRequest]);

    /// The set of these states.
    pub const fn of(states: &[Tracking]) -> Self {
        let mut bits = 0;
        let mut rest = states;
        while let [first, others @ ..] = rest {
            bits |= 1 << *first as u8;
            rest = others;
        }
        Self(bits)
    }

    /// Whether a packet in that state is asked.
    pub fn admits(self, state: Tracking) -> bool {
        self.0 & (1 << state as u8) != 0
    }
}
