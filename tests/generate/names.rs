//! The names that generated expressions may use, for OVN and for the engine alike.

use super::packet::GROUPS;
use crate::ovn::trace::Names;
use ringfence_engine::ovn::matching::Context;
use ringfence_engine::ovn::network::Version;

/// Address sets with elements of every kind, among them some that OVN leaves out.
const SETS: &[(&str, &[&str])] = &[
    ("as1", &["10.0.0.1", "10.0.1.0/24", "224.0.0.5"]),
    ("as2", &["192.168.0.7"]),
    ("as6", &["fd00::1", "fe80::/10", "ff02::1"]),
    ("mixed", &["10.0.0.2", "fd00::2", "02:00:00:00:00:01", "nonsense", "10.0.0.0/255.0.255.0"]),
    ("empty", &[]),
    ("pg1_ip4", &["10.0.0.1"]),
];

/// All of them, as the database has them.
pub const NAMES: Names<'static> = Names { ports: &["p0", "p1", "p2"], address_sets: SETS, port_groups: GROUPS };

/// All of them, as the engine has them.
pub fn context() -> Context {
    let context = Context::new(Version::V23_03);
    let context = SETS.iter().fold(context, |context, (name, elements)| context.with_address_set(*name, *elements));
    GROUPS.iter().fold(context, |context, (name, ports)| match ports.is_empty() {
        true => context.with_empty_port_group(*name),
        false => context.with_port_group(*name),
    })
}
