//! Rows for gateways (`CreateGatewayACL`): of the group, but without its ports, so they are for all of its switches.

use super::super::compiler::Compiler;
use super::super::profile::GatewayRows;
use super::super::row::worth_knowing;
use super::ALLOW;
use super::naming::symbol;
use super::roll::family;
use super::stage;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action};
use crate::reach::Family;
use crate::read::{PolicyType, Subnet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

/// The rows of a policy in standard mode, in both directions whatever the policy is about.
pub(super) fn rows(subject: &Subject<'_>, compiler: &Compiler<'_>, acls: &mut Vec<Acl>) {
    let mut row = |direction, matches: String| {
        let why = subject.whole("spec", subject.policy.name.place);
        let row = stage::row(direction, ALLOW, matches, Action::AllowStateless, why);
        // A row that is there already is not written again.
        if acls.iter().all(|known| (known.direction, &known.matches) != (row.direction, &row.matches)) {
            acls.push(row);
        }
    };
    match compiler.profile.gateway_rows {
        GatewayRows::Icmp6 if subject.families.contains(&Family::Ipv6) => {
            PolicyType::ALL.into_iter().for_each(|direction| row(direction, "icmp6".to_string()));
        }
        GatewayRows::PerGateway | GatewayRows::PerGatewayAndRouter => {
            for gateway in gateways(subject, compiler) {
                let family = family(gateway);
                for direction in PolicyType::ALL {
                    row(direction, format!("{}.{} == {gateway}", symbol(family), stage::side(direction)));
                }
                if family == Family::Ipv6 {
                    row(PolicyType::Egress, "nd || nd_ra || nd_rs".to_string());
                }
            }
        }
        GatewayRows::Icmp6 | GatewayRows::Nothing => {}
    }
}

fn gateways<'w>(subject: &Subject<'_>, compiler: &Compiler<'w>) -> impl Iterator<Item = IpAddr> {
    let (world, with) = (compiler.world, compiler.profile.gateway_rows);
    let switches = subject.switches.iter().filter_map(|index| world.switches.get(*index));
    switches.flat_map(move |switch| {
        let routers =
            switch.subnet.as_ref().filter(|subnet| with == GatewayRows::PerGatewayAndRouter && is_joined(subnet));
        let routers = routers.into_iter().flat_map(|subnet| &subnet.underlay_to_overlay_addresses);
        switch.gateways.iter().copied().chain(routers.map(|address| address.value)).collect::<Vec<_>>()
    })
}

/// Whether Kube-OVN joins a Subnet on a VLAN with overlays by a router of an address of its own.
fn is_joined(subnet: &Subnet) -> bool {
    subnet.underlay_to_overlay && subnet.vlan.is_some()
}

/// Says whose address is missing for a row.
pub(super) fn unknown(compiler: &Compiler<'_>, out: &mut Vec<Diagnostic>) {
    if compiler.profile.gateway_rows != GatewayRows::PerGatewayAndRouter {
        return;
    }
    let subnets = compiler.world.switches.iter().filter_map(|switch| switch.subnet.as_ref());
    let nameless = |subnet: &&Subnet| is_joined(subnet) && subnet.underlay_to_overlay_addresses.is_empty();
    out.extend(subnets.filter(nameless).map(|subnet| {
        let message = format!(
            "Kube-OVN chooses an address for the router of Subnet `{}`, and NetworkPolicies let it through: without the \
             address that row is left out here",
            subnet.name.value
        );
        let help = "add `status.u2oInterconnectionIP` as the cluster shows it";
        worth_knowing(Diagnostic::new(Code::EnforcerDiffers, message).at(subnet.name.place).help(help))
    }));
}
