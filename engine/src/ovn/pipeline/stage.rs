//! The three stages in which rows are asked.

use super::finder::Finder;
use super::matches::Meaning;
use super::members::Members;
use super::row::{Builtin, Origin, Outcome, Row};
use super::tracking::{Guard, Tracking};
use crate::ovn::acl::{Acl, Direction};
use crate::ovn::field::{Field, PortField};
use crate::ovn::matching::{Expression, FieldTest, Masked, Relation, Value};
use crate::ovn::network::{Mac, Network};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// A stage of the logical switch pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// On entering, before load balancing.
    FromLport,
    /// On entering, after load balancing.
    FromLportAfterLb,
    /// On leaving.
    ToLport,
}

impl Stage {
    /// In the order in which a packet meets them.
    pub const ALL: [Self; 3] = [Self::FromLport, Self::FromLportAfterLb, Self::ToLport];

    /// The stage in which a row is asked (`consider_acl`).
    pub fn of(acl: &Acl) -> Self {
        match (acl.direction, acl.after_lb) {
            (Direction::FromLport, false) => Self::FromLport,
            (Direction::FromLport, true) => Self::FromLportAfterLb,
            (Direction::ToLport, _) => Self::ToLport,
        }
    }

    /// The direction of the rows that it asks.
    pub fn direction(self) -> Direction {
        match self {
            Self::FromLport | Self::FromLportAfterLb => Direction::FromLport,
            Self::ToLport => Direction::ToLport,
        }
    }

    /// `from-lport`, `from-lport-after-lb` or `to-lport`.
    pub fn name(self) -> &'static str {
        match self {
            Self::FromLport => "from-lport",
            Self::FromLportAfterLb => "from-lport-after-lb",
            Self::ToLport => "to-lport",
        }
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// The rows of one stage of one switch, in the order in which they are asked.
#[derive(Debug, Clone)]
pub struct StageRows {
    /// OVN's own rows by falling priority: all above any ACL, asked in tier 0.
    pub fixed: Vec<Row>,
    /// The ACLs, by tier, then by falling priority.
    pub acls: Arc<Vec<Row>>,
    finder: Finder,
    /// What becomes of packets that no row decides.
    default: Outcome,
    /// The same for packets that connection tracking knows, but not as part of a connection.
    default_tracked: Outcome,
}

impl StageRows {
    /// A stage without ACLs; neighbour discovery is what [`DISCOVERY`] means.
    pub(super) fn new(stage: Stage, network: &Network, stateful: bool, has_acls: bool, discovery: Meaning) -> Self {
        let drop = network.options.default_acl_drop;
        let outcome = |drop: bool| if drop { Outcome::Drop } else { Outcome::Allow };
        // With a load balancer and no ACL, `ip && !ct.est` is dropped at priority 1, and nothing at priority 0.
        let tracked = has_acls || (stateful && stage != Stage::FromLportAfterLb);
        Self {
            fixed: fixed_rows(stage, network, stateful, discovery),
            acls: Arc::default(),
            finder: Finder::default(),
            default: outcome(drop && has_acls),
            default_tracked: outcome(drop && tracked),
        }
    }

    /// The same ACLs, where connections are tracked or not.
    pub(super) fn track(&mut self, stage: Stage, network: &Network, stateful: bool, has_acls: bool) {
        let is_discovery = |row: &&Row| row.origin == Origin::Builtin(Builtin::NeighborDiscovery);
        let Some(discovery) = self.fixed.iter().find(is_discovery).map(Row::meaning) else { return };
        let new = Self::new(stage, network, stateful, has_acls, discovery);
        (self.fixed, self.default, self.default_tracked) = (new.fixed, new.default, new.default_tracked);
    }

    /// Whether another stage is the same but for its ACLs.
    pub fn same_but_acls(&self, other: &Self) -> bool {
        let (mine, theirs) = ((self.default, self.default_tracked), (other.default, other.default_tracked));
        mine == theirs && self.fixed == other.fixed
    }

