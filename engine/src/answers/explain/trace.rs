//! The `ovn-trace` command that asks a real OVN the same.

use crate::answers::conversation::{Conversation, Half, Leg, Question, Shape};
use crate::ovn::matching::Quoted;
use crate::ovn::packet::{L4, Packet};
use crate::ovn::pipeline::{Stage, Tracking};
use crate::ovn::walk::{Pass, Step};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Which half it asks about.
    pub half: Half,
    /// Name of the switch.
    pub switch: String,
    /// What connection tracking says each time that the packet meets it there: `trk,new`.
    pub tracking: Vec<&'static str>,
    /// The packet as an OVN expression.
    pub microflow: String,
    /// The port by which the packet leaves the switch, if it is let through.
    pub outport: String,
    /// Whether it is let through.
    pub passes: bool,
}

impl Trace {
    /// The command, ready for a shell.
    pub fn command(&self) -> String {
        let tracking: String = self.tracking.iter().map(|flags| format!("--ct {flags} ")).collect();
        format!("ovn-trace {tracking}{} {}", quote(&self.switch), quote(&self.microflow))
    }
}

/// One command for each switch that each half of a conversation crosses. A reply is traced even where the request
/// does not arrive for certain, if it may.
pub(super) fn traces(question: &Question<'_>, strict: &Conversation<'_>, generous: &Conversation<'_>) -> Vec<Trace> {
    let reply = strict.reply.as_ref().or(generous.reply.as_ref());
    core::iter::once(&strict.request).chain(reply).flat_map(|leg| of_leg(question, leg)).collect()
}

fn of_leg(question: &Question<'_>, leg: &Leg<'_>) -> Vec<Trace> {
    let steps = leg.packet.iter().flat_map(|journey| &journey.steps);
    // Each switch begins with this stage.
    let starts = |step: &&&Step| step.stage == Stage::FromLport;
    let crossed = steps.clone().filter(|step| starts(&step)).count();
    let delivered = leg.delivered();
    let trace = |(number, (pass, packet)): (usize, &(Pass<'_>, Packet))| {
        let switch = question.network.switches.get(pass.switch)?.name.clone();
        let mut begun = 0;
        let of_pass = steps.clone().filter(|step| {
            begun += usize::from(starts(&step));
            begun == number + 1
        });
        Some(Trace {
            half: leg.half,
            switch,
            tracking: tracking(of_pass),
            microflow: microflow(pass, packet),
            outport: pass.outport.to_string(),
            passes: number + 1 < crossed || (number + 1 == crossed && (delivered || leg.expired)),
        })
    };
    leg.way.iter().enumerate().filter_map(trace).collect()
}

/// One for each time that the packet meets connection tracking on a switch.
fn tracking<'s>(steps: impl Iterator<Item = &'s Step>) -> Vec<&'static str> {
    let met = steps.filter(|step| step.stage != Stage::FromLportAfterLb).map(|step| step.tracking);
    let flags = met.filter_map(|tracking| match tracking {
        Tracking::Untracked => None,
        Tracking::New => Some("trk,new"),
        Tracking::Request | Tracking::BlockedRequest => Some("trk,est"),
        Tracking::Reply | Tracking::BlockedReply => Some("trk,est,rpl"),
        Tracking::Related => Some("trk,rel"),
        Tracking::Invalid => Some("trk,inv"),
    });
    flags.collect()
}

/// The packet as an OVN expression.
fn microflow(pass: &Pass<'_>, packet: &Packet) -> String {
    let mut ethernet =
        format!("inport == {} && eth.src == {} && eth.dst == {}", Quoted(pass.inport), packet.eth_src, packet.eth_dst);
    if packet.vlan_tci != 0 {
        ethernet += &format!(" && vlan.tci == {}", packet.vlan_tci);
    }
    let Some(ip) = packet.ip() else { return ethernet };
    let (family, icmp) = if ip.src.is_ipv4() { ("ip4", "icmp4") } else { ("ip6", "icmp6") };
    let l4 = match &ip.l4 {
        L4::Tcp { src, dst, flags } => format!("tcp.src == {src} && tcp.dst == {dst} && tcp.flags == {flags}"),
        L4::Udp { src, dst } => format!("udp.src == {src} && udp.dst == {dst}"),
        L4::Sctp { src, dst } => format!("sctp.src == {src} && sctp.dst == {dst}"),
        L4::Icmp { kind, code, .. } => format!("{icmp}.type == {kind} && {icmp}.code == {code}"),
        L4::Other(number) => format!("ip.proto == {number}"),
    };
    let mut odd = String::new();
    for (name, number) in [("ip.dscp", ip.dscp), ("ip.ecn", ip.ecn), ("ip.frag", ip.frag)] {
        if number != 0 {
            odd += &format!(" && {name} == {number}");
        }
    }
    format!(
        "{ethernet} && {family}.src == {} && {family}.dst == {} && ip.ttl == {}{odd} && {l4}",
        ip.src,
        ip.dst,
        // One that nobody knows matters to no row, or the answer is not known.
        ip.ttl.unwrap_or(Shape::default().ttl)
    )
}

/// A word as a POSIX shell takes it.
fn quote(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
