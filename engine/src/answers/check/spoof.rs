//! Rows that trust the address from which a packet says to come.

use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action, Direction};
use crate::ovn::field::Field;
use crate::ovn::matching::{Context, Expression, parse};
use crate::ovn::network::Network;
use crate::reach::{Attachment, Endpoint, EndpointKind};
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

/// One remark for all rows that drop what machines send by nothing but its source address: whoever changes it, passes. Where
/// packets arrive, such a row may be about anybody: it is told where a machine is known that it means.
pub(super) fn check(network: &Network, endpoints: &[Endpoint]) -> Option<Diagnostic> {
    let context = Context::of(network);
    let trusting = |(switch, acl): &(usize, &Acl)| {
        matches!(acl.action, Action::Drop | Action::Reject)
            && parse(&acl.matches, &context).is_ok_and(|matches| {
                let matches = matches.annotate();
                if !asks(&matches, &is_source) || asks(&matches, &|one| matches!(one, Expression::Port(_))) {
                    return false;
                }
                let mut meant = meant(network, *switch, acl.direction, endpoints, &matches).peekable();
                let leaves = acl.direction == Direction::FromLport;
                (leaves && meant.peek().is_none()) || meant.any(|secured| !secured)
            })
    };
    let switches = network.switches.iter().enumerate();
    let rows = switches.flat_map(|(at, switch)| switch.acls.iter().map(move |acl| (at, acl)));
    let rows: Vec<&Acl> = rows.filter(trusting).map(|(_, acl)| acl).collect();
    let first = rows.first()?;
    let others = match rows.len() {
        1 => "this row stops machines".into(),
        many => format!("this row and {} more stop machines", many - 1),
    };
    let (off, help) = match first.provenance.object.starts_with("Subnet/") {
        true => (
            "as Kube-OVN leaves port security off",
            "annotate the machine with `ovn.kubernetes.io/port_security: \"true\"`, or test `inport` in a from-lport row",
        ),
        false => (
            "as its port has no port security",
            "set `port_security` of the port (with Kube-OVN annotate the machine with `ovn.kubernetes.io/port_security: \"true\"`), or \
             test `inport` in a from-lport row",
        ),
    };
    let message = format!("{others} by their source address: one that sends with another address gets past, {off}");
    Some(Diagnostic::new(Code::Spoofable, message).at_maybe(first.provenance.place).help(help))
}

fn is_source(expression: &Expression) -> bool {
    matches!(expression, Expression::Field(test) if matches!(test.field, Field::Ip4Src | Field::Ip6Src))
}

/// Of the machines whose addresses a match names, whether OVN keeps each from sending with others: of those on the switch that
/// their packets leave by, and on any from which they arrive.
fn meant<'a>(
    network: &'a Network,
    switch: usize,
    direction: Direction,
    endpoints: &'a [Endpoint],
    matches: &'a Expression,
) -> impl Iterator<Item = bool> + 'a {
    let named = move |endpoint: &&'a Endpoint| {
        let number = |address: IpAddr| match address {
            IpAddr::V4(address) => u128::from(address.to_bits()),
            IpAddr::V6(address) => address.to_bits(),
        };
        endpoint.addresses.iter().any(|range| {
            let field = if range.first.is_ipv4() { Field::Ip4Src } else { Field::Ip6Src };
            asks(
                matches,
                &|one| matches!(one, Expression::Field(test) if test.field == field && test.holds(number(range.first))),
            )
        })
    };
    let arrives = direction == Direction::ToLport;
    let of = move |endpoint: &'a Endpoint| match &endpoint.attachment {
        Attachment::Port { switch: at, port }
            if (if arrives { endpoint.kind != EndpointKind::Address } else { *at == switch }) =>
        {
            let ports = &network.switches.get(*at)?.ports;
            Some(ports.iter().any(|one| one.name == *port && one.secured))
        }
        Attachment::Port { .. } | Attachment::Router(_) | Attachment::Balancer(_) => None,
    };
    endpoints.iter().filter(named).filter_map(of)
}

fn asks(expression: &Expression, what: &dyn Fn(&Expression) -> bool) -> bool {
    match expression {
        Expression::All(parts) | Expression::Any(parts) => parts.iter().any(|part| asks(part, what)),
        one => what(one),
    }
}
