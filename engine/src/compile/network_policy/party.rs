//! The peers of a rule in one family: addresses in sets, and blocks in the match.

use super::super::compiler::Compiler;
use super::super::profile::IpBlock;
use super::naming::{everything, symbol};
use super::roll::{Roll, family};
use super::stage::side;
use super::subject::Subject;
use crate::reach::Family;
use crate::read::{Peer, PeerChoice, PolicyRule, PolicyType, Selector};
use crate::world::Scope;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use hashbrown::HashSet;
use ipnet::IpNet;

/// The peers of a rule in one family.
#[derive(Default)]
pub(super) struct Party<'r> {
    /// What is in the allow set.
    pub(super) allowed: Vec<String>,
    /// What is in the except set.
    pub(super) excepted: Vec<String>,
    /// The peers that stand in the sets.
    pub(super) members: Vec<&'r Peer>,
    /// The blocks in the words of the match language.
    pub(super) blocks: Vec<String>,
    /// The peers that those are.
    pub(super) blocked: Vec<&'r Peer>,
}

/// Who peers are, each with the pods that it selects.
pub(super) type Picked<'r> = Vec<(&'r Peer, Rc<[usize]>)>;

/// The pods of each peer, by index.
pub(super) fn picked<'r>(rule: &'r PolicyRule, namespace: &str, compiler: &Compiler<'_>) -> Picked<'r> {
    rule.peers.iter().map(|peer| (peer, pods(peer, namespace, compiler))).collect()
}

/// The pods of a peer.
pub(super) fn pods(peer: &Peer, namespace: &str, compiler: &Compiler<'_>) -> Rc<[usize]> {
    asked(peer, namespace).map_or_else(Rc::default, |(scope, selector)| compiler.roster.pods(&scope, &selector))
}

/// What a peer asks for, where it asks for pods.
fn asked(peer: &Peer, namespace: &str) -> Option<(Scope, Selector)> {
    let PeerChoice::Pods { namespaces, pods } = &peer.choice else { return None };
    let scope = match namespaces {
        Some(selector) => Scope::Selected(selector.clone()),
        None => Scope::Namespace(namespace.to_string()),
    };
    Some((scope, pods.clone().unwrap_or_default()))
}

/// Whether a peer selects pods that have ended.
pub(super) fn has_ended(peer: &Peer, namespace: &str, compiler: &Compiler<'_>) -> bool {
    asked(peer, namespace).is_some_and(|(scope, selector)| compiler.roster.ended(&scope, &selector).next().is_some())
}

/// The addresses of the pods of a peer that have ended: nobody asks for their phase (`fetchPolicySelectedAddresses`).
fn ended(peer: &Peer, wanted: Family, subject: &Subject<'_>, compiler: &Compiler<'_>) -> Vec<String> {
    let Some((scope, selector)) = asked(peer, &subject.policy.namespace) else { return Vec::new() };
    let pods = compiler.roster.ended(&scope, &selector);
    let nets = pods.flat_map(|pod| &pod.interfaces).filter(|net| subject.networks.include(&net.provider));
    let on_ovn = nets.filter(|net| compiler.world.switches.get(net.switch).is_some_and(|of| of.provider().is_some()));
    let own = on_ovn.flat_map(|net| &net.addresses).map(|address| address.value);
    own.filter(|address| family(*address) == wanted).map(|address| address.to_string()).collect()
}

/// The peers of a rule in one family (`fetchPolicySelectedAddresses`).
pub(super) fn party<'r>(
    picked: &Picked<'r>,
    direction: PolicyType,
    wanted: Family,
    subject: &Subject<'_>,
    compiler: &Compiler<'_>,
    roll: &Roll<'_>,
) -> Party<'r> {
    let mut party = Party::default();
    if picked.is_empty() {
        party.allowed.push(everything(wanted));
    }
    for (peer, pods) in picked {
        match (&peer.choice, compiler.profile.ip_block) {
            (PeerChoice::Pods { .. }, IpBlock::Sets | IpBlock::Inline) => {
                let before = party.allowed.len();
                for pod in pods.iter() {
                    addresses(*pod, wanted, subject, compiler, roll, &mut party.allowed);
                }
                party.allowed.extend(ended(peer, wanted, subject, compiler));
                party.members.extend((party.allowed.len() > before).then_some(*peer));
            }
            (PeerChoice::Block { cidr, except }, IpBlock::Sets) => {
                let in_family = |net: &IpNet| family(net.network()) == wanted;
                party.allowed.extend(in_family(cidr).then(|| cidr.to_string()));
                let except = except.iter().map(|except| except.value).filter(in_family);
                party.excepted.extend(except.map(|except| except.to_string()));
                party.members.extend(in_family(cidr).then_some(*peer));
            }
            (PeerChoice::Block { cidr, except }, IpBlock::Inline) if family(cidr.network()) == wanted => {
                let field = format!("{}.{}", symbol(wanted), side(direction));
                let except: Vec<String> = except.iter().map(|except| except.value.to_string()).collect();
                party.blocks.push(block(&field, &cidr.to_string(), &except));
                party.blocked.push(peer);
            }
            (PeerChoice::Block { .. }, IpBlock::Inline) => {}
        }
    }
    unique(&mut party.allowed);
    unique(&mut party.excepted);
    party
}

impl Party<'_> {
    /// All blocks as one term.
    pub(super) fn any_block(&self) -> String {
        match self.blocks.as_slice() {
            [only] => only.clone(),
            several => several.iter().map(|block| enclosed(block)).collect::<Vec<_>>().join(" || "),
        }
    }
}

fn block(field: &str, cidr: &str, except: &[String]) -> String {
    match except {
        [] => format!("{field} == {cidr}"),
        [..] => format!("{field} == {cidr} && {field} != {{{}}}", except.join(", ")),
    }
}

fn enclosed(block: &str) -> String {
    if block.contains("&&") { format!("({block})") } else { block.to_string() }
}

/// The addresses of a pod on the networks of the policy; where the profile says so, those of its Services too.
fn addresses(
    pod: usize,
    wanted: Family,
    subject: &Subject<'_>,
    compiler: &Compiler<'_>,
    roll: &Roll<'_>,
    allowed: &mut Vec<String>,
) {
    let nets = roll.nets(pod).iter().filter(|net| subject.networks.include(net.provider));
    let before = allowed.len();
    let own = nets.flat_map(|net| &net.addresses).filter(|(family, _)| *family == wanted);
    allowed.extend(own.map(|(_, address)| address.clone()));
    let Some(machine) = compiler.roster.machine(pod).filter(|_| allowed.len() > before) else { return };
    let services = roll.services(machine).flat_map(|service| &service.addresses);
    allowed.extend(services.filter(|address| family(**address) == wanted).map(ToString::to_string));
}

/// The same texts, each once, in their order.
fn unique(texts: &mut Vec<String>) {
    let distinct = texts.iter().collect::<HashSet<_>>().len();
    if distinct < texts.len() {
        let mut seen = HashSet::new();
        texts.retain(|text| seen.insert(text.clone()));
    }
}