    /// All rows in the order in which they are asked: OVN's own, then the ACLs.
    pub fn all(&self) -> impl Iterator<Item = &Row> {
        self.fixed.iter().chain(&*self.acls)
    }

    pub(super) fn push(&mut self, row: Row) {
        Arc::make_mut(&mut self.acls).push(row);
    }

    pub(super) fn sort(&mut self) {
        Arc::make_mut(&mut self.acls).sort_by_key(|row| (row.tier, Reverse(row.priority)));
    }

    /// The ACLs that may match a packet with such ports and fields, in the order in which they are asked. All of them, where a
    /// field is not known.
    pub fn near<'p>(
        &self,
        ports: impl Iterator<Item = (PortField, &'p str)>,
        members: &Members,
        field: impl Fn(Field) -> Value,
    ) -> Vec<&Row> {
        let row = |at: u32| self.acls.get(usize::try_from(at).ok()?);
        match self.finder.near(&self.acls, ports, members, field) {
            Some(near) => near.into_iter().filter_map(row).collect(),
            None => self.acls.iter().collect(),
        }
    }

    /// What becomes of a packet in that state that no row decides: a blocked connection is taken up again even where
    /// the default is to drop.
    pub fn default_for(&self, state: Tracking) -> Outcome {
        match state {
            Tracking::BlockedRequest => Outcome::Allow,
            Tracking::New | Tracking::Related | Tracking::Invalid => self.default_tracked,
            Tracking::Untracked | Tracking::Request | Tracking::Reply | Tracking::BlockedReply => self.default,
        }
    }
}

/// Neighbour discovery, which passes on every switch with rows. In front stands what all of it is, so that of other packets no
/// more is asked.
pub(super) const DISCOVERY: &str = "icmp6 && (nd || nd_ra || nd_rs || mldv1 || mldv2)";

fn fixed_rows(stage: Stage, network: &Network, stateful: bool, discovery: Meaning) -> Vec<Row> {
    let mut rows = vec![fixed(65532, Guard::ANY, discovery, Outcome::Allow, Builtin::NeighborDiscovery)];
    if let Some(mac) = network.options.svc_monitor_mac {
        let monitor = Meaning::of(service_monitor(stage, mac));
        rows.push(fixed(34000, Guard::ANY, monitor, Outcome::Allow, Builtin::ServiceMonitor));
    }
    if stateful {
        let state = |states: &[Tracking], outcome, builtin| {
            fixed(65532, Guard::of(states), Meaning::of(Expression::Constant(true)), outcome, builtin)
        };
        rows.push(state(&[Tracking::Reply], Outcome::Allow, Builtin::Established));
        rows.push(state(&[Tracking::Related], Outcome::Allow, Builtin::Related));
        rows.push(state(&[Tracking::BlockedReply], Outcome::Drop, Builtin::Blocked));
        if network.options.use_ct_inv_match {
            rows.push(state(&[Tracking::Invalid], Outcome::Drop, Builtin::Invalid));
        }
    }
    rows.sort_by_key(|row| Reverse(row.priority));
    rows
}

fn fixed(priority: u16, guard: Guard, meaning: Meaning, outcome: Outcome, builtin: Builtin) -> Row {
    let Meaning { matches, looks, port, movable } = meaning;
    Row {
        tier: 0,
        priority,
        guard,
        matches,
        outcome,
        origin: Origin::Builtin(builtin),
        sketch: 0,
        looks,
        port,
        movable,
    }
}

fn service_monitor(stage: Stage, mac: Mac) -> Expression {
    let field = match stage.direction() {
        Direction::FromLport => Field::EthDst,
        Direction::ToLport => Field::EthSrc,
    };
    let relation = Relation::In(vec![Masked { value: mac.number(), mask: (1 << 48) - 1 }]);
    Expression::Field(FieldTest { field, low: 0, width: 48, relation })
}
