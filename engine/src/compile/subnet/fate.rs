//! What becomes of a Subnet that somebody does not take, or an entry of its `acls`.
//!
//! What `ValidateSubnet` refuses gets no switch, and no row where it had one before.
//! Up to 1.15 the schema of the custom resource names the values. From 1.16 on nobody looks at them before the database:
//! `handleAddOrUpdateSubnet` has then deleted the rows that were there and written those of `private`, and the transaction
//! with the others fails as a whole.

use super::super::Strictness;
use super::super::compiler::Compiler;
use super::super::profile::{BadAcl, Profile};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ovn::acl::Action;
use crate::ovn::network::Version;
use crate::read::{AclEntry, Fault, Placed, Subnet};
use crate::source::Place;
use alloc::format;
use alloc::string::String;

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The API server or Kube-OVN does not take it: it has no effect.
    Refused,
    /// Neither `acls` nor `allowEWTraffic` is written; `private` is.
    WithoutAcls,
    /// All that is valid is written.
    Written,
}

/// The fate of a Subnet, and why.
pub(super) fn fate(subnet: &Subnet, compiler: &Compiler<'_>) -> (Fate, Option<Diagnostic>) {
    let profile = compiler.profile;
    let gravest = gravest(subnet, profile);
    let is_untaken = gravest.as_ref().is_some_and(|fault| fault.value >= Fault::Type);
    if let Some(why) = subnet.refusal.as_ref().filter(|_| !is_untaken) {
        return (Fate::Refused, Some(invalid(subnet, why)));
    }
    let Some(Placed { value: fault, place }) = gravest else { return (Fate::Written, None) };
    let refused = match fault {
        Fault::Type | Fault::Name => true,
        Fault::Value => profile.bad_acl == BadAcl::Refused,
        Fault::Missing => false,
    };
    match (refused, compiler.strictness) {
        (true, Strictness::Strict) => (Fate::Refused, Some(refusal(subnet, compiler, fault, place))),
        (true, Strictness::Lenient) => (Fate::Written, Some(refusal(subnet, compiler, fault, place))),
        (false, _) => (Fate::WithoutAcls, Some(failure(subnet, profile, place))),
    }
}

/// The gravest fault; in some releases `pass` is one.
fn gravest(subnet: &Subnet, profile: &Profile) -> Option<Placed<Fault>> {
    let passing = subnet.acls.iter().find(|entry| !knows(profile, entry));
    let passing = passing.map(|entry| Placed::new(Fault::Value, entry.action.place));
    subnet.fault.clone().into_iter().chain(passing).max_by_key(|fault| fault.value)
}

/// Whether a release and its database know the action of an entry.
pub(super) fn knows(profile: &Profile, entry: &AclEntry) -> bool {
    let old = profile.bad_acl == BadAcl::Refused || profile.version == Version::V23_03;
    !old || entry.action.value != Action::Pass
}

fn invalid(subnet: &Subnet, why: &Placed<String>) -> Diagnostic {
    let message = format!(
        "Kube-OVN does not take Subnet `{}`, because {}: it writes neither its `acls` nor `private`, and makes no switch \
         where there is none",
        subnet.name.value, why.value
    );
    Diagnostic::new(Code::EnforcerDiffers, message)
        .severity(Severity::Error)
        .at(why.place)
        .help("mend it; the Subnet's status says `ValidateLogicalSwitchFailed` until then")
}

fn refusal(subnet: &Subnet, compiler: &Compiler<'_>, fault: Fault, place: Place) -> Diagnostic {
    let (name, profile) = (&subnet.name.value, compiler.profile.name);
    let (follows, help) = match compiler.strictness {
        Strictness::Strict => {
            ("none of its rules has an effect", "mend this; `--lenient` shows what the others do without it")
        }
        Strictness::Lenient if fault == Fault::Name => ("read leniently, it is there under this name", "mend this"),
        Strictness::Lenient => ("read leniently, this alone is left out", "mend this"),
    };
    let message = format!("with {profile} the API server does not take Subnet `{name}` because of this: {follows}");
    Diagnostic::new(Code::ApiRefused, message).at(place).help(help)
}

fn failure(subnet: &Subnet, profile: &Profile, place: Place) -> Diagnostic {
    let name = &subnet.name.value;
    let more = match subnet.allow_east_west {
        Some(_) => ", nor `allowEWTraffic`",
        None => "",
    };
    let follows = match subnet.private {
        Some(_) => "`private` stays in force",
        None => "its switch is open",
    };
    let message = format!(
        "because of this entry {} writes none of the acls of Subnet `{name}`{more}, and deletes those that were there: \
         {follows}",
        profile.name
    );
    let help = "mend the entry; the Subnet's status says `SetLogicalSwitchAclsFailed` until then";
    Diagnostic::new(Code::EnforcerDiffers, message).at(place).help(help)
}
