//! What the rows of a stage see of a packet.

use super::Pass;
use crate::ovn::field::{Field, PortField};
use crate::ovn::matching::{Header, PortSet, Value};
use crate::ovn::packet::Packet;
use crate::ovn::pipeline::{Members, Row, Stage, StageRows, Tracking};
use alloc::vec::Vec;

/// A packet as a stage sees it.
pub(super) struct View<'a> {
    pub members: &'a Members,
    pub pass: &'a Pass<'a>,
    pub packet: &'a Packet,
    pub stage: Option<Stage>,
    pub tracking: Tracking,
}

impl<'a> View<'a> {
    /// The ports that the packet has at its stage.
    fn ports(&self) -> impl Iterator<Item = (PortField, &'a str)> {
        let leaving = self.stage == Some(Stage::ToLport);
        let outport = leaving.then_some((PortField::Outport, self.pass.outport));
        [(PortField::Inport, self.pass.inport)].into_iter().chain(outport)
    }

    /// Whether OVS shows a field of a fragment as zero (`rule_dpif_lookup_from_table`, `OFPUTIL_FRAG_NORMAL`): ports and ICMP
    /// types even of the first one, until connection tracking has put the packet together; of later ones TCP flags, too.
    fn is_hidden(&self, field: Field) -> bool {
        let frag = self.packet.ip().map_or(0, |ip| ip.frag);
        match field {
            _ if frag == 0 || self.tracking != Tracking::Untracked => false,
            Field::TcpFlags => frag & 2 != 0,
            Field::TcpSrc | Field::TcpDst | Field::UdpSrc | Field::UdpDst | Field::SctpSrc | Field::SctpDst => true,
            Field::Icmp4Type | Field::Icmp4Code | Field::Icmp6Type | Field::Icmp6Code => true,
            _ => false,
        }
    }

    /// The rows of a stage that may match it.
    pub fn near<'r>(&self, rows: &'r StageRows) -> Vec<&'r Row> {
        rows.near(self.ports(), self.members, |field| self.field(field))
    }
}

impl Header for View<'_> {
    fn field(&self, field: Field) -> Value {
        match field {
            Field::CtState => Value::Known(self.tracking.ct_state()),
            Field::CtMark => Value::Known(self.tracking.ct_mark()),
            Field::CtLabel | Field::PktMark => Value::Known(0),
            inner if inner.is_inner() => Value::Unknown,
            Field::IpTtl if self.packet.ip().is_some_and(|ip| ip.ttl.is_none()) => Value::Unknown,
            other if self.is_hidden(other) => Value::Known(0),
            other => Value::Known(self.packet.field(other)),
        }
    }

    fn port(&self, field: PortField, set: &PortSet) -> bool {
        let named = self.ports().find(|(known, _)| *known == field);
        named.is_some_and(|(_, name)| match set {
            PortSet::Name(wanted) => wanted == name,
            PortSet::Group(group) => self.members.contains(group, name),
        })
    }
}
