//! The annotations that change what Kube-OVN makes of a policy, and those that do not do what they say.

use super::super::profile::{Profile, Support};
use crate::diagnostic::{Code, Diagnostic};
use crate::read::{Enforcement, NetworkPolicy, Placed};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Standard or lax.
pub(super) const ENFORCEMENT: &str = "network_policy_enforcement";
/// The networks that a policy is for.
const POLICY_FOR: &str = "network_policy_for";

/// What a policy drops by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// All of IP.
    Standard,
    /// TCP, UDP and SCTP.
    Lax,
}

/// The networks that a policy is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Networks {
    /// Every one.
    All,
    /// Those of these providers.
    Only(Vec<String>),
}

impl Networks {
    /// Whether a provider's network is one of them.
    pub(super) fn include(&self, provider: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(providers) => providers.iter().any(|known| known == provider),
        }
    }
}

/// The mode of a policy: what its annotation says, else the controller's flag.
pub(super) fn mode(policy: &NetworkPolicy, profile: &Profile, flag: Enforcement) -> Mode {
    if profile.lax == Support::No {
        return Mode::Standard;
    }
    match (policy.annotations.get(ENFORCEMENT).map(|text| text.value.as_str()), flag) {
        (Some("lax"), _) | (None, Enforcement::Lax) => Mode::Lax,
        (Some(_), _) | (None, Enforcement::Standard) => Mode::Standard,
    }
}

/// The networks of a policy (`parsePolicyFor`).
pub(super) fn networks(policy: &NetworkPolicy, profile: &Profile) -> Networks {
    let written = policy.annotations.get(POLICY_FOR).filter(|_| profile.policy_for == Support::Yes);
    match written.filter(|text| !text.value.trim().is_empty()) {
        Some(text) => Networks::Only(tokens(text).filter_map(provider).collect()),
        None => Networks::All,
    }
}

fn tokens(text: &Placed<String>) -> impl Iterator<Item = &str> {
    text.value.split(',').map(str::trim).filter(|token| !token.is_empty())
}

fn provider(token: &str) -> Option<String> {
    if token.eq_ignore_ascii_case("ovn") {
        return Some("ovn".to_string());
    }
    let (namespace, attachment) = token.split_once('/')?;
    let plain = !namespace.is_empty() && !attachment.is_empty() && !attachment.contains('/');
    plain.then(|| format!("{attachment}.{namespace}.ovn"))
}

/// Says which annotations mean something else than what is written.
pub(super) fn check(policy: &NetworkPolicy, profile: &Profile, out: &mut Vec<Diagnostic>) {
    let written = |key: &str| policy.annotations.get(key);
    out.extend(written("enforcement").map(unknown));
    match (written(ENFORCEMENT), profile.lax) {
        (Some(text), Support::No) if text.value == "lax" => out.push(without_lax(text, profile)),
        (Some(text), Support::Yes) if !matches!(text.value.as_str(), "lax" | "standard") => out.push(neither(text)),
        (Some(_) | None, Support::Yes | Support::No) => {}
    }
    match (written(POLICY_FOR), profile.policy_for) {
        (Some(text), Support::No) if tokens(text).next().is_some() => out.push(for_all(text, profile)),
        (Some(text), Support::Yes) => out.extend(strangers(text)),
        (Some(_) | None, Support::Yes | Support::No) => {}
    }
}

fn differs(text: &Placed<String>, message: String) -> Diagnostic {
    Diagnostic::new(Code::EnforcerDiffers, message).at(text.place)
}

fn unknown(text: &Placed<String>) -> Diagnostic {
    let message = "Kube-OVN does not know the annotation `ovn.kubernetes.io/enforcement`; it does nothing".to_string();
    differs(text, message).help(format!("write `ovn.kubernetes.io/{ENFORCEMENT}`"))
}

fn without_lax(text: &Placed<String>, profile: &Profile) -> Diagnostic {
    let message = format!(
        "{} has no lax enforcement: the policy also drops what is neither TCP, UDP nor SCTP, and DHCP",
        profile.name
    );
    differs(text, message).help("write rules that allow DHCP, or ask about kube-ovn/1.15 or newer")
}

fn neither(text: &Placed<String>) -> Diagnostic {
    let message = format!("enforcement `{}` means `standard`: only `lax`, spelled so, is lax", text.value);
    let finding = differs(text, message).help("write `lax` or `standard`");
    if text.value.trim().eq_ignore_ascii_case("lax") { finding.fix(text.place, text.instead("lax")) } else { finding }
}

fn for_all(text: &Placed<String>, profile: &Profile) -> Diagnostic {
    let message = format!("{} ignores `{POLICY_FOR}`: the policy is for every network of its pods", profile.name);
    differs(text, message).help("remove it, or ask about kube-ovn/1.16 or newer")
}

fn strangers(text: &Placed<String>) -> Option<Diagnostic> {
    let wrong: Vec<String> =
        tokens(text).filter(|token| provider(token).is_none()).map(|token| format!("`{token}`")).collect();
    if wrong.is_empty() {
        return None;
    }
    let follows = match tokens(text).any(|token| provider(token).is_some()) {
        true => "is left out",
        false => "is left out, and the policy is for no network at all: it has no effect",
    };
    let message = format!("in `{POLICY_FOR}`, {} names no network and {follows}", wrong.join(", "));
    Some(differs(text, message).help("write `ovn`, or `namespace/name` of a NetworkAttachmentDefinition"))
}
