//! The flags that say which packets a conversation has.

use clap::{ArgGroup, Args, ValueEnum, value_parser};
use ringfence_engine::answers::conversation::Shape;
use ringfence_engine::reach::{Family, L4Header};
use ringfence_view::story::{CLIENT, Wanted};

/// A protocol with its numbers, and what of the packet is out of the ordinary.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("header").args(["tcp", "udp", "sctp", "icmp", "protocol"]))]
#[command(group = ArgGroup::new("ported").args(["tcp", "udp", "sctp"]))]
#[command(group = ArgGroup::new("asked").multiple(true).args(["tcp", "udp", "sctp", "icmp", "icmp_type", "icmp_code", "protocol"]))]
pub(super) struct Packet {
    /// A TCP connection to this port
    #[arg(long, value_name = "PORT", help_heading = "Conversation")]
    tcp: Option<u16>,

    /// A UDP exchange with this port
    #[arg(long, value_name = "PORT", help_heading = "Conversation")]
    udp: Option<u16>,

    /// An SCTP association with this port
    #[arg(long, value_name = "PORT", help_heading = "Conversation")]
    sctp: Option<u16>,

    /// An echo request
    #[arg(long, help_heading = "Conversation")]
    icmp: bool,

    /// An ICMP message of this type
    #[arg(long, value_name = "TYPE", help_heading = "Conversation", conflicts_with_all = ["ported", "protocol"])]
    icmp_type: Option<u8>,

    /// An ICMP message of this code
    #[arg(long, value_name = "CODE", help_heading = "Conversation", conflicts_with_all = ["ported", "protocol"])]
    icmp_code: Option<u8>,

    /// A packet of another IP protocol, by its number
    #[arg(long, value_name = "NUMBER", help_heading = "Conversation", value_parser = other_protocol)]
    protocol: Option<u8>,

    /// The port from which it is asked; 50000 where nothing is said
    #[arg(long, value_name = "PORT", help_heading = "Conversation", requires = "ported")]
    sport: Option<u16>,

    /// TTL or hop limit; 64 where nothing is said
    #[arg(long, value_name = "NUMBER", help_heading = "Unusual packets", requires = "asked")]
    #[arg(value_parser = value_parser!(u8).range(1..))]
    ttl: Option<u8>,

    /// Differentiated services code point
    #[arg(long, value_name = "NUMBER", help_heading = "Unusual packets", requires = "asked")]
    #[arg(value_parser = value_parser!(u8).range(..64))]
    dscp: Option<u8>,

    /// Explicit congestion notification
    #[arg(long, value_name = "NUMBER", help_heading = "Unusual packets", requires = "asked")]
    #[arg(value_parser = value_parser!(u8).range(..4))]
    ecn: Option<u8>,

    /// A fragment
    #[arg(long, value_enum, value_name = "WHICH", help_heading = "Unusual packets", requires = "asked")]
    fragment: Option<Fragment>,

    /// IPv6 flow label
    #[arg(long, value_name = "NUMBER", help_heading = "Unusual packets", requires = "asked")]
    #[arg(value_parser = value_parser!(u32).range(..1 << 20))]
    flow_label: Option<u32>,

    /// VLAN tag
    #[arg(long, value_name = "ID", help_heading = "Unusual packets", requires = "asked")]
    #[arg(value_parser = value_parser!(u16).range(..4096))]
    vlan: Option<u16>,

    /// TCP flags of the request as a number: FIN 1, SYN 2, RST 4, PSH 8, ACK 16
    #[arg(long, value_name = "NUMBER", help_heading = "Unusual packets", requires = "tcp")]
    #[arg(value_parser = value_parser!(u16).range(..4096))]
    tcp_flags: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Fragment {
    /// The first one, which has the ports
    First,
    /// A later one
    Later,
}

/// Bit 12 of the tag control information says that there is a tag.
const TAGGED: u16 = 0x1000;

impl Packet {
    /// The header that is asked about in a family.
    pub(super) fn wanted(&self, family: Family) -> Wanted {
        let sport = self.sport.unwrap_or(CLIENT);
        let echo = u8::try_from(family.echo().0).unwrap_or(8);
        let icmp = self.icmp || self.icmp_type.is_some() || self.icmp_code.is_some();
        let icmp = icmp.then(|| L4Header::Icmp(self.icmp_type.unwrap_or(echo), self.icmp_code.unwrap_or(0)));
        let tcp = self.tcp.map(|port| L4Header::Tcp(sport, port));
        let udp = self.udp.map(|port| L4Header::Udp(sport, port));
        let sctp = self.sctp.map(|port| L4Header::Sctp(sport, port));
        let header = tcp.or(udp).or(sctp).or(icmp).or(self.protocol.map(L4Header::Other));
        header.map_or(Wanted::Whole, Wanted::One)
    }

    /// Whether it is the same in both families: numbers of ICMP, and of other protocols, are not.
    pub(super) fn is_of_any_family(&self) -> bool {
        self.icmp_type.is_none() && self.icmp_code.is_none() && self.protocol.is_none() && self.flow_label.is_none()
    }

    /// What is wrong with it in a family: ICMP has a flag of its own, and in the other family its number is any other one.
    pub(super) fn fault(&self, family: Family) -> Option<String> {
        let icmp = match family {
            Family::Ipv4 => 1,
            Family::Ipv6 => 58,
        };
        self.protocol.filter(|number| *number == icmp).map(|number| flagged(number, "--icmp"))
    }

    /// What else the packets look like.
    pub(super) fn shape(&self) -> Shape {
        let usual = Shape::default();
        Shape {
            ttl: self.ttl.unwrap_or(usual.ttl),
            dscp: self.dscp.unwrap_or(usual.dscp),
            ecn: self.ecn.unwrap_or(usual.ecn),
            frag: self.fragment.map_or(usual.frag, |fragment| match fragment {
                Fragment::First => 1,
                Fragment::Later => 3,
            }),
            label: self.flow_label.unwrap_or(usual.label),
            vlan_tci: self.vlan.map_or(usual.vlan_tci, |id| TAGGED | id),
            tcp_flags: self.tcp_flags,
        }
    }
}

/// Protocols with a flag of their own are no others. Of the two numbers of ICMP that depends on the family.
fn other_protocol(text: &str) -> Result<u8, String> {
    let number: u8 = text.parse().map_err(|_| "write a number from 0 to 255".to_owned())?;
    let flag = match number {
        6 => "--tcp PORT",
        17 => "--udp PORT",
        132 => "--sctp PORT",
        _ => return Ok(number),
    };
    Err(flagged(number, flag))
}

fn flagged(number: u8, flag: &str) -> String {
    format!("protocol {number} has a flag of its own: write {flag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_with_a_flag_are_refused_by_number() {
        assert_eq!([other_protocol("47"), other_protocol("1"), other_protocol("58")], [Ok(47), Ok(1), Ok(58)]);
        assert!(other_protocol("6").unwrap_err().contains("--tcp"));
        assert!(other_protocol("300").is_err());
    }
}
