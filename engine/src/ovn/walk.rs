//! The concrete evaluator: one packet at a time through the stages, with connection tracking as state.
//!
//! It models what `ovn-trace` cannot: what conntrack remembers of the request when the reply comes back.
//! A [`Walk`] is sent packets one after the other; each [`Journey`] says which row decided at which stage.
//!
//! Where OVN does not promise an answer (rows of equal priority that disagree, fields that nobody outside knows) the
//! walk follows its [`Choice`]; a walk of each choice brackets the truth.

mod conntrack;
mod decide;
mod reject;
mod view;

pub use conntrack::{Conntrack, Zone};
pub use decide::{Choice, Decider, Decision};

use super::acl::Direction;
use super::matching::Truth;
use super::network::{Network, PortKind};
use super::packet::{Packet, Payload};
use super::pipeline::{Builtin, Origin, Outcome, Pipeline, Stage, Tracking};
use alloc::boxed::Box;
use alloc::vec::Vec;
use view::View;

/// One crossing of a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass<'p> {
    /// Index of the switch.
    pub switch: usize,
    /// Name of the port by which the packet enters.
    pub inport: &'p str,
    /// Name of the port by which it leaves.
    pub outport: &'p str,
    /// What a load balancer has to do with it here.
    pub balancing: Balancing,
}

/// What a load balancer has to do with a packet on a switch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Balancing {
    /// Nothing.
    #[default]
    None,
    /// Nobody knows what becomes of the packet behind the first stage.
    Open,
    /// It sends the packet on to nobody knows whom.
    Lost,
    /// It sends the packet on to a backend, as this packet.
    Towards(Box<Packet>),
    /// The packet is the answer of a backend, on its way to the port that asked.
    Back,
    /// It sends the packet back to the port that it came from.
    Turned {
        /// Of a request: as what the port's zone remembers it.
        remembered: Option<Box<Packet>>,
        /// The packet that goes back.
        leaving: Box<Packet>,
    },
}

impl Balancing {
    /// Whether the packet is an answer that is to get the balancer's address back, which takes connection tracking.
    fn is_back(&self) -> bool {
        matches!(self, Self::Back | Self::Turned { remembered: None, .. })
    }
}

/// What one stage did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Index of the switch.
    pub switch: usize,
    /// The stage.
    pub stage: Stage,
    /// What connection tracking said of the packet.
    pub tracking: Tracking,
    /// What was decided, and by what.
    pub decision: Decision,
}

/// A packet's way through one or more switches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journey {
    /// Stage by stage; the last one may have dropped the packet.
    pub steps: Vec<Step>,
    /// Whether the packet came through.
    pub delivered: bool,
    /// For a rejected packet: whether the sender is told.
    pub refused: bool,
}

/// The switches of a network while packets cross them.
#[derive(Debug, Clone)]
pub struct Walk<'n> {
    network: &'n Network,
    pipelines: &'n [Pipeline],
    choice: Choice,
    conntrack: Conntrack<'n>,
}

impl<'n> Walk<'n> {
    /// A network that has seen no packet yet.
    pub fn new(network: &'n Network, pipelines: &'n [Pipeline], choice: Choice) -> Self {
        Self { network, pipelines, choice, conntrack: Conntrack::default() }
    }

