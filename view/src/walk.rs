//! The walk of a conversation in words: where a packet is, and why it goes on or does not.

use crate::line::Line;
use crate::story::Story;
use ringfence_engine::answers::conversation::Half;
use ringfence_engine::answers::explain::{Decider, PacketKind, Step};
use ringfence_engine::ovn::pipeline::{Builtin, Outcome, Stage, Tracking};
use ringfence_engine::reach::{Family, L4Header, Verdict};

impl Story<'_> {
    /// Why nothing is told of a half that no switch has seen; nothing where there is nothing to say.
    pub fn untold(&self, half: Half) -> Option<&'static str> {
        match half {
            Half::Request => None,
            Half::Reply if self.explanation.verdict == Verdict::Undefined => {
                Some("not told, as nobody knows whether the request arrives")
            }
            Half::Reply if !self.explanation.delivered => Some("none, as the request does not arrive"),
            Half::Reply if self.question.answer().is_none() => Some("none: nobody answers such a message"),
            Half::Reply => None,
        }
    }

    /// `tcp 172.20.10.2:50000 → 172.20.10.3:80`.
    pub fn packet(&self, half: Half, arrow: &str) -> Option<String> {
        let question = &self.question;
        let (source, target, header) = match half {
            Half::Request => (question.from, question.to, question.header),
            Half::Reply => {
                let answerer = question.backend.map_or(question.to, |backend| backend.endpoint);
                (answerer, question.from, question.answer()?)
            }
        };
        let (source, target) = (source.address(question.family)?, target.address(question.family)?);
        let at = |address: std::net::IpAddr, port: u16| std::net::SocketAddr::new(address, port);
        Some(match header {
            L4Header::Tcp(src, dst) => {
                let flags = match (half, question.shape.tcp_flags) {
                    (Half::Request, None) => "SYN".to_owned(),
                    (Half::Request, Some(flags)) => format!("flags {flags}"),
                    (Half::Reply, _) => "SYN-ACK".to_owned(),
                };
                format!("tcp {} {arrow} {} ({flags})", at(source, src), at(target, dst))
            }
            L4Header::Udp(src, dst) => format!("udp {} {arrow} {}", at(source, src), at(target, dst)),
            L4Header::Sctp(src, dst) => format!("sctp {} {arrow} {}", at(source, src), at(target, dst)),
            L4Header::Icmp(kind, code) => {
                let name = question.family.icmp_name();
                format!("{name} {source} {arrow} {target} ({})", icmp(kind, code, question.family))
            }
            L4Header::Other(number) => format!("ip protocol {number} {source} {arrow} {target}"),
        })
    }

    /// `leaving default/vm1 (from-lport of vswitch1)`.
    pub fn whereabouts(&self, step: &Step) -> String {
        let network = self.question.network;
        let switch = network.switches.get(step.switch).map_or("?", |switch| switch.name.as_str());
        let question = &self.question;
        let answerer = question.backend.map_or(question.to, |backend| backend.endpoint);
        let (from, to) = match step.half {
            Half::Request => (question.from, answerer),
            Half::Reply => (answerer, question.from),
        };
        let crossing = self.question.crossings(step.half).get(step.crossing).copied();
        let (comes, goes) = crossing.map_or((None, None), |crossing| (crossing.from, crossing.to));
        let is_turned = crossing.is_some_and(|crossing| crossing.inport == crossing.outport);
        let place = match (step.stage, comes, goes) {
            (Stage::ToLport, ..) if step.packet == PacketKind::Arp => format!("answer to {}", from.id),
            (Stage::FromLport | Stage::FromLportAfterLb, None, _) => format!("leaving {}", from.id),
            (Stage::FromLport | Stage::FromLportAfterLb, Some(_), _) => format!("entering {switch} from its router"),
            (Stage::ToLport, _, None) => format!("arriving at {}", to.id),
            (Stage::ToLport, _, Some(_)) if is_turned => format!("coming back to {}", to.id),
            (Stage::ToLport, _, Some(_)) => format!("leaving {switch} for its router"),
        };
        format!("{} ({} of {})", Line(&place), step.stage.name(), Line(switch))
    }

    /// Why this became of the packet at a step: the rest of a sentence.
    pub fn reason(&self, step: &Step) -> String {
        match &step.decider {
            Decider::Row(_) => ", by this row".to_owned(),
            Decider::Default if step.outcome == Outcome::Drop => {
                ", no row matches and the default is to drop (default_acl_drop)".to_owned()
            }
            Decider::Default => ", no row matches".to_owned(),
            Decider::Established => ", the reply of a tracked connection".to_owned(),
            Decider::Builtin(Builtin::Invalid) => {
                ", connection tracking has not seen its request on this port and calls it invalid".to_owned()
            }
            Decider::Builtin(builtin) => format!(", built in: {}", builtin.describe()),
            Decider::Ambiguous(rows) if rows.iter().any(|row| row.is_contested(self.question.network)) => {
                ": another object has the port group of this row, and may have overwritten it".to_owned()
            }
            Decider::Ambiguous(rows) if rows.len() == 1 => {
                ": this row tests something that only the network knows".to_owned()
            }
            Decider::Ambiguous(_) => ": these rows of equal priority disagree".to_owned(),
        }
    }
}

/// A stage in which nothing happens and hardly anybody has rows.
pub fn is_silent(step: &Step) -> bool {
    step.stage == Stage::FromLportAfterLb && step.decider == Decider::Default && step.outcome == Outcome::Allow
        || step.stage == Stage::FromLportAfterLb
            && step.outcome == Outcome::Allow
            && matches!(step.decider, Decider::Established)
            && step.tracking == Tracking::Reply
}

fn icmp(kind: u8, code: u8, family: Family) -> String {
    let (request, reply) = family.echo();
    match u16::from(kind) {
        number if number == request => "echo request".to_owned(),
        number if number == reply => "echo reply".to_owned(),
        _ => format!("type {kind} code {code}"),
    }
}
