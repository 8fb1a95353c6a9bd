//! Rows that trust the address from which a packet says to come.

use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::acl::{Acl, Action, Direction};
use crate::ovn::field::Field;
use crate::ovn::matching::{Context, Expression, parse};
use crate::ovn::network::Network;
use alloc::format;
use alloc::vec::Vec;

/// One remark for all rows that drop what machines send by nothing but its source address: whoever changes it, passes.
pub(super) fn check(network: &Network) -> Option<Diagnostic> {
    let context = Context::of(network);
    let trusting = |acl: &&Acl| {
        let drops = matches!(acl.action, Action::Drop | Action::Reject) && acl.direction == Direction::FromLport;
        drops
            && parse(&acl.matches, &context).is_ok_and(|matches| {
                let matches = matches.annotate();
                asks(&matches, is_source) && !asks(&matches, |one| matches!(one, Expression::Port(_)))
            })
    };
    let rows: Vec<&Acl> = network.switches.iter().flat_map(|switch| &switch.acls).filter(trusting).collect();
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

fn asks(expression: &Expression, what: fn(&Expression) -> bool) -> bool {
    match expression {
        Expression::All(parts) | Expression::Any(parts) => parts.iter().any(|part| asks(part, what)),
        one => what(one),
    }
}
