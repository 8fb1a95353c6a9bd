//! The peers of a rule.

use super::super::compiler::Compiler;
use crate::reach::Family;
use crate::read::{Peer, PeerChoice, Selector};
use crate::world::Scope;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use ipnet::IpNet;

/// Who the peers of a rule are.
pub(super) enum Party<'r> {
    /// Everybody, in the cluster and outside.
    Everybody,
    /// The pods of one peer.
    Pods(&'r Peer, Rc<[usize]>),
    /// Whoever has an address in a block and in none of its exceptions.
    Block(&'r Peer, IpNet, Vec<IpNet>),
}

/// Every peer; none at all is everybody.
pub(super) fn parties<'r>(peers: &'r [Peer], namespace: &str, compiler: &Compiler<'_>) -> Vec<Party<'r>> {
    if peers.is_empty() {
        return alloc::vec![Party::Everybody];
    }
    let party = |peer: &'r Peer| match &peer.choice {
        PeerChoice::Pods { namespaces, pods } => {
            let scope = match namespaces {
                Some(selector) => Scope::Selected(selector.clone()),
                None => Scope::Namespace(namespace.to_string()),
            };
            Party::Pods(peer, compiler.roster.pods(&scope, pods.as_ref().unwrap_or(&Selector::default())))
        }
        PeerChoice::Block { cidr, except } => {
            Party::Block(peer, *cidr, except.iter().map(|except| except.value).collect())
        }
    };
    peers.iter().map(party).collect()
}

/// A block as a test of an address.
pub(super) fn block(field: &str, cidr: IpNet, except: &[IpNet]) -> String {
    let except: Vec<String> = except.iter().map(ToString::to_string).collect();
    match except.as_slice() {
        [] => format!("{field} == {cidr}"),
        [..] => format!("{field} == {cidr} && {field} != {{{}}}", except.join(", ")),
    }
}

/// As the match language spells it.
pub(super) fn symbol(family: Family) -> &'static str {
    match family {
        Family::Ipv4 => "ip4",
        Family::Ipv6 => "ip6",
    }
}
