//! The answer that a `reject` row gives, and its own way back to the sender.

use super::{Balancing, Pass, Walk};
use crate::ovn::packet::{Ip, L4, Packet, Payload, RST_ACK};
use crate::ovn::pipeline::{Pipeline, Stage};
use alloc::boxed::Box;

impl<'n> Walk<'n> {
    /// Whether the sender hears of it. An answer to a from-lport reject goes out past the to-lport rows; one to a
    /// to-lport reject passes the to-lport rows of the sender's port (`build_reject_acl_rules`, `pinctrl.c`).
    pub(super) fn tell_sender(&mut self, pipeline: &Pipeline, stage: Stage, pass: &Pass<'n>, packet: &Packet) -> bool {
        let Some(answer) = answer(packet) else { return false };
        if stage != Stage::ToLport {
            return true;
        }
        let Pass { switch, inport, outport, .. } = *pass;
        let back = Pass { switch, inport: outport, outport: inport, balancing: Balancing::None };
        let mut journey = super::Journey::default();
        let entered = super::Entered(super::Tracking::Untracked);
        self.leave(pipeline, &back, &answer, entered, &mut journey).is_some()
    }
}

/// The packet that refuses another; nothing refuses a reset, an ICMP error or what is not IP.
fn answer(packet: &Packet) -> Option<Packet> {
    let ip = packet.ip()?;
    let l4 = match &ip.l4 {
        L4::Tcp { flags, .. } if flags & 0x004 != 0 => return None,
        L4::Tcp { src, dst, .. } => L4::Tcp { src: *dst, dst: *src, flags: RST_ACK },
        L4::Sctp { src, dst } => L4::Sctp { src: *dst, dst: *src },
        L4::Icmp { about: Some(_), .. } => return None,
        L4::Udp { .. } | L4::Icmp { .. } | L4::Other(_) => unreachable(ip),
    };
    let payload = Payload::Ip(Box::new(Ip::ordinary(ip.dst, ip.src, l4)));
    Some(Packet { eth_src: packet.eth_dst, eth_dst: packet.eth_src, vlan_tci: packet.vlan_tci, payload })
}

/// ICMP host or port unreachable, ICMPv6 likewise.
fn unreachable(ip: &Ip) -> L4 {
    let port = matches!(ip.l4, L4::Udp { .. });
    let (kind, code) = match (ip.src.is_ipv4(), port) {
        (true, true) => (3, 3),
        (true, false) => (3, 1),
        (false, true) => (1, 4),
        (false, false) => (1, 3),
    };
    L4::Icmp { kind, code, about: Some(Box::new(ip.clone())) }
}
