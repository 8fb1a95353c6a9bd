//! A packet and the microflow that describes it to ovn-trace.

use super::constant::{MAC, NUMBER, V4, V6};
use crate::random::Random;
use ringfence_engine::ovn::field::{Field, PortField};
use ringfence_engine::ovn::matching::{Header, PortSet, Value};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The port groups that exist, with their ports.
pub const GROUPS: &[(&str, &[&str])] = &[("pg1", &["p0", "p1"]), ("pg2", &["p2"]), ("none", &[])];

/// A packet at a stage of a switch: its fields, the state beside it, its ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    fields: BTreeMap<Field, u128>,
    inport: &'static str,
    outport: Option<&'static str>,
}

impl Header for Packet {
    fn field(&self, field: Field) -> Value {
        Value::Known(self.fields.get(&field).copied().unwrap_or(0))
    }

    fn port(&self, field: PortField, set: &PortSet) -> bool {
        let port = match field {
            PortField::Inport => Some(self.inport),
            PortField::Outport => self.outport,
            PortField::RemoteOutport => None,
        };
        port.is_some_and(|port| match set {
            PortSet::Name(name) => name == port,
            PortSet::Group(group) => GROUPS.iter().any(|(name, ports)| name == group && ports.contains(&port)),
        })
    }
}

impl Packet {
    /// The expression that makes ovn-trace invent exactly this packet.
    pub fn microflow(&self) -> String {
        let mut text = format!("inport == \"{}\"", self.inport);
        if let Some(port) = self.outport {
            let _ = write!(text, " && outport == \"{port}\"");
        }
        for (field, value) in &self.fields {
            let _ = write!(text, " && {} == {value:#x}", name(*field, &self.fields));
        }
        text
    }
}

/// ARP fields are spelled `rarp` in a RARP packet.
fn name(field: Field, fields: &BTreeMap<Field, u128>) -> String {
    let name = field.name();
    let reverse = fields.get(&Field::EthType) == Some(&0x8035) && name.starts_with("arp.");
    if reverse { format!("r{name}") } else { name.to_owned() }
}

/// A random packet that OVS can represent: no field without the headers it belongs to.
pub fn packet(random: &mut Random) -> Packet {
    let mut maker = Maker { random, fields: BTreeMap::new() };
    maker.outside();
    match maker.random.below(10) {
        0 => maker.arp(0x0806),
        1 => maker.arp(0x8035),
        2 => drop(maker.fields.insert(Field::EthType, 0x88cc)),
        3..=6 => maker.v4(),
        _ => maker.v6(),
    }
    let fields = maker.fields;
    let inport = ["p0", "p1", "p2"][random.below(3)];
    let outport = if random.once_in(2) { Some(["p0", "p1", "p2"][random.below(3)]) } else { None };
    Packet { fields, inport, outport }
}

struct Maker<'a> {
    random: &'a mut Random,
    fields: BTreeMap<Field, u128>,
}

