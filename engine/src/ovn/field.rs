//! Packet fields: the roots that every symbol of the match language comes down to.

macro_rules! fields {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $width:literal;)+) => {
        /// A field of a packet, or of the state that OVN carries beside it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name of the symbol that means the whole field.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Its width in bits, 1 to 128.
            pub fn width(self) -> u32 {
                match self { $(Self::$variant => $width,)+ }
            }
        }
    };
}

fields! {
    /// Source MAC address.
    EthSrc = "eth.src", 48;
    /// Destination MAC address.
    EthDst = "eth.dst", 48;
    /// Ethernet type.
    EthType = "eth.type", 16;
    /// VLAN tag control information; bit 12 says that there is a tag.
    VlanTci = "vlan.tci", 16;
    /// IP protocol number.
    IpProto = "ip.proto", 8;
    /// Differentiated services code point.
    IpDscp = "ip.dscp", 6;
    /// Explicit congestion notification.
    IpEcn = "ip.ecn", 2;
    /// Time to live or hop limit.
    IpTtl = "ip.ttl", 8;
    /// Bit 0: a fragment; bit 1: not the first one.
    IpFrag = "ip.frag", 2;
    /// IPv4 source.
    Ip4Src = "ip4.src", 32;
    /// IPv4 destination.
    Ip4Dst = "ip4.dst", 32;
    /// IPv6 source.
    Ip6Src = "ip6.src", 128;
    /// IPv6 destination.
    Ip6Dst = "ip6.dst", 128;
    /// IPv6 flow label.
    Ip6Label = "ip6.label", 20;
    /// ARP or RARP operation.
    ArpOp = "arp.op", 16;
    /// ARP or RARP sender protocol address.
    ArpSpa = "arp.spa", 32;
    /// ARP or RARP target protocol address.
    ArpTpa = "arp.tpa", 32;
    /// ARP or RARP sender hardware address.
    ArpSha = "arp.sha", 48;
    /// ARP or RARP target hardware address.
    ArpTha = "arp.tha", 48;
    /// ICMP type.
    Icmp4Type = "icmp4.type", 8;
    /// ICMP code.
    Icmp4Code = "icmp4.code", 8;
    /// ICMPv6 type.
    Icmp6Type = "icmp6.type", 8;
    /// ICMPv6 code.
    Icmp6Code = "icmp6.code", 8;
    /// Neighbour discovery target.
    NdTarget = "nd.target", 128;
    /// Neighbour discovery source link-layer address.
    NdSll = "nd.sll", 48;
    /// Neighbour discovery target link-layer address.
    NdTll = "nd.tll", 48;
    /// TCP source port.
    TcpSrc = "tcp.src", 16;
    /// TCP destination port.
    TcpDst = "tcp.dst", 16;
    /// TCP flags.
    TcpFlags = "tcp.flags", 12;
    /// UDP source port.
    UdpSrc = "udp.src", 16;
    /// UDP destination port.
    UdpDst = "udp.dst", 16;
    /// SCTP source port.
    SctpSrc = "sctp.src", 16;
    /// SCTP destination port.
    SctpDst = "sctp.dst", 16;
    /// Connection tracking state: 0 new, 1 est, 2 rel, 3 rpl, 4 inv, 5 trk, 6 snat, 7 dnat.
    CtState = "ct_state", 32;
    /// Connection mark.
    CtMark = "ct_mark", 32;
    /// Connection label.
    CtLabel = "ct_label", 128;
    /// Packet mark.
    PktMark = "pkt.mark", 32;
    /// OVN's own flags (register 10).
    Flags = "flags", 32;
    /// OVN's scratch registers 0 to 3.
    Xxreg0 = "xxreg0", 128;
    /// OVN's scratch registers 4 to 7.
    Xxreg1 = "xxreg1", 128;
    /// OVN's scratch registers 8 and 9.
    Xreg4 = "xreg4", 64;
    /// Numeric key of the logical input port (newer OVN).
    InportKey = "__inport", 32;
    /// Numeric key of the logical output port (newer OVN).
    OutportKey = "__outport", 32;
    /// MTU in an ICMP message; for actions only.
    Icmp4FragMtu = "icmp4.frag_mtu", 16;
    /// MTU in an ICMPv6 message; for actions only.
    Icmp6FragMtu = "icmp6.frag_mtu", 32;
    /// Source address inside an ICMP error (newer OVN); for actions only.
    Icmp4InnerSrc = "icmp4.inner_ip4.src", 32;
}

impl Field {
    /// Whether OVN's own flows write it, or only OVN sees it: nobody outside knows what is in it.
    pub fn is_inner(self) -> bool {
        matches!(
            self,
            Self::Flags
                | Self::Xxreg0
                | Self::Xxreg1
                | Self::Xreg4
                | Self::InportKey
                | Self::OutportKey
                | Self::Icmp4FragMtu
                | Self::Icmp6FragMtu
                | Self::Icmp4InnerSrc
        )
    }
}

/// A field that holds the name of a logical port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortField {
    /// `inport`: where the packet entered the switch.
    Inport,
    /// `outport`: where it leaves; not known before the destination lookup.
    Outport,
    /// `remote_outport` (newer OVN).
    RemoteOutport,
}

impl PortField {
    /// The symbol.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inport => "inport",
            Self::Outport => "outport",
            Self::RemoteOutport => "remote_outport",
        }
    }
}
