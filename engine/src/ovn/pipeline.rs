//! The ACL stages of a logical switch as data: which rows are asked, in which order, of which packets.
//!
//! Two evaluators read it, a concrete one ([`walk`](super::walk)) and a symbolic one ([`reach`](crate::reach)).
//! Source: `northd/northd.c` of OVN 23.03 (`build_pre_acls`, `build_acl_hints`, `build_acls`, `consider_acl`),
//! `northd/en-ls-stateful.c` of the main branch.
//!
//! A packet passes [`Stage::FromLport`] and [`Stage::FromLportAfterLb`] when it enters a switch and
//! [`Stage::ToLport`] when it leaves. In each stage the fixed rows are asked first, then the rows of each tier,
//! highest priority first; what no row decides goes to the default.

mod finder;
mod looks;
mod matches;
mod members;
mod paste;
mod row;
mod stage;
mod tracking;

pub(crate) use looks::{Looks, sketch};
pub use matches::Matches;
use matches::Meaning;
pub use members::Members;
pub use paste::{Paste, RowError};
pub use row::{AclId, Builtin, Holder, Origin, Outcome, Row};
use stage::DISCOVERY;
pub use stage::{Stage, StageRows};
pub use tracking::{Guard, Tracking};

use super::acl::{Acl, Action, Direction};
use super::matching::{Context, Expression};
use super::network::{Network, PortKind, Switch, Version};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What one switch does with packets.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Index of the switch in the network.
    pub switch: usize,
    /// Whether some row of the switch, or of a group with a port on it, says `allow-related`.
    pub stateful_acl: bool,
    /// Whether a load balancer with an address is attached.
    pub load_balancer: bool,
    /// Whether it takes what has a VLAN tag.
    pub vlan_passthru: bool,
    /// The rows that hang on the switch or on a group with a port there, in the order of the database, which is theirs, too.
    pub acls: Arc<[AclId]>,
    /// Rows that OVN cannot parse where it puts them: they do nothing.
    pub broken: Vec<RowError>,
    /// What keeps packets out of connection tracking: the `allow-stateless` rows with their matches, by direction.
    stateless: Vec<(Direction, AclId, Arc<Expression>)>,
    stages: Option<[StageRows; 3]>,
    /// Whether every row is understood, and would be the same wherever it were pasted.
    movable: bool,
    /// By stage: whether some row forgets tracked connections.
    forgetful: [bool; 3],
    members: Arc<Members>,
    /// The ports that are no virtual interfaces.
    special: Vec<(String, PortKind)>,
}

impl Pipeline {
    /// The pipelines of all switches, in their order.
    pub fn all(network: &Network) -> Vec<Self> {
        Self::all_by(network, &mut Matches::default())
    }

    /// The same, with matches that were parsed before.
    pub fn all_by(network: &Network, matches: &mut Matches) -> Vec<Self> {
        let context = Context::of(network);
        let members = Arc::new(Members::of(network));
        let of = |switch| Self::of(network, &context, switch, matches, Arc::clone(&members));
        (0..network.switches.len()).filter_map(of).collect()
    }

    fn of(
        network: &Network,
        context: &Context,
        index: usize,
        matches: &mut Matches,
        members: Arc<Members>,
    ) -> Option<Self> {
        let switch = network.switches.get(index)?;
        let acls: Arc<[AclId]> = AclId::on_switch(network, index).into();
        let actions = |wanted: Action| acls.iter().filter_map(|id| id.acl(network)).any(|acl| acl.action == wanted);
        let mut pipeline = Self {
            switch: index,
            stateful_acl: actions(Action::AllowRelated),
            load_balancer: switch.load_balancer,
            vlan_passthru: switch.vlan_passthru,
            broken: Vec::new(),
            stateless: Vec::new(),
            stages: None,
            movable: true,
            forgetful: [false; 3],
            acls,
            members,
            special: switch.special_ports(),
        };
        if !pipeline.acls.is_empty() || switch.load_balancer {
            pipeline.build(network, &context.on(network, switch), matches);
        }
        Some(pipeline)
    }

    /// Whether connections are tracked at all: by an `allow-related` row or for a load balancer.
    pub fn stateful(&self) -> bool {
        self.stateful_acl || self.load_balancer
    }

    /// The port groups that matches may name.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// The kind of a port of the switch; an unknown port is taken for a virtual interface.
    pub fn port_kind(&self, name: &str) -> PortKind {
        self.special.iter().find(|(port, _)| port == name).map_or(PortKind::Vif, |(_, kind)| *kind)
    }

    /// The rows of a stage; nothing where the switch has neither rows nor load balancer and lets everything pass.
    pub fn stage(&self, stage: Stage) -> Option<&StageRows> {
        self.stages.as_ref()?.get(stage.index())
    }

    /// Whether a row lets pass what connection tracking has looked up, and has it forgotten: what is said of connection tracking
    /// does not hold yet where `allow-stateless` rows keep packets out of it.
    pub fn forgets(&self, stage: Stage) -> bool {
        self.forgetful.get(stage.index()).is_some_and(|forgets| *forgets)
    }

    /// The matches that keep packets of that direction out of connection tracking.
    pub fn stateless(&self, direction: Direction) -> impl Iterator<Item = &Expression> {
        self.stateless.iter().filter(move |(of, ..)| *of == direction).map(|(.., matches)| &**matches)
    }

