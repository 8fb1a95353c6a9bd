//! Rules about the members of a group that Kube-OVN does not take: their addresses are in no set.

use super::naming;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::acl::Provenance;
use crate::ovn::matching::{ErrorKind, Expected};
use crate::reach::Family;
use crate::read::SecurityGroup;
use alloc::format;

/// Why OVN ignores the row of a rule, where that is the set of a group that is not written; nothing where it is anything else.
pub(in crate::compile) fn absent(groups: &[SecurityGroup], row: &Provenance, error: &ErrorKind) -> Option<Diagnostic> {
    let ErrorKind::Syntax { found: Some(found), expected: Expected::AddressSet } = error else { return None };
    let name = row.object.strip_prefix("SecurityGroup/")?;
    let group = groups.iter().find(|group| group.name.value == name)?;
    let remote = group.rules().find(|rule| rule.field == row.field)?.remote_group.as_ref()?;
    let set = found.strip_prefix('$')?;
    if !Family::ALL.iter().any(|family| naming::set(&remote.value, *family) == set) {
        return None;
    }
    let message = format!(
        "`{}` of SecurityGroup `{name}` is about the members of SecurityGroup `{}`, which Kube-OVN does not take: no set has their \
         addresses, OVN ignores the rule, and what it is about is left to the other rules",
        row.field, remote.value
    );
    let help = format!("mend SecurityGroup `{}`, or name another one", remote.value);
    Some(Diagnostic::new(Code::EnforcerDiffers, message).severity(Severity::Error).at(remote.place).help(help))
}
