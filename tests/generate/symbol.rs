//! The symbols of OVN 23.03, as `ovstest test-ovn dump-symtab` and the parser itself tell them.

/// What a symbol stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A logical port.
    Port,
    /// A number of this many bits.
    Number(u32),
    /// A condition with a name.
    Predicate,
}

/// A name that a match may test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol {
    /// The name.
    pub name: &'static str,
    /// What it stands for.
    pub kind: Kind,
    /// Whether only equality may be asked of it, and never its opposite.
    pub nominal: bool,
}

impl Symbol {
    const fn port(name: &'static str) -> Self {
        Self { name, kind: Kind::Port, nominal: true }
    }

    const fn number(name: &'static str, width: u32, nominal: bool) -> Self {
        Self { name, kind: Kind::Number(width), nominal }
    }

    const fn predicate(name: &'static str, nominal: bool) -> Self {
        Self { name, kind: Kind::Predicate, nominal }
    }
}

/// All of them.
pub const SYMBOLS: &[Symbol] = &[
    Symbol::predicate("arp", true),
    Symbol::number("arp.op", 16, true),
    Symbol::number("arp.sha", 48, false),
    Symbol::number("arp.spa", 32, false),
    Symbol::number("arp.tha", 48, false),
    Symbol::number("arp.tpa", 32, false),
    Symbol::number("ct.dnat", 1, false),
    Symbol::number("ct.est", 1, false),
    Symbol::number("ct.inv", 1, false),
    Symbol::number("ct.new", 1, false),
    Symbol::number("ct.rel", 1, false),
    Symbol::number("ct.rpl", 1, false),
    Symbol::number("ct.snat", 1, false),
    Symbol::number("ct.trk", 1, false),
    Symbol::number("ct_label", 128, false),
    Symbol::number("ct_label.blocked", 1, false),
    Symbol::number("ct_label.ecmp_reply_eth", 48, false),
    Symbol::number("ct_label.ecmp_reply_port", 16, false),
    Symbol::number("ct_label.force_snat", 1, false),
    Symbol::number("ct_label.label", 32, false),
    Symbol::number("ct_label.natted", 1, false),
    Symbol::number("ct_label.skip_snat", 1, false),
    Symbol::number("ct_mark", 32, false),
    Symbol::number("ct_mark.blocked", 1, false),
    Symbol::number("ct_mark.ecmp_reply_port", 16, false),
    Symbol::number("ct_mark.force_snat", 1, false),
    Symbol::number("ct_mark.natted", 1, false),
    Symbol::number("ct_mark.skip_snat", 1, false),
    Symbol::number("ct_state", 32, false),
    Symbol::predicate("eth.bcast", false),
    Symbol::number("eth.dst", 48, false),
    Symbol::number("eth.mcast", 1, false),
    Symbol::predicate("eth.mcastv6", false),
    Symbol::number("eth.src", 48, false),
    Symbol::number("eth.type", 16, true),
    Symbol::number("flags", 32, false),
    Symbol::number("flags.force_snat_for_dnat", 1, false),
    Symbol::number("flags.force_snat_for_lb", 1, false),
    Symbol::number("flags.loopback", 1, false),
    Symbol::number("flags.skip_snat_for_lb", 1, false),
    Symbol::number("flags.use_snat_zone", 1, false),
    Symbol::predicate("icmp", true),
    Symbol::predicate("icmp4", true),
    Symbol::number("icmp4.code", 8, true),
    Symbol::number("icmp4.frag_mtu", 16, true),
    Symbol::number("icmp4.type", 8, true),
    Symbol::predicate("icmp6", true),
    Symbol::number("icmp6.code", 8, true),
    Symbol::number("icmp6.frag_mtu", 32, true),
    Symbol::number("icmp6.type", 8, true),
    Symbol::predicate("igmp", true),
    Symbol::port("inport"),
    Symbol::predicate("ip", true),
    Symbol::number("ip.dscp", 6, true),
    Symbol::number("ip.ecn", 2, true),
    Symbol::predicate("ip.first_frag", false),
    Symbol::number("ip.frag", 2, false),
    Symbol::predicate("ip.is_frag", false),
    Symbol::predicate("ip.later_frag", false),
    Symbol::number("ip.proto", 8, true),
    Symbol::number("ip.ttl", 8, true),
    Symbol::predicate("ip4", true),
    Symbol::number("ip4.dst", 32, false),
    Symbol::predicate("ip4.mcast", false),
    Symbol::number("ip4.src", 32, false),
    Symbol::predicate("ip4.src_mcast", false),
    Symbol::predicate("ip6", true),
    Symbol::number("ip6.dst", 128, false),
    Symbol::number("ip6.label", 20, false),
    Symbol::predicate("ip6.mcast", false),
    Symbol::predicate("ip6.mcast_all_nodes", false),
    Symbol::predicate("ip6.mcast_all_rtrs", false),
    Symbol::predicate("ip6.mcast_flood", false),
    Symbol::predicate("ip6.mcast_rsvd", false),
    Symbol::predicate("ip6.mcast_sol_node", false),
    Symbol::number("ip6.src", 128, false),
    Symbol::predicate("mldv1", true),
    Symbol::predicate("mldv2", true),
    Symbol::predicate("nd", true),
    Symbol::number("nd.sll", 48, false),
    Symbol::number("nd.target", 128, false),
    Symbol::number("nd.tll", 48, false),
    Symbol::predicate("nd_na", true),
    Symbol::predicate("nd_ns", true),
    Symbol::predicate("nd_ra", true),
    Symbol::predicate("nd_rs", true),
    Symbol::port("outport"),
    Symbol::number("pkt.mark", 32, false),
    Symbol::predicate("rarp", true),
    Symbol::number("rarp.op", 16, true),
    Symbol::number("rarp.sha", 48, false),
    Symbol::number("rarp.spa", 32, false),
    Symbol::number("rarp.tha", 48, false),
    Symbol::number("rarp.tpa", 32, false),
    Symbol::number("reg0", 32, false),
    Symbol::number("reg1", 32, false),
    Symbol::number("reg2", 32, false),
    Symbol::number("reg3", 32, false),
    Symbol::number("reg4", 32, false),
    Symbol::number("reg5", 32, false),
    Symbol::number("reg6", 32, false),
    Symbol::number("reg7", 32, false),
    Symbol::number("reg8", 32, false),
    Symbol::number("reg9", 32, false),
    Symbol::predicate("sctp", true),
    Symbol::number("sctp.dst", 16, false),
    Symbol::number("sctp.src", 16, false),
    Symbol::predicate("tcp", true),
    Symbol::number("tcp.dst", 16, false),
    Symbol::number("tcp.flags", 12, false),
    Symbol::number("tcp.src", 16, false),
    Symbol::predicate("udp", true),
    Symbol::number("udp.dst", 16, false),
    Symbol::number("udp.src", 16, false),
    Symbol::number("vlan.pcp", 3, false),
    Symbol::predicate("vlan.present", false),
    Symbol::number("vlan.tci", 16, false),
    Symbol::number("vlan.vid", 12, false),
    Symbol::number("xreg0", 64, false),
    Symbol::number("xreg1", 64, false),
    Symbol::number("xreg2", 64, false),
    Symbol::number("xreg3", 64, false),
    Symbol::number("xreg4", 64, false),
    Symbol::number("xxreg0", 128, false),
    Symbol::number("xxreg1", 128, false),
];