impl Maker<'_> {
    /// Sets a field, mostly: zero is a value too.
    fn set(&mut self, field: Field, value: u128) {
        let ones = if field.width() == 128 { u128::MAX } else { (1 << field.width()) - 1 };
        if !self.random.once_in(8) {
            self.fields.insert(field, value & ones);
        }
    }

    fn number(&mut self) -> u128 {
        if self.random.once_in(8) { self.random.bits().into() } else { (*self.random.pick(NUMBER)).into() }
    }

    fn numbers(&mut self, fields: &[Field]) {
        for field in fields {
            let number = self.number();
            self.set(*field, number);
        }
    }

    fn mac(&mut self) -> u128 {
        let text: String = self.random.pick(MAC).split(':').collect();
        u128::from_str_radix(&text, 16).unwrap()
    }

    fn address4(&mut self) -> u128 {
        u32::from(self.random.pick(V4).parse::<Ipv4Addr>().unwrap()).into()
    }

    fn address6(&mut self) -> u128 {
        self.random.pick(V6).parse::<Ipv6Addr>().unwrap().into()
    }

    /// What every packet has, and the state that OVN carries beside it.
    fn outside(&mut self) {
        for field in [Field::EthSrc, Field::EthDst] {
            let mac = self.mac();
            self.set(field, mac);
        }
        if self.random.once_in(3) {
            let tag = 0x1000 | (self.number() & 0xefff);
            self.set(Field::VlanTci, tag);
        }
        if self.random.once_in(2) {
            let state = self.random.pick(&[0x20u128, 0x21, 0x22, 0x2a, 0x24, 0x30, 0x62, 0xa1]);
            self.fields.insert(Field::CtState, *state);
        }
        if self.random.once_in(3) {
            self.numbers(&[Field::CtMark, Field::CtLabel, Field::PktMark, Field::Flags]);
        }
        if self.random.once_in(3) {
            self.numbers(&[Field::Xxreg0, Field::Xxreg1, Field::Xreg4]);
        }
    }

    fn arp(&mut self, kind: u128) {
        self.fields.insert(Field::EthType, kind);
        for field in [Field::ArpSpa, Field::ArpTpa] {
            let address = self.address4();
            self.set(field, address);
        }
        for field in [Field::ArpSha, Field::ArpTha] {
            let mac = self.mac();
            self.set(field, mac);
        }
        let operation = 1 + self.random.below(4);
        self.set(Field::ArpOp, operation as u128);
    }

    fn v4(&mut self) {
        self.fields.insert(Field::EthType, 0x0800);
        for field in [Field::Ip4Src, Field::Ip4Dst] {
            let address = self.address4();
            self.set(field, address);
        }
        let later = self.ip();
        let protocol = *self.random.pick(&[1u128, 1, 6, 6, 17, 17, 132, 2, 58, 47]);
        self.fields.insert(Field::IpProto, protocol);
        if !later && protocol == 1 {
            self.numbers(&[Field::Icmp4Type, Field::Icmp4Code]);
        }
        self.transport(protocol, later);
    }

    fn v6(&mut self) {
        self.fields.insert(Field::EthType, 0x86dd);
        for field in [Field::Ip6Src, Field::Ip6Dst] {
            let address = self.address6();
            self.set(field, address);
        }
        self.numbers(&[Field::Ip6Label]);
        let later = self.ip();
        let protocol = *self.random.pick(&[58u128, 58, 58, 6, 6, 17, 132, 1, 2]);
        self.fields.insert(Field::IpProto, protocol);
        if !later && protocol == 58 {
            self.icmp6();
        }
        self.transport(protocol, later);
    }

    /// TTL and fragments; says whether it is a later fragment, which has no ports.
    ///
    /// No DSCP and no ECN: ovn-trace makes zeros of them, whatever the microflow says.
    fn ip(&mut self) -> bool {
        self.numbers(&[Field::IpTtl]);
        let fragment = *self.random.pick(&[0u128, 0, 0, 1, 3]);
        if fragment > 0 {
            self.fields.insert(Field::IpFrag, fragment);
        }
        fragment == 3
    }

    fn transport(&mut self, protocol: u128, later: bool) {
        match protocol {
            6 if !later => self.numbers(&[Field::TcpSrc, Field::TcpDst, Field::TcpFlags]),
            17 if !later => self.numbers(&[Field::UdpSrc, Field::UdpDst]),
            132 if !later => self.numbers(&[Field::SctpSrc, Field::SctpDst]),
            _ => {}
        }
    }

    fn icmp6(&mut self) {
        let discovery = self.random.once_in(2);
        if !discovery {
            return self.numbers(&[Field::Icmp6Type, Field::Icmp6Code]);
        }
        let kind = *self.random.pick(&[133u128, 134, 135, 136]);
        self.fields.insert(Field::Icmp6Type, kind);
        self.fields.insert(Field::IpTtl, 255);
        let (target, mac) = (self.address6(), self.mac());
        if kind >= 135 {
            self.set(Field::NdTarget, target);
            self.set(if kind == 135 { Field::NdSll } else { Field::NdTll }, mac);
        }
    }
}
