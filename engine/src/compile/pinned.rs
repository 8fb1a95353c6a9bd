//! Rows that name the address of a machine that may lose it.

use crate::diagnostic::{Code, Diagnostic};
use crate::ovn::network::Network;
use crate::world::{Machine, World};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use hashbrown::HashMap;

/// A remark for each row whose text has the address of a machine that is made anew with another one.
pub(super) fn pinned(world: &World, network: &Network, out: &mut Vec<Diagnostic>) {
    let addresses: HashMap<String, &Machine> = world.machines.iter().flat_map(fleeting).collect();
    if addresses.is_empty() {
        return;
    }
    let rows = network.switches.iter().flat_map(|switch| &switch.acls);
    for acl in rows.filter(|acl| acl.provenance.place.is_some()) {
        let named = literals(&acl.matches).find_map(|literal| addresses.get_key_value(literal));
        let Some((address, machine)) = named else { continue };
        let maker = machine.maker.as_deref().unwrap_or("its workload");
        let message = format!(
            "this row is about {address}, which {} has only until {maker} makes it anew: then it has another address, \
             and the row is about nobody, or somebody else",
            machine.id()
        );
        let help = "select it by its labels in a NetworkPolicy, or give it an address of its own: \
                    `ovn.kubernetes.io/ip_address`, or `ip_pool` for a workload";
        out.push(Diagnostic::new(Code::PinnedAddress, message).at_maybe(acl.provenance.place).help(help));
    }
}

fn fleeting(machine: &Machine) -> impl Iterator<Item = (String, &Machine)> {
    let addresses = machine.interfaces.iter().flat_map(|interface| &interface.addresses);
    let made = machine.maker.is_some();
    addresses.filter(move |_| made).map(move |address| (address.value.to_string(), machine))
}

/// The constants of a match that may be single addresses.
fn literals(matches: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_hexdigit() || matches!(letter, '.' | ':' | '/');
    let words = matches.split(move |letter| !is_part(letter));
    words.map(|word| word.strip_suffix("/32").or(word.strip_suffix("/128")).unwrap_or(word))
}