    /// Sends one packet along its passes, each with the packet as it enters there.
    pub fn send(&mut self, route: &[(Pass<'n>, Packet)]) -> Journey {
        let mut journey = Journey { delivered: true, ..Journey::default() };
        for (pass, packet) in route {
            let Some(pipeline) = self.pipelines.get(pass.switch) else { continue };
            let entered = self.enter(pipeline, pass, packet, &mut journey);
            let left = entered.and_then(|tracking| self.leave(pipeline, pass, packet, tracking, &mut journey));
            if left.is_none() {
                journey.delivered = false;
                let rejected = journey.steps.last().filter(|step| step.decision.outcome == Outcome::Reject);
                if let Some(stage) = rejected.map(|step| step.stage) {
                    journey.refused = self.tell_sender(pipeline, stage, pass, packet);
                }
                return journey;
            }
        }
        journey
    }

    /// Asks for an Ethernet address. OVN answers in the place of its owner
    /// (`build_lswitch_arp_nd_responder_known_ips`): the question passes the from-lport stages, the answer the
    /// to-lport stage of the asker's own port.
    pub fn resolve(&mut self, switch: usize, port: &'n str, question: &Packet, answer: &Packet) -> Journey {
        let mut journey = Journey::default();
        let Some(pipeline) = self.pipelines.get(switch) else { return journey };
        let pass = Pass { switch, inport: port, outport: port, balancing: Balancing::None };
        journey.delivered = self
            .enter(pipeline, &pass, question, &mut journey)
            .and_then(|tracking| self.leave(pipeline, &pass, answer, tracking, &mut journey))
            .is_some();
        journey
    }

    /// The ingress pipeline; gives the tracking state that the packet goes on with.
    fn enter(
        &mut self,
        pipeline: &Pipeline,
        pass: &Pass<'n>,
        packet: &Packet,
        journey: &mut Journey,
    ) -> Option<Entered> {
        let fresh = Tracking::Untracked;
        let tracking = self.track(pipeline, pass, packet, (Direction::FromLport, fresh)).unwrap_or(fresh);
        let Forgets(mut forgets) = self.ask(pipeline, Stage::FromLport, pass, packet, tracking, journey)?;
        // What connection tracking does not see the balancer does not see either, and nobody has its address.
        let packet = match &pass.balancing {
            Balancing::Lost | Balancing::Towards(_) | Balancing::Turned { remembered: Some(_), .. }
                if tracking != Tracking::New =>
            {
                return None;
            }
            Balancing::Lost | Balancing::Open => return Some(Entered(tracking)),
            Balancing::Turned { .. } if tracking == Tracking::Untracked => return None,
            Balancing::Turned { remembered: Some(balanced), .. } | Balancing::Towards(balanced) => {
                self.commit((pass.switch, pass.inport, Direction::FromLport), tracking, balanced);
                balanced
            }
            Balancing::None | Balancing::Back | Balancing::Turned { remembered: None, .. } => packet,
        };
        // What is turned back does not come to the rows behind the balancer.
        if !matches!(pass.balancing, Balancing::Turned { .. }) {
            forgets &= self.ask(pipeline, Stage::FromLportAfterLb, pass, packet, tracking, journey)?.0;
        }
        let is_known = matches!(pass.balancing, Balancing::Towards(_) | Balancing::Turned { .. });
        let is_forgotten = forgets && pipeline.forgets(Stage::FromLport);
        if !(is_known || is_forgotten) {
            self.commit((pass.switch, pass.inport, Direction::FromLport), tracking, packet);
        }
        let is_new = is_forgotten && !is_known && tracking == Tracking::New;
        Some(Entered(if is_new { tracking } else { tracking.after_commit() }))
    }

    /// The egress pipeline.
    fn leave(
        &mut self,
        pipeline: &Pipeline,
        pass: &Pass<'n>,
        packet: &Packet,
        Entered(carried): Entered,
        journey: &mut Journey,
    ) -> Option<()> {
        let packet = match &pass.balancing {
            Balancing::Lost | Balancing::Open => return Some(()),
            Balancing::Towards(changed) | Balancing::Turned { leaving: changed, .. } => changed,
            Balancing::None | Balancing::Back => packet,
        };
        let kind = pipeline.port_kind(pass.outport);
        if !pipeline.tracks(kind) && kind != PortKind::Vif {
            // northd has an equal flow that clears nothing for what `allow-stateless` rows match (`build_pre_lb`).
            let is_doubted = kind == PortKind::Router
                && carried == Tracking::Reply
                && !pipeline.carries_state(self.network, kind)
                && self.is_stateless(pipeline, pass, packet, (Direction::ToLport, carried));
            let is_kept = pipeline.carries_state(self.network, kind) || (is_doubted && self.choice == Choice::Generous);
            let carried = if is_kept { carried } else { Tracking::Untracked };
            let asked = self.ask(pipeline, Stage::ToLport, pass, packet, carried, journey);
            journey.steps.last_mut().into_iter().for_each(|step| step.decision.sure &= !is_doubted);
            let Forgets(forgets) = asked?;
            // A port without a zone of its own has what is still new remembered where it entered.
            if !(forgets && pipeline.forgets(Stage::ToLport)) {
                self.commit((pass.switch, pass.inport, Direction::FromLport), carried, packet);
            }
            return Some(());
        }
        // What is not looked up again still has the state that it entered with.
        let known = self.track(pipeline, pass, packet, (Direction::ToLport, carried));
        if pass.balancing.is_back() && known.is_none() {
            return None;
        }
        let tracking = known.unwrap_or(carried);
        let Forgets(forgets) = self.ask(pipeline, Stage::ToLport, pass, packet, tracking, journey)?;
        let is_forgotten = forgets && pipeline.forgets(Stage::ToLport);
        let zone = (pass.switch, pass.outport, Direction::ToLport);
        let is_turned = matches!(pass.balancing, Balancing::Turned { remembered: Some(_), .. });
        if is_turned && (is_forgotten || tracking != Tracking::New) {
            // What rows keep from being looked up there may be known by what remembers the asker's own address.
            journey.steps.last_mut().into_iter().for_each(|step| step.decision.sure = false);
            if self.choice == Choice::Generous {
                self.commit(zone, Tracking::New, packet);
            }
        } else if !is_forgotten {
            self.commit(zone, tracking, packet);
        }
        Some(())
    }

    fn ask(
        &mut self,
        pipeline: &Pipeline,
        stage: Stage,
        pass: &Pass<'n>,
        packet: &Packet,
        tracking: Tracking,
        journey: &mut Journey,
    ) -> Option<Forgets> {
        let view = View { members: pipeline.members(), pass, packet, stage: Some(stage), tracking };
        // The balancer makes its switch let the answers of tracked connections pass, whatever the rows want.
        let by_balancer = match pass.balancing {
            Balancing::Back => stage == Stage::ToLport,
            Balancing::Turned { .. } => true,
            Balancing::None | Balancing::Open | Balancing::Lost | Balancing::Towards(_) => false,
        };
        let answer = by_balancer && tracking == Tracking::Reply;
        let by_itself = |outcome, builtin| Decision::plain(outcome, Decider::Row(Origin::Builtin(builtin)));
        // A router drops it, too (`build_adm_ctrl_flows_for_lrouter`).
        let is_untagged = match stage {
            Stage::FromLport => !pipeline.vlan_passthru,
            Stage::FromLportAfterLb => false,
            Stage::ToLport => pipeline.port_kind(pass.outport) == PortKind::Router,
        };
        let decision = match pipeline.stage(stage) {
            _ if packet.vlan_tci != 0 && is_untagged => by_itself(Outcome::Drop, Builtin::Tagged),
            _ if answer => by_itself(Outcome::Allow, Builtin::Established),
            Some(rows) => decide::decide(rows, &view, self.choice),
            None => Decision::plain(Outcome::Allow, Decider::Default),
        };
        let (outcome, forgets) = (decision.outcome, decision.forgets);
        journey.steps.push(Step { switch: pass.switch, stage, tracking, decision });
        match outcome {
            Outcome::Allow | Outcome::Pass => Some(Forgets(forgets)),
            Outcome::Drop | Outcome::Reject => {
                self.block(pass, stage, tracking, packet);
                None
            }
        }
    }

    /// `pre_acl`, `pre_lb`: whether the packet is sent to conntrack, and what that says; until then it is as it entered.
    fn track(
        &self,
        pipeline: &Pipeline,
        pass: &Pass<'n>,
        packet: &Packet,
        (direction, entered): (Direction, Tracking),
    ) -> Option<Tracking> {
        let port = match direction {
            Direction::FromLport => pass.inport,
            Direction::ToLport => pass.outport,
        };
        let balanced = matches!(
            (&pass.balancing, direction),
            (Balancing::Lost | Balancing::Towards(_), Direction::FromLport)
                | (Balancing::Back, Direction::ToLport)
                | (Balancing::Turned { .. }, _)
        );
        let kind = pipeline.port_kind(port);
        let tracks = pipeline.tracks(kind) || (balanced && kind == PortKind::Vif);
        if !tracks || is_exempt(packet) || self.is_stateless(pipeline, pass, packet, (direction, entered)) {
            return None;
        }
        Some(self.conntrack.look_up((pass.switch, port, direction), packet))
    }

    /// Whether an `allow-stateless` row keeps a packet from being looked up.
    fn is_stateless(
        &self,
        pipeline: &Pipeline,
        pass: &Pass<'n>,
        packet: &Packet,
        (direction, tracking): (Direction, Tracking),
    ) -> bool {
        let stage = match direction {
            Direction::FromLport => Stage::FromLport,
            Direction::ToLport => Stage::ToLport,
        };
        // Of an answer is known that it is one; what is new is committed before.
        let tracking = if tracking == Tracking::Reply { tracking } else { Tracking::Untracked };
        let view = View { members: pipeline.members(), pass, packet, stage: Some(stage), tracking };
        pipeline.stateless(direction).any(|matches| matches.evaluate(&view) == Truth::True)
    }

    fn commit(&mut self, zone: Zone<'n>, tracking: Tracking, packet: &Packet) {
        match tracking {
            Tracking::New => self.conntrack.commit(zone, packet),
            Tracking::BlockedRequest => self.conntrack.set_blocked(zone, packet, false),
            Tracking::Untracked
            | Tracking::Request
            | Tracking::Reply
            | Tracking::BlockedReply
            | Tracking::Related
            | Tracking::Invalid => {}
        }
    }

    /// A drop row that meets a known connection marks it in the port's zone.
    fn block(&mut self, pass: &Pass<'n>, stage: Stage, tracking: Tracking, packet: &Packet) {
        let port = match stage.direction() {
            Direction::FromLport => pass.inport,
            Direction::ToLport => pass.outport,
        };
        if tracking == Tracking::Request {
            self.conntrack.set_blocked((pass.switch, port, stage.direction()), packet, true);
        }
    }
}

/// The tracking state that a packet has still that was let in.
struct Entered(Tracking);

/// Of a packet that passes a stage: whether its connection is not remembered.
struct Forgets(bool);

/// `build_pre_acls`: what is never tracked: non-IP, multicast, neighbour discovery, DHCPv6 solicitations.
fn is_exempt(packet: &Packet) -> bool {
    use super::packet::L4;
    let Payload::Ip(ip) = &packet.payload else { return true };
    let multicast = packet.eth_dst.0.first().is_some_and(|byte| byte & 1 == 1);
    let discovery =
        !ip.src.is_ipv4() && ip.ttl == Some(255) && matches!(ip.l4, L4::Icmp { kind: 133..=136, code: 0, .. });
    let solicit = matches!(ip.l4, L4::Udp { src: 546, dst: 547 });
    multicast || discovery || solicit
}
