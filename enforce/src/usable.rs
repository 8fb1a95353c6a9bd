//! Whether rows may be written of what was read.

use crate::desired::Desired;
use ringfence_engine::compile::{PROFILES, Profile, Settings, Support};
use ringfence_engine::diagnostic::{Code, Diagnostic, Severity};
use ringfence_engine::read::{AdminKind, Object, read};
use ringfence_view::loaded::Loaded;
use thiserror::Error;

/// Why no rows may be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unusable {
    /// Something has no meaning.
    #[error("some of the input cannot be used as it is written, so nothing of it is")]
    Errors,
    /// Nothing came through a pipe: most likely what should have written it has failed.
    #[error(
        "there is no object in the standard input, so nothing is done: did what writes it fail? A policy set is emptied by an object \
         that has no rules, such as an `Inventory` of two lines, `apiVersion: ringfence/v1` and `kind: Inventory`, or by an empty file"
    )]
    Nothing,
    /// A field is left out.
    #[error(
        "some fields of the input are unknown (RF012), and without them it says something else: correct their names, or leave \
         them out with `--lenient`"
    )]
    UnknownFields,
    /// Rows are left out, or lose their tiers.
    #[error(
        "the OVN of this profile has not what some rows need (RF206), and without it they mean something else: leave them out, or \
         name another `--profile`"
    )]
    Version,
    /// Policies are left out.
    #[error(
        "this profile does not know some of the policies (RF025), and nobody would enforce what they say: leave them out, or name \
         another `--profile`"
    )]
    Policies,
    /// Something that decides which addresses are written, told by the finding.
    #[error(
        "{0} (RF024), and nobody must write into an address set what follows from that: say what is so in an `Inventory`, or in \
         Kube-OVN's `Subnet` and `IP` objects"
    )]
    Assumed(String),
}

/// Whether nothing may be written of input with this finding. A match that OVN ignores is a guard rail's affair.
pub fn is_in_the_way(found: &Diagnostic) -> bool {
    found.severity == Severity::Error && !matches!(found.code, Code::MatchSyntax | Code::MatchContext)
}

/// Whether the database knows better than the input: who is on a switch, and, where rows are fitted to it, whether it has tiers.
pub fn is_of_the_database(found: &Diagnostic, profile: &Profile) -> bool {
    match found.code {
        Code::NoEndpoint => true,
        Code::VersionMismatch => !is_in_the_way(found) && tiered(profile).is_some(),
        _ => false,
    }
}

/// The profile that differs in having tiers, where there is one.
fn tiered(profile: &Profile) -> Option<&'static Profile> {
    let Profile { name, version, ref tiers, .. } = *profile;
    let differs = |other: &&Profile| {
        other.tiers.admin != other.tiers.baseline && Profile { name, version, tiers: *tiers, ..**other } == *profile
    };
    PROFILES.iter().filter(|_| tiers.admin == tiers.baseline).find(differs)
}

/// Whether the profile makes no rows at all of a kind of policy that was read.
fn leaves_policies_out(loaded: &Loaded) -> bool {
    let Profile { admin, cluster, .. } = *loaded.compiled.profile;
    let unknown = |kind: AdminKind| match kind {
        AdminKind::Admin | AdminKind::Baseline => admin == Support::No,
        AdminKind::Cluster => cluster == Support::No,
    };
    let is_unknown = |object: &Object| matches!(object, Object::AdminPolicy(policy) if unknown(policy.kind));
    (admin == Support::No || cluster == Support::No) && read(&loaded.sources).objects.iter().any(is_unknown)
}

impl Desired {
    /// The rows of what was read by these settings, where all of it can be used. What is compiled for an OVN without tiers has
    /// lost which rows are to decide first, and those that pass: it is compiled with them, and fitted to the database that there
    /// is ([`Plan::new`](crate::Plan::new)).
    pub fn written(loaded: &Loaded, settings: &Settings) -> Result<Self, Unusable> {
        let found = &loaded.compiled.diagnostics;
        if found.iter().any(is_in_the_way) {
            return Err(Unusable::Errors);
        }
        if leaves_policies_out(loaded) {
            return Err(Unusable::Policies);
        }
        let desired = match tiered(loaded.compiled.profile) {
            Some(profile) => {
                let settings = Settings { profile: Some(profile), ..*settings };
                Self::of(&Loaded::new(loaded.sources.clone(), &settings).compiled.network)
            }
            None if found.iter().any(|found| found.code == Code::VersionMismatch) => return Err(Unusable::Version),
            None => Self::of(&loaded.compiled.network),
        };
        let assumed = found.iter().find(|found| found.code == Code::AssumedAddress && desired.has_addresses());
        assumed.map_or(Ok(desired), |assumed| Err(Unusable::Assumed(assumed.message.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringfence_engine::source::Sources;

    const POLICY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: default}\n\
        spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]}\n---\n";

    fn refused(machine: &str) -> String {
        let mut sources = Sources::new();
        sources.add_bytes("rules.yaml", format!("{POLICY}{machine}").as_bytes());
        let settings = Settings::default();
        let desired = Desired::written(&Loaded::new(sources, &settings), &settings);
        desired.map_or_else(|why| why.to_string(), |_| String::new())
    }

    #[test]
    fn what_is_assumed_is_told() {
        let inventory =
            "apiVersion: ringfence/v1\nkind: Inventory\nvms: [{name: a, address: 10.0.0.2, labels: {app: a}}]\n";
        let refusal = refused(inventory);
        assert!(
            refusal.starts_with("no Subnet is in the input: all machines are taken to be on one switch"),
            "{refusal}"
        );
        let subnet = "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: s}\nspec: {cidrBlock: 10.0.0.0/24, default: true}\n";
        let pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: default, labels: {app: a}}\n";
        let refusal = refused(&format!("{subnet}{pod}"));
        assert!(refusal.starts_with("no address of `default/a` is known"), "{refusal}");
        assert_eq!(refused(&format!("{subnet}---\n{inventory}")), "");
    }
}