    /// The rows that these are of.
    pub fn stateless_rows(&self, direction: Direction) -> impl Iterator<Item = AclId> {
        self.stateless.iter().filter(move |(of, ..)| *of == direction).map(|(_, row, _)| *row)
    }

    /// Whether packets that enter or leave by such a port are looked up in the port's conntrack zone.
    pub fn tracks(&self, port: PortKind) -> bool {
        match port {
            PortKind::Vif => self.stateful(),
            PortKind::Localnet => self.load_balancer,
            PortKind::Router => false,
        }
    }

    /// Whether a packet that leaves by such an untracked port keeps the tracking state that it entered with
    /// (`skip_port_from_conntrack` clears it only where there is no stateful row).
    pub fn carries_state(&self, network: &Network, port: PortKind) -> bool {
        let cleared = port == PortKind::Localnet && network.version == Version::Main;
        self.stateful_acl && !cleared
    }

    /// Whether this row makes the switch track connections.
    pub fn is_tracked_for(&self, network: &Network, row: AclId) -> bool {
        let is_related = row.acl(network).is_some_and(|acl| acl.action == Action::AllowRelated);
        is_related && !self.load_balancer && self.acls.binary_search(&row).is_ok()
    }

    /// The same with `allow` in the place of the `allow-related` rows of a switch, as far as it has them, too; nothing where a
    /// match means something else by itself than where it is pasted now, and has to be parsed again.
    pub fn allowing(&self, network: &Network, of: &Self) -> Option<Self> {
        let is_related = |id: &AclId| id.acl(network).is_some_and(|acl| acl.action == Action::AllowRelated);
        let is_own = |id: &AclId| is_related(id) && of.acls.binary_search(id).is_err();
        let stateful_acl = self.stateful_acl && self.switch != of.switch && self.acls.iter().any(is_own);
        self.tracking(network, stateful_acl)
    }

    /// The same where its rows make it track connections, or do not; nothing where it cannot be told without new parsing.
    pub fn tracking(&self, network: &Network, stateful_acl: bool) -> Option<Self> {
        let mut changed = Self { stateful_acl, ..self.clone() };
        if changed.stateful() == self.stateful() {
            return Some(changed);
        }
        let is_stateless = |id: &AclId| id.acl(network).is_some_and(|acl| acl.action == Action::AllowStateless);
        if !self.movable || (stateful_acl && self.acls.iter().any(is_stateless)) {
            return None;
        }
        changed.stateless.clear();
        let stages = changed.stages.iter_mut().flatten().zip(Stage::ALL);
        stages.for_each(|(rows, stage)| rows.track(stage, network, stateful_acl, !self.acls.is_empty()));
        Some(changed)
    }

    fn build(&mut self, network: &Network, context: &Context, matches: &mut Matches) {
        let has_acls = !self.acls.is_empty();
        let discovery = matches.parse(["", DISCOVERY, ""], context);
        let discovery = discovery.unwrap_or_else(|_| Meaning::of(Expression::Constant(false)));
        let of = |stage| StageRows::new(stage, network, self.stateful(), has_acls, discovery.clone());
        let mut stages = Stage::ALL.map(of);
        let tiers = Stage::ALL.map(|stage| self.last_tier(network, stage));
        for id in Arc::clone(&self.acls).iter().copied() {
            let Some(acl) = id.acl(network) else { continue };
            let stage = Stage::of(acl);
            let last_tier = tiers.get(stage.index()).copied().unwrap_or(0);
            let (stateful, tiered, doubted) = (self.stateful(), last_tier > 0, id.is_contested(network));
            let paste = Paste { version: network.version, stateful, tiered, doubted };
            self.note_stateless(id, acl, context, matches);
            match paste.parse(acl, id, context, matches) {
                Ok(meaning) => {
                    self.movable &= meaning.movable;
                    let row = Row::of(id, acl, network.version, meaning);
                    if let Some(forgets) = self.forgetful.get_mut(stage.index()) {
                        *forgets |= row.forgets() && row.looks.tracking;
                    }
                    if let Some(rows) = stages.get_mut(stage.index()) {
                        rows.push(row);
                    }
                }
                Err(error) => {
                    self.movable = false;
                    self.broken.push(error);
                }
            }
        }
        stages.iter_mut().for_each(StageRows::sort);
        self.stages = Some(stages);
    }

    fn last_tier(&self, network: &Network, stage: Stage) -> u8 {
        let here = self.acls.iter().filter_map(|id| id.acl(network)).filter(|acl| Stage::of(acl) == stage);
        here.map(|acl| acl.tier.get()).max().unwrap_or(0)
    }

    /// `build_stateless_filter`: where connections are tracked, for rows or for a load balancer; with the match verbatim.
    fn note_stateless(&mut self, id: AclId, acl: &Acl, context: &Context, matches: &mut Matches) {
        if !self.stateful() || acl.action != Action::AllowStateless {
            return;
        }
        if let Ok(meaning) = matches.parse(["", &acl.matches, ""], context) {
            self.stateless.push((acl.direction, id, meaning.matches));
        }
    }
}

impl Switch {
    fn special_ports(&self) -> Vec<(String, PortKind)> {
        let special = self.ports.iter().filter(|port| port.kind != PortKind::Vif);
        special.map(|port| (port.name.clone(), port.kind)).collect()
    }
}
