//! The `ovn-trace` command that asks a real OVN the same.

use crate::answers::conversation::{Conversation, Half, Leg, Question};
use crate::ovn::packet::{L4, Packet};
use crate::ovn::pipeline::{Stage, Tracking};
use crate::ovn::walk::Pass;
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
    /// The command, ready for a shell.
    pub command: String,
}

/// One command for each switch that each half of a conversation crosses. A reply is traced even where the request
/// does not arrive for certain, if it may.
pub(super) fn traces(question: &Question<'_>, strict: &Conversation, generous: &Conversation) -> Vec<Trace> {
    let reply = strict.reply.as_ref().or(generous.reply.as_ref());
    core::iter::once(&strict.request).chain(reply).flat_map(|leg| of_leg(question, leg)).collect()
}

fn of_leg(question: &Question<'_>, leg: &Leg) -> Vec<Trace> {
    let switch = |pass: &Pass| question.network.switches.get(pass.switch).map(|switch| switch.name.clone());
    let trace = |(pass, packet): &(Pass, Packet)| {
        let switch = switch(pass)?;
        let command =
            format!("ovn-trace {}{} {}", tracking(leg, pass), quote(&switch), quote(&microflow(pass, packet)));
        Some(Trace { half: leg.half, switch, command })
    };
    leg.way.iter().filter_map(trace).collect()
}

/// One `--ct` for each time that the packet meets connection tracking on that switch.
fn tracking(leg: &Leg, pass: &Pass) -> String {
    let steps = leg.packet.iter().flat_map(|journey| &journey.steps).filter(|step| step.switch == pass.switch);
    let met = steps.filter(|step| step.stage != Stage::FromLportAfterLb).map(|step| step.tracking);
    let flags = met.filter_map(|tracking| match tracking {
        Tracking::Untracked => None,
        Tracking::New => Some("trk,new"),
        Tracking::Request | Tracking::BlockedRequest => Some("trk,est"),
        Tracking::Reply | Tracking::BlockedReply => Some("trk,est,rpl"),
        Tracking::Related => Some("trk,rel"),
        Tracking::Invalid => Some("trk,inv"),
    });
    flags.map(|flags| format!("--ct {flags} ")).collect()
}

/// The packet as an OVN expression.
fn microflow(pass: &Pass, packet: &Packet) -> String {
    let mut ethernet =
        format!("inport == \"{}\" && eth.src == {} && eth.dst == {}", pass.inport, packet.eth_src, packet.eth_dst);
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
        ip.src, ip.dst, ip.ttl
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
