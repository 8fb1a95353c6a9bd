//! Rows that trust the address from which a packet says to come.

use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action, Direction};
use crate::ovn::field::Field;
use crate::ovn::matching::{Context, Expression, parse};
use crate::ovn::network::Network;
use crate::reach::{Attachment, Endpoint};
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

/// One remark for all rows that drop what machines send by nothing but its source address: whoever changes it, passes.
pub(super) fn check(network: &Network, endpoints: &[Endpoint]) -> Option<Diagnostic> {
    let context = Context::of(network);
    let trusting = |(switch, acl): &(usize, &Acl)| {
        let drops = matches!(acl.action, Action::Drop | Action::Reject) && acl.direction == Direction::FromLport;
        drops
            && parse(&acl.matches, &context).is_ok_and(|matches| {
                let matches = matches.annotate();
                let asks_port = asks(&matches, &|one| matches!(one, Expression::Port(_)));
                asks(&matches, &is_source) && !asks_port && !are_secured(network, *switch, endpoints, &matches)
            })
    };
    let switches = network.switches.iter().enumerate();
    let rows = switches.flat_map(|(at, switch)| switch.acls.iter().map(move |acl| (at, acl)));
    let rows: Vec<&Acl> = rows.filter(trusting).map(|(_, acl)| acl).collect();
    let first = rows.first()?;
    let others = match rows.len() {
        1 => "this row stops".into(),
        many => format!("this row and {} more stop", many - 1),
    };
    let message = format!(
        "{others} a machine by its address: without port security, which Kube-OVN leaves off, it passes with another one"
    );
    let help = "annotate the machine with `ovn.kubernetes.io/port_security: \"true\"`, or test `inport` instead";
    Some(Diagnostic::new(Code::Spoofable, message).at_maybe(first.provenance.place).help(help))
}

fn is_source(expression: &Expression) -> bool {
    matches!(expression, Expression::Field(test) if matches!(test.field, Field::Ip4Src | Field::Ip6Src))
}

/// Whether OVN keeps all machines of a switch whose addresses a match names from sending with others.
fn are_secured(network: &Network, switch: usize, endpoints: &[Endpoint], matches: &Expression) -> bool {
    let Some(ports) = network.switches.get(switch).map(|switch| &switch.ports) else { return false };
    let named = |endpoint: &&Endpoint| {
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
    let of = |endpoint: &Endpoint| match &endpoint.attachment {
        Attachment::Port { switch: at, port } if *at == switch => {
            Some(ports.iter().any(|one| one.name == *port && one.secured))
        }
        Attachment::Port { .. } | Attachment::Router(_) | Attachment::Balancer(_) => None,
    };
    let mut secured = endpoints.iter().filter(named).filter_map(of).peekable();
    secured.peek().is_some() && secured.all(|secured| secured)
}

fn asks(expression: &Expression, what: &dyn Fn(&Expression) -> bool) -> bool {
    match expression {
        Expression::All(parts) | Expression::Any(parts) => parts.iter().any(|part| asks(part, what)),
        one => what(one),
    }
}
