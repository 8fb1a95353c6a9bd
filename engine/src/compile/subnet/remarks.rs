//! Fields of a Subnet of which Kube-OVN makes nothing beside the others.

use super::super::profile::{Profile, Support};
use super::super::row::worth_knowing;
use crate::diagnostic::{Code, Diagnostic};
use crate::read::{Placed, Subnet};
use alloc::format;
use alloc::vec::Vec;
use ipnet::IpNet;

/// `allowSubnets` without `private`, or of a family that the Subnet has not (`SetLogicalSwitchPrivate`).
pub(super) fn allowed(subnet: &Subnet, out: &mut Vec<Diagnostic>) {
    let name = &subnet.name.value;
    if subnet.private.is_none() {
        out.extend(subnet.allow_subnets.first().map(|first| {
            let message =
                format!("`allowSubnets` of Subnet `{name}` has no effect and keeps nobody away: it is not `private`");
            Diagnostic::new(Code::EnforcerDiffers, message)
                .at(first.place)
                .help("write `private: true`, or leave `allowSubnets` out")
        }));
        return;
    }
    let is_ipv4 = |net: IpNet| net.addr().is_ipv4();
    let is_strange = |allowed: &&Placed<IpNet>| {
        !subnet.cidrs.is_empty() && subnet.cidrs.iter().all(|cidr| is_ipv4(cidr.value) != is_ipv4(allowed.value))
    };
    out.extend(subnet.allow_subnets.iter().filter(is_strange).map(|allowed| {
        let family = if is_ipv4(allowed.value) { "IPv4" } else { "IPv6" };
        let message =
            format!("`{}` in `allowSubnets` has no effect: Subnet `{name}` has no {family} prefix", allowed.value);
        let help = "leave it out, or write a prefix of that family into `cidrBlock`";
        worth_knowing(Diagnostic::new(Code::EnforcerDiffers, message).at(allowed.place).help(help))
    }));
}

/// `allowEWTraffic` without `acls` (`UpdateLogicalSwitchACL`).
pub(super) fn east_west(subnet: &Subnet, profile: &Profile) -> Option<Diagnostic> {
    let is_alone = subnet.acls.is_empty() && subnet.fault.is_none() && profile.east_west == Support::Yes;
    let place = subnet.allow_east_west.filter(|_| is_alone)?;
    let message = format!(
        "`allowEWTraffic` of Subnet `{}` has no effect: Kube-OVN writes rows of it beside `acls` only, and there are none",
        subnet.name.value
    );
    let help = "leave it out, or write the `acls` above which it is to let machines of this Subnet talk";
    Some(worth_knowing(Diagnostic::new(Code::EnforcerDiffers, message).at(place).help(help)))
}
