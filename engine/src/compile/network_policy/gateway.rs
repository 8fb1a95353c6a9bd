//! Rows for gateways (`CreateGatewayACL`): of the group, but without its ports, so they are for all of its switches.

use super::super::compiler::Compiler;
use super::super::profile::GatewayRows;
use super::ALLOW;
use super::naming::symbol;
use super::roll::family;
use super::stage;
use super::subject::Subject;
use crate::ovn::acl::{Acl, Action};
use crate::reach::Family;
use crate::read::PolicyType;
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
        GatewayRows::PerGateway => {
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
    let world = compiler.world;
    subject.switches.iter().filter_map(|index| world.switches.get(*index)).flat_map(|switch| switch.gateways.clone())
}
