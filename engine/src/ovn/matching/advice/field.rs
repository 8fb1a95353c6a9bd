//! Names of fields that OVN does not have.

use super::super::constant::Format;
use super::super::symbol::{Level, Symbol};
use super::super::token::TokenKind;
use super::meaning::negated;
use super::name::nearest;
use super::{Advice, Scene};
use crate::ovn::network::Version;
use alloc::format;
use alloc::string::{String, ToString};

/// What people write, and what OVN calls it.
const ALIASES: &[(&str, &str)] = &[
    ("any", "1"),
    ("all", "1"),
    ("true", "1"),
    ("false", "0"),
    ("none", "0"),
    ("ipv4", "ip4"),
    ("ipv6", "ip6"),
    ("icmpv4", "icmp4"),
    ("icmpv6", "icmp6"),
    ("ip.protocol", "ip.proto"),
    ("vlan.id", "vlan.vid"),
    ("vlan", "vlan.present"),
    ("vlan_vid", "vlan.vid"),
    ("in_port", "inport"),
    ("out_port", "outport"),
    ("nw_src", "ip4.src"),
    ("nw_dst", "ip4.dst"),
    ("ipv6_src", "ip6.src"),
    ("ipv6_dst", "ip6.dst"),
    ("nw_proto", "ip.proto"),
    ("ip_proto", "ip.proto"),
    ("nw_ttl", "ip.ttl"),
    ("dl_src", "eth.src"),
    ("dl_dst", "eth.dst"),
    ("dl_type", "eth.type"),
    ("dl_vlan", "vlan.vid"),
    ("eth.mac", "eth.src"),
    ("mac.src", "eth.src"),
    ("mac.dst", "eth.dst"),
    ("established", "ct.est"),
];

/// Names that could be one of two fields.
const EITHER: &[(&str, &str, &str)] = &[
    ("ip.src", "ip4.src", "ip6.src"),
    ("ip.dst", "ip4.dst", "ip6.dst"),
    ("icmp.type", "icmp4.type", "icmp6.type"),
    ("icmp.code", "icmp4.code", "icmp6.code"),
    ("tcp.port", "tcp.src", "tcp.dst"),
    ("udp.port", "udp.src", "udp.dst"),
    ("sctp.port", "sctp.src", "sctp.dst"),
    ("tp_src", "tcp.src", "udp.src"),
    ("tp_dst", "tcp.dst", "udp.dst"),
    ("port", "inport", "outport"),
];

/// Names that need more than another name.
const WORDY: &[(&str, &str)] = &[
    ("ip.tos", "`ip.dscp` is its upper six bits, `ip.ecn` the lower two"),
    ("ip4.tos", "`ip.dscp` is its upper six bits, `ip.ecn` the lower two"),
    ("ip4.ttl", "write `ip.ttl`, and `ip4 &&` before it"),
    ("ip6.ttl", "write `ip.ttl`, and `ip6 &&` before it"),
    ("ip6.hlim", "write `ip.ttl`, and `ip6 &&` before it"),
    ("ip4.proto", "write `ip.proto`, and `ip4 &&` before it"),
    ("ip6.proto", "write `ip.proto`, and `ip6 &&` before it"),
    ("ip4.dscp", "write `ip.dscp`, and `ip4 &&` before it"),
    ("ip6.dscp", "write `ip.dscp`, and `ip6 &&` before it"),
    ("is_chassis_resident", "this is a function: `is_chassis_resident(\"port\")`"),
];

/// Endings of `tcp.…`, `udp.…`, `ip4.…` and so on, and what OVN calls them.
const ENDINGS: &[(&str, &str)] = &[
    ("src_port", "src"),
    ("dst_port", "dst"),
    ("srcport", "src"),
    ("dstport", "dst"),
    ("sport", "src"),
    ("dport", "dst"),
    ("source", "src"),
    ("destination", "dst"),
    ("saddr", "src"),
    ("daddr", "dst"),
    ("dest", "dst"),
    ("src_ip", "src"),
    ("dst_ip", "dst"),
    ("flag", "flags"),
    ("proto", "type"),
];

impl Scene<'_> {
    pub(super) fn field(&self) -> Advice {
        let Some(token) = self.token(0) else { return Advice::operand() };
        let TokenKind::Identifier(name) = token.kind else {
            return Advice::help("behind the operator comes the name of a field");
        };
        if name.eq_ignore_ascii_case("not") {
            return self.not();
        }
        if let Some((_, one, other)) = EITHER.iter().find(|(wrong, ..)| *wrong == name) {
            return self.either(one, other);
        }
        if let Some((_, help)) = WORDY.iter().find(|(wrong, _)| *wrong == name) {
            return Advice::help(*help);
        }
        if let Some(known) = self.alias(name) {
            return Advice::write(token.span, known);
        }
        if let Some(version) = Version::ALL.iter().find(|version| Symbol::find(name, **version).is_some()) {
            return Advice::help(format!("`{name}` is known to OVN {} only", version.name()));
        }
        match nearest(name, Symbol::all(self.context.version()).map(Symbol::name)) {
            Some(known) => Advice::help(format!("did you mean `{known}`?")),
            None => Advice::help("no field or predicate has this name"),
        }
    }

    fn knows(&self, name: &str) -> bool {
        self.context.symbol(name).is_some()
    }

    fn alias(&self, name: &str) -> Option<String> {
        let lower = name.to_ascii_lowercase();
        if self.knows(&lower) {
            return Some(lower);
        }
        if let Some((_, known)) = ALIASES.iter().find(|(wrong, _)| *wrong == lower) {
            return Some((*known).to_string());
        }
        let (group, ending) = lower.rsplit_once(['.', '_'])?;
        let (group, ending) = match ENDINGS.iter().find_map(|(wrong, known)| Some((lower.strip_suffix(wrong)?, known)))
        {
            Some((group, known)) => (group.trim_end_matches(['.', '_']), *known),
            None => (group, ending),
        };
        let group = match group {
            "ipv4" => "ip4",
            "ipv6" => "ip6",
            "icmp" | "icmpv4" => "icmp4",
            "icmpv6" => "icmp6",
            "ether" | "ethernet" | "mac" => "eth",
            other => other,
        };
        Some(format!("{group}.{ending}")).filter(|known| self.knows(known))
    }

    /// One of two, which the constant behind the operator may decide.
    fn either(&self, one: &str, other: &str) -> Advice {
        let known = match self.token(2).map(|token| &token.kind) {
            Some(TokenKind::Number(constant)) if one.starts_with("ip4") => match constant.format() {
                Format::Ipv4 => Some(one),
                Format::Ipv6 => Some(other),
                Format::Decimal | Format::Hexadecimal | Format::Ethernet => None,
            },
            _ => None,
        };
        match known {
            Some(known) => Advice::write(self.span, known),
            None => Advice::help(format!("write `{one}` or `{other}`")),
        }
    }

    /// `not` before a primary.
    fn not(&self) -> Advice {
        let help = Advice::help("write `!` instead of `not`, with parentheses around a comparison: `!(tcp.dst == 80)`");
        let Some(operand) = self.token(1) else { return help };
        let compared = self.is(2, |kind| matches!(kind, TokenKind::Relop(_)));
        let nominal = self.context.symbol(operand.text).filter(|symbol| symbol.level() == Level::Nominal);
        if let Some(symbol) = nominal {
            return negated(symbol);
        }
        if matches!(operand.kind, TokenKind::Identifier(_)) && !compared || operand.text == "(" {
            return help.fix(crate::source::Span::new(self.span.start, operand.span.start), "!");
        }
        help
    }
}
