//! The names that Kube-OVN gives to what it makes of a policy.

use crate::reach::Family;
use crate::read::{NetworkPolicy, PolicyType};
use alloc::format;
use alloc::string::{String, ToString};

/// The name of a policy, such that a name in OVN can begin with it.
pub(super) fn lettered(policy: &NetworkPolicy) -> String {
    led(&policy.name.value, "np")
}

/// A name, with a prefix where it does not begin with a letter.
pub(in crate::compile) fn led(name: &str, prefix: &str) -> String {
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name.to_string(),
        Some(_) | None => format!("{prefix}{name}"),
    }
}

/// The name of its port group.
pub(super) fn group(policy: &NetworkPolicy) -> String {
    format!("{}.{}", lettered(policy), policy.namespace).replace('-', ".")
}

/// The name of a set, of which `index` is a rule's or `all`.
pub(super) fn set(group: &str, direction: PolicyType, what: &str, family: Family, index: &str) -> String {
    format!("{group}.{}.{what}.{}.{index}", direction.field(), family_name(family))
}

/// The name of a row, of which `index` is a rule's or `all`.
pub(super) fn row(policy: &NetworkPolicy, direction: PolicyType, family: Family, index: &str) -> String {
    let (name, namespace) = (lettered(policy), &policy.namespace);
    format!("np/{name}.{namespace}/{}/{}/{index}", direction.field(), family_name(family))
}

/// As Kube-OVN spells it.
pub(in crate::compile) fn family_name(family: Family) -> &'static str {
    match family {
        Family::Ipv4 => "IPv4",
        Family::Ipv6 => "IPv6",
    }
}

/// As the match language spells it.
pub(in crate::compile) fn symbol(family: Family) -> &'static str {
    match family {
        Family::Ipv4 => "ip4",
        Family::Ipv6 => "ip6",
    }
}

/// Everybody.
pub(super) fn everything(family: Family) -> String {
    match family {
        Family::Ipv4 => "0.0.0.0/0",
        Family::Ipv6 => "::/0",
    }
    .to_string()
}
