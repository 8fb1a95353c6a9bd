//! The packet of a line of `acl_log`, as Open vSwitch writes it (`flow_format`).

use ringfence_engine::reach::{Family, L4Header};
use std::net::IpAddr;

/// Who sent what to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Logged {
    /// The source address.
    pub(super) source: IpAddr,
    /// The destination address.
    pub(super) target: IpAddr,
    /// The family of both.
    pub(super) family: Family,
    /// The transport header.
    pub(super) header: L4Header,
    /// The flags of TCP, where the line says which.
    pub(super) tcp_flags: Option<u16>,
}

/// Names of the flags, the lowest bit first (`packet_tcp_flag_to_string`).
const FLAGS: [&str; 9] = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns"];

/// `syn|ack`, or `0` for none of them.
fn flags(text: &str) -> Option<u16> {
    let bit = |name: &str| FLAGS.iter().position(|known| *known == name).map(|at| 1 << at);
    if text == "0" { Some(0) } else { text.split('|').try_fold(0, |all, name| Some(all | bit(name)?)) }
}

impl Logged {
    /// `tcp,…,nw_src=10.0.0.2,nw_dst=10.0.0.3,…,tp_src=40000,tp_dst=22`; nothing for what is no IP.
    pub(super) fn of(flow: &str) -> Option<Self> {
        let mut fields = flow.split(',').map(str::trim);
        let protocol = fields.next()?;
        let fields: Vec<(&str, &str)> = fields.filter_map(|field| field.split_once('=')).collect();
        let value = |names: [&str; 2]| fields.iter().find(|(name, _)| names.contains(name)).map(|(_, value)| *value);
        let source: IpAddr = value(["nw_src", "ipv6_src"])?.parse().ok()?;
        let target: IpAddr = value(["nw_dst", "ipv6_dst"])?.parse().ok()?;
        let port = |names| value(names)?.parse::<u16>().ok();
        let (from, to) = (port(["tp_src", "icmp_type"]), port(["tp_dst", "icmp_code"]));
        let header = match protocol.trim_end_matches('6') {
            "tcp" => L4Header::Tcp(from?, to?),
            "udp" => L4Header::Udp(from?, to?),
            "sctp" => L4Header::Sctp(from?, to?),
            "icmp" => L4Header::Icmp(from?.try_into().ok()?, to?.try_into().ok()?),
            "ip" | "ipv" => L4Header::Other(value(["nw_proto", "ip_proto"])?.parse().ok()?),
            _ => return None,
        };
        let family = if source.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 };
        let tcp_flags = value(["tcp_flags"; 2]).and_then(flags);
        Some(Self { source, target, family, header, tcp_flags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_are_understood() {
        let flow = "tcp,vlan_tci=0x0000,dl_src=0a:00:00:00:00:01,nw_src=10.0.0.2,nw_dst=10.0.0.3,nw_ttl=64,tp_src=40000,tp_dst=22,tcp_flags=syn";
        let header = |flow| Logged::of(flow).map(|logged| logged.header);
        assert_eq!(header(flow), Some(L4Header::Tcp(40_000, 22)));
        assert_eq!(
            header("icmp6,ipv6_src=fd00::2,ipv6_dst=fd00::3,icmp_type=128,icmp_code=0"),
            Some(L4Header::Icmp(128, 0))
        );
        assert_eq!(header("ip,nw_src=10.0.0.2,nw_dst=10.0.0.3,nw_proto=47"), Some(L4Header::Other(47)));
        let flags = |words: &str| Logged::of(&flow.replace("=syn", words)).map(|logged| logged.tcp_flags);
        assert_eq!(flags("=syn"), Some(Some(2)));
        assert_eq!(flags("=syn|ack"), Some(Some(18)));
        assert_eq!(flags("=0"), Some(Some(0)));
        assert_eq!(flags("=0x200"), Some(None));
        assert_eq!(flags(&format!("={}ack", "ns|".repeat(300))), Some(Some(0x110)));
        assert_eq!(header("arp,arp_spa=10.0.0.2,arp_tpa=10.0.0.3,arp_op=1"), None);
    }
}
